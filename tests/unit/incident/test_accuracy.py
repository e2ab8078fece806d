"""Runbook accuracy: what counts as a trial, and whose word counts."""

from sirenbook.incident.measures.accuracy import accuracy, tallied
from sirenbook.model import step_event as st
from sirenbook.model.provenance import Provenance

CHOSEN = st.RunbookChosen("Desk down", "it names the alert", Provenance("p.md", 9, "Desk down"))


def at(line: int) -> Provenance:
    return Provenance("p.md", line, f"line {line}")


def started(run: int, step: int, *, dry: bool = False) -> st.StepStarted:
    return st.StepStarted(run, step, "kubectl get pods", "west", "d", at(10 + step), dry=dry)


def ended(run: int, step: int, outcome: str) -> st.StepEnded:
    return st.StepEnded(run, step, outcome, at(10 + step))  # type: ignore[arg-type]


def marked(step: int, verdict: str) -> st.StepMarked:
    return st.StepMarked(step, verdict, "mira", at(10 + step))  # type: ignore[arg-type]


def test_the_last_run_counts_and_finding_nothing_is_no_failure() -> None:
    first = [CHOSEN, started(1, 1), ended(1, 1, "failed"), started(2, 1), ended(2, 1, "worked")]
    second = [CHOSEN, started(1, 1), ended(1, 1, "nothing"), started(2, 2), ended(2, 2, "stopped")]
    found = tallied([first, second])
    assert [(t.why.line, t.worked, t.failed) for t in found] == [(11, 2, 0), (12, 0, 1)]
    assert accuracy(found) == 2 / 3


def test_a_persons_word_stands_against_the_exit_status() -> None:
    [found] = tallied([[CHOSEN, marked(1, "wrong"), started(1, 1), ended(1, 1, "worked")]])
    assert (found.worked, found.wrong, found.tried) == (0, 1, 1)


def test_what_says_nothing_is_no_trial() -> None:
    events = [CHOSEN, started(1, 1, dry=True), ended(1, 1, "worked"), started(2, 2), ended(2, 2, "unknown")]
    assert tallied([events]) == []
    [found] = tallied([[CHOSEN, marked(1, "not applicable")]])
    assert (found.tried, found.not_applicable) == (0, 1)
    assert accuracy([found]) is None


def test_a_line_is_counted_under_the_runbook_that_was_worked_by() -> None:
    other = st.RunbookChosen("Quay flooded", "by hand", at(50), "mira")
    found = tallied([[CHOSEN, marked(1, "worked"), other, marked(2, "failed")]])
    assert [(t.runbook, t.why.line) for t in found] == [("Desk down", 11), ("Quay flooded", 12)]
