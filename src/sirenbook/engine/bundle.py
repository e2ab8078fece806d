"""Storms: a person gets the first pages one by one, the rest of a minute's together. Nothing is dropped."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from sirenbook.model.bindings import Storms

WINDOW = timedelta(minutes=1)


class Inbox(Struct, frozen=True):
    """What one person was sent lately: when, how grave the gravest of it was, and when the last bundle went out."""

    sent: tuple[datetime, ...] = ()
    gravest: int | None = None
    bundled_at: datetime | None = None

    def seen_at(self, now: datetime) -> "Inbox":
        """The inbox without what has left the window."""
        sent = tuple(at for at in self.sent if abs(now - at) < WINDOW)
        return Inbox(sent, self.gravest if sent else None, self.bundled_at)


class Sorted(Struct, frozen=True):
    """Positions of a person's waiting messages: to send one by one, in one bundle, or not before `again_at`."""

    alone: tuple[int, ...]
    together: tuple[int, ...]
    later: tuple[int, ...]
    inbox: Inbox
    again_at: datetime


def sort(inbox: Inbox, ranks: Iterable[int], now: datetime, storms: Storms) -> Sorted:
    """Decide what becomes of one person's waiting messages, given how grave each is (0 the gravest), oldest first.

    The gravest go first. A message graver than anything sent in the window never waits and is never bundled.
    """
    inbox = inbox.seen_at(now)
    order = sorted(enumerate(ranks), key=lambda pair: (pair[1], pair[0]))
    alone: list[int] = []
    rest: list[int] = []
    for position, rank in order:
        graver = inbox.gravest is None or rank < inbox.gravest
        if graver or len(inbox.sent) < storms.alone:
            alone.append(position)
            gravest = rank if inbox.gravest is None else min(rank, inbox.gravest)
            inbox = Inbox((*inbox.sent, now), gravest, inbox.bundled_at)
        else:
            rest.append(position)
    pause = timedelta(seconds=storms.pause)
    again_at = (inbox.bundled_at or now - pause) + pause
    if len(rest) == 1 and again_at <= now:
        return Sorted((*alone, *rest), (), (), Inbox((*inbox.sent, now), inbox.gravest, now), now)
    if rest and again_at <= now:
        return Sorted(tuple(alone), tuple(rest), (), Inbox(inbox.sent, inbox.gravest, now), now + pause)
    return Sorted(tuple(alone), (), tuple(rest), inbox, again_at)
