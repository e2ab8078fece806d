"""Finds the columns of a table by what their headers say."""

import re
from collections.abc import Iterator, Mapping

from sirenbook.playbook.text.document import Table, plain
from sirenbook.playbook.text.inline import Line

Row = Mapping[str, Line]


def columns(table: Table, wanted: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """The place of each wanted column, each column taken once, the first name first."""
    found: dict[str, int] = {}
    headers = [plain(h.text) for h in table.header]
    for name, pattern in wanted.items():
        place = next((i for i, h in enumerate(headers) if i not in found.values() and pattern.search(h)), None)
        if place is not None:
            found[name] = place
    return found


def rows(table: Table, places: Mapping[str, int]) -> Iterator[Row]:
    """Every row by the names of its columns; cells that hold nothing are left out."""
    for row in table.rows:
        yield {name: row[i] for name, i in places.items() if i < len(row) and row[i].text.strip(" -–—")}


def words(row: Row, name: str) -> str:
    """What a row has in a column, or nothing."""
    return row[name].text if name in row else ""
