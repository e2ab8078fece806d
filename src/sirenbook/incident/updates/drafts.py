"""Drafts an update from the playbook's own template: what the incident knows is filled in, the rest is told.

A template is never evaluated: each placeholder is replaced once, at its place, by plain text, and what a value
contains is not looked at again.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.timeline import person_name, span
from sirenbook.incident.updates.amounts import asked, in_unit
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Template
from sirenbook.model.promise import OUTSIDE, Audience, Moment, Placeholder
from sirenbook.model.provenance import Provenance

LONGEST_VALUE = 2000
ZONES = {
    **dict.fromkeys(("ET", "EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("CT", "CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MT", "MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("PT", "PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("CET", "CEST"), "Europe/Berlin"),
    **dict.fromkeys(("UTC", "GMT", "Z"), "UTC"),
    "BST": "Europe/London",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore",
    **dict.fromkeys(("AEST", "AEDT", "AET"), "Australia/Sydney"),
}


class Known(Struct, frozen=True):
    """What fills a draft beside the incident itself: values people gave by a placeholder's name, labels, times."""

    given: Mapping[str, str] = {}
    service: str = ""
    next_by: datetime | None = None
    state: str = ""
    url: str = ""


class Gap(Struct, frozen=True):
    """A placeholder that nothing is known for: its name, its words in the template, and its line."""

    name: str
    words: str
    why: Provenance
    choices: tuple[str, ...] = ()


class Draft(Struct, frozen=True):
    """Words ready to be read over: `gaps` still want filling, and stand in the text as the template has them.

    `fixed` when the template has no placeholder, so that it says the same of every incident. `next_by` is when the
    words promise the next ones, where they do.
    """

    audience: Audience
    text: str
    gaps: tuple[Gap, ...] = ()
    template: str = ""
    why: Provenance | None = None
    fixed: bool = False
    next_by: datetime | None = None


def draft(
    context: Context, incident: Incident, audience: Audience, moment: Moment, known: Known | None = None
) -> Draft:
    """What to tell one audience now; an empty text where the playbook has no template for it."""
    template = template_for(context, incident, audience, moment)
    if template is None:
        return Draft(audience, "")
    filling = _Filling(context, incident, known or Known(), outside=audience in OUTSIDE)
    text, gaps = fill(template, filling)
    return Draft(audience, text, gaps, template.title, template.why, not template.blanks, filling.promised)


def template_for(context: Context, incident: Incident, audience: Audience, moment: Moment) -> Template | None:
    """The template that fits audience and severity, at best the moment too; the first of those that fit alike."""
    outside = audience in OUTSIDE
    fitting = [
        t
        for t in context.policy.templates
        if t.purpose not in ("review", "hand-off")
        and (t.audience in OUTSIDE) == outside
        and (not t.severities or incident.severity in t.severities)
        and (t.moment == "resolution") == (moment == "resolution")
        and t.moment != "escalation"
    ]
    order = {"start": ("start", "update"), "resolution": ("resolution",)}.get(moment, (moment, "update", "start"))
    return min(fitting, key=lambda t: _rank(t, order, audience), default=None)


def _rank(template: Template, order: tuple[str, ...], audience: Audience) -> tuple[int, int]:
    moment = order.index(template.moment) if template.moment in order else len(order)
    return moment, template.audience != audience


def gaps_in(template: Template, text: str) -> tuple[str, ...]:
    """The placeholders of a template that a text still has as they were; a text is sent without any."""
    words = (template.text[b.start : b.end] for b in template.blanks)
    return tuple(dict.fromkeys(w for w in words if w in text))


def fill(template: Template, filling: "_Filling") -> tuple[str, tuple[Gap, ...]]:
    """A template's text with every placeholder replaced that something is known for, and those that are left."""
    pieces: list[str] = []
    gaps: list[Gap] = []
    done = 0
    for blank in template.blanks:
        words = template.text[blank.start : blank.end]
        value = filling.value(blank, _before(template.text, blank.start))
        pieces += [template.text[done : blank.start], words if value is None else _plain(value)]
        done = blank.end
        if value is None:
            why = Provenance(template.why.file, blank.line, words)
            gaps.append(Gap(blank.name, words, why, blank.choices))
    return "".join((*pieces, template.text[done:])).strip("\n"), tuple(gaps)


def _plain(value: str) -> str:
    """A value as one piece of text: it breaks no line and brings no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:LONGEST_VALUE]


def _before(text: str, start: int) -> str:
    """The words in front of a placeholder; those of the line above where its own has none."""
    above, _, row = text[:start].rpartition("\n")
    words = row.strip() or above.rpartition("\n")[2].strip()
    return re.sub(r"\[[^\]]*\]|\{[^}]*\}|<[^>]*>", "", words)


_AMOUNT = re.compile(r"x+ (?:hours|minutes)", re.IGNORECASE)


class _Filling:
    """What is known of one incident at one moment, asked by the meaning of a placeholder's words."""

    def __init__(self, context: Context, incident: Incident, known: Known, *, outside: bool) -> None:
        self.context = context
        self.incident = incident
        self.known = known
        self.outside = outside
        self.promised: datetime | None = None

    def value(self, blank: Placeholder, before: str) -> str | None:
        """What stands for a placeholder; None where nobody knows."""
        if (given := self._given(blank)) is not None:
            return given
        if blank.choices and (chosen := self._chosen(blank.choices)) is not None:
            return chosen
        if blank.unit or _AMOUNT.match(blank.name):
            return self._amount(blank, before) or blank.default or None
        for pattern, find in _MEANINGS:
            if re.search(pattern, f"{before} ⟨{blank.name}", re.IGNORECASE):
                value = find(self, blank)
                return value if value is not None else (blank.default or None)
        return blank.default or None

    def _given(self, blank: Placeholder) -> str | None:
        folded = {_fold(k): v for k, v in self.known.given.items()}
        return folded.get(_fold(blank.name))

    def _chosen(self, choices: tuple[str, ...]) -> str | None:
        """The choice that is the severity, or the state."""
        incident, policy = self.incident, self.context.policy
        names = {_fold(c): c for c in choices}
        if _fold(incident.severity) in names:
            return names[_fold(incident.severity)]
        kinds = {_fold(s.name): s.kind for s in policy.states}
        state = _fold(self.known.state or incident.state)
        wanted = kinds.get(state, state)
        return names.get(state) or next((c for f, c in names.items() if wanted and kinds.get(f, f) == wanted), None)

    def _amount(self, blank: Placeholder, before: str) -> str | None:
        """A number for the unit behind the blank, or an amount with its units where the blank has them in it."""
        found = asked(before, self.incident, self.known.next_by, self.context.now)
        if found is None and not blank.unit and not before.strip(" -*|:"):
            return self.lasted(blank)
        if found is None:
            return None
        minutes = max(round(found.seconds / 60), 1)
        said = in_unit(found.seconds, blank.unit) if blank.unit else span(minutes * 60)
        if found.ahead and said is not None:
            self.promised = self.known.next_by
        return said

    def nothing(self, blank: Placeholder) -> str | None:
        """Only people know it."""
        return None

    def solution(self, blank: Placeholder) -> str | None:
        """What ended it, as whoever solved it said: in the house only, for it was not written for others."""
        return None if self.outside else (self.incident.solution or None)

    def number(self, blank: Placeholder) -> str | None:
        """The incident's number, without the letters."""
        return str(self.incident.id)

    def name(self, blank: Placeholder) -> str | None:
        """The incident's whole name."""
        return self.incident.number

    def severity(self, blank: Placeholder) -> str | None:
        """The severity by its name; its digit where the letter stands before the bracket."""
        digits = re.sub(r"\D", "", self.incident.severity)
        return digits if re.fullmatch(r"\d\s?-\s?\d", blank.name) else self.incident.severity

    def title(self, blank: Placeholder) -> str | None:
        """What is wrong: in the house its title; outside only what people wrote for others to read."""
        return (self.incident.impact or None) if self.outside else self.incident.title

    def impact(self, blank: Placeholder) -> str | None:
        """What people said it means for users."""
        return self.incident.impact or None

    def service(self, blank: Placeholder) -> str | None:
        """The service by its alert's label."""
        return self.known.service or None

    def state(self, blank: Placeholder) -> str | None:
        """The state in the playbook's word."""
        return self.known.state or self.incident.state or None

    def began(self, blank: Placeholder) -> str | None:
        """When it began."""
        return self._time(self.incident.opened_at, blank)

    def ended(self, blank: Placeholder) -> str | None:
        """When it was over."""
        return self._time(self.incident.resolved_at, blank)

    def now(self, blank: Placeholder) -> str | None:
        """This moment."""
        return self._time(self.context.now, blank)

    def following(self, blank: Placeholder) -> str | None:
        """When the next word is promised, which makes it a promise."""
        self.promised = self.known.next_by
        return self._time(self.known.next_by, blank)

    def day(self, blank: Placeholder) -> str | None:
        """The day on which it began."""
        at = self.incident.opened_at
        return at.astimezone(self._zone(blank)).strftime("%Y-%m-%d") if at else None

    def lasted(self, blank: Placeholder) -> str | None:
        """How long it has lasted, or did."""
        if self.incident.opened_at is None:
            return None
        until = self.incident.resolved_at or self.context.now
        return span(max(int((until - self.incident.opened_at).total_seconds()) // 60, 1) * 60)

    def url(self, blank: Placeholder) -> str | None:
        """Where the incident's page is; it is nobody's business outside."""
        return None if self.outside else (self.known.url or None)

    def commander(self, blank: Placeholder) -> str | None:
        """Who decides."""
        return self._holder("commander")

    def technical(self, blank: Placeholder) -> str | None:
        """Who leads the search."""
        return self._holder("technical lead")

    def responsible(self, blank: Placeholder) -> str | None:
        """Who is responsible: the role's holder, else whoever took the incident."""
        by = self.incident.acknowledged_by
        return self._holder("responsible") or (person_name(self.context.bindings, by) if by else None)

    def _holder(self, kind: str) -> str | None:
        held = next((h for h in self.incident.roles if h.kind == kind), None)
        return person_name(self.context.bindings, held.person) if held else None

    def _time(self, at: datetime | None, blank: Placeholder) -> str | None:
        """An instant in the template's zone, or with its own; with its date when it is not of today."""
        if at is None:
            return None
        zone = self._zone(blank)
        local, today = at.astimezone(zone), self.context.now.astimezone(zone).date()
        told = local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")
        return told if blank.zone else f"{told} {local.tzname()}"

    def _zone(self, blank: Placeholder) -> ZoneInfo:
        name = ZONES.get(blank.zone, blank.zone) or self.context.hours.zone
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()


_Find = Callable[[_Filling, Placeholder], str | None]
_MEANINGS: tuple[tuple[str, _Find], ...] = (
    # In `before ⟨name`, so that a pattern can ask for the name, for what stands before it, or for both. What only
    # people know comes first: a wrong word is worse than an open one.
    (r"inc-? ?⟨(?:number|id|n+)\b", _Filling.number),
    (r"⟨(?:incident[ _-]?(?:id|number|no|ref\w*)|number$|reference)", _Filling.name),
    (r"(?:resolution|what we did|fix)\W*⟨|⟨what (?:fixed|was done|we did)|⟨how .*fixed", _Filling.solution),
    (
        r"(?:review|post[- ]?mortem|cause|prevent\w*|resolution|improve\w*|next steps?|actions?|lessons|we did"
        r"|follow-up)"
        r"\b[^⟨.]{0,30}⟨",
        _Filling.nothing,
    ),
    (
        r"⟨.*(?:cause|prevent|improve|finding|action|next[ _]step|follow|credit|recurrence|resolution|\bfix"
        r"|\bdid\b|done"
        r"|\beta\b|estimat|percent|lesson)",
        _Filling.nothing,
    ),
    (r"(?:works? again|restored|resolved|solved|over)\b[^⟨]{0,20}⟨[^⟨]*(?:time|hh:mm|date)", _Filling.ended),
    (r"(?:next|again (?:at|by|in|within|before))\b[^⟨]{0,30}⟨[^⟨]*(?:time|update|hh:mm|date)", _Filling.following),
    (r"⟨next[ _](?:update|time)", _Filling.following),
    (r"⟨(?:end\b|until|to$)", _Filling.ended),
    (r"⟨.*(?:start|began|since|detected|^from$)", _Filling.began),
    (r"⟨(?:total[ _]?time|.*duration)|(?:duration|down for)\W*⟨", _Filling.lasted),
    (r"commander[^⟨]*⟨|⟨.*(?:commander|incident lead|incident manager)", _Filling.commander),
    (r"(?:technical|tech) lead[^⟨]*⟨|⟨.*tech\w* lead", _Filling.technical),
    (r"\b(?:dri|lead|owner|responsible)\b\W*⟨|⟨.*(?:\bdri\b|username|responsible|owner)", _Filling.responsible),
    (r"⟨.*(?:severity|priority)|severity\W*p?⟨|⟨(?:p|sev-?)x$", _Filling.severity),
    (r"(?:start\w*|since|from|began)\W*⟨[^⟨]*(?:time|hh:mm|date)", _Filling.began),
    (r"⟨.*(?:status|state)\b|status\W*⟨", _Filling.state),
    (r"⟨.*(?:impact|experience|symptom|affected|users|what does not work)|impact\W*⟨", _Filling.impact),
    (r"⟨.*(?:service|feature|product|component|system|area)", _Filling.service),
    (r"⟨.*(?:link|url|doc\b)", _Filling.url),
    (r"⟨.*(?:alert.?name|title|incident name|description|summary|what is wrong)", _Filling.title),
    (r"⟨(?:current )?date$|⟨yyyy-mm-dd", _Filling.day),
    (r"⟨(?:time|timestamp|now|hh:mm|current time)", _Filling.now),
)
