"""Reads what stands in a table of TOML: each value by itself, with a finding where it is not sound."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from sirenbook.model.bindings import Person, fold
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_text import TomlText, is_secret, suggestion
from sirenbook.playbook.bindings.values import variable

T = TypeVar("T")


def read_table(toml: TomlText, path: Path, value: object, known: Iterable[str] | None = None) -> dict[str, Any]:
    """A table's entries, without the ones that nothing here understands."""
    if not isinstance(value, dict):
        toml.report("SB303", path, f"{dotted(path)} must be a table.", f"Write it below a line [{dotted(path)}].")
        return {}
    if known is None:
        return value
    names = tuple(known)
    for key in value.keys() - set(names):
        where = f"in [{dotted(path)}]" if path else "at the top"
        help_ = f"{suggestion(key, names)}Known {where}: {', '.join(names)}."
        toml.report("SB302", (*path, key), f'"{key}" is not known {where} and was left out.', help_, "warning")
    return {key: value[key] for key in names if key in value}


def dotted(path: Path) -> str:
    """The name of an entry as people write it."""
    return ".".join(str(p) for p in path if isinstance(p, str))


class Kind(NamedTuple, Generic[T]):
    """How a value is read, and the help and code when it cannot be."""

    read: Callable[[object], T]
    help: str
    code: str = "SB310"


def read_value(toml: TomlText, path: Path, table: dict[str, Any], kind: Kind[T]) -> T | None:
    """One value as its kind reads it; None when it is not there or not sound."""
    if path[-1] not in table:
        return None
    try:
        return kind.read(table[str(path[-1])])
    except ValueError as error:
        said = str(error)
        toml.report(kind.code, path, f"{dotted(path)}: {said}{'' if said[-1] in '.?' else '.'}", kind.help)
        return None


def plain_text(value: object) -> str:
    """A text; ValueError with a sentence when it is none."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("this must be a text in double quotes")
    return value.strip()


def read_texts(toml: TomlText, path: Path, value: object) -> list[tuple[Path, str]]:
    """One text or a list of texts, each with its place."""
    items = list(enumerate(value)) if isinstance(value, list) else None
    pairs = [(path, value)] if items is None else [((*path, n), item) for n, item in items]
    for where, item in pairs:
        if not isinstance(item, str) or not item.strip():
            toml.report("SB303", where, f"{dotted(path)} must hold texts.", 'Write "text" or ["one", "two"].')
    return [(where, item.strip()) for where, item in pairs if isinstance(item, str) and item.strip()]


def people_ids(toml: TomlText, words: Iterable[tuple[Path, str]], people: dict[str, Person]) -> tuple[str, ...]:
    """The ids of the people named here, by id or by name; who is unknown is left out with a finding."""
    by_name = {fold(p.name): p.id for p in people.values()} | {fold(i): i for i in people}
    ids: list[str] = []
    for where, word in words:
        id_ = word if word in people else by_name.get(fold(word))
        if id_ is not None:
            ids.append(id_)
            continue
        help_ = f"{suggestion(word, by_name.values())}Write an id of [people], or add [people.{_bare(word)}]."
        toml.report("SB305", where, f'Nobody in [people] is "{word}".', help_)
    return tuple(dict.fromkeys(ids))


def _bare(word: str) -> str:
    return word if word.replace("-", "").replace("_", "").isalnum() and word.isascii() else f'"{word}"'


def read_settings(toml: TomlText, path: Path, table: dict[str, Any]) -> dict[str, Any]:
    """Settings of something outside, without literal secrets: a file that is shared must not hold any."""
    kept: dict[str, Any] = {}
    for key, value in table.items():
        here: Path = (*path, key)
        if isinstance(value, dict):
            kept[key] = read_settings(toml, here, value)
        elif is_secret(key):
            text = f"{dotted(here)} holds a secret in plain text and was left out."
            toml.report("SB309", here, text, _instead_of_secret(key))
        elif key.endswith("_env"):
            named = read_value(toml, here, table, Kind(variable, _instead_of_secret(key), "SB309"))
            kept |= {key: named} if named else {}
        else:
            kept[key] = value
    return kept


def _instead_of_secret(key: str) -> str:
    bare = key.removesuffix("_env")
    upper = bare.upper().replace("-", "_")
    return (
        f'Put it into an environment variable and write {bare}_env = "{upper}", or into a file and write '
        f'{bare}_file = "/path/to/it"; then change the secret, for it was written down.'
    )
