"""Who may do what beside what their account says: by a provider of OpenID Connect, and by their teams."""

from typing import Any

from msgspec import Struct, field

from sirenbook.model.hours import BusinessHours
from sirenbook.model.rights import ACCOUNT_ROLES, AccountRole


class Team(Struct, frozen=True, omit_defaults=True):
    """A team: the services that are its own, and the roles that people, by id, have in the incidents of these.

    `hours` are the business hours that count in those incidents, where they are not everybody's.
    """

    services: tuple[str, ...]
    roles: dict[str, AccountRole] = field(default_factory=dict)
    hours: BusinessHours | None = None


def teams_of(teams: dict[str, Team], service: str) -> dict[str, Team]:
    """Whose incident one about this service is: the teams that have it, and the team that is itself called so."""
    said = service.casefold()
    return {n: t for n, t in teams.items() if said and said in map(str.casefold, (n, *t.services))}


def services_of(teams: dict[str, Team]) -> tuple[str, ...]:
    """What an incident may be about for some team: its services, and the team by its own name."""
    return tuple(dict.fromkeys(s for name, team in teams.items() for s in (*team.services, name)))


class Oidc(Struct, frozen=True, omit_defaults=True):
    """A provider of OpenID Connect. `name` and `claim` are the claims that hold people's names and their groups.

    Without a `name` the usual ones are shown, and make nobody a person of sirenbook.toml: people may change them.
    `groups` maps a group to a role; whoever is in none of them has `role`, or is not let in where that is empty.
    `outward` is how it is reached: the client's secret by the name of its place, `allow`, `ca_file`, `timeout`.
    """

    issuer: str
    client_id: str
    label: str = "single sign-on"
    name: str = ""
    claim: str = "groups"
    groups: dict[str, AccountRole] = field(default_factory=dict)
    role: AccountRole | None = None
    outward: dict[str, Any] = field(default_factory=dict)

    def role_of(self, groups: object) -> AccountRole | None:
        """The highest role that somebody has by their groups; None for whoever is not let in."""
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        named = [self.groups[g] for g in listed if isinstance(g, str) and g in self.groups]
        found = [*named, *([self.role] if self.role else [])]
        return max(found, key=ACCOUNT_ROLES.index, default=None)
