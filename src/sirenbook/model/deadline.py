"""A deadline is an event that has not happened yet."""

from datetime import datetime

from msgspec import Struct

from sirenbook.model.event import Event


class Deadline(Struct, frozen=True):
    """What will happen to an incident, and when, if nothing else happens first."""

    at: datetime
    event: Event
