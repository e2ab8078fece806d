"""Reads who is on call: the rotation, who is paged first, who follows, and how soon a page must be acknowledged."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Rotation
from sirenbook.model.provenance import Provenance, default
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import silent
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.language.vocabulary import ONCALL_TOPIC
from sirenbook.playbook.text.document import Block, Document, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line, make_line

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY = re.compile(rf"\b({'|'.join(_DAYS)}|{'|'.join(d[:3] for d in _DAYS)})s?\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(\d{1,2})(?::(\d{2}))?\s?([aApP]\.?[mM]\b\.?)?(?:\s?\(?([A-Z]{2,5}\b|[A-Z][a-z]+/[A-Z]\w+)\)?)?(?!\w)"
)
_HANDOFF = re.compile(
    r"hand-?\s?(?:off|over)|rotat\w+ (?:changes? )?(?:on|every|at)|changes? hands|shift change|changes? on|switch"
    r"|\bfrom (?:mon|tues|wednes|thurs|fri|satur|sun)day|starts? (?:on|every)?",
    re.IGNORECASE,
)
_TURN = re.compile(r"(?:on-?call )?(?:rotation|schedule|shifts?)")
_ACK = re.compile(r"\backnowledg\w*|\back\b|\banswers? (?:the |all |every )?pages?\b", re.IGNORECASE)
_WEEKLY = re.compile(r"\b(?:rotat\w*|shifts?|rotation|on-?call|schedule|primary|secondary)\b", re.IGNORECASE)
_PAGED_SECOND = re.compile(
    r"\b(?:pages?|calls?|paged|escalates? to|alerts?)\s(?:the\s)?((?:secondary"
    r"|backup)(?: on[ -]?call)?(?: engineer)?)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bprimary\b|first responder|on[ -]?call (?:engineer|developer|responder)\b", re.IGNORECASE)
_OTHERS = re.compile(rf"{targets.SECOND.pattern}|^(?:all|entire|whole|every\w*)\b", re.IGNORECASE)
"""Names with on-call in them of those who come later, or all together."""
_BOTH = re.compile(r"\bprimary(?: on-?call)?(?: and|,| &| \+)(?: an?| one)? (?:secondary|backup)\b")
"""Two tiers that are named as a pair."""
_TEAM = re.compile(
    r"\bteam\b|engineering|platform|infrastructure|security|data|operations|back-?end|front-?end|sre", re.IGNORECASE
)
_COVERAGE = re.compile(r"24\s?[/x]\s?7|24/7/365|around the clock|24 hours", re.IGNORECASE)


def first_on_call(documents: Sequence[Document], steps: Sequence[Step], scale: Scale) -> tuple[str, Provenance]:
    """Whom to page when a severity names nobody, in the playbook's own words.

    Where every severity names somebody, and nobody is called on-call, it is whoever the least of them pages.
    """
    for step in steps:
        name = _on_call_in(step.who)
        if step.after == 0 and name:
            return name, step.why
    begun = [s for s in steps if s.after == 0 and s.who and s.manner == "page" and not _second(s.who)]
    if begun and all(any(name in s.severities or not s.severities for s in begun) for name in scale.names):
        last = next((s for name in reversed(scale.names) for s in begun if name in s.severities), begun[0])
        return last.who[0], last.why
    if found := _described(documents, _FIRST):
        return found
    for line in _policy_lines(documents, titles=False):
        if name := _on_call_in(targets.named_in(line.text)):
            return name, line.at(name)
    return "on-call", default("no line says who is on call")


def _on_call_in(names: Sequence[str]) -> str | None:
    """The one of several who is on call and comes first."""
    return next((w for w in names if targets.ON_CALL.search(w) and not _OTHERS.search(w)), None)


def _second(names: Sequence[str]) -> bool:
    """Whether all of these come only when somebody else is silent."""
    return all(targets.SECOND.search(w) for w in names)


def backup(documents: Sequence[Document], steps: Sequence[Step]) -> tuple[str, Provenance] | None:
    """Who is brought in when the first one stays silent."""
    for step in steps:
        name = next((w for w in step.who if targets.SECOND.search(w)), None)
        if name:
            return name, step.why
    if found := _described(documents, targets.SECOND):
        return found
    for line in _policy_lines(documents, titles=False):
        if said := _PAGED_SECOND.search(line.text):
            return said[1], line.at(said[1])
    return None


def _described(documents: Sequence[Document], kind: re.Pattern[str]) -> tuple[str, Provenance] | None:
    """Whoever of a kind has a heading, an entry or a paragraph of their own where the text is about on-call."""
    for section in _sections(documents):
        if any(ONCALL_TOPIC.search(plain(t)) for t in section.path[1:]):
            for line in [section.title, *(x for b in section.blocks for x in _heads(b))]:
                if found := kind.match(line.label or line.text):
                    # A bold row and the row below it are one paragraph: only the first is the name.
                    name = line.label.splitlines()[0] if line.label else " ".join(line.text.split()[:2])
                    return name, line.at(found[0])
    return None


def _heads(block: object) -> Iterator[Line]:
    for item in getattr(block, "items", ()):
        yield item.head
    yield from getattr(block, "lines", ())


def ack_clock(documents: Sequence[Document], steps: Sequence[Step], scale: Scale) -> Clock | None:
    """The time to acknowledge that holds for every page, as a duty or as the time after which the next is paged."""
    stated = _ack_duty(documents, scale)
    if stated:
        return stated
    waits = [s for s in steps if s.silence and s.after and not s.severities]
    first = min(waits, key=lambda s: s.after or 0, default=None)
    return Clock(first.after, first.why) if first and first.after else None


def _ack_duty(documents: Sequence[Document], scale: Scale) -> Clock | None:
    for line in _policy_lines(documents, of_all=scale):
        found = None if silent(line.text) else _ACK.search(line.text)
        timely = re.search(r"\bwithin\b|<|\bin\b|under|\bhas\b", line.text)
        amount = duration.read(line.text) if found and timely else None
        if amount and amount.seconds and not re.search(r"\bP\d|sev|escalat|if no", line.text, re.IGNORECASE):
            return Clock(amount.seconds, line.at(line.text), amount.business)
    return None


def read_rotation(documents: Sequence[Document], wait: Clock | None) -> Rotation | None:
    """What the playbook says of its rotation, or None when it says nothing."""
    facts: dict[str, object] = {}
    why: Provenance | None = None
    for section in _sections(documents):
        if not any(ONCALL_TOPIC.search(plain(t)) for t in section.path[1:]):
            continue
        before = len(facts)
        _tables(section, facts)
        _labels(section, facts)
        for block in section.blocks:
            for line in _told(block):
                _rotation_line(line, facts)
        why = why or (section.title.at() if len(facts) > before else None)
    if wait is not None:
        facts["ack_timeout_seconds"] = wait.seconds
    return Rotation(why=why or (wait.why if wait else None), **facts) if facts else None  # type: ignore[arg-type]


def _told(block: Block) -> Iterator[Line]:
    """The lines of a block; a row of a table of two columns is a label with its value."""
    if isinstance(block, Table) and len(block.header) == 2:
        for name, value in (r for r in (block.header, *block.rows) if r[0].text):
            yield make_line(name.file, f"{name.text}: {value.text}", name.line, name.source)
        return
    yield from lines_of(block)


def _tables(section: Section, facts: dict[str, object]) -> None:
    """Teams, tiers and coverage of a rotation table."""
    for block in section.blocks:
        if not isinstance(block, Table):
            continue
        headers = [plain(h.text) for h in block.header]
        tiers = tuple(h for h in ("primary", "secondary") if any(h in x for x in headers))
        if len(tiers) == 2 and any("team" in h or "rotation" in h for h in headers[:1]):
            facts.setdefault("tiers", tiers)
            facts.setdefault("teams", tuple(row[0].text for row in block.rows if row[0].text))


def _labels(section: Section, facts: dict[str, object]) -> None:
    """Tiers and teams of a rotation that is a list of labels with whom to reach."""
    if not re.search(r"rotation|rota\b|schedule", plain(section.title.text)):
        return
    labels = [
        i.head.label
        for b in section.blocks
        if isinstance(b, Items)
        for i in b.items
        if i.head.label and i.head.value
    ]
    tiers = tuple(t for t in ("primary", "secondary") if any(t in plain(x) for x in labels))
    if len(tiers) == 2:
        facts.setdefault("tiers", tiers)
    teams = tuple(x for x in labels if _TEAM.search(x))
    if len(teams) >= 2 and not tiers:
        facts.setdefault("teams", teams)


def _rotation_line(line: Line, facts: dict[str, object]) -> None:
    text = line.text
    if _COVERAGE.search(text):
        facts.setdefault("coverage", "24x7")
    words = plain(text)
    weekly = "primary" in words and "secondary" in words and re.search(r"rotat|weekly|week", words)
    if weekly or _BOTH.search(words):
        facts.setdefault("tiers", ("primary", "secondary"))
    period = duration.period(text) or _length(line)
    turns = _WEEKLY.search(f"{line.label} {text}") or re.search(r"\bper (?:person|engineer|shift)", text)
    if period and period.seconds >= 86400 and turns:
        facts.setdefault("period_seconds", period.seconds)
    if _HANDOFF.search(text) or (_TURN.fullmatch(plain(line.label)) and period):
        _handoff(text, facts)


def _length(line: Line) -> duration.Amount | None:
    return (
        duration.read(line.text)
        if re.search(
            r"\b(?:shift|rotation) (?:length|duration|period)|rotates?\b|per (?:person|engineer|shift)"
            r"|(?:shifts?|rotations?) (?:are|is|lasts?)",
            line.text,
            re.I,
        )
        else None
    )


def _handoff(text: str, facts: dict[str, object]) -> None:
    day = _WEEKDAY.search(text)
    if not day:
        return
    facts.setdefault("handoff_weekday", next(d for d in _DAYS if d.startswith(day[1].lower()[:3])))
    time = _TIME.search(text, day.end()) or _TIME.search(text)
    if time and (time[2] or time[3]):
        hour = (
            int(time[1]) % 12 + (12 if time[3] and time[3].lower().startswith("p") else 0)
            if time[3]
            else int(time[1])
        )
        facts.setdefault("handoff_time", f"{hour:02d}:{time[2] or '00'}")
        if time[4] and time[4].lower() not in ("am", "pm"):
            facts.setdefault("handoff_zone", time[4])


def watch_clock(documents: Sequence[Document]) -> Clock | None:
    """How long a solved incident is watched before it is closed."""
    for section in _sections(documents):
        for block in section.blocks:
            for line in lines_of(block):
                if re.search(r"\b(?:monitor|observe|watch|soak|stable|stability)\b", line.text, re.I):
                    titles = plain(" / ".join(section.path[1:]))
                    amount = duration.read(line.text)
                    if (
                        amount
                        and amount.seconds >= 60
                        and re.search(r"\bfor\b|period|stable", line.text)
                        and re.search(
                            r"resol|clos|recover|verif|confirm|mitigat|monitor", titles + plain(line.text)
                        )
                    ):
                        return Clock(amount.seconds, line.at(line.text), low=amount.low)
    return None


def in_doubt(documents: Sequence[Document]) -> Provenance | None:
    """The sentence that sends a doubtful incident to the higher severity."""
    pattern = re.compile(r"(?:in|if|any) doubt|unsure|uncertain|not sure|unclear", re.IGNORECASE)
    for line in _policy_lines(documents):
        if pattern.search(line.text) and re.search(
            r"\b(?:higher|up|worse|more severe|escalate|upgrade|over-?)", line.text, re.IGNORECASE
        ):
            return line.at(line.text)
    return None


def _sections(documents: Sequence[Document]) -> Iterator[Section]:
    for document in documents:
        yield from policy_sections(document)


def _policy_lines(
    documents: Sequence[Document], *, titles: bool = True, of_all: Scale | None = None
) -> Iterator[Line]:
    """The lines of policy; with a scale only those that stand under no heading of one severity."""
    for section in _sections(documents):
        if of_all and any(of_all.titled(t) for t in section.path[2:]):
            continue
        yield from [section.title] if titles else []
        for block in section.blocks:
            yield from (x for part in (_of_all(block, of_all) if of_all else [block]) for x in lines_of(part))


def _of_all(block: Block, scale: Scale) -> Iterator[Block]:
    """A block without the rows and items that are each one severity's own."""
    if isinstance(block, Table):
        yield replace(block, rows=tuple(row for row in block.rows if not (row and scale.purely(row[0].text))))
    elif isinstance(block, Items):
        yield replace(block, items=tuple(i for i in block.items if not scale.purely(i.head.label or i.head.text)))
    else:
        yield block
