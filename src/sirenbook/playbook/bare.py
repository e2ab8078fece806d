"""Makes a playbook without severities runnable: an alert must page somebody even under a page of plain prose."""

from msgspec.structs import replace

from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.provenance import default

NAME = "Incident"


def runnable(policy: Policy) -> Policy:
    """The policy itself; with one severity that pages the on-call at once where the text names none."""
    if policy.severities:
        return policy
    why = default("the playbook names no severities, so every incident pages the on-call at once")
    level = Level(
        key=f"{NAME}/0/on-call", severity=NAME, after=0, who=policy.on_call, until="acknowledged", why=why
    )
    return replace(policy, severities=(Severity(NAME, 0, why),), levels=(*policy.levels, level))
