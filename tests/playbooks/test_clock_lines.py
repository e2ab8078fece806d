"""Every clock of a severity shows words that state it, on the line where they begin."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sirenbook.model.clock import Clock
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.clauses import clauses

STYLES = sorted((Path(__file__).parent / "styles").glob("*.md"))
SEEDS = sorted((Path(__file__).parents[3] / "shared" / "seeds").glob("*.txt"))


def clocks(text: str) -> Iterator[tuple[str, Clock]]:
    for severity in compile_playbook([("p.md", text)]).severities:
        for clock in (severity.response, severity.ack, severity.resolution, severity.update):
            if clock is not None:
                yield severity.name, clock


def stated(words: str) -> set[int]:
    """Every amount and period of time in some words."""
    periods = (duration.period(c) for c in (words, *clauses(words)))
    now = {0} if duration.immediate(words) else set()
    return now | {a.seconds for a in (*duration.amounts(words), *periods) if a is not None}


@pytest.mark.parametrize("path", [*STYLES, *SEEDS], ids=lambda p: p.stem)
def test_a_clock_quotes_its_amount(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    rows = text.split("\n")
    for name, clock in clocks(text):
        assert clock.seconds in stated(clock.why.quote), (name, clock)
        begin = next(w for w in clock.why.quote.lower().split() if any(c.isalnum() for c in w)).strip("()<~:")
        row = rows[clock.why.line - 1].lower()
        assert begin in row or "<t" in row, (name, clock)  # a row of an HTML table is its tag's
