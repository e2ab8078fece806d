"""A review as a PDF, laid out from its HTML; only where the extra `sirenbook[pdf]` is installed."""

import logging
import re
from datetime import datetime
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from sirenbook.web.faults import Fault

_FAMILY = "Roboto"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
_CELL = re.compile(r"(<(?:td|th)\b[^>]*>)(.*?)(</(?:td|th)>)", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LEADS_NOWHERE = re.compile(r'<a href="(?!https?:|mailto:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_WIDTH = re.compile(r' style="[^"]*"')


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("fpdf") is not None and find_spec("font_roboto") is not None


def as_pdf(html: str, title: str, foot: str, at: datetime) -> bytes:
    """A document of ours as a PDF. Raises Fault 409 without the extra, and for what fits no page."""
    if not available():
        raise Fault(409, "refused", "PDF needs an extra that is not installed here", "pip install 'sirenbook[pdf]'")
    from fpdf.errors import FPDFException

    try:
        return _laid_out(html, title, foot, at)
    except FPDFException as error:
        raise Fault(
            409, "refused", f"this cannot be laid out as PDF: {error}", "take html, and print it"
        ) from error


def _laid_out(html: str, title: str, foot: str, at: datetime) -> bytes:
    from fpdf import FPDF
    from fpdf.fonts import FontFace

    logging.getLogger("fpdf").setLevel(logging.ERROR)  # every sign that the font lacks would be a line of the log

    class Paper(FPDF):
        """Pages with the incident, the version and the page's number at their foot."""

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font(_FAMILY, size=8)
            self.cell(0, 8, f"{foot}  ·  {self.page_no()}/{{nb}}", align="C")

    paper = Paper(format="A4")
    folder = files("font_roboto") / "files"
    for style, name in _STYLES.items():
        paper.add_font(_FAMILY, style, str(folder / f"Roboto-{name}.ttf"))
    paper.set_title(title)
    paper.set_creation_date(at)
    paper.set_font(_FAMILY, size=10)
    paper.add_page()
    plain = FontFace(family=_FAMILY)
    styles: dict[str, Any] = dict.fromkeys(("code", "pre"), plain)
    paper.write_html(_simple(html), font_family=_FAMILY, tag_styles=styles, table_line_separators=True)
    made = BytesIO()
    paper.output(made)
    return made.getvalue()


def _simple(html: str) -> str:
    """The HTML as the layout takes it: cells hold words alone, marks are brackets, no link stays in the page."""
    unmarked = _LEADS_NOWHERE.sub(r"\1", html).replace("<mark>", "[").replace("</mark>", "]")
    return _CELL.sub(lambda m: f"{_WIDTH.sub('', m[1])}{_TAG.sub('', m[2])}{m[3]}", unmarked)
