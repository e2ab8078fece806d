"""How far people have come with an incident: the way taken, the phase, the watch before the end, the evidence."""

from sirenbook.model.happened import Happened
from sirenbook.model.provenance import Provenance


class BranchChosen(Happened, frozen=True):
    """A person took one of several ways on: `condition` is what they found, `left` what they had taken before."""

    branch: int
    title: str
    by: str
    why: Provenance
    condition: str = ""
    left: tuple[int, ...] = ()


class PhaseReached(Happened, frozen=True):
    """A phase of the response began, by its time box or by a person; `left` steps of those before are not done."""

    phase: int
    title: str
    why: Provenance
    by: str = ""
    left: int = 0
    ends: int | None = None


class WatchBegan(Happened, frozen=True):
    """Somebody holds the incident to be solved; it ends once it has stayed so. `unverified` is not yet checked.

    `fields` are what was said of it; `lacking` what the playbook demands and nobody said, `without` why not.
    """

    by: str
    reason: str
    seconds: int
    why: Provenance
    unverified: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    without: str = ""


class EvidenceKept(Happened, frozen=True):
    """What steps wrote and what alerts said was put by before anything was changed; `digest` is its SHA-256.

    `head` is the last hash of the timeline that it holds.
    """

    digest: str
    head: str
    by: str
    why: Provenance
    entries: int = 0
    outputs: int = 0
    alerts: int = 0
    size: int = 0
