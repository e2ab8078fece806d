"""What a team does regularly: each practice by a name of its own, how it stands, and when it was done."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from sirenbook.model.hours import BusinessHours
from sirenbook.model.provenance import Provenance


class Regular(Struct, frozen=True):
    """A practice of the playbook: `every` in seconds, None where no line says it; `owner` by the playbook's words.

    `last` and `following` are days that the playbook itself states: when it was last done, and is to be again.
    """

    name: str
    what: str
    kind: Literal["drill", "review"]
    why: Provenance
    every: int | None = None
    owner: str = ""
    last: date | None = None
    following: date | None = None


class Record(Struct, frozen=True):
    """That a practice was first known here (`begun`), or was done, when, by whom, and by when it was due.

    `undone`: somebody took back that it was done.

    `incident` is the drill by which it was done, where it was one.
    """

    practice: str
    kind: Literal["begun", "done", "undone"]
    at: datetime
    due: datetime | None = None
    by: str = ""
    note: str = ""
    incident: int | None = None


class Standing(Struct, frozen=True):
    """How a practice stands: since when it is known here, when it was last done, and by when it is to be next.

    `hours` are the business hours of those whose it is, `undone` is when that it was done was taken back last.
    """

    regular: Regular
    since: datetime
    last: Record | None = None
    due: datetime | None = None
    hours: BusinessHours = BusinessHours()
    undone: Record | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.due is not None and self.due < now
