"""What the playbook requires of whoever is on call, access to systems and tools at hand, and who lacks it."""

import re
from collections.abc import Sequence

from msgspec import Struct

from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance

_WORD = re.compile(r"[a-z0-9]+")
_SHOWN = 8


class Need(Struct, frozen=True):
    """A system that whoever is on call must get into, or a tool that they must have, by a line of the playbook."""

    what: str
    why: Provenance

    def named_by(self, name: str) -> bool:
        """Whether a name of [access] means this: `AWS Console` and `aws` mean `AWS Console access`."""
        words = set(_WORD.findall(name.casefold()))
        return bool(words) and words <= set(_WORD.findall(self.what.casefold()))


def needs(policy: Policy) -> list[Need]:
    """All of them, systems before tools."""
    ready = policy.readiness
    systems = [Need(f"{a.system} ({a.level})" if a.level else a.system, a.why) for a in ready.access]
    return systems + [Need(tool.text, tool.why) for tool in ready.tools]


def untold(policy: Policy, bindings: Bindings) -> list[Need]:
    """What nobody says of anybody: [access] does not name it."""
    return [n for n in needs(policy) if not any(map(n.named_by, bindings.access))]


def lacking(policy: Policy, bindings: Bindings, person: str) -> list[Need]:
    """What somebody, by id, is not said to have, where [access] says who has it."""
    return [n for n in needs(policy) if (told := _told(bindings, n)) and not any(person in t for t in told)]


def _told(bindings: Bindings, need: Need) -> list[tuple[str, ...]]:
    """Who has it, by every entry of [access] that means it."""
    return [people for what, people in bindings.access.items() if need.named_by(what)]


def listed(found: Sequence[Need]) -> str:
    """Several needs in words."""
    shown = ", ".join(n.what for n in found[:_SHOWN])
    return f"{shown} and {len(found) - _SHOWN} more" if len(found) > _SHOWN else shown
