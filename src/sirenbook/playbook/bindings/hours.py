"""Reads business hours of sirenbook.toml: those of the installation, and those of a team."""

from typing import Any

from sirenbook.model.hours import BusinessHours
from sirenbook.playbook.bindings.rotations import read_holidays
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import Kind, read_table, read_value
from sirenbook.playbook.bindings.toml_text import TomlText
from sirenbook.playbook.bindings.values import opening_minutes, weekdays, zone_name

_ZONE = Kind(zone_name, 'Write zone = "Europe/Berlin", or "UTC".', "SB306")
_DAYS = Kind(weekdays, 'Write days = "Mon-Fri", or "Mon, Wed, Sat".')
_HOURS = Kind(opening_minutes, 'Write hours = "09:00-17:00".')


def read_hours(toml: TomlText, path: Path, inside: dict[str, Any], usual: BusinessHours) -> BusinessHours:
    """Business hours, each part by itself: what is not said, or not sound, is as usual."""
    table = read_table(toml, path, inside, ("zone", "days", "hours", "holidays"))
    zone = read_value(toml, (*path, "zone"), table, _ZONE)
    days = read_value(toml, (*path, "days"), table, _DAYS)
    hours = read_value(toml, (*path, "hours"), table, _HOURS)
    start, end = hours or (usual.start, usual.end)
    holidays = tuple(read_holidays(toml, path, table)) if "holidays" in table else usual.holidays
    return BusinessHours(zone or usual.zone, start, end, days or usual.days, holidays)
