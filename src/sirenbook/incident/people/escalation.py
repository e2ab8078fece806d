"""Who is next: the levels of the playbook on their two clocks, and what follows when nobody answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall, relief
from sirenbook.incident.updates import demands
from sirenbook.model.command import Escalate, Refused
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Escalated, Silent, SnoozeEnded
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Level
from sirenbook.model.provenance import Provenance, default

SHORTEST_ROUND = 60
LONGEST_ROUND = 3600
UNSTATED_ROUND = 900
FALLBACK_ROUND = 3
UNATTENDED = 86_400


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """Every level that will be reached unless somebody acknowledges or resolves, and the next round of silence."""
    if incident.graded_at is None:
        return
    next_page: datetime | None = None
    for level in context.levels(incident):
        if level.after is None or level.key in incident.reached or _spared(incident, level):
            continue
        at = context.page_at(_start(incident, level), level.after, level.business)
        if level.until == "acknowledged" and level.manner == "page":
            next_page = min(next_page or at, at)
        yield Deadline(at, escalated(level))
    if incident.status == "unacknowledged" and not _bridged(context, incident, next_page):
        yield _silence(context, incident)


def _start(incident: Incident, level: Level) -> datetime:
    """When a level's clock began: a snooze that ends asks afresh, it does not bring in everybody it held back."""
    start = (incident.asked_at if level.until == "acknowledged" else None) or incident.graded_at
    assert start is not None
    return start


def _bridged(context: Context, incident: Incident, next_page: datetime | None) -> bool:
    """Whether the ladder goes on soon enough: a page must not end in silence because a level comes tomorrow."""
    if next_page is None or oncall.unheard(context, incident):
        return False
    return incident.paged_at is None or next_page <= incident.paged_at + timedelta(seconds=LONGEST_ROUND)


def _spared(incident: Incident, level: Level) -> bool:
    """Whether an acknowledgement keeps this level from being reached."""
    return level.until == "acknowledged" and incident.status == "acknowledged"


def escalated(level: Level) -> Escalated:
    """The event that a level becomes when its time comes."""
    return Escalated(
        level=level.key,
        who=level.who,
        why=level.why,
        manner=level.manner,
        until=level.until,
        after=level.after,
    )


def _silence(context: Context, incident: Incident) -> Deadline:
    """When everybody is paged again; one that paged nobody, and that nobody took, is paged for after a day."""
    if incident.paged_at is None:
        assert incident.graded_at is not None
        why = default("nobody took it within a day")
        at = context.page_at(incident.graded_at, UNATTENDED, _waits_for_business(context, incident))
        return Deadline(at, Silent(round=incident.round + 1, why=why))
    seconds, business, why = _patience(context, incident)
    beyond = max(0, incident.round - FALLBACK_ROUND + 1)
    seconds = min(seconds * 2 ** min(beyond, 6), max(seconds, LONGEST_ROUND))
    at = context.page_at(incident.paged_at, seconds, business)
    return Deadline(at, Silent(round=incident.round + 1, why=why))


def _patience(context: Context, incident: Incident) -> tuple[int, bool, Provenance]:
    """For how long a page may stay unanswered before everybody is paged again, and where that is stated.

    What may wait for business hours by its response time is not asked for again at night. Nobody's patience is
    asked for a page that no channel accepted.
    """
    if oncall.unheard(context, incident):
        return SHORTEST_ROUND, False, default("no channel accepted the page; it is begun again after a minute")
    severity = context.severity(incident)
    if severity.response is not None and _waits_for_business(context, incident):
        return severity.response.seconds, True, severity.response.why
    clock = severity.ack or context.policy.ack or severity.response
    if clock is None:
        why = default("nobody acknowledged within 15 minutes; the playbook states no time")
        return UNSTATED_ROUND, _waits_for_business(context, incident), why
    return max(clock.seconds, SHORTEST_ROUND), clock.business or _waits_for_business(context, incident), clock.why


def _waits_for_business(context: Context, incident: Incident) -> bool:
    """Whether the severity is answered in business hours only, or its response time counts those."""
    response = context.severity(incident).response
    return incident.severity in context.policy.patient or (response is not None and response.business)


def on_escalated(course: Course, event: Escalated) -> None:
    """Reach the people of a level, in the manner that the playbook gives it."""
    for target in event.who:
        if event.manner == "page":
            oncall.page(course, target, event.why, event.note if event.by else "")
        else:
            text = event.note or course.incident.title
            oncall.notify(course, target, text, event.why)


def on_silent(course: Course, event: Silent) -> None:
    """Page again all who were paged; then the backup; from the third round on the fallback too."""
    policy = course.context.policy
    page_again(course, event.why)
    if policy.backup is not None:
        oncall.page(course, policy.backup, policy.backup_why or event.why)
    if event.round >= FALLBACK_ROUND:
        oncall.page_fallback(course, event.why)


def page_again(course: Course, why: Provenance) -> None:
    """Page everybody who was paged before; the on-call of the policy when nobody was."""
    if not oncall.page_involved(course, why):
        for target in course.context.policy.on_call:
            oncall.page(course, target, why)


def on_snooze_ended(course: Course, event: SnoozeEnded) -> None:
    """A snoozed incident comes back by paging whoever snoozed it, and everybody else who had been paged."""
    why = default("the snooze ended")
    paged = oncall.page_involved(course, why)
    if not oncall.page_one(course, event.by, why) and not paged:
        page_again(course, why)


def escalate(course: Course, command: Escalate) -> None:
    """Bring in somebody by hand, with a note that holds what the playbook wants whoever is called to know."""
    if not course.incident.open:
        raise Refused(f"{course.incident.number} is resolved; reopen it to escalate it")
    if command.relief:
        course.happen(_relieved(course, command))
        return
    wanted = demands.demanded(course.context, course.incident, "escalation")
    words = demands.compose(wanted, command.note, command.fields)
    lacking = demands.must_be_whole(words, command.without)
    missing = f"\nWithout {', '.join(lacking)}: {command.without.strip()}" if lacking else ""
    level = _called_level(course, command.to)
    event = escalated(level) if level is not None else _called_target(course, str(command.to))
    course.happen(replace(event, by=command.by, note=words.text + missing, manner="page"))


def _relieved(course: Course, command: Escalate) -> Escalated:
    """Whoever is to take over in a long incident is called, by the line of the playbook that says so."""
    found = relief.relief(course.context, course.incident)
    if found is None:
        raise Refused("by the playbook nobody is to take over now")
    note = f"{relief.words(course.context, found)}{f'. {command.note}' if command.note else ''}"
    return Escalated("", (found.target,), found.why, by=command.by, note=note, relieves=found.owner)


def _called_level(course: Course, to: str | None) -> Level | None:
    if to is not None:
        return next((x for x in course.context.levels(course.incident) if x.key == to), None)
    level = next_level(course.context, course.incident)
    if level is None:
        raise Refused("every level of the playbook is reached already; name somebody to escalate to")
    return level


def next_level(context: Context, incident: Incident) -> Level | None:
    """The level that is paged when the incident is passed on; None where everybody was called already."""
    left = (x for x in context.levels(incident) if x.key not in incident.reached and x.manner == "page")
    return next(left, None)


def _called_target(course: Course, to: str) -> Escalated:
    context = course.context
    known = {t.casefold(): t for t in context.policy.targets}
    name = known.get(to.casefold(), to)
    if name.casefold() not in known and not context.bindings.everyone(to):
        raise Refused(f"nobody is called {to!r}; the playbook names {', '.join(known.values()) or 'nobody'}")
    why = next((x.why for x in context.policy.levels if name in x.who), default("called by hand"))
    return Escalated(level="", who=(name,), why=why)


def reached(incident: Incident, event: Escalated, at: datetime) -> Incident:
    """Fold a level reached; one called by name leaves the ladder as it was.

    Whoever it brings in is asked again as patiently as the first were: the growing waits begin anew. A page that
    finds nobody counts too, so that it is begun again.
    """
    after = replace(incident, reached=(*incident.reached, event.level)) if event.level else incident
    if event.manner != "page":
        return after
    called = event.who[0] if event.relieves else incident.relief
    return replace(after, paged_at=at, round=min(incident.round, FALLBACK_ROUND - 1), relief=called)


def silent(incident: Incident, event: Silent, at: datetime) -> Incident:
    """Fold a round of silence; its time counts even where nobody can be paged."""
    return replace(incident, round=event.round, paged_at=at)
