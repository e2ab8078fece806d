"""Judges variables that are set in front of a command: some choose another target, some make it load code."""

import re
from collections.abc import Iterable

from sirenbook.playbook.safety.verdict import Verdict

_HARMLESS = frozenset(
    [
        "LANG",
        "TZ",
        "NO_COLOR",
        "CLICOLOR",
        "TERM",
        "COLUMNS",
        "LINES",
        "PGCONNECT_TIMEOUT",
        "PGAPPNAME",
        "PGTZ",
        "PGCLIENTENCODING",
        "PGDATESTYLE",
        "AWS_MAX_ATTEMPTS",
        "KUBECTL_KUBERC",
        "GREP_COLOR",
        "BLOCK_SIZE",
    ]
)
_LOCALE = re.compile(r"LC_[A-Z]+")
_PLAIN = re.compile(r"[A-Za-z0-9_+-][\w.,:@+-]*(?:/[\w+-]+)*|")
_PASSWORDS = frozenset({"PGPASSWORD", "REDISCLI_AUTH", "MYSQL_PWD"})
"""Read by one program only, which shows it to nobody."""
_CHOOSES = frozenset(
    [
        "KUBECONFIG",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "VAULT_ADDR",
        "VAULT_NAMESPACE",
        "PGHOST",
        "PGPORT",
        "PGUSER",
        "PGDATABASE",
        "PGSERVICE",
        "CLOUDSDK_CORE_PROJECT",
    ]
)


def surrounded(verdict: Verdict, given: Iterable[tuple[str, str]]) -> Verdict:
    """The verdict on a program for which these variables are set."""
    for name, value in given:
        verdict = _with(verdict, name, value)
    return verdict


def _with(verdict: Verdict, name: str, value: str) -> Verdict:
    if name in _CHOOSES:
        return verdict.also("elsewhere", because=f"{name} chooses another target")
    plain = (name in _HARMLESS or _LOCALE.fullmatch(name)) and _PLAIN.fullmatch(value)
    if plain or name in _PASSWORDS:
        return verdict
    return verdict.also("unknown-code", risk="changes", because=f"{name} is set, and what that does is not known")
