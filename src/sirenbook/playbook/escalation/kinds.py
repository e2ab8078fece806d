"""Reads tables of escalation whose rows are for one kind of incident each, whose people come by hand."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sirenbook.playbook.escalation.columns import ONWARD, is_people, is_reach
from sirenbook.playbook.escalation.stages import ARROWS, who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.escalation.triggers import is_trigger
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END, unresolved
from sirenbook.playbook.text.document import Table, plain
from sirenbook.playbook.text.inline import Line

_GRADES = re.compile(r"(?:(?:incident|alert|current|issue) )?(?:severity|priority)(?: level)?")
_TOPIC = re.compile(r"\b(?:issues?|domains?|types?|kinds?|problems?|scenarios?|situations?|categor(?:y|ies))\b")
_FIRST_CONTACT = re.compile(r"(?:primary|first|initial)(?: (?:contact|responder|owner|on-?call))?")
_NEXT_CONTACT = re.compile(
    r"(?:secondary|second|back-?up)(?: (?:contact|responder|owner|on-?call))?|escalat\w+(?: (?:to|contact|path))?"
)
_WAIT = re.compile(
    r"escalat\w+ (?:time|after|within|timeout)|escalate after|time to escalat\w+"
    r"|(?:if )?(?:not resolved|unresolved)(?: (?:in|after|for))?"
)
_SYSTEM = re.compile(r"(?:systems?|services?|components?|areas?|domains?)(?: affected)?")
_OTHERS = re.compile(
    r"(?:(?:external|third[- ]party|support) )?(?:vendors?|providers?|suppliers?|partners?)(?: name)?"
    r"|regions?|time ?zones?|obligations?|regulations?|(?:legal |regulatory )?requirements?|jurisdictions?|laws?"
)


def is_of_others(table: Table) -> bool:
    """Whether the rows of a table are other firms, regions with their hours, or what the law obliges to."""
    return bool(table.header) and _OTHERS.fullmatch(plain(table.header[0].text)) is not None


def is_topic(header: str) -> bool:
    """Whether a first column is called so that each of its rows is for one kind of incident."""
    return bool(_TOPIC.search(plain(header)))


def each_graded(table: Table, index: int, scale: Scale) -> bool:
    """Whether most cells of a column are nothing but a severity."""
    return sum(1 for row in table.rows if scale.purely(row[index].text)) * 2 > len(table.rows)


def graded_topics(table: Table, scale: Scale) -> bool:
    """Whether the rows are kinds of incident that each have a severity, and are read as that severity's."""
    graded = (each_graded(table, i, scale) for i in range(1, len(table.header)))
    return is_topic(table.header[0].text) and any(graded)


def of_topics(table: Table, who_at: int) -> Iterator[Step]:
    """The people of rows that are for one kind of incident each, by hand, with the time that their row states."""
    waits = [i for i, h in enumerate(table.header) if i not in (0, who_at) and unresolved(h.text)]
    others = [i for i in range(1, len(table.header)) if i != who_at]
    for row in table.rows:
        told = [a for i in (*waits, *others) if (a := duration.alone(row[i].text))]
        amount = told[0] if told else duration.read(table.header[who_at].text)
        if who := who_in(row[who_at].text):
            yield _of_kind(row[0].text, who, row[who_at], amount)


def _of_kind(kind: str, who: tuple[str, ...], cell: Line, amount: duration.Amount | None) -> Step:
    """Those who come by hand for one kind of incident, which only people can tell."""
    words = AT_END.sub("", kind).strip()
    return Step(who, None, cell.at(), kind=words, advised=amount.seconds if amount else None)


def tells_who_is_next(table: Table) -> bool:
    """Whether a table of contacts for kinds of incident says after how long the next of them is called."""
    onward = [i for i, h in enumerate(table.header) if _NEXT_CONTACT.fullmatch(plain(h.text))]
    timed = any(duration.amounts(row[i].text) for row in table.rows for i in onward)
    return bool(table.header) and is_topic(table.header[0].text) and timed


def of_contacts(table: Table, scale: Scale) -> Iterator[Step]:
    """Who is next for each kind of incident, by hand, with the time that a cell or a column of its own advises.

    A row that names a severity is that severity's, from its first contact on.
    """
    heads = [plain(h.text) for h in table.header]
    first = next((i for i, h in enumerate(heads) if _FIRST_CONTACT.fullmatch(h) and is_people(table, i)), None)
    onward = next((i for i, h in enumerate(heads) if _NEXT_CONTACT.fullmatch(h) and is_people(table, i)), None)
    several = sum(is_people(table, i) and not is_reach(table, i) for i in range(1, len(heads))) > 2
    if first is None or onward is None or several or not is_topic(heads[0]) or graded_topics(table, scale):
        return
    times = [i for i, h in enumerate(heads) if _WAIT.fullmatch(h)]
    for row in table.rows:
        only = scale.mentioned(row[0].text)
        due = next((a for i in times if (a := duration.read(row[i].text))), None)
        at_once = due is not None and not due.seconds
        if (only or at_once) and (who := who_in(row[first].text)):
            yield Step(who, 0, row[first].at(), only) if only else _of_kind(row[0].text, who, row[first], due)
        later = () if at_once else (s for s in _next_contacts(row[onward], due) if s.who)
        for step in later:
            by_hand = replace(step, after=None, kind=row[0].text, advised=step.after)
            yield replace(step, severities=only) if only else by_hand


def of_systems(table: Table) -> Iterator[Step]:
    """Who is next for each system of a table of `System | Primary | Secondary | Escalation`, by hand."""
    heads = [plain(h.text) for h in table.header]
    onward = [i for i, h in enumerate(heads) if _NEXT_CONTACT.fullmatch(h) and is_people(table, i)]
    if len(onward) < 2 or not _SYSTEM.fullmatch(heads[0]):
        return
    for row in table.rows:
        for at in onward:
            if who := who_in(row[at].text):
                yield _of_kind(row[0].text, who, row[at], None)


def _next_contacts(cell: Line, due: duration.Amount | None) -> Iterator[Step]:
    """Those in a cell of who is next, each with a time of its own where arrows part them."""
    pieces = ARROWS.split(cell.text)
    for piece in pieces:
        amount = duration.read(piece) if duration.amounts(piece) else due if len(pieces) == 1 else None
        after = amount.seconds if amount else None
        yield Step(who_in(piece), after, cell.at(piece), business=bool(amount and amount.business))


def of_kinds(table: Table, scale: Scale) -> Iterator[Step]:
    """The people of several columns who are for one kind of incident each, whose severity may stand in brackets."""
    people = [i for i in range(1, len(table.header)) if is_people(table, i) and not is_reach(table, i)]
    timed = any(duration.amounts(c.text) for row in table.rows for c in row)
    onward = any(ONWARD.fullmatch(plain(h.text)) or is_trigger(h.text) for h in table.header)
    if not is_topic(table.header[0].text) or len(people) < 2 or timed or onward or graded_topics(table, scale):
        return
    times = [duration.read(h.text) for h in table.header]
    for row in table.rows:
        aside = AT_END.search(row[0].text)
        only = scale.purely(aside[1]) if aside else ()
        for at in people:
            if who := who_in(row[at].text):
                yield replace(_of_kind(row[0].text, who, row[at], times[at]), severities=only)


def is_graded(table: Table, scale: Scale) -> bool:
    """Whether the rows or columns of a table are severities, be it some that this playbook does not know."""
    heads = [*table.header, *(row[0] for row in table.rows if row and duration.window(row[0].text) is None)]
    unknown = _GRADES.fullmatch(plain(table.header[0].text)) if table.header else None
    return bool(unknown) or any(scale.purely(c.text) or scale.mentioned(c.text) for c in heads)
