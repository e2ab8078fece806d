"""From a name in the playbook to people who were reached: pages, contact methods in turn, the fallback."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.model.bindings import ContactMethod, OnCall
from sirenbook.model.command import Receive
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import (
    Acknowledged,
    Delivered,
    Entry,
    Event,
    Notified,
    PageContinued,
    Paged,
    Resolved,
    Unreachable,
)
from sirenbook.model.incident import Incident, PageState
from sirenbook.model.intent import Intent, Moment
from sirenbook.model.provenance import Provenance

_FAILURES = ("failed", "refused", "undelivered")


def page(course: Course, target: str, why: Provenance, note: str = "") -> None:
    """Page whoever stands behind a name of the playbook; the fallback where nobody does."""
    called = course.context.bindings.answering(target, course.context.now)
    for each in called:
        _page_person(course, each, target, why, note=note)
    if not called:
        _fall_back(course, target, why)


def page_one(course: Course, person_id: str, why: Provenance) -> bool:
    """Page one person whom no name of the playbook stands for; False where there is no way to reach them."""
    person = course.context.bindings.people.get(person_id)
    if person is None or not person.methods:
        return False
    _page_person(course, OnCall(person), person.name, why)
    return True


def page_owner(course: Course, person_id: str, why: Provenance) -> bool:
    """Page whoever has the incident although they have it: what they owe is overdue. False where nobody can be.

    Two things that are overdue in one moment are one page.
    """
    person = course.context.bindings.people.get(person_id)
    if person is None or not person.methods:
        return False
    if any((p.person, p.at, p.settled) == (person.id, course.context.now, False) for p in course.incident.pages):
        return True
    target = next((p.target for p in course.incident.pages if p.person == person.id), person.name)
    method = person.following(0, course.incident.severity)
    course.happen(Paged(page=_next_page(course.incident), person=person.id, target=target, why=why, method=method))
    return True


def inform(course: Course, person_id: str, text: str, why: Provenance) -> None:
    """Inform one person; whoever is involved where there is no way to reach them."""
    person = course.context.bindings.people.get(person_id)
    if person is None or not person.methods:
        notify_involved(course, text, why)
        return
    tell(course, person.id, person.name, text, why)


def tell(course: Course, person_id: str, target: str, text: str, why: Provenance) -> None:
    """Inform one person under the name by which the playbook means them."""
    page = _next_page(course.incident)
    course.happen(Notified(page=page, person=person_id, target=target, text=text, why=why))


def page_fallback(course: Course, why: Provenance) -> None:
    """Page the people whom the bindings name for when nobody answers."""
    for person in course.context.bindings.last_resort:
        _page_person(course, OnCall(person), "fallback", why)


def page_involved(course: Course, why: Provenance) -> bool:
    """Page again everybody who was paged, or whoever has their duty by now; False when nobody was paged yet."""
    before = course.incident.pages
    for state in before:
        successors = course.context.bindings.answering(state.target, course.context.now)
        person = course.context.bindings.people.get(state.person)
        called = successors or ((OnCall(person),) if person is not None and person.methods else ())
        for each in called:
            _page_person(course, each, state.target, why)
        if not called:
            _fall_back(course, state.target, why)
    return bool(before)


def notify_involved(course: Course, text: str, why: Provenance) -> None:
    """Inform whoever has the incident; everybody who was paged while nobody has it; else who is on call."""
    for person, target in _involved(course.context, course.incident):
        course.happen(Notified(page=_next_page(course.incident), person=person, target=target, text=text, why=why))


def _involved(context: Context, incident: Incident) -> list[tuple[str, str]]:
    """People, and the names under which they are called."""
    owner = context.bindings.people.get(incident.acknowledged_by or "")
    if owner is not None and owner.methods:
        called = next((p.target for p in incident.pages if p.person == owner.id), owner.name)
        return [(owner.id, called)]
    if incident.pages:
        return [(p.person, p.target) for p in incident.pages]
    return [
        (p.id, target) for target in context.policy.on_call for p in context.bindings.reach(target, context.now)
    ]


def notify(course: Course, target: str, text: str, why: Provenance, *, quoted: bool = False) -> None:
    """Inform whoever stands behind a name of the playbook; the fallback where nobody does.

    `quoted` where the text was written for whoever reads there.
    """
    people = course.context.bindings.reach(target, course.context.now)
    if not people:
        _unreachable(course, target, why)
        people = course.context.bindings.last_resort
    for person in people:
        page = _next_page(course.incident)
        course.happen(Notified(page, person.id, target, text, why, quoted=quoted))


def _page_person(
    course: Course, called: OnCall, target: str, why: Provenance, *, note: str = "", instead: str = ""
) -> None:
    """Page one person, unless the same moment has done so already under another name."""
    incident, person = course.incident, called.person
    if any(p.person == person.id and p.at == course.context.now and not p.settled for p in incident.pages):
        return
    if incident.status == "acknowledged" and incident.acknowledged_by == person.id:
        text = note or f"you have this incident; the playbook also calls you as {target}"
        course.happen(Notified(page=_next_page(incident), person=person.id, target=target, text=text, why=why))
        return
    course.happen(
        Paged(
            page=_next_page(incident),
            person=person.id,
            target=target,
            why=why,
            method=person.following(0, incident.severity),
            rotation=called.rotation,
            until=called.until,
            note=note,
            instead=instead,
        )
    )


def _fall_back(course: Course, target: str, why: Provenance, failed: PageState | None = None) -> None:
    """Page the fallback in a target's place; after a failed page only those not paged since the first that failed.

    Otherwise two people who cannot be reached would be paged in each other's place for ever.
    """
    _unreachable(course, target, why)
    since = (failed.began or failed.at) if failed else None
    paged = {p.person for p in course.incident.pages if since is not None and p.at >= since}
    for person in course.context.bindings.last_resort:
        if person.id not in paged:
            _page_person(course, OnCall(person), target, why, instead=failed.page if failed else "")


def _unreachable(course: Course, target: str, why: Provenance) -> None:
    fallback = tuple(p.id for p in course.context.bindings.last_resort)
    course.happen(Unreachable(target=target, fallback=fallback, why=why))


def _next_page(incident: Incident) -> str:
    return f"{incident.number}.{incident.page_count + 1}"


def receive(course: Course, command: Receive) -> None:
    """Record what became of one attempt. The next method starts at once, beside further attempts on this one."""
    course.happen(
        Delivered(
            page=command.page,
            person=command.person,
            channel=command.channel,
            outcome=command.outcome,
            key=command.key,
            method=command.method,
            attempt=command.attempt,
            detail=command.detail,
            final=command.final,
            late=command.late,
            traced=command.traced,
        )
    )
    if command.outcome in _FAILURES:
        _after_failure(course, command)


def _after_failure(course: Course, command: Receive) -> None:
    if command.notice is not None:
        _inform_on(course, command, command.notice)
        return
    state = _current(course.incident, command)
    if state is None or not course.incident.open:
        return
    person = course.context.bindings.people.get(state.person)
    following = person.following(command.method + 1, course.incident.severity) if person else 0
    if person is not None and following < len(person.methods):
        course.happen(_continued(state, following, f"{command.channel}: {command.detail}"))
    elif command.final:
        course.happen(_exhausted(state, command, len(person.methods) if person else command.method + 1))
        _fall_back(course, state.target, state.why, failed=state)


def _inform_on(course: Course, command: Receive, notice: Notified) -> None:
    """A notification that finally failed goes on by the person's next contact method."""
    person = course.context.bindings.people.get(notice.person)
    if command.final and person is not None and notice.method + 1 < len(person.methods):
        course.happen(replace(notice, method=notice.method + 1))


def on_continued(course: Course, event: PageContinued) -> None:
    """Page whoever took the duty over while a page went on, from their first contact method."""
    paged = {p.person for p in course.incident.pages}
    for called in course.context.bindings.answering(event.target, course.context.now):
        if called.person.id not in paged:
            _page_person(course, called, event.target, event.why)


def _exhausted(state: PageState, command: Receive, beyond: int) -> Event:
    """The page has no method left: later silence must not wait for one."""
    reason = f"{command.channel}: {command.detail}; no further contact method"
    return _continued(state, beyond, reason)


def _current(incident: Incident, command: Receive) -> PageState | None:
    for state in incident.pages:
        if state.page == command.page and state.method == command.method and not state.settled:
            return state
    return None


def _continued(state: PageState, method: int, reason: str) -> PageContinued:
    return PageContinued(
        page=state.page,
        person=state.person,
        target=state.target,
        method=method,
        reason=reason,
        why=state.why,
    )


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The next contact method of every page that nobody answered yet."""
    for state in incident.pages:
        person = context.bindings.people.get(state.person)
        following = person.following(state.method + 1, incident.severity) if person else 0
        if state.settled or person is None or following >= len(person.methods):
            continue
        answered_by = state.at + timedelta(seconds=person.methods[following].after)
        method = person.methods[state.method]
        shown_by = _shown_by(state, method)
        if shown_by is not None and shown_by < answered_by:
            reason = f"{method.channel}: no device said within {method.receipt} s that it has it"
            yield Deadline(shown_by, _continued(state, following, reason))
        else:
            yield Deadline(answered_by, _continued(state, following, "no answer"))


def _shown_by(state: PageState, method: ContactMethod) -> datetime | None:
    """When a page goes on because the device that was handed it says nothing; None where it spoke, or cannot."""
    if not method.receipt or state.handed_at is None or state.arrived == state.method:
        return None
    return state.handed_at + timedelta(seconds=method.receipt)


def paged(incident: Incident, event: Paged, at: datetime) -> Incident:
    """Fold a page: the newest one to each person counts."""
    failed = next((p for p in incident.pages if event.instead and p.page == event.instead), None)
    began = (failed.began or failed.at) if failed else None
    state = PageState(
        event.page, event.person, event.target, at, event.why, event.method, note=event.note, began=began
    )
    others = tuple(p for p in incident.pages if p.person != event.person)
    return replace(incident, pages=(*others, state), page_count=incident.page_count + 1, paged_at=at)


def continued(incident: Incident, event: PageContinued, at: datetime) -> Incident:
    """Fold the step to the next contact method."""
    pages = tuple(
        replace(p, method=event.method, handed_at=None) if p.page == event.page else p for p in incident.pages
    )
    return replace(incident, pages=pages)


def notified(incident: Incident, event: Notified, at: datetime) -> Incident:
    """Fold a notification: only its number is taken, once."""
    return replace(incident, page_count=incident.page_count + 1) if event.method == 0 else incident


def delivered(incident: Incident, event: Delivered, at: datetime) -> Incident:
    """Fold a receipt: whether some channel has accepted a page decides how soon it is begun again.

    One that was accepted and then did not get to the device counts as not accepted.
    """
    if event.outcome not in ("accepted", "delivered", "shown", "undelivered"):
        return incident
    pages = tuple(_heard_of(p, event, at) if p.page == event.page else p for p in incident.pages)
    return replace(incident, pages=pages)


def _heard_of(state: PageState, event: Delivered, at: datetime) -> PageState:
    """A page after a receipt. The device may be quicker than the provider's own word."""
    handed = event.outcome == "accepted" and event.traced and event.method == state.method
    return replace(
        state,
        delivered=event.outcome != "undelivered",
        handed_at=at if handed else state.handed_at,
        arrived=event.method if event.outcome in ("delivered", "shown") else state.arrived,
    )


def unheard(context: Context, incident: Incident) -> bool:
    """Whether every page that waits for an answer has failed on every contact method."""
    waiting = [p for p in incident.pages if not p.settled]
    return bool(waiting) and not any(p.delivered or _has_method_left(context, p) for p in waiting)


def _has_method_left(context: Context, state: PageState) -> bool:
    person = context.bindings.people.get(state.person)
    return person is not None and state.method < len(person.methods)


def intents(context: Context, incident: Incident, entry: Entry) -> Iterator[Intent]:
    """The messages that pages and notifications ask for."""
    event = entry.event
    if isinstance(event, Paged | PageContinued):
        person = context.bindings.people.get(event.person)
        if person is not None and event.method < len(person.methods):
            note = next((p.note for p in incident.pages if p.page == event.page), "")
            yield _intent(incident, event, demands=True, text=note, due=entry.due)
    elif isinstance(event, Notified):
        yield _intent(incident, event, demands=False, text=event.text, due=entry.due)
    elif isinstance(event, Acknowledged | Resolved) and context.followed:
        yield from _follow_up(context, incident, "acknowledged" if isinstance(event, Acknowledged) else "resolved")


def _follow_up(context: Context, incident: Incident, moment: Moment) -> Iterator[Intent]:
    """Tell what became of every page, by the methods it went out by and that are followed."""
    for state in incident.pages:
        person = context.bindings.people.get(state.person)
        for number, method in enumerate(person.methods[: state.method + 1] if person else ()):
            if method.channel in context.followed:
                yield Intent(
                    key=f"{state.page}.{number}.{moment}",
                    incident=incident.id,
                    page=state.page,
                    person=state.person,
                    target=state.target,
                    method=number,
                    demands=False,
                    text="",
                    why=state.why,
                    moment=moment,
                )


def _intent(
    incident: Incident,
    event: Paged | PageContinued | Notified,
    *,
    demands: bool,
    text: str,
    due: datetime | None,
) -> Intent:
    return Intent(
        key=f"{event.page}.{event.method}",
        incident=incident.id,
        page=event.page,
        person=event.person,
        target=event.target,
        method=event.method,
        demands=demands,
        text=text,
        why=event.why,
        due=due,
        quoted=isinstance(event, Notified) and event.quoted,
    )
