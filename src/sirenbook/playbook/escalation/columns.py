"""Tells which columns of a table of escalation hold those who are brought in."""

import re

from sirenbook.playbook.escalation.stages import LEVEL, who_in
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import targets
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text.document import Item, Items, Table, plain
from sirenbook.playbook.text.inline import Line, make_line

_REACH = re.compile(r"^[@#]|\S@\S")
_SAID = re.compile(r"whom?|roles?|contacts?|responders?|persons?|people|owners?|escalate to|teams?")
ONWARD = re.compile(r"escalates? to(?: whom)?|escalation (?:target|contact)|whom")
"""What a column is called that says to whom an incident goes on."""
_FURTHER = re.compile(r"(?:final|executive|management|last)\b.*escalat|then\b|finally\b")
"""What a column is called whose people come after those that another column names."""
FIRST = re.compile(
    r"(?:first|initial) (?:responder|response|contact|line)(?: (?:for|to) (?:all|any|every) \w+)?|always(?: first)?"
    r"|(?:all|any|every) (?:alert|incident|page)s?"
)
"""What a cell says of those with whom everything begins."""
_SETTING = re.compile(r"settings?|parameters?|property|properties|attributes?|fields?|items?|aspects?|rules?")
_VALUE = re.compile(r"values?|details?|descriptions?|policy|notes?")
ALL = re.compile(
    r"^\W*(?:all|any|every|ongoing|open|unresolved)\s|\s(?:incidents?|events?|alerts?|issues?)\W*$", re.IGNORECASE
)
"""What stands around a severity in a cell and only says that each of its incidents is meant."""


def settings(table: Table) -> Items | None:
    """The rows of a table that is a list of labels and values, as that list: `Setting | Value`."""
    heads = [plain(h.text) for h in table.header]
    if len(heads) != 2 or not (_SETTING.fullmatch(heads[0]) and _VALUE.fullmatch(heads[1])):
        return None
    rows = [(label, value) for label, value in table.rows if label.text and value.text]
    lines = [make_line(v.file, f"{k.text}: {v.text}", v.line, v.source) for k, v in rows]
    return Items(tuple(Item(line, ()) for line in lines), table.line, ordered=False)


def people_at(table: Table, said: int) -> int | None:
    """The column of those who are brought in: names sooner than numbers of levels."""
    found = [i for i in range(len(table.header)) if i != said and is_people(table, i)]
    found.sort(key=lambda i: (is_reach(table, i), not ONWARD.fullmatch(plain(table.header[i].text))))
    return next((i for i in found if sum(1 for r in table.rows if LEVEL.fullmatch(r[i].text)) < 2), None)


def is_people(table: Table, index: int) -> bool:
    """Whether most cells of a column name somebody."""
    cells = [row[index].text for row in table.rows if len(row) > index]
    named = sum(1 for c in cells if who_in(c)) * 2
    return bool(cells) and (named > len(cells) or (named == len(cells) and _is_role(table.header[index])))


def _is_role(header: Line) -> bool:
    """Whether a column is said to be of people, so that half of its cells may be vendors' names."""
    return plain(header.text) in ("role", "roles", "who", "person")


def is_reach(table: Table, index: int) -> bool:
    """Whether a column holds where people are reached: addresses, handles, places of chat."""
    cells = [row[index].text for row in table.rows if len(row) > index]
    return sum(1 for c in cells if _REACH.search(c)) * 2 > len(cells)


def beside_levels(table: Table) -> int | None:
    """The column that is said to be of people beside one of levels, whatever they are called."""
    levels = all(LEVEL.fullmatch(row[0].text) for row in table.rows)
    return next((i for i, h in enumerate(table.header) if levels and _SAID.fullmatch(plain(h.text))), None)


def agree(table: Table, action: int, who: int) -> bool:
    """Whether a column of people names those whom the actions beside it call, and not who calls them."""
    pairs = [(whom(row[action].text), who_in(row[who].text)) for row in table.rows]
    called = [(a, b) for a, b in pairs if a and b]
    same = sum(1 for a, b in called if any(targets.same_role(x, y) for x in a for y in b))
    named = [b for _, b in called]
    return same * 2 > len(called) or (same > 1 and len(set(named)) == len(named))  # whoever acts does so often


def further(table: Table, who_at: int) -> list[Step]:
    """Those of columns that come after the one who is brought in: `Escalate to | Final escalation`."""
    columns = [i for i, h in enumerate(table.header) if i != who_at and _FURTHER.match(plain(h.text))]
    return [Step(who, None, r[i].at()) for r in table.rows for i in columns if (who := who_in(r[i].text))]
