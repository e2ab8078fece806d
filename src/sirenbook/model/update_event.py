"""What happened to an incident beside the paging: who was told what, who has which role, what security forbids."""

from datetime import datetime

from sirenbook.model.happened import Happened
from sirenbook.model.promise import Audience, ObligationKind, RoleKind
from sirenbook.model.provenance import Provenance
from sirenbook.model.status import Impact


class UpdateNudged(Happened, frozen=True):
    """Whoever must tell an audience was reminded, shortly before it is due."""

    audience: Audience
    by: datetime
    why: Provenance


class UpdateGiven(Happened, frozen=True):
    """An audience was told: sent to `outlets`, or `posted` by hand; what is `left` waits until somebody posts it.

    `next_by` is the time that the words promise for the next ones. `lacking` is what the playbook demands and the
    words do not say, `without` why not. `page` when they stand on our own status page,
    with a `title` if they have one, for `components` that fare by `impact`. `lists` are the customers who got it.
    """

    by: str
    audience: Audience
    text: str
    posted: bool = False
    outlets: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    next_by: datetime | None = None
    state: str = ""
    template: str = ""
    approved_by: str = ""
    lacking: tuple[str, ...] = ()
    without: str = ""
    page: bool = False
    title: str = ""
    components: tuple[str, ...] = ()
    impact: Impact = "operational"
    lists: tuple[str, ...] = ()


class UpdateApproved(Happened, frozen=True):
    """Somebody who may consented to exactly these words for one audience."""

    by: str
    audience: Audience
    digest: str
    text: str
    why: Provenance
    title: str = ""


class RoleAssigned(Happened, frozen=True):
    """Somebody has a role from now on; `before` had it until now, `note` is the brief."""

    role: str
    part: RoleKind
    person: str
    by: str
    why: Provenance
    before: str = ""
    note: str = ""


class RoleMissing(Happened, frozen=True):
    """A role that the playbook wants is nobody's, or `shared` with one that its holder may not have beside it.

    `round` counts how often that was told.
    """

    role: str
    part: RoleKind
    severity: str
    round: int
    why: Provenance
    shared: str = ""


class Obliged(Happened, frozen=True):
    """A severity began that obliges to something at once, and it was done: `all hands` are told."""

    obligation: ObligationKind
    severity: str
    why: Provenance


class SecurityMarked(Happened, frozen=True):
    """The incident is one of security from now on: nothing goes outside without consent."""

    by: str
    reason: str
    why: Provenance


class SecurityLifted(Happened, frozen=True):
    """The incident turned out to be none of security."""

    by: str
    reason: str


class AccessRestricted(Happened, frozen=True):
    """From now on only those see the incident who work on it."""

    by: str
    reason: str


class AccessOpened(Happened, frozen=True):
    """All may see the incident again, unless it is one of security."""

    by: str
    reason: str


class RoomOpened(Happened, frozen=True):
    """A room of the incident's own was made in a chat: the chat's id of it, and its name."""

    chat: str
    room: str
    name: str
    why: Provenance
    private: bool = False
