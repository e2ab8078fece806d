"""Runbook accuracy: how often the steps of a playbook did what they say, by step, by runbook and in all."""

from collections.abc import Iterable

from msgspec import Struct

from sirenbook.model.event import Event
from sirenbook.model.provenance import Provenance
from sirenbook.model.step import Outcome, Verdict
from sirenbook.model.step_event import RunbookChosen, StepEnded, StepMarked, StepStarted

_OUTCOMES: dict[Outcome, Verdict] = {
    "worked": "worked",
    "nothing": "worked",
    "failed": "failed",
    "stopped": "failed",
}
"""What an outcome says of a step where no person has said more; what is unknown or never began says nothing."""


class Tally(Struct):
    """How often one line of a playbook was tried, and what came of it."""

    runbook: str
    why: Provenance
    worked: int = 0
    failed: int = 0
    wrong: int = 0
    not_applicable: int = 0

    @property
    def tried(self) -> int:
        """How often it was there to be judged: what does not apply is no trial."""
        return self.worked + self.failed + self.wrong

    def count(self, verdict: Verdict) -> None:
        """Count one incident."""
        name = verdict.replace(" ", "_")
        setattr(self, name, getattr(self, name) + 1)


def accuracy(tallies: Iterable[Tally]) -> float | None:
    """The share of trials that worked; None where nothing was tried."""
    worked = tried = 0
    for each in tallies:
        worked, tried = worked + each.worked, tried + each.tried
    return worked / tried if tried else None


def tallied(incidents: Iterable[Iterable[Event]]) -> list[Tally]:
    """What the timelines of incidents say of each line, in the order of the playbook."""
    found: dict[tuple[str, str, int], Tally] = {}
    for events in incidents:
        for key, (why, verdict) in _verdicts(events).items():
            found.setdefault(key, Tally(key[0], why)).count(verdict)
    return [found[key] for key in sorted(found, key=lambda k: (k[1], k[2]))]


def _verdicts(events: Iterable[Event]) -> dict[tuple[str, str, int], tuple[Provenance, Verdict]]:
    """The last word on each step of one incident; a person's stands against what its runs say."""
    runbook, dry = "", set[int]()
    said: dict[tuple[str, str, int], tuple[Provenance, Verdict]] = {}
    by_people: set[tuple[str, str, int]] = set()
    for event in events:
        if isinstance(event, RunbookChosen):
            runbook = event.runbook
        elif isinstance(event, StepStarted) and event.dry:
            dry.add(event.run)
        elif isinstance(event, StepMarked):
            key = (event.of or runbook, event.why.file, event.why.line)
            said[key] = (event.why, event.verdict)
            by_people.add(key)
        elif isinstance(event, StepEnded) and event.run not in dry and event.outcome in _OUTCOMES:
            key = (event.of or runbook, event.why.file, event.why.line)
            if key not in by_people:
                said[key] = (event.why, _OUTCOMES[event.outcome])
    return said
