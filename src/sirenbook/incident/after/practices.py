"""What a playbook wants done regularly: by when each practice is due next, who is reminded of it, and when."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.after.aftermath import DAY, PAUSES, managers
from sirenbook.incident.calendar import business_add, business_day, closing
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Policy
from sirenbook.model.practice import Record, Regular, Standing
from sirenbook.model.readiness import Practice, Stamp
from sirenbook.model.wall import shown

LONGEST_LEAD = timedelta(days=7)
ABOVE_FROM = 2
"""From which reminder of what is late on the manager whom the playbook names hears of it too."""
_MOST_WORDS = 6
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[*_`]+")
_OF_ITSELF = re.compile(r"\b(?:this|the|our) (?:playbook|document|plan)\b|\bplaybook review", re.IGNORECASE)
_SAYS_NOTHING = frozenset(
    _WORD.findall(
        "a all an and annual annually are at be biweekly by conduct conducted day days do done drill drills each"
        " every exercise exercises for from full game half hold in incident incidents is it least month monthly"
        " months of on once our per perform performed quarter quarterly regular regularly response run session"
        " sessions simulated simulation simulations team test testing tests the to twice we week weekly weeks with"
        " year yearly"
    )
)
"""Words that do not tell one drill from another."""


class Reminder(Struct, frozen=True):
    """One reminder of a practice: round 0 before it is due, 1 when it is late, and so on."""

    at: datetime
    round: int


def regulars(policy: Policy) -> tuple[Regular, ...]:
    """Every practice of the playbook under a name of its own; the review of the playbook itself is one."""
    ready = policy.readiness
    found: dict[str, Regular] = {}
    for practice in ready.practices:
        regular = _regular(practice, ready.stamp)
        known = [r for r in found.values() if r.what.casefold() == regular.what.casefold()]
        if all(r.every != regular.every for r in known):
            name = _free(regular.name, found)
            found[name] = replace(regular, name=name)
    if not any(_of_itself(p) for p in ready.practices):
        found |= {r.name: r for r in _own_review(ready.stamp)}
    return tuple(found.values())


def _regular(practice: Practice, stamp: Stamp) -> Regular:
    what = _MARKS.sub("", practice.what).strip()
    name = "-".join(_WORD.findall(what.casefold())[:_MOST_WORDS]) or practice.kind
    own = stamp if _of_itself(practice) else Stamp()
    owner = practice.owner or (own.owner.text if own.owner else "")
    return Regular(name, what, practice.kind, practice.why, practice.every, owner, own.updated_on, own.review_on)


def _free(name: str, taken: Sequence[str] | dict[str, Regular]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _of_itself(practice: Practice) -> bool:
    return practice.kind == "review" and bool(_OF_ITSELF.search(practice.what))


def _own_review(stamp: Stamp) -> Iterator[Regular]:
    """The review that the playbook's head or foot asks for: `Review frequency: Monthly`, `Next review: …`."""
    said = stamp.review if stamp.review_every else stamp.next_review if stamp.review_on else None
    if said is not None:
        what, owner = "Review of the playbook", stamp.owner.text if stamp.owner else ""
        days = (stamp.updated_on, stamp.review_on)
        yield Regular("playbook-review", what, "review", said.why, stamp.review_every, owner, *days)


def standings(policy: Policy, bindings: Bindings, records: Sequence[Record], now: datetime) -> list[Standing]:
    """How each practice stands: what is due first on top, what has no time last."""
    done = {r.practice: r for r in records if r.kind == "done"}
    begun = {r.practice: r.at for r in records if r.kind == "begun"}
    undone = {r.practice: r for r in records if r.kind == "undone"}
    found = []
    for each in regulars(policy):
        since, last = begun.get(each.name, now), done.get(each.name)
        hours = _hours_of(policy, bindings, each)
        day = _due_on(hours, each, last, since, now)
        due = closing(hours, business_day(hours, day)) if day else None
        found.append(Standing(each, since, last, due, hours, undone.get(each.name)))
    return sorted(found, key=lambda s: (s.due is None, s.due or now, s.regular.name))


def _hours_of(policy: Policy, bindings: Bindings, each: Regular) -> BusinessHours:
    """The business hours of those whose it is: of all who may stand for its owner, whoever does today."""
    found = (bindings.everyone(name) for name in _owner_names(policy, each))
    return bindings.hours_for(p.id for p in next((people for people in found if people), ()))


def _due_on(
    hours: BusinessHours, each: Regular, last: Record | None, since: datetime, now: datetime
) -> date | None:
    """The day it is due: the one that the playbook states, unless it was done about then; else a period after."""
    stated = each.last if each.last and each.last <= _day(hours, now) else None
    done = max((d for d in (_day(hours, last.at) if last else None, stated) if d), default=None)
    if each.following and (done is None or done < each.following - _lead(each)):
        return each.following
    if each.every is None:
        return None
    return (done or _day(hours, since)) + timedelta(seconds=each.every)


def _day(hours: BusinessHours, at: datetime) -> date:
    return shown(at, ZoneInfo(hours.zone)).date()


def _lead(each: Regular) -> timedelta:
    """How long before it is due its owner is reminded: a sixth of the period, a week at most."""
    return min(timedelta(seconds=(each.every or 365 * DAY) // 6), LONGEST_LEAD)


def reminder(standing: Standing, now: datetime) -> Reminder | None:
    """The newest reminder whose time has come. What was late before it was known here is late since then."""
    come = [r for r in _reminders(standing, now) if r.at <= now]
    return come[-1] if come else None


def _reminders(standing: Standing, now: datetime) -> Iterator[Reminder]:
    """Before it is due, as it is late, then ever further apart, and at last once a period."""
    if standing.due is None:
        return
    hours = standing.hours
    morning = datetime.combine(_day(hours, standing.due - _lead(standing.regular)), time(), ZoneInfo(hours.zone))
    near = business_add(hours, morning.astimezone(UTC), 0)
    if standing.since <= near < standing.due:
        yield Reminder(near, 0)
    at, round_ = max(standing.due, standing.since), 1
    yield Reminder(at, round_)
    pauses = iter(PAUSES)
    while at <= now:
        days = next(pauses, None)
        at = business_add(hours, at, days * DAY) if days else business_add(hours, at + _later(standing.regular), 0)
        round_ += 1
        yield Reminder(at, round_)


def _later(each: Regular) -> timedelta:
    return timedelta(seconds=max(each.every or 0, 30 * DAY))


def reminded(policy: Policy, bindings: Bindings, each: Regular, round_: int, now: datetime) -> tuple[Person, ...]:
    """Who hears of it: its owner; late for long, also the first manager whom the playbook names."""
    people = owners(policy, bindings, each, now)
    if round_ > ABOVE_FROM:
        people += tuple(p for target in managers(policy)[:1] for p in bindings.reach(target, now))
    return tuple({p.id: p for p in people}.values())


def owners(policy: Policy, bindings: Bindings, each: Regular, now: datetime) -> tuple[Person, ...]:
    """Whose it is: whom its line names, else the playbook's owner, else who is on call first, else the fallback."""
    found = (bindings.reach(name, now) for name in _owner_names(policy, each))
    return next((people for people in found if people), bindings.last_resort)


def _owner_names(policy: Policy, each: Regular) -> tuple[str, ...]:
    """Whom to ask for its owner, in this order."""
    stamp = policy.readiness.stamp
    names = (each.owner, stamp.owner.text if stamp.owner else "", *policy.on_call[:1])
    return tuple(name for name in names if name)


def find(all_: Sequence[Standing], said: str) -> Standing:
    """The practice of a name, or the only one whose name or words hold it. Raises LookupError."""
    wanted = said.strip().casefold()
    exact = [s for s in all_ if s.regular.name == wanted]
    holding = [s for s in all_ if wanted and (wanted in s.regular.name or wanted in s.regular.what.casefold())]
    found = exact or holding
    if len(found) != 1:
        names = ", ".join(s.regular.name for s in found or all_) or "nothing"
        raise LookupError(f"{said.strip()!r} is not the name of one practice; there is {names}")
    return found[0]


def drilled(all_: Sequence[Standing], title: str) -> Standing | None:
    """The practice that a drill of this title was: the one with most of its words, all of them in the title."""
    words = frozenset(_WORD.findall(title.casefold()))
    fitting = [s for s in all_ if s.regular.kind == "drill" and _telling(s.regular.what) <= words]
    most = max((len(_telling(s.regular.what)) for s in fitting), default=0)
    found = [s for s in fitting if len(_telling(s.regular.what)) == most]
    return found[0] if len(found) == 1 else None


def _telling(what: str) -> frozenset[str]:
    """The words by which one drill is known from others."""
    return frozenset(_WORD.findall(what.casefold())) - _SAYS_NOTHING


def kept(done: Sequence[Record], left: Sequence[Standing], now: datetime) -> tuple[int, int]:
    """Of what was due in a while, done and left: how many were done in time, and how many are late."""
    good = sum(r.due is not None and r.at <= r.due for r in done)
    return good, len(done) - good + sum(s.overdue(now) for s in left)
