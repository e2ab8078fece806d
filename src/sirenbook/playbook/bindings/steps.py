"""Reads from sirenbook.toml how steps run: on what, within which limits, and what fills their parameters."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sirenbook.model.bindings import Filling, Stepping
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_text import TomlText, suggestion
from sirenbook.playbook.bindings.values import flag, positive, wait_seconds

_LARGEST_BUDGET = 100
_LONGEST_LIMIT = 900
_LONGEST_APPROVAL = 24 * 3600


def _budget(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_BUDGET:
        raise ValueError(f"this must be a whole number from 0 to {_LARGEST_BUDGET}")
    return value


def _span(largest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        seconds = wait_seconds(value)
        if not 1 <= seconds <= largest:
            raise ValueError(f"this must be from one second to {largest} seconds")
        return seconds

    return read


_STEPPING: dict[str, tuple[Callable[[object], Any], str]] = {
    "auto": (flag, "Write auto = false to have nothing run before a person asks."),
    "budget": (_budget, "Write budget = 20: so many runs an incident has by itself."),
    "approval": (_span(_LONGEST_APPROVAL), 'Write approval = "30m": so long consent to a step counts.'),
    "keep_days": (positive, "Write keep_days = 90: so many days what steps wrote is kept."),
    "limit": (_span(_LONGEST_LIMIT), 'Write limit = "60s": so long one step may take.'),
}


def read_stepping(toml: TomlText, table: dict[str, Any]) -> Stepping:
    """The table [steps]; what is not sound stays at its default."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _STEPPING:
            help_ = f"{suggestion(key, _STEPPING)}Known in [steps]: {', '.join(_STEPPING)}."
            toml.report(
                "SB302", ("steps", key), f'"{key}" is not known in [steps] and was left out.', help_, "warning"
            )
            continue
        read, mend = _STEPPING[key]
        try:
            found[key] = read(value)
        except ValueError as error:
            toml.report("SB310", ("steps", key), f"steps.{key}: {error}.", mend)
    return Stepping(**found)


def read_parameters(toml: TomlText, table: dict[str, Any]) -> dict[str, Filling]:
    """The table [parameters]: a text or number for each, or the label of the alert that tells it."""
    found: dict[str, Filling] = {}
    for name, value in table.items():
        path: Path = ("parameters", name)
        if isinstance(value, dict) and set(value) == {"label"} and isinstance(value["label"], str):
            found[name] = Filling(label=value["label"])
        elif isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            found[name] = Filling(value=str(value).strip())
        else:
            mend = f'Write {name} = "value", or {name} = {{label = "pod"}}.'
            toml.report("SB303", path, f"parameters.{name} must be a text, or name a label.", mend)
    return found


def read_executors(toml: TomlText, table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables [executors.…], as they are."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield name, value
        else:
            toml.report(
                "SB303",
                ("executors", name),
                f"executors.{name} must be a table.",
                f"Write it below a line [executors.{name}].",
            )


LABEL = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
"""What a label of a runner may be."""


def read_runners(toml: TomlText, table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The table [runners]: for each kind of tool the labels of the runners that its steps go to."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, value in table.items():
        labels = value if isinstance(value, list) else [value]
        if labels and all(isinstance(each, str) and LABEL.fullmatch(each) for each in labels):
            found[kind] = tuple(dict.fromkeys(labels))
        else:
            mend = f'Write {kind} = "prod", or ["prod", "eu"]: labels of lower-case letters, digits, "-" and ".".'
            toml.report("SB303", ("runners", kind), f"runners.{kind} must be a label, or a list of labels.", mend)
    return found
