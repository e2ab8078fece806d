"""What is wrong with, or left open by, a playbook: findings with a place and a mend, and questions to its owner."""

from typing import Literal

from msgspec import Struct

from sirenbook.model.provenance import Provenance

Grade = Literal["error", "warning", "note"]


class Diagnostic(Struct, frozen=True, omit_defaults=True):
    """One finding: a stable code such as `SB103`, the place, what is wrong, and how to mend it.

    `also` are further places that belong to it: the other half of a contradiction, more of the same.
    """

    code: str
    grade: Grade
    text: str
    help: str
    at: Provenance
    also: tuple[Provenance, ...] = ()


class Question(Struct, frozen=True, omit_defaults=True):
    """Something the playbook leaves open, with the default that holds until `[answers]` says otherwise.

    `key` is the name of the answer there, `default` the value in force, `choices` what may be answered
    (empty: free text or a duration).
    """

    key: str
    text: str
    default: str
    at: Provenance
    choices: tuple[str, ...] = ()
    answered: bool = False
