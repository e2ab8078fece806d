"""What somebody who may log in is allowed to do: four roles, each with all that the one before it has."""

from typing import Literal, get_args

AccountRole = Literal["viewer", "responder", "commander", "admin"]
"""A viewer reads; a responder works on incidents; a commander also lifts what protects them and publishes what was
found; an admin also decides who may what, and by which playbook."""
ACCOUNT_ROLES: tuple[AccountRole, ...] = get_args(AccountRole)


def allows(role: str, least: AccountRole) -> bool:
    """Whether a role has what the other one has; one that nobody knows has nothing."""
    return role in ACCOUNT_ROLES and ACCOUNT_ROLES.index(role) >= ACCOUNT_ROLES.index(least)
