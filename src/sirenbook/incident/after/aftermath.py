"""What is due after an incident: reviews by the playbook's clocks, action items by their dates; who is reminded."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall
from sirenbook.model.bindings import fold
from sirenbook.model.command import FollowUp, Refused
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy, ReviewDeadline
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.review import Aftermath, Item, Reminded
from sirenbook.model.review_event import DueSoon, FollowedUp, Overdue

DAY = 86_400
PAUSES = (1, 2, 5, 5, 5)
"""Business days between reminders of what is overdue. After the last one it only stands on the lists."""
NOTHING_YET = Aftermath()

Kind = Literal["meeting", "draft", "items", "document"]
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("meeting", r"\bschedul|\bbook(?:ed|ing)?\b|\binvit|\bcalendar\b"),
    ("draft", r"\bdraft"),
    ("items", r"\baction items?\b|\bremediation|\bcorrective|\bfollow[ -]?ups?\b(?! (?:action|review|meeting))"),
)


_NAMED = re.compile(
    r"review|report|post|retro|\brca\b|action|debrief|lesson|meeting|schedul|document|summary", re.IGNORECASE
)


_MANAGER = re.compile(r"\bmanagers?\b|\bhead of\b|\bdirectors?\b|\bmanagement\b", re.IGNORECASE)


class Outstanding(Struct, frozen=True):
    """One thing that is left to do: when it is due, when its owner is reminded of it, and where that is stated."""

    key: str
    what: str
    due: datetime
    near: datetime
    owner: str
    why: Provenance


def outstanding(context: Context, incident: Incident) -> list[Outstanding]:
    """Everything with a time that is left to do after the incident, earliest first."""
    found = [*_reviews(context, incident), *_items(incident)]
    return sorted(found, key=lambda x: x.due)


def _reviews(context: Context, incident: Incident) -> Iterator[Outstanding]:
    """What the playbook wants after an incident of this severity; a false alarm leaves nothing to review."""
    start = incident.resolved_at
    if start is None or incident.false_alarm:
        return
    left = incident.aftermath or NOTHING_YET
    for place, each in enumerate(context.policy.reviews):
        key = f"review.{place}"
        if holds_for(each, incident) and key not in left.done and not _fulfilled(left, kind_of(each)):
            due = context.later(start, each.within.seconds, each.within.business)
            yield Outstanding(key, _named(each), due, _near(context, start, each, due), left.owner, each.within.why)


def _named(each: ReviewDeadline) -> str:
    """What is due in words that can stand alone: a heading such as `Within 1 week` does not say of what."""
    return each.what if _NAMED.search(each.what) else f"after the incident: {each.what}"


def holds_for(each: ReviewDeadline, incident: Incident) -> bool:
    """Whether a deadline is one for incidents of this severity."""
    return not each.severities or incident.severity in each.severities


def _near(context: Context, start: datetime, each: ReviewDeadline, due: datetime) -> datetime:
    """A day before it is due, a business day where those count; of a day or less, the last sixth."""
    seconds = each.within.seconds
    if seconds > DAY:
        return context.later(start, seconds - DAY, each.within.business)
    return due - timedelta(seconds=seconds // 6)


def kind_of(each: ReviewDeadline) -> Kind:
    """What fulfils a deadline of the playbook, by the clause that states it."""
    said = each.within.why.quote or each.what
    return next((kind for kind, pattern in _KINDS if re.search(pattern, said, re.IGNORECASE)), "document")


def _fulfilled(left: Aftermath, kind: Kind) -> bool:
    """Whether it is done without anybody saying so: an approved review stands for its draft and its meeting."""
    if kind == "items":
        own = [x for x in left.items if x.kind != "ticket"]
        return bool(own) and all(x.status != "open" for x in own)
    if kind == "draft":
        return left.version > 0
    return left.approved > 0 or (kind == "meeting" and left.meeting is not None)


def _items(incident: Incident) -> Iterator[Outstanding]:
    why = default("the date that the team gave it")
    for item in (incident.aftermath or NOTHING_YET).items:
        if item.status == "open" and item.due is not None:
            yield Outstanding(
                key_of(item), item.text, item.due, _near_item(incident, item.due), item.owner, item.why or why
            )


def _near_item(incident: Incident, due: datetime) -> datetime:
    """A day before it is due; of what is due within a day of the end of the incident, the last sixth."""
    since = incident.resolved_at
    if since is None or due - since > timedelta(days=1) or due <= since:
        return due - timedelta(days=1)
    return due - (due - since) / 6


def key_of(item: Item) -> str:
    """The key under which people are reminded of an action item."""
    return f"item.{item.number}"


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The next reminder of everything that is left to do: before it is due, when it is, and some times after."""
    told = {r.key: r for r in (incident.aftermath or NOTHING_YET).reminded}
    for each in outstanding(context, incident):
        last = told.get(each.key)
        if last is None:
            yield Deadline(each.near, DueSoon(each.key, each.what, each.due, each.why, each.owner))
        elif last.round == 0:
            yield Deadline(each.due, Overdue(each.key, each.what, 1, each.why, each.owner))
        elif last.round <= len(PAUSES):
            at = context.later(last.at, PAUSES[last.round - 1] * DAY, business=True)
            yield Deadline(at, Overdue(each.key, each.what, last.round + 1, each.why, each.owner))


def on_due_soon(course: Course, event: DueSoon) -> None:
    """Remind the owner."""
    _tell_owner(course, event, f"due at {event.at:%Y-%m-%d %H:%M %Z}: {event.what}")


def on_overdue(course: Course, event: Overdue) -> None:
    """Tell the owner; of a review at once, of an action item from the second time on, also who is above them."""
    text = f"overdue: {event.what}"
    _tell_owner(course, event, text)
    beyond = event.round - (1 if event.key.startswith("review.") else 2)
    if beyond >= 0:
        for target in _above(course.context, course.incident, beyond):
            oncall.notify(course, target, text, event.why)


def _tell_owner(course: Course, event: DueSoon | Overdue, text: str) -> None:
    """Inform whom it was given to, else whoever had the incident."""
    if event.owner:
        oncall.notify(course, event.owner, text, event.why)
    else:
        oncall.notify_involved(course, text, event.why)


def _above(context: Context, incident: Incident, beyond: int) -> tuple[str, ...]:
    """Who hears of it next: whoever commanded, the severity's escalation from its second level on, its managers."""
    levels = [x.who for x in context.levels(incident) if x.after is not None]
    above = list(dict.fromkeys(levels))[1:] or levels
    known = {fold(name) for who in levels for name in who}
    beyond_them = tuple(t for t in managers(context.policy) if fold(t) not in known)[:1]
    commander = next((h.person for h in incident.roles if h.kind == "commander"), "")
    left = incident.aftermath or NOTHING_YET
    first = [] if commander in ("", left.owner, incident.acknowledged_by) else [(commander,)]
    chain = [*first, *above, *([beyond_them] if beyond_them else [])]
    return chain[min(beyond, len(chain) - 1)] if chain else context.policy.on_call


def managers(policy: Policy) -> tuple[str, ...]:
    """The managers whom the playbook names."""
    return tuple(t for t in policy.targets if _MANAGER.search(t))


def follow_up(course: Course, command: FollowUp) -> None:
    """Take a person's word that something the playbook wants after an incident is done."""
    each = next((x for x in outstanding(course.context, course.incident) if x.key == command.key), None)
    if each is None or each.key.startswith("item."):
        left = [x.key for x in outstanding(course.context, course.incident) if x.key.startswith("review.")]
        raise Refused(f"nothing {command.key!r} is left to do; {', '.join(left) or 'nothing'} is")
    course.happen(FollowedUp(each.key, each.what, command.by, each.why, command.note.strip()))


def due_soon(incident: Incident, event: DueSoon, at: datetime) -> Incident:
    """Fold a reminder."""
    return _remind(incident, Reminded(event.key, 0, at))


def overdue(incident: Incident, event: Overdue, at: datetime) -> Incident:
    """Fold a reminder of what is late."""
    return _remind(incident, Reminded(event.key, event.round, at))


def _remind(incident: Incident, fresh: Reminded) -> Incident:
    left = incident.aftermath or NOTHING_YET
    others = tuple(r for r in left.reminded if r.key != fresh.key)
    return replace(incident, aftermath=replace(left, reminded=(*others, fresh)))


def followed_up(incident: Incident, event: FollowedUp, at: datetime) -> Incident:
    """Fold a person's word."""
    left = incident.aftermath or NOTHING_YET
    return replace(incident, aftermath=replace(left, done=(*left.done, event.key)))
