"""Reads [access] of sirenbook.toml: who has which of the systems and tools that the playbook requires."""

from typing import Any

from sirenbook.model.bindings import Person
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import people_ids, read_texts
from sirenbook.playbook.bindings.toml_text import TomlText

EVERYBODY = "everybody"


def read_access(toml: TomlText, table: dict[str, Any], people: dict[str, Person]) -> dict[str, tuple[str, ...]]:
    """Who has what: people by id, under the name of a system or tool; `everybody` stands for all of them."""
    return {what: _holders(toml, ("access", what), value, people) for what, value in table.items()}


def _holders(toml: TomlText, path: Path, value: object, people: dict[str, Person]) -> tuple[str, ...]:
    words = read_texts(toml, path, value)
    if EVERYBODY not in people and any(word == EVERYBODY for _, word in words):
        return tuple(people)
    return people_ids(toml, words, people)
