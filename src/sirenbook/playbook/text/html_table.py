"""Reads tables and headings that are written in HTML, because Markdown lets people do that too."""

import re
from html.parser import HTMLParser

_HEADING = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>\s*", re.IGNORECASE | re.DOTALL)
_SUMMARY = re.compile(r"\s*<details[^>]*>\s*<summary[^>]*>(.*?)</summary>\s*", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class _Rows(HTMLParser):
    """Gathers the words of every cell, with the line on which its row begins."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append((self.getpos()[0], []))
        elif tag in ("td", "th") and self.rows:
            self.rows[-1][1].append("")
            self.inside = True
        elif tag in ("br", "li", "p") and self.inside and self.rows[-1][1][-1].strip():
            self.rows[-1][1][-1] += "; "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][1][-1] += data


def html_rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows of the table in a piece of HTML, each with its line in the piece, from 0; none without a table."""
    if "<tr" not in text.lower():
        return []
    reader = _Rows()
    reader.feed(text)
    reader.close()
    return [(line - 1, [" ".join(c.split()) for c in cells]) for line, cells in reader.rows if cells]


def html_heading(text: str) -> tuple[int, str] | None:
    """The level and the words of a piece of HTML that is one heading; 0 for what heads a part that unfolds."""
    if folded := _SUMMARY.fullmatch(text):
        return 0, _words(folded[1])
    found = _HEADING.fullmatch(text)
    return (int(found[1]), _words(found[2])) if found else None


def _words(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())
