"""Tells a third time what a severity obliges to: roles, hands told, reviews in turn, an end with all its words.

Each rule looks at the stored lines alone, and at the people behind the playbook's names.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct, field

from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.model.promise import OUTSIDE, Appointment
from world.retelling import Line

ABOVE = ("Team Lead", "VP Engineering")
"""The names of these worlds that are above the on-call."""
_RESTS = {"WatchBegan": True, "AlertsCleared": True, "AlertsReturned": False, "Reopened": False}
"""Whether nobody is brought in from then on."""


class Case(Struct):
    """What the lines so far tell; `sure` is False at moments at which people have just changed."""

    policy: Policy
    bindings: Callable[[datetime], Bindings]
    sure: Callable[[datetime], bool]
    severity: str = ""
    holders: dict[str, str] = field(default_factory=dict)
    restricted: bool = False
    marked: bool = False
    watching: bool = False
    approved: set[tuple[str, str]] = field(default_factory=set)


def broken(case: Case, lines: list[Line]) -> Iterator[str]:
    """Every obligation that was not kept, in words."""
    for place, line in enumerate(lines):
        moment = [x for x in lines[place:] if x.at == line.at]
        if line.kind in ("Opened", "Regraded"):
            case.severity = line.event["severity"]
            yield from _obliged(case, line, moment, lines)
            yield from _appointed(case, line, moment)
        elif line.kind == "RoleAssigned":
            case.holders[line.event["role"]] = line.event["person"]
        elif line.kind == "Acknowledged":
            yield from _first_to_come(case, line, moment)
        if line.kind in _RESTS:
            case.watching = _RESTS[line.kind]
        yield from _ended_without(case, line)
        yield from _leaked(case, line)


def _obliged(case: Case, line: Line, moment: list[Line], lines: list[Line]) -> Iterator[str]:
    kinds = {o.kind: o for o in case.policy.obligations if case.severity in o.severities}
    if "all hands" in kinds and not any(x.kind == "Obliged" for x in moment):
        yield f"no word to all hands at {line.at}"
    if review := kinds.get("periodic review"):
        items = [x for x in lines if x.kind == "ItemAdded" and x.event["text"] == review.why.quote]
        if len(items) != 1 or items[0].at > line.at:
            yield f"{len(items)} items for the {review.why.quote}"
        elif "week" in review.why.quote.lower() and not _within_a_week(items[0]):
            yield "the weekly review is due at another time"
    above = set(ABOVE) & set(case.policy.targets)
    called = {who for x in lines if x.kind == "Escalated" and x.at <= line.at for who in x.event["who"]}
    if "management at once" in kinds and above and not above & called and not case.watching:
        yield f"nobody above the on-call was brought in at {line.at}"


def _within_a_week(item: Line) -> bool:
    return datetime.fromisoformat(item.event["due"]) - item.at == timedelta(days=7)


def _appointed(case: Case, line: Line, moment: list[Line]) -> Iterator[str]:
    """Whoever the playbook names for a role has it as the severity begins."""
    for role in case.policy.roles:
        given = _line_of(role.appointments, case.severity)
        if given is None or given.first or given.by or role.name in case.holders or not case.sure(line.at):
            continue
        people = [case.bindings(line.at).reach(name, line.at) for name in (*given.who, role.name)]
        named = next((found[0].id for found in people if len(found) == 1), "")
        got = [x.event["person"] for x in moment if x.kind == "RoleAssigned" and x.event["role"] == role.name]
        if got[:1] != [named] * bool(named) and case.severity not in _dedicated(case):
            yield f"{role.name} is {got}, by the playbook {named or 'nobody'} at {line.at}"


def _dedicated(case: Case) -> set[str]:
    return {s for o in case.policy.obligations if o.kind == "dedicated commander" for s in o.severities}


def _first_to_come(case: Case, line: Line, moment: list[Line]) -> Iterator[str]:
    """Whoever takes it first has what the playbook gives to the first."""
    for role in case.policy.roles:
        given = _line_of(role.appointments, case.severity)
        if given is None or not given.first or role.name in case.holders or case.severity in _dedicated(case):
            continue
        got = [x.event["person"] for x in moment if x.kind == "RoleAssigned" and x.event["role"] == role.name]
        if got[:1] != [line.event["by"]]:
            yield f"{role.name} is {got}, and {line.event['by']} came first at {line.at}"


def _line_of(lines: tuple[Appointment, ...], severity: str) -> Appointment | None:
    fitting = (x for x in lines if severity in x.severities or (not x.severities and not x.by))
    return next(fitting, None)


def _ended_without(case: Case, line: Line) -> Iterator[str]:
    """No person ends it without the words that the playbook demands, or a reason to go without."""
    event = line.event
    by_hand = line.kind == "WatchBegan" or (line.kind == "Resolved" and event.get("by") and line.due is None)
    if not by_hand or event.get("false_alarm"):
        return
    said = {name for name, value in event.get("fields", ()) if value.strip()}
    lacking = set(event.get("lacking", ()))
    wanted = {name for d in case.policy.demands if d.moment == "resolution" for name in d.fields}
    if wanted - said - lacking:
        yield f"ended without {wanted - said - lacking} at {line.at}"
    if lacking and not event.get("without"):
        yield f"ended without {lacking} and no reason at {line.at}"


def _leaked(case: Case, line: Line) -> Iterator[str]:
    """What few may see goes to no page and no list by itself, but for words that somebody consented to."""
    event = line.event
    if line.kind in ("AccessRestricted", "AccessOpened"):
        case.restricted = line.kind == "AccessRestricted"
    elif line.kind in ("SecurityMarked", "SecurityLifted"):
        case.marked, case.approved = line.kind == "SecurityMarked", set()
    elif line.kind == "UpdateApproved":
        case.approved.add((event["audience"], event["text"]))
    elif line.kind in ("Regraded", "Reopened"):
        case.approved = set()
    elif line.kind == "UpdateGiven" and (case.restricted or case.marked) and event["audience"] in OUTSIDE:
        shown = event.get("page") or event.get("lists")
        if shown and (event["audience"], event["text"]) not in case.approved:
            yield f"a restricted incident told {event['audience']} by itself at {line.at}"
