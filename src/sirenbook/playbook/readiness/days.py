"""Reads a calendar day as playbooks write it; one of which day and month could be either is none."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>" + "|".join(_MONTHS) + r")[a-z]*\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"\b(?P<year>20\d\d)[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})\b",
        rf"\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>20\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-](?:of\s)?{_MONTH},?[\s-](?P<year>20\d\d)\b",
        r"\b(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>20\d\d)\b",
        rf"\b{_MONTH}\s(?P<year>20\d\d)\b",
    )
)


def day_of(text: str) -> date | None:
    """The first day that a text names; of a month alone, its first."""
    for form in _FORMS:
        found = form.search(text)
        if found is not None:
            said = found.groupdict()
            month = int(said["number"]) if "number" in said else _MONTHS.index(said["month"].lower()) + 1
            try:
                return date(int(said["year"]), month, int(said.get("day") or 1))
            except ValueError:
                return None
    return None
