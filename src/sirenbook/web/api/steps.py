"""The API of an incident's runbook: its steps as they stand, and what people do with them."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from sirenbook.incident.measures.accuracy import Tally, accuracy, tallied
from sirenbook.model import command as c
from sirenbook.web.api import step_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.api.shapes import ByWhom, Place
from sirenbook.web.pages.steps_view import latest_outputs, steps

EVERYTHING = 4 * 1024 * 1024


async def read(call: Call) -> shapes.Steps:
    """The runbook of an incident, each step as it stands now."""
    return await steps(call.station, (await call.row()).incident)


async def outputs(call: Call) -> shapes.Outputs:
    """What the latest run of each step wrote, or with `run` that one; secrets are masked."""
    incident, wanted = (await call.row()).incident, call.number("run", 0)
    if wanted:
        written = await call.station.queries.outputs(incident.id, [wanted], EVERYTHING)
        return shapes.Outputs([shapes.Output(w.run, w.text, w.size, w.done) for w in written])
    found = await latest_outputs(call.station, incident, await steps(call.station, incident), EVERYTHING)
    return shapes.Outputs(list(found.values()))


async def accuracy_of(call: Call) -> shapes.Accuracies:
    """Runbook accuracy: how often each line of the playbook did what it says."""
    days = call.number("days", 90)
    events = await call.station.queries.step_events(call.station.now() - timedelta(days=days))
    tallies = tallied([e for _, e in told] for _, told in groupby(events, key=lambda pair: pair[0]))
    by_runbook: dict[str, list[Tally]] = {}
    for each in tallies:
        by_runbook.setdefault(each.runbook, []).append(each)
    return shapes.Accuracies(
        days, accuracy(tallies), {r: accuracy(ts) for r, ts in by_runbook.items()}, [_line(t) for t in tallies]
    )


def _line(tally: Tally) -> shapes.Accuracy:
    why = Place(tally.why.file, tally.why.line, tally.why.quote)
    counts = (tally.tried, tally.worked, tally.failed, tally.wrong, tally.not_applicable)
    return shapes.Accuracy(tally.runbook, why, *counts)


async def run(call: Call) -> shapes.Steps:
    """Run a step, approve it, or ask what it would do."""
    body: shapes.RunStepAs = call.body
    return await _carry_out(call, c.RunStep(call.by(body.by), body.step, body.digest, body.dry, call.shared))


async def give(call: Call) -> shapes.Steps:
    """Fill in a parameter of the runbook."""
    body: shapes.GiveValueFor = call.body
    return await _carry_out(call, c.GiveValue(call.by(body.by), body.name, body.value))


async def mark(call: Call) -> shapes.Steps:
    """Say what a step was worth, or tick it."""
    body: shapes.MarkStepAs = call.body
    return await _carry_out(call, c.MarkStep(call.by(body.by), body.step, body.verdict, body.note))


async def choose(call: Call) -> shapes.Steps:
    """Work by another runbook."""
    body: shapes.WorkBy = call.body
    return await _carry_out(call, c.ChooseRunbook(call.by(body.by), body.runbook))


async def take_branch(call: Call) -> shapes.Steps:
    """Take one of several ways on."""
    body: shapes.GoByBranch = call.body
    return await _carry_out(call, c.ChooseBranch(call.by(body.by), body.branch))


async def enter_phase(call: Call) -> shapes.Steps:
    """Go on to a phase of the response."""
    body: shapes.EnterPhaseAs = call.body
    return await _carry_out(call, c.EnterPhase(call.by(body.by), body.phase))


async def keep_evidence(call: Call) -> shapes.Steps:
    """Put by what steps wrote and alerts said, before anything is changed."""
    body: ByWhom = call.body
    decision = await call.station.keep_evidence(call.incident_id, call.by(body.by))
    return await steps(call.station, decision.incident)


async def _carry_out(call: Call, command: Any) -> shapes.Steps:
    decision = await call.station.command(call.incident_id, command)
    return await steps(call.station, decision.incident)
