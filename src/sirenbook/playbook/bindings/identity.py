"""Reads from sirenbook.toml who may do what: by a provider of OpenID Connect, and by their teams."""

import re
from typing import Any

from sirenbook.model.bindings import Person
from sirenbook.model.hours import BusinessHours
from sirenbook.model.identity import Oidc, Team
from sirenbook.model.rights import ACCOUNT_ROLES, AccountRole
from sirenbook.playbook.bindings.hours import read_hours
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import (
    Kind,
    people_ids,
    plain_text,
    read_settings,
    read_table,
    read_texts,
    read_value,
)
from sirenbook.playbook.bindings.toml_text import TomlText, suggestion
from sirenbook.playbook.bindings.values import url

_OUTWARD = ("client_secret_env", "client_secret_file", "allow", "ca_file", "timeout")
_KNOWN = ("issuer", "client_id", "label", "name", "claim", "groups", "role", *_OUTWARD)
_TEXTS = ("client_id", "label", "name", "claim")
_EDITABLE = ("name", "given_name", "family_name", "nickname", "preferred_username", "profile", "website")
"""Claims of the standard that people change themselves at many providers."""
_PLAIN = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/.*)?")


def _issuer(value: object) -> str:
    found = url(value)
    if not found.startswith("https://") and not _PLAIN.fullmatch(found):
        raise ValueError("an issuer is reached by https, but on this machine")
    if "?" in found or "#" in found:
        raise ValueError("an issuer has neither ? nor # in it")
    return found


def _role(value: object) -> AccountRole:
    found = next((r for r in ACCOUNT_ROLES if r == value), None)
    if found is None:
        near = suggestion(str(value), ACCOUNT_ROLES)
        raise ValueError(f"there is no role {value!r}. {near}The roles are {', '.join(ACCOUNT_ROLES)}")
    return found


_ISSUER = Kind(
    _issuer, 'Write issuer = "https://login.example.org/realms/ours", as the provider writes it.', "SB316"
)
_ROLE = Kind(_role, 'Write "oncall" = "responder" below [oidc.groups].', "SB316")


def read_oidc(toml: TomlText, top: dict[str, Any]) -> Oidc | None:
    """The table [oidc]; None where there is none, or where nobody could log in by it."""
    if "oidc" not in top:
        return None
    path: Path = ("oidc",)
    whole = read_table(toml, path, top["oidc"])
    table = read_settings(toml, path, {k: v for k, v in whole.items() if k != "groups"})
    table = read_table(toml, path, table | ({"groups": whole["groups"]} if "groups" in whole else {}), _KNOWN)
    texts = {k: read_value(toml, (*path, k), table, _text(k)) for k in _TEXTS if k in table}
    given = {k: text[:200] for k, text in texts.items() if text is not None}
    issuer, groups = read_value(toml, (*path, "issuer"), table, _ISSUER), _groups(toml, table.get("groups", {}))
    role = read_value(toml, (*path, "role"), table, _ROLE)
    if not (issuer and "client_id" in given and (groups or role)):
        text = "[oidc] lets nobody in: it needs issuer, client_id, and [oidc.groups] or a role for everybody."
        help_ = 'Write issuer = "https://…", client_id = "…", and below [oidc.groups] "oncall" = "responder".'
        toml.report("SB316", path, text, help_)
        return None
    if given.get("name") in _EDITABLE:
        text = f"[oidc] takes names from the claim {given['name']!r}, which people can change at many providers."
        help_ = "Name a claim that only you set, such as an employee's number or a verified email; or leave it out."
        toml.report("SB318", (*path, "name"), text, help_, "warning")
    outward = {k: table[k] for k in _OUTWARD if k in table}
    return Oidc(issuer=issuer, groups=groups, role=role, outward=outward, **given)


def _text(key: str) -> Kind[str]:
    return Kind(plain_text, f'Write {key} = "…".', "SB303")


def _groups(toml: TomlText, value: object) -> dict[str, AccountRole]:
    path: Path = ("oidc", "groups")
    table = read_table(toml, path, value)
    read = {group: read_value(toml, (*path, group), table, _ROLE) for group in table}
    return {group: role for group, role in read.items() if role is not None}


_GIVEN: tuple[AccountRole, ...] = ("responder", "commander")
"""What a team gives: everybody reads, and an admin is one everywhere."""


def read_teams(
    toml: TomlText, inside: dict[str, Any], people: dict[str, Person], usual: BusinessHours
) -> dict[str, Team]:
    """The tables [teams.…]: which services are theirs, who is what in the incidents of these, which hours count."""
    teams: dict[str, Team] = {}
    for name, value in inside.items():
        path: Path = ("teams", name)
        table = read_table(toml, path, value, ("services", *_GIVEN, "business_hours"))
        services = tuple(s for _, s in read_texts(toml, (*path, "services"), table.get("services", [])))
        roles: dict[str, AccountRole] = {}
        for role in _GIVEN:
            words = read_texts(toml, (*path, role), table.get(role, []))
            roles |= dict.fromkeys(people_ids(toml, words, people), role)
        hours = _hours(toml, (*path, "business_hours"), table, usual)
        if not services or not (roles or hours):
            text = f"The team {name} changes nothing: it needs services, and people with a role or business hours."
            toml.report("SB317", path, text, 'Write services = ["payments-api"] and commander = ["mira"].')
            continue
        teams[name] = Team(services, roles, hours)
    _one_calendar_each(toml, teams)
    return teams


def _hours(toml: TomlText, path: Path, table: dict[str, Any], usual: BusinessHours) -> BusinessHours | None:
    """The business hours that a team has of its own."""
    if "business_hours" not in table:
        return None
    return read_hours(toml, path, read_table(toml, path, table["business_hours"]), usual)


def _one_calendar_each(toml: TomlText, teams: dict[str, Team]) -> None:
    """A service of two teams with business hours: those of the first count."""
    first: dict[str, str] = {}
    for name, team in teams.items():
        for service in team.services if team.hours else ():
            other = first.setdefault(service, name)
            if other != name and teams[other].hours != team.hours:
                text = f"{service} is of {other} and of {name}, whose hours differ; those of {other} count."
                help_ = f"Take {service} out of one of the two."
                toml.report("SB319", ("teams", name, "services"), text, help_, "warning")
