"""A rehearsal from the alert to the last action item: updates kept and one forgotten, the watch, reviews, items."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sirenbook.engine.rehearsal.stage import Planned, Stage
from sirenbook.incident.after.aftermath import DAY, NOTHING_YET, outstanding
from sirenbook.model import event as e
from sirenbook.model import review_event as r
from sirenbook.model import update_event as u
from sirenbook.model.command import (
    AddItem,
    ApproveReview,
    ChangeItem,
    Fold,
    FollowUp,
    PublishReview,
    WriteReview,
)

LONGEST = timedelta(days=90)
_SOON = timedelta(minutes=1)
_ITEM, _DUE = "what keeps it from coming back", 5 * DAY
_WRITE_DOWN = "write down"


class WholeLife(Stage):
    """People who do what they are reminded of, but for the first update and the action item: these are missed."""

    forgotten = False

    def over(self) -> bool:
        """Whether it is resolved and nothing is left to do."""
        left = self.incident.aftermath or NOTHING_YET
        return not self.incident.open and self.wake_at is None and any(x.text == _ITEM for x in left.items)

    def answers(self, entry: e.Entry) -> Iterator[Planned]:
        """The same, but one update is given a minute late; after the end, reviews in time, items late."""
        event = entry.event
        if isinstance(event, u.UpdateNudged) and not self.forgotten:
            self.forgotten = True
        elif isinstance(event, e.UpdateDue) and event.round:
            yield entry.at + _SOON, event.audience
        elif isinstance(event, e.Resolved):
            yield entry.at + timedelta(hours=1), _WRITE_DOWN
        elif (isinstance(event, r.DueSoon) and event.key.startswith("review.")) or isinstance(event, r.Overdue):
            yield entry.at + _SOON, event.key
        else:
            yield from super().answers(entry)

    def do(self, now: datetime, what: str) -> None:
        """Let somebody do something, after the end too."""
        if what == "cleared":
            self.play(now, Fold(firing=0, total=self.incident.alerts, sample=""))
        elif what == _WRITE_DOWN:
            by = self.responder()
            for item in (self.incident.aftermath or NOTHING_YET).items:
                if item.kind == "ticket":
                    self.play(now, ChangeItem(by, item.number, link="as rehearsed"))
            self.play(now, AddItem(by, _ITEM, by, self.context(now).later(now, _DUE, business=True)))
            self._review(now)
        elif what.startswith("item."):
            self.play(now, ChangeItem(self.responder(), int(what.removeprefix("item.")), status="done"))
        elif what.startswith("review."):
            if any(x.key == what for x in outstanding(self.context(now), self.incident)):
                self.play(now, FollowUp(self.responder(), what))
            self._review(now)
        else:
            super().do(now, what)

    def _review(self, now: datetime) -> None:
        """Write and publish the review once nothing else of it is left to do."""
        left = self.incident.aftermath or NOTHING_YET
        if not left.version and not any(
            x.key.startswith("review.") for x in outstanding(self.context(now), self.incident)
        ):
            by = self.responder()
            for command in (WriteReview(by, "as rehearsed", 0), ApproveReview(by, 1), PublishReview(by)):
                self.play(now, command)
