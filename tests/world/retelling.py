"""Tells an incident's story a second time from its stored timeline, by rules of its own.

Written from the invariants and the words of the playbook, not from the engine: it knows which transitions are
legal (I14), when a deadline falls (I5), and which pages an answer settles (I6).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct, field

from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Clock, Level, Policy, Severity
from world import afterwards
from world.afterwards import Afterwards
from world.hours import business_later


class Line(Struct):
    """A timeline entry as plain data."""

    seq: int
    at: datetime
    kind: str
    event: dict[str, Any]
    due: datetime | None


FAILURES = ("failed", "refused", "undelivered")


class PageTold(Struct):
    """A page begun for one person."""

    page: str
    person: str
    seq: int
    at: datetime
    method: int = 0
    accepted: bool = False
    began: datetime | None = None
    """When the first page began in whose place this one is, however many failed between."""
    settled_by: int | None = None
    """The entry that made it unnecessary: an answer, the end, or a newer page."""
    failed_at: datetime | None = None
    """When its present contact method failed."""


class Hearing(Struct, frozen=True):
    """How an audience stands: since when its clock runs, whether it heard before, what it missed."""

    since: datetime | None = None
    heard: bool = False
    missed: int = 0
    promised: datetime | None = None


class Story(Struct):
    """The state that the lines so far tell."""

    policy: Policy
    status: str = "none"
    severity: str = ""
    group: str | None = None
    opened_at: datetime | None = None
    graded_at: datetime | None = None
    asked_at: datetime | None = None
    acknowledged_by: str = ""
    ever_acknowledged: bool = False
    snoozed_until: datetime | None = None
    cleared_at: datetime | None = None
    watched_from: datetime | None = None
    alerted: bool = False
    update_from: datetime | None = None
    promised_from: datetime | None = None
    paged_at: datetime | None = None
    reached: set[str] = field(default_factory=set)
    told_missed: set[str] = field(default_factory=set)
    current: dict[str, PageTold] = field(default_factory=dict)
    pages: dict[str, PageTold] = field(default_factory=dict)
    rounds: int = 0
    resolved_at: datetime | None = None
    false_alarm: bool = False
    afterwards: Afterwards = field(default_factory=Afterwards)
    told: dict[str, Hearing] = field(default_factory=dict)
    overdue_at: datetime | None = None
    marked: bool = False
    approved: set[tuple[str, str]] = field(default_factory=set)

    @property
    def open(self) -> bool:
        """Whether it has begun and is not over."""
        return self.status in ("unacknowledged", "acknowledged")

    @property
    def watching(self) -> bool:
        """Whether paging rests because all alerts cleared, or because somebody holds it to be solved."""
        cleared = self.cleared_at is not None and self.policy.watch is not None
        return cleared or self.watched_from is not None

    @property
    def grade(self) -> Severity:
        """The severity in force, found by its exact name."""
        return next(s for s in self.policy.severities if s.name == self.severity)


def lines(texts: list[tuple[str, bytes]]) -> list[Line]:
    """A stored timeline as plain data."""
    told = []
    for text, _ in texts:
        data = msgspec.json.decode(text)
        event = data["event"]
        due = datetime.fromisoformat(data["due"]) if data.get("due") else None
        told.append(Line(data["seq"], datetime.fromisoformat(data["at"]), event["kind"], event, due))
    return told


def tell(story: Story, line: Line) -> str:
    """Take one line in; answers what is illegal about it, or nothing."""
    event, kind = line.event, line.kind
    if kind == "Opened":
        if story.status != "none":
            return "opened twice"
        story.status, story.opened_at, story.group = "unacknowledged", line.at, event.get("group")
        story.alerted = story.group is not None and event.get("alerts", 0) > 0
        _grade(story, line, event["severity"], restart=True)
        return ""
    if story.status == "none":
        return f"{kind} before it was opened"
    if not story.open and kind not in _AFTER_THE_END:
        return f"{kind} on a resolved incident"
    wrong = afterwards.tell(story.afterwards, kind, line.at, event)
    return wrong or _TELL.get(kind, _nothing)(story, line, event) or ""


_AFTER_THE_END = (
    "StepEnded",
    "StepMarked",
    "EvidenceKept",
    "AccessRestricted",
    "AccessOpened",
    "Reopened",
    "Noted",
    "Delivered",
    "UpdateGiven",
    "UpdateApproved",
    "Notified",
    *afterwards.ALLOWED,
)


def _nothing(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    return None


def _grade(story: Story, line: Line, severity: str, *, restart: bool) -> None:
    story.severity, story.update_from, story.promised_from = severity, line.at, line.at
    story.reached, story.told_missed, story.rounds = set(), set(), 0
    story.told = {a: Hearing(line.at, h.heard) for a, h in story.told.items()}
    if restart:
        story.graded_at = story.asked_at = line.at


def _regraded(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if event["severity"] == story.severity or event["before"] != story.severity:
        return f"graded {event['severity']} from {event['before']} while it was {story.severity}"
    if event["severity"] not in {s.name for s in story.policy.severities}:
        return f"graded {event['severity']}, which the playbook does not have"
    _grade(story, line, event["severity"], restart=event.get("restart", True))
    return None


def _escalated(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if event["level"]:
        if event["level"] in story.reached and not event.get("by"):
            return f"level {event['level']} reached twice"
        story.reached.add(event["level"])
    if event.get("manner", "page") == "page":
        story.paged_at = line.at
        story.rounds = min(story.rounds, 2)
    return None


def _paged(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    before = story.current.get(event["person"])
    if before is not None and before.at == line.at and before.settled_by is None:
        return f"{event['person']} paged twice in one moment"
    if before is not None and before.settled_by is None:
        before.settled_by = line.seq
    asked = story.overdue_at == line.at
    if story.status == "acknowledged" and story.acknowledged_by == event["person"] and not asked:
        return f"{event['person']} paged although they have it"
    if event["page"] in story.pages:
        return f"page {event['page']} begun twice"
    failed = story.pages.get(event.get("instead", ""))
    began = failed.began or failed.at if failed else None
    if began is not None and before is not None and before.at >= began:
        return f"{event['person']} paged in the place of a page that followed their own"
    page = PageTold(event["page"], event["person"], line.seq, line.at, began=began)
    story.current[event["person"]] = story.pages[event["page"]] = page
    story.paged_at = line.at
    return None


def _continued(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    page = story.pages.get(event["page"])
    if page is None or event["method"] != page.method + 1:
        return f"page {event['page']} goes on by method {event['method']} out of turn"
    if page.settled_by is not None:
        return f"page {event['page']} goes on although it is settled"
    page.method += 1
    page.failed_at = None
    return None


def _acknowledged(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    first = story.status == "unacknowledged" or story.snoozed_until is not None or line.kind == "Snoozed"
    if story.status == "unacknowledged":
        story.told = {a: _theirs(h, line.at) for a, h in story.told.items()}
    for page in story.current.values():
        if page.settled_by is None and (first or page.person == event["by"]):
            page.settled_by = line.seq
    if first:
        story.acknowledged_by = event["by"]
    story.status, story.ever_acknowledged, story.rounds = "acknowledged", True, 0
    until = event.get("until") if line.kind == "Snoozed" else None
    story.snoozed_until = datetime.fromisoformat(until) if until else None
    return None


def _theirs(hearing: Hearing, at: datetime) -> Hearing:
    """Whoever takes an incident owes from then on what nobody told before."""
    if not hearing.missed:
        return hearing
    promised = at + timedelta(minutes=30) if hearing.promised else None
    return Hearing(at, hearing.heard, promised=promised)


def _snooze_ended(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if story.snoozed_until is None:
        return "a snooze ended that never began"
    story.status, story.snoozed_until, story.acknowledged_by = "unacknowledged", None, ""
    story.asked_at = line.at
    return None


def _resolved(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    asks = story.policy.watch is not None and story.policy.watch.why.line > 0
    said = event.get("false_alarm") or (event.get("unwatched") and event["reason"])
    if asks and event.get("by") and story.watched_from is None and not said:
        return "ended by a person and not watched, although the playbook asks for it"
    story.status, story.snoozed_until, story.cleared_at, story.watched_from = "resolved", None, None, None
    story.resolved_at, story.false_alarm = line.at, event.get("false_alarm", False)
    for page in story.current.values():
        page.settled_by = page.settled_by or line.seq
    return None


def _reopened(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if story.open and story.watched_from is None:
        return "reopened while open"
    if story.open and event.get("by"):
        return "reopened by a person while it was watched"
    story.watched_from = story.snoozed_until = None
    story.status, story.acknowledged_by, story.ever_acknowledged = "unacknowledged", "", False
    story.paged_at = story.resolved_at = None
    story.told, story.approved = {}, set()
    _grade(story, line, story.severity, restart=True)
    return None


def _cleared(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if story.cleared_at is not None:
        return "cleared twice"
    story.cleared_at = line.at
    return None


def _returned(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if story.cleared_at is None:
        return "alerts returned that had not cleared"
    story.cleared_at = None
    return None


def _watch_began(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    watch = story.policy.watch
    if watch is None or event["seconds"] != watch.seconds:
        return f"watched for {event['seconds']} s, which the playbook does not ask for"
    if story.watched_from is not None:
        return "the watch began twice"
    for page in story.current.values():
        page.settled_by = page.settled_by or line.seq
    if story.status == "unacknowledged":
        story.acknowledged_by = event["by"]
    story.status, story.ever_acknowledged, story.rounds = "acknowledged", True, 0
    story.snoozed_until, story.watched_from = None, line.at
    return None


def _noted(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if event.get("update"):
        story.update_from = line.at
        story.told.pop("internal", None)
        _settled_by(story, line, event["by"])
    return None


def _settled_by(story: Story, line: Line, person: str) -> None:
    page = story.current.get(person)
    if page is not None and page.settled_by is None:
        page.settled_by = line.seq


_OUTSIDE = ("customers", "public", "external", "authorities")


def _forbidden(story: Story, event: dict[str, Any]) -> str | None:
    """What must not be told: at a severity that stays in the house, or without consent to these words."""
    if event["audience"] not in _OUTSIDE:
        return None
    if _stays_inside(story):
        return f"told {event['audience']} although {story.severity} stays in the house"
    rules = [r for r in story.policy.security if r.kind == "approval before external words"]
    if story.marked and rules and (event["audience"], event["text"]) not in story.approved:
        return f"told {event['audience']} of a security incident without consent"
    return None


def _stays_inside(story: Story) -> bool:
    return any(p.bound == "never" and story.severity in p.severities for p in story.policy.promises)


def _marked(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    story.marked = line.kind == "SecurityMarked"
    if not story.marked:
        story.approved = set()
    return None


def _consented(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    story.approved.add((event["audience"], event["text"]))
    return None


def _given(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if wrong := _forbidden(story, event):
        return wrong
    if event.get("left"):
        return None
    promised = event.get("next_by")
    story.told[event["audience"]] = Hearing(
        line.at, True, promised=datetime.fromisoformat(promised) if promised else None
    )
    if event["audience"] == "internal":
        story.update_from = line.at
    _settled_by(story, line, event["by"])
    return None


def _silent(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if story.status != "unacknowledged":
        return "silence although somebody has it"
    if event["round"] != story.rounds + 1:
        return f"round {event['round']} of silence after {story.rounds}"
    if story.paged_at is not None and line.at - story.paged_at < timedelta(seconds=60):
        return f"a new round {line.at - story.paged_at} after the last page"
    story.rounds += 1
    story.paged_at = line.at
    return None


def _missed(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    if line.kind in story.told_missed:
        return f"{line.kind} told twice"
    story.told_missed.add(line.kind)
    return None


def _update_due(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    audience, counted, periods = event.get("audience", "internal"), event.get("round", 0), event.get("periods", 1)
    before = story.told.get(audience, Hearing())
    if counted != before.missed + periods:
        return f"an update missed {counted} times after {before.missed} and {periods} more"
    if before.missed < 4 and periods != 1:
        return f"nobody was asked for {periods - 1} updates, although only {before.missed} were missed before"
    if audience == "internal":
        story.update_from = line.at
    story.told[audience] = Hearing(line.at, before.heard, counted, before.promised)
    story.overdue_at = line.at
    return None


def _delivered(story: Story, line: Line, event: dict[str, Any]) -> str | None:
    page = story.pages.get(event["page"])
    if page is None:
        return None
    if event["outcome"] == "accepted":
        page.accepted = True
    elif event["outcome"] in FAILURES and event.get("method", 0) == page.method:
        page.failed_at = line.at
    return None


_TELL = {
    "Delivered": _delivered,
    "Regraded": _regraded,
    "Escalated": _escalated,
    "Paged": _paged,
    "PageContinued": _continued,
    "Acknowledged": _acknowledged,
    "Snoozed": _acknowledged,
    "SnoozeEnded": _snooze_ended,
    "Resolved": _resolved,
    "Reopened": _reopened,
    "AlertsCleared": _cleared,
    "AlertsReturned": _returned,
    "Noted": _noted,
    "WatchBegan": _watch_began,
    "Silent": _silent,
    "ResponseMissed": _missed,
    "ResolutionAtRisk": _missed,
    "ResolutionMissed": _missed,
    "UpdateDue": _update_due,
    "UpdateGiven": _given,
    "UpdateApproved": _consented,
    "SecurityMarked": _marked,
    "SecurityLifted": _marked,
}


class Expected(Struct):
    """Something that the playbook or a person has set a time for."""

    at: datetime
    kind: str
    level: str = ""
    business: bool = False
    audience: str = ""


def expected(story: Story, bindings: Bindings) -> Iterator[Expected]:
    """What must happen to an incident in this state, and when."""
    over_at, alarm = story.resolved_at, not story.false_alarm
    for each in afterwards.due(story.afterwards, story.policy, bindings, story.severity, over_at, alarm=alarm):
        yield Expected(each.at, each.kind, each.key, business=True)
    if not story.open:
        return
    if story.watching:
        yield _end_of_watch(story)
        if story.status == "acknowledged":
            yield from _words_expected(story, bindings)
        return
    if story.snoozed_until is not None:
        yield Expected(story.snoozed_until, "SnoozeEnded")
    for level in story.policy.levels:
        if (at := _level_due(story, level, bindings)) is not None:
            yield Expected(at, "Escalated", level.key, level.business)
    assert story.graded_at is not None
    grade = story.grade
    clocks = (
        ("ResponseMissed", grade.response),
        ("ResolutionAtRisk", _last_quarter(grade.resolution)),
        ("ResolutionMissed", grade.resolution),
    )
    for kind, clock in clocks:
        answered = kind == "ResponseMissed" and story.ever_acknowledged
        if clock is not None and kind not in story.told_missed and not answered:
            yield Expected(_later(bindings, story.graded_at, clock), kind, business=clock.business)
    yield from _words_expected(story, bindings)


def _last_quarter(clock: Clock | None) -> Clock | None:
    """When people are warned of a target: a quarter of its time before it passes, a day before at the most."""
    return clock and msgspec.structs.replace(clock, seconds=clock.seconds - min(clock.seconds // 4, 24 * 3600))


def _words_expected(story: Story, bindings: Bindings) -> Iterator[Expected]:
    """The next word to each audience: the house by the severity's rhythm, others by what was promised to them."""
    clocks: dict[str, tuple[Clock | None, Clock | None]] = {}
    if story.grade.update is not None:
        clocks["internal"] = (None, story.grade.update)
    for promise in story.policy.promises:
        if promise.bound == "must" and not promise.condition and story.severity in promise.severities:
            first, every = clocks.get(promise.audience, (None, None))
            clocks[promise.audience] = (_sooner(first, promise.first), _sooner(every, promise.every))
    silent = set(_OUTSIDE) if _stays_inside(story) else set()
    for audience in {*clocks, *story.told} - silent:
        hearing = story.told.get(audience, Hearing())
        first, every = clocks.get(audience, (None, None))
        since = hearing.since or (story.update_from if audience == "internal" else story.promised_from)
        assert since is not None
        if hearing.missed:
            yield from _asked_again(bindings, audience, hearing, since, every, first)
            continue
        clock = every if hearing.heard else first or every
        times = [hearing.promised] if hearing.promised else []
        if clock is not None:
            times.append(_later(bindings, since, clock))
        if times:
            yield Expected(min(times), "UpdateDue", business=bool(clock and clock.business), audience=audience)


def _asked_again(
    bindings: Bindings, audience: str, hearing: Hearing, since: datetime, every: Clock | None, first: Clock | None
) -> Iterator[Expected]:
    """What is missed is asked for four times in its rhythm, then after twice as long each, a day at most."""
    half_an_hour = 1800
    if every is not None:
        seconds, business = every.seconds, every.business
    elif first is not None:
        seconds, business = max(first.seconds, half_an_hour), first.business
    elif hearing.promised:
        seconds, business = half_an_hour, False
    else:
        return
    total = seconds
    while hearing.missed >= 4 and total + seconds <= min(hearing.missed * seconds, 24 * 3600):
        total += seconds
    start = business_later(bindings.business_hours, since, total) if business else since + timedelta(seconds=total)
    yield Expected(start, "UpdateDue", business=business, audience=audience)


def _sooner(one: Clock | None, other: Clock | None) -> Clock | None:
    return min((c for c in (one, other) if c), key=lambda c: c.seconds, default=None)


def _end_of_watch(story: Story) -> Expected:
    """Solved by a person and firing still, it opens again; else it is over."""
    fires = story.watched_from is not None and story.alerted and story.cleared_at is None
    start, watch = story.cleared_at or story.watched_from, story.policy.watch
    assert start is not None
    assert watch is not None
    return Expected(start + timedelta(seconds=watch.seconds), "Reopened" if fires else "Resolved")


def _level_due(story: Story, level: Level, bindings: Bindings) -> datetime | None:
    if level.after is None or level.key in story.reached or level.severity not in (None, story.severity):
        return None
    if level.until == "acknowledged" and story.status != "unacknowledged":
        return None
    start = story.asked_at if level.until == "acknowledged" else story.graded_at
    assert start is not None
    if level.business:
        return business_later(bindings.business_hours, start, level.after)
    return start + timedelta(seconds=level.after)


def _later(bindings: Bindings, start: datetime, clock: Clock) -> datetime:
    if clock.business:
        return business_later(bindings.business_hours, start, clock.seconds)
    return start + timedelta(seconds=clock.seconds)
