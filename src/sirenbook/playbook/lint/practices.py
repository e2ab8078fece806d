"""Checks of what a team does again and again: a drill that nobody knows the next day of."""

from collections.abc import Iterator

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.playbook.lint.book import Book


def check_practices(book: Book) -> Iterator[Diagnostic]:
    """Drills without a word on how often."""
    for practice in book.policy.readiness.practices:
        if practice.kind == "drill" and practice.every is None:
            yield Diagnostic(
                "SB287",
                "note",
                f"Nothing says how often “{practice.what}” takes place, so nothing can tell that it is overdue.",
                "Write how often, such as `every quarter`.",
                practice.why,
            )
