"""How an incident begins, is taken, rests, ends and comes back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.intake import service_of
from sirenbook.incident.people import relief
from sirenbook.incident.steps import verification
from sirenbook.incident.updates import demands
from sirenbook.model.command import Acknowledge, Open, Refused, Reopen, Resolve, Snooze
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import (
    Acknowledged,
    Noted,
    Opened,
    Reopened,
    Resolved,
    Snoozed,
    SnoozeEnded,
)
from sirenbook.model.incident import Incident, PageState, Told

LONGEST_SNOOZE = timedelta(hours=24)
AGAIN = 1800
"""How soon at the earliest, in seconds, a word that was missed and has no rhythm is asked for again."""


def open_(course: Course, command: Open) -> None:
    """Begin the incident."""
    if course.incident.seq:
        raise Refused(f"{course.incident.number} is open already")
    policy = course.context.policy
    course.happen(
        Opened(
            title=command.title,
            severity=policy.severity(command.severity).name,
            reason=command.reason,
            why=command.why,
            policy=policy.digest,
            by=command.by,
            group=command.group,
            alerts=command.alerts,
            firing=command.alerts > 0,
            drill=command.drill,
            impact=command.impact,
            alert=command.labels.get("alertname", ""),
            service=command.service or service_of(course.context.bindings, command.labels),
            began_at=command.began_at,
        )
    )


def acknowledge(course: Course, command: Acknowledge) -> None:
    """Let somebody take the incident; a second time by the same person changes nothing."""
    incident = _must_be_open(course, "acknowledge")
    waiting = any(p.person == command.by and not p.settled for p in incident.pages)
    resting = incident.snoozed_until is not None
    if incident.status == "unacknowledged" or waiting or resting:
        course.happen(Acknowledged(command.by, command.via, relieves=relief.relieved(incident, command.by)))


def snooze(course: Course, command: Snooze) -> None:
    """Let somebody take the incident until a time, at most a day ahead."""
    _must_be_open(course, "snooze")
    now = course.context.now
    if not now < command.until <= now + LONGEST_SNOOZE:
        raise Refused("snooze until a time within the next 24 hours")
    course.happen(Snoozed(by=command.by, until=command.until))


def resolve(course: Course, command: Resolve) -> None:
    """End the incident, once it has been watched for as long as the playbook says."""
    _must_be_open(course, "resolve")
    said = _said(course, command)
    if verification.watch(course, command, said):
        return
    reason = command.reason or ("false alarm" if command.false_alarm else "resolved by hand")
    left_out = verification.asked(course.context, course.incident) if command.at_once else None
    course.happen(
        Resolved(
            command.by,
            reason,
            command.false_alarm,
            fields=said.fields,
            lacking=said.lacking,
            without=said.without,
            unwatched=left_out.why if left_out else None,
        )
    )


def _said(course: Course, command: Resolve) -> demands.Said:
    """What people say of the end, held against what the playbook demands; a false alarm needs no words."""
    if command.false_alarm:
        return demands.Said()
    wanted = demands.demanded(course.context, course.incident, "resolution")
    words = demands.compose(wanted, command.reason, command.fields)
    lacking = demands.must_be_whole(words, command.without)
    fields = demands.kept(course.incident.said, command.fields, wanted)
    return demands.Said(fields, lacking, command.without.strip() if lacking else "")


def reopen(course: Course, command: Reopen) -> None:
    """Take a resolved incident up again, with its clocks afresh."""
    if course.incident.open:
        raise Refused(f"{course.incident.number} is open already")
    course.happen(Reopened(by=command.by, reason=command.reason))


def _must_be_open(course: Course, what: str) -> Incident:
    if not course.incident.open:
        raise Refused(f"{course.incident.number} is resolved; reopen it to {what} it")
    return course.incident


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The end of a snooze, and the end of the watch after somebody solved it or its alerts cleared."""
    watch = context.policy.watch
    if incident.watched_from is not None:
        yield from verification.deadlines(context, incident)
    elif incident.cleared_at is not None and watch is not None:
        ended = Resolved(by="", reason="its alerts cleared and stayed quiet", why=watch.why)
        yield Deadline(incident.cleared_at + watch.delta, ended)
    elif incident.snoozed_until is not None:
        yield Deadline(incident.snoozed_until, SnoozeEnded(by=incident.acknowledged_by or ""))


def opened(incident: Incident, event: Opened, at: datetime) -> Incident:
    """Fold the beginning."""
    return replace(
        incident,
        policy=event.policy,
        title=event.title,
        severity=event.severity,
        group=event.group,
        alerts=event.alerts,
        drill=event.drill,
        impact=event.impact,
        service=event.service,
        opened_at=at,
        graded_at=at,
        asked_at=at,
        update_from=at,
        promised_from=at,
    )


def acknowledged(incident: Incident, event: Acknowledged, at: datetime) -> Incident:
    """Fold an acknowledgement: the first settles every page, a later one the person's own, or takes it over."""
    first = incident.status == "unacknowledged" or incident.snoozed_until is not None
    taken = first or bool(event.relieves)
    return replace(
        incident,
        status="acknowledged",
        acknowledged_at=at if taken else incident.acknowledged_at,
        acknowledged_by=event.by if taken else incident.acknowledged_by,
        relief="" if taken else incident.relief,
        first_acknowledged_at=incident.first_acknowledged_at or at,
        snoozed_until=None,
        round=0,
        told=_to_tell(incident, at),
        pages=settle(incident.pages, None if first else event.by),
    )


def _to_tell(incident: Incident, at: datetime) -> tuple[Told, ...]:
    """How the audiences stand when somebody takes the incident: what nobody told is theirs to tell from now on."""
    if incident.status == "acknowledged":
        return incident.told
    again = at + timedelta(seconds=AGAIN)
    return tuple(
        replace(t, since=at, missed=0, next_by=t.next_by and again) if t.missed else t for t in incident.told
    )


def snoozed(incident: Incident, event: Snoozed, at: datetime) -> Incident:
    """Fold a snooze: acknowledged for a while."""
    return replace(
        incident,
        status="acknowledged",
        acknowledged_at=at,
        acknowledged_by=event.by,
        first_acknowledged_at=incident.first_acknowledged_at or at,
        snoozed_until=event.until,
        round=0,
        told=_to_tell(incident, at),
        pages=settle(incident.pages, None),
    )


def snooze_ended(incident: Incident, event: SnoozeEnded, at: datetime) -> Incident:
    """Fold the end of a snooze: unacknowledged again."""
    return replace(
        incident,
        status="unacknowledged",
        asked_at=at,
        snoozed_until=None,
        acknowledged_at=None,
        acknowledged_by=None,
    )


def resolved(incident: Incident, event: Resolved, at: datetime) -> Incident:
    """Fold the end: no clock runs any more."""
    return replace(
        incident,
        status="resolved",
        resolved_at=at,
        false_alarm=event.false_alarm,
        snoozed_until=None,
        cleared_at=None,
        watched_from=None,
        said=dict(event.fields) or incident.said,
        pages=settle(incident.pages, None),
    )


def reopened(incident: Incident, event: Reopened, at: datetime) -> Incident:
    """Fold a reopening: as if begun now, but timeline, pages, review and action items go on."""
    left = incident.aftermath
    return replace(
        incident,
        status="unacknowledged",
        resolved_at=None,
        watched_from=None,
        snoozed_until=None,
        false_alarm=False,
        acknowledged_at=None,
        first_acknowledged_at=None,
        acknowledged_by=None,
        relief="",
        graded_at=at,
        asked_at=at,
        paged_at=None,
        update_from=at,
        promised_from=at,
        reached=(),
        round=0,
        response_missed=False,
        resolution_missed=False,
        resolution_warned=False,
        aftermath=None if left is None else replace(left, done=(), reminded=()),
        told=(),
        approved=(),
        said={},
        wanting=(),
    )


def noted(incident: Incident, event: Noted, at: datetime) -> Incident:
    """Fold a note: a status update starts the cadence of the house afresh, and answers a page that asked for it."""
    if not event.update:
        return incident
    told = tuple(t for t in incident.told if t.audience != "internal")
    return replace(incident, update_from=at, told=told, pages=settle(incident.pages, event.by))


def settle(pages: tuple[PageState, ...], person: str | None) -> tuple[PageState, ...]:
    """Mark the pages of one person, or of everybody, as answered."""
    return tuple(replace(p, settled=True) if not p.settled and person in (None, p.person) else p for p in pages)
