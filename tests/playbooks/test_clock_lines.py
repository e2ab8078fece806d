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


def test_a_time_in_bold_over_a_list_is_a_clock() -> None:
    text = (
        "# Mill\n\n## Severity levels\n\n"
        "### Severity 1 (Critical) - immediate response\n\n**SLA: 15 minutes**\n- Still\n\n"
        "### Severity 2 (High) - urgent response\n\n**SLA: 1 hour**\n- Slow\n"
    )
    assert {name: clock.seconds for name, clock in clocks(text)} == {"Severity 1": 900, "Severity 2": 3600}


def test_a_warning_in_bold_states_no_clock_of_a_severity() -> None:
    text = (
        "# Mill\n\n| Severity | Response time |\n|---|---|\n| P0 - Critical | 5 minutes |\n"
        "| P1 - High | 1 hour |\n\n## Common scenarios\n\n### Gate stuck\n\n"
        "**CRITICAL**: A bypass must be:\n1. Approved\n2. Reverted within 1 hour\n"
    )
    assert dict(clocks(text)).keys() == {"P0", "P1"}
    assert sorted(clock.seconds for _, clock in clocks(text)) == [300, 3600]


def test_runbooks_that_bear_a_severity_say_how_soon_it_is_answered_where_nothing_else_does() -> None:
    beside = "**Symptoms**: none\n\n**Response SLA**: {}\n\n**Steps**:\n\n1. Look\n   ```bash\n   ls\n   ```\n\n"
    text = (
        "# Mill\n\n## Incident response\n\n"
        f"### P1: Wheel down\n\n{beside.format('5 minutes')}### P2: Flour slow\n\n{beside.format('1 hour')}"
    )
    assert {name: clock.seconds for name, clock in clocks(text)} == {"P1": 300, "P2": 3600}
