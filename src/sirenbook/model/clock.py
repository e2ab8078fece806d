"""An amount of time that a playbook states, and where."""

from datetime import timedelta

from msgspec import Struct

from sirenbook.model.provenance import Provenance


class Clock(Struct, frozen=True, omit_defaults=True):
    """An amount of time that the playbook states, in seconds; `business` when only business hours count.

    `low` is the lower bound where the text states a range.
    """

    seconds: int
    why: Provenance
    business: bool = False
    low: int | None = None

    @property
    def delta(self) -> timedelta:
        """The same amount for arithmetic outside business calendars."""
        return timedelta(seconds=self.seconds)
