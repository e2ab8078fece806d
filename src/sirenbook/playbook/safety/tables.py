"""The tables by which programs are judged: one file a program, what it lists is known, what it does not is not."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct, convert

from sirenbook.model.judgement import Flag, Risk

_DATA = "sirenbook.playbook.safety.data"


class Verb(Struct, frozen=True, forbid_unknown_fields=True):
    """One verb of a program: its risk, the options with which that holds, and what some options mean beside it.

    `arguments`: `any`, `none`, `one`, `two`, `format` (only `+…`), `pattern` (a pattern, then files), `paths`.
    `pattern`: what the first argument must be as a whole. `tells`: what an argument says
    beside it. `requires`: options without which the risk does not hold.
    `drop` and `add` make the form that runs unattended; with all of `unless` given, nothing is added.
    """

    risk: Risk = "reads"
    options: str = ""
    arguments: str = "any"
    flags: tuple[Flag, ...] = ()
    on: Mapping[str, tuple[Flag, ...]] = {}
    drop: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    pattern: str = ""
    tells: Mapping[str, tuple[Flag, ...]] = {}
    because: str = ""


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """One program, by all its names. Without `verbs` but one called ``, it has none.

    `destroys` are verbs that take something away; `examples` are checked by the tests.
    """

    names: tuple[str, ...]
    verbs: Mapping[str, Verb]
    globals: str = ""
    destroys: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    single_dash: bool = False
    reads: tuple[str, ...] = ()
    not_reads: tuple[str, ...] = ()


@cache
def tables() -> Mapping[str, Table]:
    """Every program's table by each of its names."""
    found: dict[str, Table] = {}
    for file in sorted(resources.files(_DATA).joinpath("tools").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            table = convert(tomllib.loads(file.read_text("utf-8")), Table)
            found |= dict.fromkeys(table.names, table)
    return found


@cache
def facts(name: str) -> Any:
    """A file of facts: verbs and flags, columns, functions, by version."""
    return json.loads(resources.files(_DATA).joinpath(name).read_text("utf-8"))
