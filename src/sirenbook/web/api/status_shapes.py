"""What the API says of the status page and takes for it: the shapes of its JSON."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from sirenbook.web.api.shapes import Short, Words


class ComponentLine(Struct, frozen=True):
    """A component: how it fares, the services it stands for, and for which part of 90 days it was not down."""

    name: str
    condition: str
    services: list[str]
    uptime: float | None


class ToldOutside(Struct, frozen=True):
    """Words that stand on the page, with who gave them and who approved them, which the public is not told."""

    at: datetime
    state: str
    text: str
    by: str
    approved_by: str


class PublicLine(Struct, frozen=True):
    """An incident as the public sees it, and its number in the house."""

    id: str
    title: str
    url: str
    impact: str
    components: list[str]
    began_at: datetime
    over_at: datetime | None
    next_by: datetime | None
    updates: list[ToldOutside]


class NewsLine(Struct, frozen=True):
    """News that was spread: to how many it was sent, failed to be sent, and still waits."""

    subject: str
    at: datetime
    sent: int
    failed: int
    waiting: int


class MaintenanceLine(Struct, frozen=True):
    """Maintenance that was announced."""

    number: int
    title: str
    text: str
    components: list[str]
    start: datetime
    end: datetime
    state: str
    by: str


class StatusNow(Struct, frozen=True):
    """The status page with what only the house knows of it. `subscribers` counts them by kind and names nobody."""

    title: str
    url: str
    condition: str
    words: str
    components: list[ComponentLine]
    incidents: list[PublicLine]
    maintenance: list[MaintenanceLine]
    subscribers: dict[str, int]
    news: list[NewsLine]


class StatusFiles(Struct, frozen=True):
    """The whole page as files, by their path."""

    files: dict[str, str]


class Maintenances(Struct, frozen=True):
    """Maintenance that was announced, the newest first."""

    maintenance: list[MaintenanceLine]


class AnnounceMaintenance(Struct, frozen=True, forbid_unknown_fields=True):
    """Announce maintenance of components from one instant until another. It silences no alert."""

    title: Short
    start: datetime
    end: datetime
    text: Words = ""
    components: Annotated[list[Short], Meta(max_length=100)] = []
    by: Short = ""


class EndMaintenance(Struct, frozen=True, forbid_unknown_fields=True):
    """End maintenance now, or call it off before it begins."""

    by: Short = ""


class ForgetSubscriber(Struct, frozen=True, forbid_unknown_fields=True):
    """Forget a subscriber who asked for it."""

    address: Annotated[str, Meta(max_length=500)]


class Subscribers(Struct, frozen=True):
    """How many subscribers there are of each kind."""

    subscribers: dict[str, int]
