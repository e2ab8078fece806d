"""Tells a second time what is left to do after an incident, from its stored lines: what is due, and when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from world.hours import business_later

ALLOWED = (
    *("DueSoon", "Overdue", "FollowedUp", "Notified", "Unreachable", "ItemAdded", "ItemChanged"),
    *("ReviewAssigned", "ReviewScheduled", "ReviewWritten", "ReviewApproved", "ReviewPublished"),
)
"""What may happen to a resolved incident."""
MOST_REMINDERS = 6
_DAY = 86_400


class Afterwards(Struct):
    """What the lines so far tell: the review's versions, the items, and how often people were reminded of what."""

    version: int = 0
    approved: int = 0
    items: dict[int, tuple[datetime | None, str]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    reminded: dict[str, tuple[int, datetime]] = field(default_factory=dict)


def tell(story: Afterwards, kind: str, at: datetime, event: dict[str, Any]) -> str | None:
    """Take one line in; answers what is illegal about it, or nothing."""
    match kind:
        case "DueSoon" | "Overdue":
            before = story.reminded.get(event["key"])
            expected = 0 if before is None else before[0] + 1
            got = event.get("round", 0)
            story.reminded[event["key"]] = (got, at)
            return f"reminder {got} of {event['key']} after {expected - 1}" if got != expected else None
        case "FollowedUp":
            story.done.add(event["key"])
        case "ReviewWritten":
            story.version += 1
            return "versions are counted wrongly" if event["version"] != story.version else None
        case "ReviewApproved":
            story.approved = event["version"]
            return "an old version was approved" if event["version"] != story.version else None
        case "ItemAdded" | "ItemChanged":
            _item(story, event)
        case "Reopened":
            story.done, story.reminded = set(), {}
    return None


def _item(story: Afterwards, event: dict[str, Any]) -> None:
    due = datetime.fromisoformat(event["due"]) if event.get("due") else None
    before = story.items.get(event["item"])
    story.items[event["item"]] = (due, event.get("status", "open"))
    if before is not None and before[0] != due:
        story.reminded.pop(f"item.{event['item']}", None)


class Due(Struct):
    """The next reminder of one thing."""

    at: datetime
    kind: str
    key: str


def due(
    story: Afterwards, policy: Policy, bindings: Bindings, severity: str, over_at: datetime | None, *, alarm: bool
) -> Iterator[Due]:
    """Everything that people must be reminded of next; what was no false `alarm` is reviewed once it is over."""
    reviewed = over_at if alarm else None
    for key, near, at in (*_reviews(story, policy, bindings, severity, reviewed), *_items(story, over_at)):
        count, last = story.reminded.get(key, (-1, at))
        if count < 0:
            yield Due(near, "DueSoon", key)
        elif count == 0:
            yield Due(at, "Overdue", key)
        elif count < MOST_REMINDERS:
            days = {1: 1, 2: 2}.get(count, 5)
            yield Due(business_later(bindings.business_hours, last, days * _DAY), "Overdue", key)


def _items(story: Afterwards, over_at: datetime | None) -> Iterator[tuple[str, datetime, datetime]]:
    """A day before an item is due; where it is due within a day of the end, when a sixth of that time is left."""
    for number, (at, status) in story.items.items():
        if at is None or status != "open":
            continue
        near = at - timedelta(days=1)
        if over_at is not None and timedelta() < at - over_at <= timedelta(days=1):
            near = at - (at - over_at) / 6
        yield f"item.{number}", near, at


def _reviews(
    story: Afterwards, policy: Policy, bindings: Bindings, severity: str, resolved_at: datetime | None
) -> Iterator[tuple[str, datetime, datetime]]:
    """The random playbooks ask for reports only, which an approved review is."""
    if resolved_at is None or story.approved:
        return
    for place, each in enumerate(policy.reviews):
        key, seconds = f"review.{place}", each.within.seconds
        if key in story.done or (each.severities and severity not in each.severities):
            continue

        def later(amount: int, business: bool = each.within.business) -> datetime:
            if business:
                return business_later(bindings.business_hours, resolved_at, amount)
            return resolved_at + timedelta(seconds=amount)

        at = later(seconds)
        yield key, later(seconds - _DAY) if seconds > _DAY else at - timedelta(seconds=seconds // 6), at
