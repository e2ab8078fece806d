"""What the public knows of an incident: the words that were sent outside, and nothing else of its timeline."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Context
from sirenbook.incident.core import evolve
from sirenbook.incident.updates.outward import public_title, state_kind, state_word
from sirenbook.incident.updates.promises import owed
from sirenbook.model.event import Entry, Reopened, Resolved
from sirenbook.model.incident import Incident
from sirenbook.model.status import IMPACTS, PublicIncident, PublicUpdate, Span
from sirenbook.model.update_event import UpdateGiven


def published(
    context: Context, incident_id: int, entries: Iterable[Entry], *, mailed: bool = False
) -> PublicIncident | None:
    """What stands on the page of an incident, by its timeline; None where nothing was sent there.

    With `mailed` what customers got by mail counts as well, on the page or not.
    """
    story = _Story(context, incident_id, mailed)
    for entry in entries:
        story.take(entry)
    return story.told()


class _Story:
    """A timeline as the public gets to know it.

    An end of the incident ends it outside too, but never a restricted one: what became of that is told by words
    that somebody consented to, or not at all. Nor does the page say when such a one began.
    """

    def __init__(self, context: Context, incident_id: int, mailed: bool) -> None:
        self._context = context
        self._mailed = mailed
        self._incident = Incident(id=incident_id)
        self._secret = False
        self._title = ""
        self._updates: list[PublicUpdate] = []
        self._spans: list[Span] = []
        self._over_at: datetime | None = None

    def take(self, entry: Entry) -> None:
        """Take one entry in."""
        self._incident = evolve(self._incident, entry)
        self._secret = self._secret or self._incident.confidential
        match entry.event:
            case UpdateGiven() as event if event.page or (self._mailed and event.lists):
                self._told(entry, event)
            case Resolved() if self._updates and not self._secret and self._over_at is None:
                self._end(entry.at)
            case Reopened() if self._updates and not self._secret and self._updates[-1].kind != "resolved":
                self._go_on(entry.at, self._updates[-1])

    def _told(self, entry: Entry, event: UpdateGiven) -> None:
        update = self._update(entry, event)
        first = not self._updates
        self._title = event.title or self._title
        self._updates.append(update)
        begins = self._incident.opened_at if first and not self._secret else None
        if update.kind == "resolved":
            self._end(entry.at, begins, update)
        elif self._incident.open or self._secret:
            self._go_on(begins or entry.at, update)
        elif first:
            self._end(self._incident.resolved_at or entry.at, begins, update)

    def _update(self, entry: Entry, event: UpdateGiven) -> PublicUpdate:
        state = event.state or self._incident.state
        kind = state_kind(self._context, state)
        next_by = event.next_by or (self._promised(entry.at, event) if kind != "resolved" else None)
        return PublicUpdate(
            seq=entry.seq,
            at=entry.at,
            state=state_word(self._context, state),
            kind=kind,
            text=event.text,
            components=event.components,
            impact=event.impact,
            next_by=next_by,
            by=event.by,
            approved_by=event.approved_by,
        )

    def _promised(self, at: datetime, event: UpdateGiven) -> datetime | None:
        """When the playbook promises the audience its next words."""
        every = next(
            (
                o.every
                for o in owed(self._context.policy, self._context.severity(self._incident))
                if o.audience == event.audience
            ),
            None,
        )
        return self._context.later(at, every.seconds, every.business) if every and every.seconds else None

    def _go_on(self, start: datetime, update: PublicUpdate) -> None:
        self._over_at = None
        last = self._spans[-1] if self._spans else None
        if last and last.end is None and (last.impact, last.components) == (update.impact, update.components):
            return
        self._close(start)
        if update.impact != "operational":
            self._spans.append(Span(start, update.impact, update.components))

    def _end(self, at: datetime, begins: datetime | None = None, update: PublicUpdate | None = None) -> None:
        """Let it be over; `begins` where nothing was told before its end."""
        self._close(at)
        self._over_at = at
        if begins and update and update.impact != "operational" and begins < at:
            self._spans.append(Span(begins, update.impact, update.components, at))

    def _close(self, at: datetime) -> None:
        if self._spans and self._spans[-1].end is None:
            self._spans[-1] = replace(self._spans[-1], end=at)

    def told(self) -> PublicIncident | None:
        """The whole of it."""
        if not self._updates:
            return None
        latest = self._updates[-1]
        worst = max((u.impact for u in self._updates), key=IMPACTS.index)
        title = public_title(self._title, latest.components, worst)
        began = self._updates[0].at
        if not self._secret and self._incident.opened_at:
            began = self._incident.opened_at
        return PublicIncident(
            id=self._incident.id,
            title=title,
            began=began,
            updates=tuple(self._updates),
            spans=tuple(self._spans),
            over_at=self._over_at,
        )
