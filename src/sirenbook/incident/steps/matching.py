"""Finds the runbook that answers an incident: by the alert that it names, else by the words of its title."""

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from sirenbook.model.policy import Policy
from sirenbook.model.procedure import Runbook
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Link

_IDLE = frozenset(
    {"a", "an", "the", "of", "for", "in", "on", "is", "are", "has", "and", "or", "to", "by", "with"}
    | {"alert", "runbook", "scenario", "problem", "incident", "issue", "failure", "error", "service"}
)
_GENERAL = frozenset(
    {
        "dashboard",
        "overview",
        "platform",
        "system",
        "primary",
        "grafana",
        "log",
        "logging",
        "trace",
        "tracing",
        "metric",
    }
    | {"distributed", "aggregation", "explorer", "status", "page", "prometheus", "jaeger", "loki", "kibana", "main"}
    | {
        "monitoring",
        "wiki",
        "infrastructure",
        "public",
        "production",
        "alert",
        "manager",
        "see",
        "high",
        "down",
        "slow",
    }
)
"""Words of a place's title that fit every incident."""
_LOOKED_AT = ("dashboard", "logs", "traces", "metrics", "status page", "documentation")
_MOST_PLACES = 8
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ASIDE = re.compile(r"\([^)]*\)|[<>]=?\s*\d+\s*%?")


class Match(Struct, frozen=True):
    """A runbook, and why it is the one."""

    runbook: Runbook
    reason: str
    why: Provenance


def match(policy: Policy, labels: Mapping[str, str], title: str) -> Match | None:
    """The runbook that answers these labels, or an incident of this title; None where none or several would."""
    name = labels.get("alertname", "")
    for rule in policy.alerts:
        if rule.name == name and rule.runbook:
            found = by_title(policy, rule.runbook)
            if found is not None:
                return Match(found, f"it names the alert {name}", rule.why)
    return _by_words(policy, name or title)


def against_attacks(policy: Policy) -> Match | None:
    """The playbook's runbook for attacks; None where none or several are."""
    found = [r for r in policy.runbooks if r.security is not None]
    if len(found) != 1 or found[0].security is None:
        return None
    return Match(found[0], "it is the playbook's runbook for attacks", found[0].security)


def places(policy: Policy, title: str, runbook: str | None) -> tuple[Link, ...]:
    """The places to look at for an incident: those of its runbook and of its title; else the general ones."""
    links = [x for x in policy.readiness.links if x.kind in _LOOKED_AT]
    about = words(f"{title} {runbook or ''}")[1] - _IDLE - _GENERAL
    own = [x for x in links if runbook in x.under or (words(x.title)[1] - _IDLE - _GENERAL) & about]
    chosen = own or [x for x in links if not words(x.title)[1] - _IDLE - _GENERAL]
    found: dict[str, Link] = {}
    for link in chosen:
        found.setdefault(link.url or link.command, link)
    return tuple(found.values())[:_MOST_PLACES]


def by_title(policy: Policy, title: str) -> Runbook | None:
    """The runbook of this title, whatever its case; else the only one that has these words in its title."""
    wanted = " ".join(title.split()).casefold()
    for runbook in policy.runbooks:
        if runbook.title.casefold() == wanted:
            return runbook
    part = [r for r in policy.runbooks if wanted and wanted in r.title.casefold()]
    return part[0] if len(part) == 1 else None


def _by_words(policy: Policy, name: str) -> Match | None:
    """The one runbook whose title says the same as a name: all of the words that matter in one are in the other."""
    said = words(name)
    fitting = [r for r in policy.runbooks if said and said[1] == words(r.title)[1]]
    if not fitting and said[0]:
        fitting = [r for r in policy.runbooks if words(r.title)[0] and words(r.title)[0] <= said[1]]
    if len(fitting) != 1:
        return None
    return Match(fitting[0], f"its title says the same as {name}", fitting[0].why)


@lru_cache(maxsize=4096)
def words(title: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a title that tell one failure from another, and all of its words, each in its shortest form."""
    every = frozenset(_stem(w) for w in _WORD.findall(_ASIDE.sub(" ", title)))
    telling = every - _IDLE
    return (telling if len(telling) > 1 else frozenset(), every)


def _stem(word: str) -> str:
    low = word.lower()
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith("ss") else low
