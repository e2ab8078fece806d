"""Checks between alerts and runbooks: an alert without a procedure, a procedure that no alert leads to."""

import re
from collections.abc import Iterator

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.procedure import Runbook
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.text.document import Table

MANY = 5
"""Further places that one finding lists."""
_BY_HAND = re.compile(
    r"recover|restor|rollback|restart|fail-?over|backup|maintenance|deploy|procedure|drill|security|breach|how to",
    re.IGNORECASE,
)
_ALERT_COLUMN = re.compile(r"alert(?: ?name|s)?|alert rule", re.IGNORECASE)
_ANSWER_COLUMN = re.compile(r"runbook|playbook|procedure|action|response|what to do|link|steps", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|[a-z][a-z0-9]+(?:_[a-z0-9]+)+")


def check_runbooks(book: Book) -> Iterator[Diagnostic]:
    """Alerts and runbooks that do not find each other."""
    answered = {alert.name for alert in book.policy.alerts if alert.runbook}
    unanswered = {alert.name: alert.why for alert in book.policy.alerts if not alert.runbook}
    for name, at in _listed(book):
        if name not in answered:
            unanswered.setdefault(name, at)
    yield from (_unanswered(name, at) for name, at in unanswered.items())
    led_to = {alert.runbook for alert in book.policy.alerts}
    lonely = [r for r in book.policy.runbooks if r.title not in led_to and not _BY_HAND.search(r.title)]
    if lonely:
        yield _unfired(lonely, alone=not any(led_to))


def _unanswered(name: str, at: Provenance) -> Diagnostic:
    return Diagnostic(
        "SB271",
        "warning",
        f"No runbook answers {name}, so whoever it wakes begins from nothing.",
        f"Write `Alert: {name}` among the symptoms of the runbook that answers it.",
        at,
    )


def _listed(book: Book) -> Iterator[tuple[str, Provenance]]:
    """The alerts of tables that list alerts and nothing to do about them."""
    for section in book.sections:
        for table in section.blocks:
            if isinstance(table, Table) and table.header:
                yield from _of_table(table)


def _of_table(table: Table) -> Iterator[tuple[str, Provenance]]:
    columns = [n for n, header in enumerate(table.header) if _ALERT_COLUMN.fullmatch(header.text.strip())]
    told = any(_ANSWER_COLUMN.search(header.text) for header in table.header)
    for row in table.rows if columns and not told else ():
        cell = row[columns[0]]
        if found := _NAME.fullmatch(cell.text.strip().strip("`")):
            yield found[0], cell.at(found[0])


def _unfired(lonely: list[Runbook], *, alone: bool) -> Diagnostic:
    """One finding for all runbooks that no alert leads to; `alone` when none leads to any."""
    titles = [f"“{r.title}”" for r in lonely]
    if len(lonely) == 1:
        text = f"No alert leads to the runbook {titles[0]}, so only people find it."
    elif alone:
        text = f"No alert leads to any of the {len(lonely)} runbooks: an incident opens without a procedure."
    else:
        named = ", ".join(titles[:MANY]) + (" …" if len(titles) > MANY else "")
        text = f"No alert leads to the runbooks {named}, so only people find them."
    return Diagnostic(
        "SB272",
        "note",
        text,
        "Name the alert among the symptoms: `Alert: HighErrorRate`.",
        lonely[0].why,
        tuple(r.why for r in lonely[1 : MANY + 1]),
    )
