"""Looks a playbook over as a compiler would: contradictions, gaps, names that mislead, links that lead nowhere."""

from collections.abc import Sequence
from datetime import date

from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy
from sirenbook.playbook.lint.blanks import check_blanks
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.lint.clocks import check_clocks
from sirenbook.playbook.lint.commands import check_commands
from sirenbook.playbook.lint.contacts import check_contacts
from sirenbook.playbook.lint.criteria import check_criteria
from sirenbook.playbook.lint.ladders import check_ladders
from sirenbook.playbook.lint.links import check_links
from sirenbook.playbook.lint.practices import check_practices
from sirenbook.playbook.lint.products import check_products
from sirenbook.playbook.lint.promises import check_promises
from sirenbook.playbook.lint.runbooks import check_runbooks
from sirenbook.playbook.lint.stamps import check_document
from sirenbook.playbook.lint.templates import check_templates

_CHECKS = (
    check_clocks,
    check_criteria,
    check_promises,
    check_ladders,
    check_contacts,
    check_blanks,
    check_products,
    check_templates,
    check_links,
    check_runbooks,
    check_document,
    check_practices,
    check_commands,
)
_PLACED_ANEW = "SB104"
"""The reader's finding that a check repeats with its column."""
_SAID_BETTER = {
    "SB285": ("SB103", "SB203", "SB231"),
    "SB203": ("SB103",),
    "SB234": ("SB103", "SB203", "SB231", "SB285"),
}
"""Findings that are left out where another one on the same line says more."""


def lint(
    policy: Policy,
    files: Sequence[tuple[str, str]],
    bindings: Bindings | None = None,
    today: date | None = None,
) -> tuple[Diagnostic, ...]:
    """Every finding of a playbook, the reader's own among them, in the order of the text.

    Without `bindings` nothing is said about what they lack; without `today` nothing about age.
    """
    book = Book(policy, files, bindings, today)
    read = [d for d in policy.diagnostics if d.code != _PLACED_ANEW]
    found = [*read, *(d for check in _CHECKS for d in check(book))]
    return in_order(_without_echoes(found), policy.files)


def in_order(found: Sequence[Diagnostic], files: Sequence[str]) -> tuple[Diagnostic, ...]:
    """The findings file by file and line by line, each once."""
    place = {name: number for number, name in enumerate(files)}
    ordered = sorted(
        dict.fromkeys(found),
        key=lambda d: (place.get(d.at.file, len(place)), d.at.file, d.at.line, d.at.column, d.code, d.text),
    )
    return tuple(ordered)


def _without_echoes(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    lines: dict[str, set[tuple[str, int]]] = {}
    for each in found:
        lines.setdefault(each.code, set()).add((each.at.file, each.at.line))
    return [
        d
        for d in found
        if not any((d.at.file, d.at.line) in lines.get(c, ()) for c in _SAID_BETTER.get(d.code, ()))
    ]
