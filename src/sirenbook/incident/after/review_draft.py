"""Drafts the review of an incident in the playbook's own template; what nobody knows is marked to be filled in.

A template is read row by row and never evaluated. Under a heading of the timeline its sample rows give way to what
happened, under one of action items to those that there are; elsewhere each blank is filled by the words beside it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from msgspec import Struct

from sirenbook.incident.after.review_facts import Facts, facts, told_by_default
from sirenbook.incident.context import Context
from sirenbook.incident.markdown import escaped
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Template
from sirenbook.model.promise import Placeholder
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.review import Item

FILL_IN = "[to fill in: {}]"
_FILL_IN = re.compile(r"\\?\[to fill in: ([^\]]*?)\\?\]")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$", re.MULTILINE)
_LABELLED = re.compile(r"^(?:[-*+]\s+|\d+[.)]\s+)?\**([A-Z][\w /&-]{2,40})\**:\**\s+(\S.*)$")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]?\]\s+)?")
_RULER = re.compile(r"^[\s|:-]+$")
_VAGUE = re.compile(r"(?:a |brief |short |detailed )*(?:description|details?|explanation|value)", re.IGNORECASE)
_TOPICS = (
    ("timeline", r"(?:incident )?time ?line(?: of events)?|chronology|sequence of events"),
    ("items", r"(?:corrective |preventive )?action(?: item)?s?|follow[ -]?ups?|next steps|to-?dos?|remediation"),
    ("impact", r"(?:customer |business |user )?impact(?: (?:assessment|analysis))?|who was affected"),
    ("resolution", r"resolution|mitigation|what we did|how (?:it|this) was (?:fixed|resolved|mended)"),
    ("summary", r"(?:executive )?summary|overview|in short|tl;?dr|what happened\??"),
    ("cause", r"(?:root |contributing )?(?:causes?|factors)|(?:five|5) whys"),
    ("learned", r"lessons(?: learned)?|learnings|what (?:went|could|we learned)\b[\w /]*|response evaluation"),
)
_LABEL = re.compile(r"[\w /&'*-]{2,60}")
_LETTERED = re.compile(r"^(?:all )?times? (?:is|are|in)\b", re.IGNORECASE)
_STANDARD = """# Review: [Title]

- Date: [Date]
- Duration: [Duration]
- Severity: [Severity]
- Author: [Author]

## Summary
[Summary]

## Timeline
- HH:MM - [Event]

## Impact
[Impact]

## Root cause
[What caused it, and why it was not found before]

## Resolution
[Resolution]

## What went well
[What helped]

## What could be better
[What cost time]

## Action items
| Action | Owner | Due | Status |
|---|---|---|---|
| [Action] | [Owner] | [Due] | [Status] |
"""


class Draft(Struct, frozen=True):
    """A draft, the line of its template, the timeline entries in it, and what is left to fill in."""

    text: str
    why: Provenance
    picks: tuple[int, ...]
    blanks: tuple[str, ...]


def draft(
    context: Context,
    incident: Incident,
    entries: Sequence[Entry],
    picks: Collection[int] | None = None,
    author: str = "",
) -> Draft:
    """A review filled from the timeline; `picks` are the entries that it shows, by default those that matter."""
    chosen = told_by_default(entries) if picks is None else [x.seq for x in entries if x.seq in picks]
    left = incident.aftermath
    known = facts(context, incident, entries, set(chosen), (left.owner if left else "") or author)
    template = review_template(context)
    items = tuple(x for x in left.items if x.kind != "ticket") if left else ()
    rows = _Filled(known, template, items, context.bindings).rows()
    text = "\n".join([*rows, "", "## From the record", "", *known.record]).strip() + "\n"
    return Draft(text, template.why, tuple(chosen), blanks_in(text))


def blanks_in(text: str) -> tuple[str, ...]:
    """What a review still has to fill in."""
    return tuple(m[1] for m in _FILL_IN.finditer(text))


def review_template(context: Context) -> Template:
    """The playbook's own template for a review; where it has none, a plain one."""
    own = next((t for t in context.policy.templates if t.purpose == "review" and t.text.strip()), None)
    return own or _standard()


def _standard() -> Template:
    found = [Placeholder(m[1] or m[0], *m.span(), 0) for m in re.finditer(r"\[([^\]]+)\]|HH:MM", _STANDARD)]
    why = default("the playbook has no template for a review")
    return Template("Review", _STANDARD, tuple(p.name for p in found), why, "review", blanks=tuple(found))


class _Section(Struct):
    """The section that a row is in: what it is about, and what it has said so far."""

    topic: str = ""
    title: str = ""
    level: int = 0
    told: bool = False
    empty: bool = True
    header: list[str] = []


class _Filled:
    """One template being filled, row by row: the section it is in, and whether that has said anything yet."""

    def __init__(self, known: Facts, template: Template, items: Sequence[Item], bindings: Bindings) -> None:
        self._known = known
        self._template = template
        self._items = items
        self._bindings = bindings
        self._headed = _HEADING.search(template.text) is not None
        self._bare = not template.blanks and not self._headed
        self._listed = False
        self._section = _Section()

    def rows(self) -> Iterator[str]:
        """The rows of the draft; a template that only lists its sections gets the heading that it lacks."""
        start, known = 0, self._known
        if self._bare:
            yield from (f"# Review: {escaped(known.incident.title)}", "", f"- Date: {known.day}")
            yield from (f"- Duration: {known.lasted}", f"- Severity: {known.incident.severity}", "")
        for row in self._template.text.split("\n"):
            blanks = [b for b in self._template.blanks if start <= b.start < start + len(row) + 1]
            yield from self._row(row, start, blanks)
            start += len(row) + 1
        yield from self._leave(1)

    def _row(self, row: str, start: int, blanks: Sequence[Placeholder]) -> Iterator[str]:
        labelled = _LABELLED.match(row) if self._bare else None
        if labelled:
            yield from self._enter(labelled[1], 2, f"## {labelled[1]}")
            yield from ("", *self._said(labelled[2], 0, ()), "")
        elif heading := _HEADING.match(row):
            filled = self._filled(row, start, blanks) if blanks else row
            yield from self._enter(heading[2], len(heading[1]), filled)
        elif not blanks and not self._headed and _topic(row, whole=True):
            yield from self._enter(row, 2, f"## {row.strip(' *:')}" if self._bare else row)
        else:
            yield from self._said(row, start, blanks)

    def _enter(self, title: str, level: int, row: str) -> Iterator[str]:
        """Begin a section, once the one before it has said what it must."""
        yield from self._leave(level)
        self._section = _Section(_topic(title) or "other", title.strip(" *:#"), level)
        yield row

    def _leave(self, level: int) -> Iterator[str]:
        """End a section: one that had no row of its own says what there is, or what is to be filled in."""
        before = self._section
        if not before.level or before.told:
            return
        if self._has_more():
            yield from ("", *self._samples("- "), "")
        elif before.empty and level <= before.level and before.level > 1:
            yield from ("", self._stated() or FILL_IN.format(before.title), "")

    def _said(self, row: str, start: int, blanks: Sequence[Placeholder]) -> Iterator[str]:
        """A row within a section."""
        section = self._section
        section.empty = section.empty and not row.strip()
        if (section.told or self._has_more()) and self._is_sample(row):
            if not section.told:
                yield from self._samples(row, next((b.zone for b in blanks if b.zone), ""))
        elif blanks:
            yield self._filled(row, start, blanks)
        elif not row.strip() or row.startswith("|") or _RULER.match(row) or row.rstrip().endswith(":"):
            yield row
        else:
            yield self._hint(row)

    def _has_more(self) -> bool:
        """Whether there is something that belongs into the section and has not been told in it or another."""
        topic = self._section.topic
        return topic == "timeline" or (topic == "items" and bool(self._items) and not self._listed)

    def _is_sample(self, row: str) -> bool:
        """Whether a row only shows how those that follow will look."""
        section = self._section
        if row.startswith("|") and not section.header:
            section.header = [c.strip().casefold() for c in row.strip("| ").split("|")]
            return False
        return bool(row.strip()) and not _RULER.match(row) and not _LETTERED.match(row)

    def _samples(self, row: str, zone: str = "") -> Iterator[str]:
        """What there is, in the shape of a row; times in the zone that the row or the heading names."""
        self._section.told = True
        if self._section.topic == "items":
            self._listed = True
            return self._action_items(row)
        named = re.search(r"\(([A-Z]{2,4})\)", self._section.title)
        return self._timeline(row, zone or (named[1] if named else ""))

    def _timeline(self, row: str, zone: str) -> Iterator[str]:
        for each in self._known.moments:
            at = self._known.clock(each.at, zone)
            if row.startswith("|"):
                rest = [""] * (len(self._section.header) - 2)
                yield f"| {' | '.join([at, each.text, *rest])} |"
            else:
                yield f"- {at} - {each.text}"

    def _action_items(self, row: str) -> Iterator[str]:
        for item in self._items:
            owner = escaped(person_name(self._bindings, item.owner)) if item.owner else FILL_IN.format("owner")
            due = f"{item.due.astimezone(self._known.zone):%Y-%m-%d}" if item.due else FILL_IN.format("due date")
            text = escaped(item.text)
            if row.startswith("|"):
                cells = (_cell(header, text, owner, due, item.status) for header in self._section.header)
                yield f"| {' | '.join(cells)} |"
            else:
                yield f"- [{'x' if item.status == 'done' else ' '}] {text} (Owner: {owner}, Due: {due})"

    def _filled(self, row: str, start: int, blanks: Sequence[Placeholder]) -> str:
        pieces, done = [], 0
        for blank in blanks:
            label = row[done : blank.start - start]
            value = escaped(self._known.incident.title) if row.startswith("# ") else self._value(label, blank)
            pieces += [label, value or FILL_IN.format(blank.name.strip())]
            done = blank.end - start
        return "".join((*pieces, row[done:]))

    def _value(self, label: str, blank: Placeholder) -> str:
        """What stands for one blank, by its own words, else by the label before it, else by its section."""
        if self._section.topic in ("items", "timeline"):
            return ""
        vague = label.strip(" |") and _VAGUE.fullmatch(blank.name.strip())
        for words in (label,) if vague else (blank.name, label):
            for pattern, find in _MEANINGS:
                if words.strip() and re.search(pattern, words, re.IGNORECASE):
                    return find(self._known, label, blank)
        return self._stated()

    def _stated(self) -> str:
        """What the incident itself says to the section's question."""
        known = self._known
        return escaped(
            {"impact": known.incident.impact, "resolution": known.resolution}.get(self._section.topic, "")
        )

    def _hint(self, hint: str) -> str:
        """A row that says what to write: known words in its place, else the wish itself, marked."""
        marker = _MARKER.match(hint)
        lead, wish = (marker[0], hint[marker.end() :]) if marker else ("", hint)
        label, _, rest = wish.partition(":")
        if not rest.strip() or not _LABEL.fullmatch(label):
            return f"{lead}{self._stated() or FILL_IN.format(wish.strip('*_ '))}"
        value = self._value(label, Placeholder("description", 0, 0, 0))
        return f"{lead}{label}: {value or FILL_IN.format(rest.strip('*_ '))}"


def _topic(title: str, *, whole: bool = False) -> str:
    """What a heading is about; `whole` where nothing but its words shows that it is one."""
    bare = re.sub(r"\([^)]*\)", "", title).strip(" *:#_")
    match = re.fullmatch if whole else re.search
    return next((t for t, words in _TOPICS if match(words, bare, re.IGNORECASE)), "")


def _cell(header: str, text: str, owner: str, due: str, status: str) -> str:
    for pattern, value in (
        (r"owner|assign|who|responsible", owner),
        (r"due|deadline|when|\bby\b|date", due),
        (r"status|state|done", status),
        (r"action|item|what|task|description|measure|follow", text),
    ):
        if re.search(pattern, header):
            return value
    return ""


def _severity(known: Facts, label: str, blank: Placeholder) -> str:
    """The severity; only the rest of it where its letters stand before the blank."""
    name, lead = known.incident.severity, re.search(r"[A-Za-z]+-?$", label)
    if lead and name.casefold().startswith(lead[0].casefold()):
        return name[len(lead[0]) :]
    return name


def _start(known: Facts, label: str, blank: Placeholder) -> str:
    at = known.incident.opened_at
    return known.clock(at, blank.zone) if at else ""


def _end(known: Facts, label: str, blank: Placeholder) -> str:
    at = known.incident.resolved_at
    return known.clock(at, blank.zone) if at else ""


def _day(known: Facts, label: str, blank: Placeholder) -> str:
    """The incident's date, unless the words before it ask for the date of something else."""
    plain = not label.strip(" |*_:-#") or re.search(r"\bdate|\bwhen\b|\bday\b|incident|\bon\W*$", label, re.I)
    return known.day if plain else ""


def _summary(known: Facts, label: str, blank: Placeholder) -> str:
    """What happened in one sentence of facts."""
    incident = known.incident
    lasted = f" and lasted {known.lasted}" if known.lasted else ""
    impact = f" Impact: {incident.impact}." if incident.impact else ""
    return escaped(f"{incident.title} ({incident.severity}) began on {known.day}{lasted}.{impact}")


def _responders(known: Facts, label: str, blank: Placeholder) -> str:
    return escaped(", ".join(known.people))


_MEANINGS: tuple[tuple[str, Callable[[Facts, str, Placeholder], str]], ...] = (
    (r"users? affected|^number$|percent|revenue|amount|\bsla\b|error rate|transactions|cost", lambda k, b, p: ""),
    (r"how .*(?:resolved|fixed|mended)|resolution$|^fix", lambda k, b, p: escaped(k.resolution)),
    (r"cause|factor|\bwhy\b|lesson|learn|went (?:well|wrong)|prevent|improve|detect", lambda k, b, p: ""),
    (r"\bdue\b|deadline|by when|until\W*$|\bowner\b|assignee|next (?:review|update)", lambda k, b, p: ""),
    (r"commander|incident (?:lead|manager)", lambda k, b, p: escaped(k.roles.get("commander", ""))),
    (r"tech\w* lead", lambda k, b, p: escaped(k.roles.get("technical lead", ""))),
    (r"scribe", lambda k, b, p: escaped(k.roles.get("scribe", ""))),
    (r"comm\w* (?:lead|manager|owner)", lambda k, b, p: escaped(k.roles.get("communications", ""))),
    (r"author|written by|prepared by|reported by|facilitator|^name$", lambda k, b, p: escaped(k.author)),
    (r"start|began|begin|from\W*$|opened", _start),
    (r"\bend\b|\bended|\bresolved\b(?! by)|restored|\bclosed\b", _end),
    (r"duration|lasted|total[ _]time|down ?time|x (?:hours|minutes)|how long", lambda k, b, p: k.lasted),
    (r"severity|^p\d ?/|^(?:p|sev-?)x$|^\d ?- ?\d$|\bpx\b", _severity),
    (r"^(?:incident[ _])?(?:id|number|ref\w*)$", lambda k, b, p: k.incident.number),
    (r"impact|symptom|experienc|what (?:users|customers)", lambda k, b, p: escaped(k.incident.impact)),
    (r"\bservice|component|\bsystem\b", lambda k, b, p: escaped(k.service)),
    (r"responders?|participants?|attendees|who (?:responded|was involved)", _responders),
    (r"summary|brief description$|in short|what happened", _summary),
    (r"^(?:incident[ _])?(?:title|name)$|title", lambda k, b, p: escaped(k.incident.title)),
    (r"^status$", lambda k, b, p: "open" if k.incident.open else "resolved"),
    (r"\bdate\b|yyyy|\bday\b", _day),
)
