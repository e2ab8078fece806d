"""Changes an object as kubectl asks: by a JSON patch, a merge patch, or one that merges lists by name."""

import copy
from typing import Any

_KEYS = ("name", "containerPort", "mountPath", "type", "key", "ip")
"""By which entries of a list are told apart, tried in this order."""


class BadPatch(ValueError):
    """A patch that cannot be applied; the text says why."""


def merge(old: Any, change: Any, *, strategic: bool = False) -> Any:
    """The object with a change merged in; null takes a key away. `strategic` merges lists by names."""
    if isinstance(old, dict) and isinstance(change, dict):
        return _merge_table(old, change, strategic)
    if strategic and isinstance(old, list) and isinstance(change, list):
        return _merge_list(old, change)
    return _bare(copy.deepcopy(change))


def _merge_table(old: dict[str, Any], change: dict[str, Any], strategic: bool) -> dict[str, Any]:
    if change.get("$patch") == "replace":
        return {k: v for k, v in change.items() if k != "$patch"}
    merged = dict(old)
    for key, value in change.items():
        if key.startswith("$"):
            continue
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value, strategic=strategic)
    return merged


def _bare(value: Any) -> Any:
    """A new value without the nulls and the directives that only mean something against an old one."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v is not None and not k.startswith("$")}
    return value


def _merge_list(old: list[Any], change: list[Any]) -> list[Any]:
    entries = [e for e in change if isinstance(e, dict)]
    key = next((k for k in _KEYS if entries and all(k in e for e in entries)), None)
    if key is None or len(entries) != len(change):
        return copy.deepcopy(change)
    merged = {e.get(key): e for e in old if isinstance(e, dict)}
    for entry in entries:
        if entry.get("$patch") == "delete":
            merged.pop(entry[key], None)
        else:
            merged[entry[key]] = merge(merged.get(entry[key]), entry, strategic=True)
    return list(merged.values())


def apply_json_patch(old: Any, operations: Any) -> Any:
    """The object with every operation of a JSON patch applied in turn. Raises BadPatch."""
    if not isinstance(operations, list):
        raise BadPatch("a JSON patch is a list of operations")
    result = copy.deepcopy(old)
    for operation in operations:
        try:
            _operate(result, operation)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BadPatch(f"the operation {operation!r} cannot be applied") from error
    return result


def _operate(document: Any, operation: dict[str, Any]) -> None:
    verb = operation["op"]
    *path, last = [p.replace("~1", "/").replace("~0", "~") for p in operation["path"].split("/")[1:]]
    place = document
    for part in path:
        place = place[int(part) if isinstance(place, list) else part]
    value = copy.deepcopy(operation.get("value"))
    if isinstance(place, list):
        _operate_on_list(place, verb, last, value)
    elif verb in ("add", "replace"):
        place[last] = value
    elif verb == "remove":
        del place[last]
    elif verb != "test" or place.get(last) != value:
        raise BadPatch(f"{verb} at {operation['path']} cannot be done")


def _operate_on_list(place: list[Any], verb: str, last: str, value: Any) -> None:
    where = len(place) if last == "-" else int(last)
    if verb == "add":
        place.insert(where, value)
    elif verb == "replace":
        place[where] = value
    elif verb == "remove":
        del place[where]
    else:
        raise BadPatch(f"{verb} is not possible in a list")
