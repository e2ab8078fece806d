"""The example of every code has the finding that it is an example of, and says so in the grade of the table."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sirenbook.incident.people.coverage import coverage
from sirenbook.incident.people.coverage_findings import findings
from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.playbook.bindings.reachability import unbound
from sirenbook.playbook.bindings.reader import check_bindings, read_bindings
from sirenbook.playbook.codes import CODES, explained
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.lint import lint

TODAY = date(2026, 11, 1)
SOON = datetime(2026, 11, 2, tzinfo=UTC)
PLAYBOOK = """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the on-call engineer immediately, team lead after 30 minutes |
| P1 | 30 minutes | Page the on-call engineer immediately |

## Resolution

Monitor for 15 minutes before closing the incident.

## Required access

- Kubernetes
- Grafana
"""
OPENED_BY_THE_ENGINE = {"SB390", "SB391", "SB392", "SB393", "SB394", "SB395", "SB396"}
"""No text has these findings: a process makes them when it starts, or while it runs."""
BY_BINDINGS = sorted(c for c in CODES if c.startswith("SB3") or c in ("SB109", "SB112"))
ASKED_OUTSIDE = {"SB491", "SB492"}
"""No text has these: a real database or cluster says them. Tested in tests/real/test_lint_against.py."""
BY_TEXT = sorted(set(CODES) - set(BY_BINDINGS) - ASKED_OUTSIDE)


def of_text(text: str, bindings: Bindings | None) -> tuple[Diagnostic, ...]:
    files = [("playbook.md", text)]
    return lint(compile_playbook(files), files, bindings, TODAY)


def of_bindings(text: str) -> tuple[Diagnostic, ...]:
    bindings, found = read_bindings(text, "sirenbook.toml")
    policy = compile_playbook([("playbook.md", PLAYBOOK)], bindings.answers)
    ways = {p.id: [m.channel for m in p.methods] for p in bindings.people.values()}
    ahead = coverage(policy, bindings, ways, SOON, SOON + timedelta(weeks=2))
    proven = [w.diagnostic for w in findings(policy, bindings, ways, ahead)]
    return (*policy.diagnostics, *found, *check_bindings(policy, bindings), unbound(policy), *proven)


def graded(code: str, found: tuple[Diagnostic, ...]) -> list[str]:
    return [d.grade for d in found if d.code == code]


@pytest.mark.parametrize("code", BY_TEXT)
def test_an_example_of_a_text(code: str) -> None:
    found = of_text(CODES[code].example, Bindings() if code == "SB233" else None)
    assert CODES[code].grade in graded(code, found)


@pytest.mark.parametrize("code", sorted(set(BY_BINDINGS) - OPENED_BY_THE_ENGINE))
def test_an_example_of_bindings(code: str) -> None:
    assert CODES[code].grade in graded(code, of_bindings(CODES[code].example))


@pytest.mark.parametrize("code", CODES)
def test_it_is_explained_in_full(code: str) -> None:
    told = explained(code)
    for part in (code, CODES[code].title, CODES[code].grade, CODES[code].why, CODES[code].mend):
        assert part in told
