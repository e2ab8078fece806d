"""Storms: a person gets the first pages one by one, the rest of a minute's together. Nothing is dropped."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.model.bindings import Storms

WINDOW = timedelta(minutes=1)


class Inbox(Struct, frozen=True):
    """What one person was sent lately: how much in which second, how grave the gravest of it was, the last bundle.

    Whole seconds bound what is remembered, however much is sent.
    """

    sent: tuple[tuple[datetime, int], ...] = ()
    gravest: int | None = None
    bundled_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many messages went out one by one in the window."""
        return sum(number for _, number in self.sent)

    def seen_at(self, now: datetime) -> "Inbox":
        """The inbox without what has left the window."""
        sent = tuple((at, number) for at, number in self.sent if abs(now - at) < WINDOW)
        return Inbox(sent, self.gravest if sent else None, self.bundled_at)

    def after(self, number: int, gravest: int | None, now: datetime) -> "Inbox":
        """The inbox once so many more have gone out one by one."""
        if not number:
            return self
        second = now.replace(microsecond=0)
        known = dict(self.sent)
        known[second] = known.get(second, 0) + number
        return Inbox(tuple(known.items()), gravest, self.bundled_at)


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
    free, gravest = storms.alone - inbox.count, inbox.gravest
    for position, rank in order:
        graver = gravest is None or rank < gravest
        if graver or len(alone) < free:
            alone.append(position)
            gravest = rank if gravest is None else min(rank, gravest)
        else:
            rest.append(position)
    inbox = inbox.after(len(alone), gravest, now)
    pause = timedelta(seconds=storms.pause)
    again_at = (inbox.bundled_at or now - pause) + pause
    if len(rest) == 1 and again_at <= now:
        return Sorted((*alone, *rest), (), (), replace(inbox.after(1, gravest, now), bundled_at=now), now)
    if rest and again_at <= now:
        return Sorted(tuple(alone), tuple(rest), (), replace(inbox, bundled_at=now), now + pause)
    return Sorted(tuple(alone), (), tuple(rest), inbox, again_at)
