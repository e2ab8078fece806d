"""What a playbook keeps ready beside its procedures: access, links, drills, reviews, its own history."""

from datetime import date
from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance

LinkKind = Literal[
    "dashboard", "logs", "traces", "metrics", "repository", "status page", "documentation", "console", "other"
]


class Stated(Struct, frozen=True, omit_defaults=True):
    """Something that a line says, in the line's own words."""

    text: str
    why: Provenance


class Access(Struct, frozen=True, omit_defaults=True):
    """A system that people must be able to get into, what for, and with which rights."""

    system: str
    why: Provenance
    purpose: str = ""
    level: str = ""


class Link(Struct, frozen=True, omit_defaults=True):
    """A place to look at: by its address, or by the command that opens it; `under` are the headings above it."""

    title: str
    kind: LinkKind
    why: Provenance
    url: str = ""
    command: str = ""
    under: tuple[str, ...] = ()


class Practice(Struct, frozen=True, omit_defaults=True):
    """What is done again and again, a drill or a look back; `every` in seconds, None where it is not said.

    `owner` is who does it, by the playbook's words.
    """

    what: str
    kind: Literal["drill", "review"]
    why: Provenance
    every: int | None = None
    owner: str = ""


class Change(Struct, frozen=True, omit_defaults=True):
    """One entry of the playbook's own history, in its own words; `date` as YYYY-MM-DD where it is a day."""

    why: Provenance
    date: str = ""
    version: str = ""
    author: str = ""
    what: str = ""


class Stamp(Struct, frozen=True, omit_defaults=True):
    """What the playbook says of itself: its version, whose it is, when it was looked at and must be again.

    `updated_on` and `review_on` are those two days, where a day is what is written.
    """

    version: Stated | None = None
    owner: Stated | None = None
    author: Stated | None = None
    updated: Stated | None = None
    next_review: Stated | None = None
    review: Stated | None = None
    review_every: int | None = None
    updated_on: date | None = None
    review_on: date | None = None


class AgendaItem(Struct, frozen=True, omit_defaults=True):
    """One point of a meeting, with its minutes where they are said."""

    what: str
    why: Provenance
    minutes: int | None = None


class Meeting(Struct, frozen=True, omit_defaults=True):
    """A meeting that the playbook lays out: who comes, what is talked about, for how long."""

    title: str
    why: Provenance
    minutes: int | None = None
    attendees: tuple[str, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()


class FollowUp(Struct, frozen=True, omit_defaults=True):
    """Something to do after an incident, within how many seconds, and for which severities (none: for all).

    `business` where those are seconds of business days.
    """

    what: str
    why: Provenance
    within: int | None = None
    severities: tuple[str, ...] = ()
    business: bool = False


class Readiness(Struct, frozen=True, omit_defaults=True):
    """All of it. `break_glass` and `fallbacks` are for when the usual way in, or the usual channel, is gone.

    `handoff` is what the next one on call is told, `fields` are those of an action item, `impact` the figures that
    a report asks for, and `probes` the commands by which the whole is looked at.
    """

    access: tuple[Access, ...] = ()
    tools: tuple[Stated, ...] = ()
    links: tuple[Link, ...] = ()
    practices: tuple[Practice, ...] = ()
    handoff: tuple[Stated, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    fields: tuple[Stated, ...] = ()
    impact: tuple[Stated, ...] = ()
    break_glass: tuple[Stated, ...] = ()
    fallbacks: tuple[Stated, ...] = ()
    probes: tuple[Stated, ...] = ()
    changes: tuple[Change, ...] = ()
    stamp: Stamp = Stamp()
