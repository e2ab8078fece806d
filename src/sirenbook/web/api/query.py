"""Query parameters: what each may be, said once for the OpenAPI document and for the gate before every handler."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams

from sirenbook.web.faults import Fault

LARGEST_ID = 2**63 - 1
KINDS: dict[str, dict[str, Any]] = {
    "at": {"type": "string", "format": "date-time", "description": "Another time than now."},
    "rotation": {"type": "string", "description": "A rotation by name; else the first."},
    "place": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10,
        "default": 0,
        "description": "0 for the primary, 1 for the secondary.",
    },
    "weeks": {"type": "integer", "minimum": 1, "maximum": 53, "description": "How far ahead."},
    "status": {"type": "string", "enum": ["open", "resolved", "all"], "default": "open"},
    "severity": {"type": "string"},
    "q": {"type": "string", "description": "Words of the title."},
    "before": {
        "type": "integer",
        "minimum": 0,
        "maximum": LARGEST_ID,
        "description": "The `next` of the page before.",
    },
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "description": "At most so many."},
    "days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 90},
    "month": {"type": "string", "pattern": r"^20\d\d-(0[1-9]|1[0-2])$", "description": "Else this one."},
    "version": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "Else the newest."},
    "entries": {
        "type": "string",
        "description": "Which the timeline shows, as 1,2,7; else those that matter.",
    },
    "format": {"type": "string", "enum": ["md", "html", "pdf", "ics", "patch"], "default": "md"},
    "which": {"type": "string", "enum": ["open", "overdue", "all"], "default": "open"},
    "months": {"type": "integer", "minimum": 1, "maximum": 36, "default": 6},
    "run": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10_000,
        "description": "The number of one run of a step; else all.",
    },
    "after": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
        "default": 0,
        "description": "The `seq` to continue after.",
    },
}
"""The schema of every parameter by its name; what a name means is the same wherever it is taken."""
_WHOLE = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)


def check_query(taken: Sequence[str], given: QueryParams) -> None:
    """Refuse parameters that are not taken, come twice, or are not what they may be. Raises Fault 400."""
    for name, text in given.multi_items():
        if name not in taken:
            there_are = f"it takes {', '.join(taken)}" if taken else "it takes none"
            raise Fault(400, "parameter", f"there is no parameter {name[:50]!r} here", there_are)
        if len(given.getlist(name)) > 1:
            raise Fault(400, "parameter", f"{name} is given more than once")
        if (wanted := _unlike(KINDS[name], text)) is not None:
            raise Fault(400, "parameter", f"{name} must be {wanted}")


def _unlike(schema: dict[str, Any], text: str) -> str | None:
    """What a value must be, where it is not; None where it is."""
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema["maximum"]
        sound = _WHOLE.fullmatch(text) is not None and least <= int(text) <= most
        return None if sound else f"a whole number from {least} to {most}"
    if "enum" in schema:
        *others, last = schema["enum"]
        return None if text in schema["enum"] else f"{', '.join(others)} or {last}"
    if "pattern" in schema:
        return None if re.fullmatch(schema["pattern"], text, re.ASCII) else "a month such as 2026-11"
    if schema.get("format") == "date-time":
        return None if moment(text) else "a time such as 2026-03-02T09:00:00Z"
    return None


def moment(text: str) -> datetime | None:
    """The instant that a text names, in UTC where it names no offset; None where it names none.

    A `+` that nobody escaped has come as a space.
    """
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
