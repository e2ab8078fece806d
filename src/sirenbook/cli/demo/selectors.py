"""Picks objects by labels and fields as kubectl writes them: `app=api,tier!=web`, `status.phase!=Running`."""

import re
from typing import Any


def labelled(value: dict[str, Any], selector: str) -> bool:
    """Whether an object's labels fit a selector."""
    labels = value["metadata"].get("labels", {})
    return all(_fits(labels, term.strip()) for term in re.split(r",(?![^(]*\))", selector) if term.strip())


def _fits(labels: dict[str, str], term: str) -> bool:
    if found := re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", term):
        inside = labels.get(found[1]) in [v.strip() for v in found[3].split(",")]
        return inside == (found[2] == "in")
    if found := re.fullmatch(r"([^!=]+)(!=|==?)(.*)", term):
        return (labels.get(found[1]) == found[3]) == (found[2] != "!=")
    return term[1:] not in labels if term.startswith("!") else term in labels


def fielded(value: dict[str, Any], selector: str) -> bool:
    """Whether an object's fields fit a selector."""
    for term in filter(None, selector.split(",")):
        found = re.fullmatch(r"([\w.]+)(!=|==?)(.*)", term)
        if found is None or (_field(value, found[1]) == found[3]) == (found[2] == "!="):
            return False
    return True


def _field(value: Any, path: str) -> str:
    for part in path.split("."):
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""
