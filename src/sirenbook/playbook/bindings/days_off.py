"""The public holidays of a country or a part of it, by the package `holidays`, which is an extra: 9 MB of laws."""

import re
from datetime import date
from functools import lru_cache
from importlib import import_module

from sirenbook.playbook.bindings.values import day_of

_PLACE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,5}))?")
_YEARS = range(2020, 2041)
"""The years for which rotations are exact; a text is read the same at whatever time it is read."""


def days_off(value: object) -> tuple[date, ...]:
    """The day that is meant, or every public holiday of `"AT"` or `"DE-BY"`; ValueError when it is neither."""
    found = _PLACE.fullmatch(value.strip()) if isinstance(value, str) else None
    return public_holidays(found[1], found[2]) if found else (day_of(value),)


@lru_cache(maxsize=64)
def public_holidays(country: str, part: str | None) -> tuple[date, ...]:
    """The public holidays of the years to come and of the last ones. Raises ValueError."""
    try:
        package = import_module("holidays")
    except ImportError:
        raise ValueError("public holidays need an extra: pip install 'sirenbook[holidays]'") from None
    try:
        return tuple(sorted(package.country_holidays(country, subdiv=part, years=_YEARS)))
    except NotImplementedError:
        place = f"{country}-{part}" if part else country
        raise ValueError(f"no public holidays are known of {place!r}") from None
