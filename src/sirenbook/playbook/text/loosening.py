"""Sets a blank row between a list and a bold heading right after it, as whoever wrote them so meant it."""

import re

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_LIST_ROW = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\S")
_BOLD_ROW = re.compile(r"\*\*[^*]{1,80}\*\*:?\s*$|\*\*[^*]{1,60}(?:\*\*:|:\*\*)\s")
_LEAD_ROW = re.compile(
    r"[A-Z][^|`]{1,80}:\s*"
    r"|(?i:(?:for|on|during|in)? ?(?:an? |any )?(?:p|s|sev(?:erity)?[ -]?|level |priority )\d)[^.|`]{0,20}"
)
"""A row flush left that leads to the next list: `For SEV2:`."""


def loosened(rows: list[str]) -> tuple[list[str], list[int]]:
    """The rows with a blank one between a list and a bold heading or lead right after it, and every row's number.

    Markdown would take such a heading for the last item's text, and nobody means that.
    """
    loose: list[str] = []
    numbers: list[int] = []
    fence = ""
    for number, row in enumerate(rows, 1):
        mark = _FENCE.match(row)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1][:3]
        listed = bool(loose) and not fence and bool(_LIST_ROW.match(loose[-1]))
        leads = _LEAD_ROW.fullmatch(row) and number < len(rows) and _LIST_ROW.match(rows[number])
        if listed and (leads or _BOLD_ROW.match(row)):
            loose.append("")
            numbers.append(number)
        loose.append(row)
        numbers.append(number)
    return loose, numbers
