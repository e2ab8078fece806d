"""The runbook of an incident, put into words for pages and programs."""

from collections.abc import Mapping

from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.resolving import Resolved, resolve_all, runbook_of, same
from sirenbook.incident.runbooks import consents
from sirenbook.incident.timeline import person_name
from sirenbook.model.incident import Incident
from sirenbook.model.step import Procedure
from sirenbook.web.step_shapes import Output, Parameter, Run, Step, Steps
from sirenbook.web.view import place

SHOWN = 20_000
"""Characters of an output on a page; the API gives all that is kept."""


async def steps(station: Station, incident: Incident) -> Steps:
    """The runbook of an incident as it stands now."""
    return described(await station.policy_of(incident), incident, await waited_for(station, incident))


async def waited_for(station: Station, incident: Incident) -> dict[int, str]:
    """The runs that no runner has begun yet, and which one is wanted."""
    if incident.procedure is None or all(r.outcome for r in incident.procedure.runs):
        return {}
    return {w.run: _wanted(w.labels, there) for w, there in await station.desk.waited_for(incident.id)}


def _wanted(labels: tuple[str, ...], there: bool) -> str:
    named = f"a runner labelled {', '.join(labels)}"
    return named if there else f"{named}; none is connected"


async def latest_outputs(
    station: Station, incident: Incident, found: Steps, most: int = SHOWN
) -> dict[int, Output]:
    """What the latest run of each step wrote, by the run."""
    wanted = [s.runs[0].run for s in found.steps if s.runs]
    written = await station.queries.outputs(incident.id, wanted, most)
    return {w.run: Output(w.run, w.text, w.size, w.done) for w in written}


def described(context: Context, incident: Incident, waiting: Mapping[int, str]) -> Steps:
    """The same, from what is known already."""
    runbook = runbook_of(context.policy, incident.procedure)
    procedure = incident.procedure or Procedure("")
    return Steps(
        incident=incident.number,
        runbook=runbook.title if runbook else None,
        why=place(runbook.why) if runbook else None,
        steps=[_step(context, incident, procedure, each, waiting) for each in resolve_all(context, incident)],
        runbooks=[r.title for r in context.policy.runbooks],
    )


def _step(
    context: Context, incident: Incident, procedure: Procedure, found: Resolved, waiting: Mapping[int, str]
) -> Step:
    runs = _runs(context, procedure, found.number)
    approved = [person_name(context.bindings, by) for by in consents(incident, found, context.now)]
    verdict = next((m.verdict for m in procedure.marks if m.step == found.number), None)
    waits_for = next((waiting[r.run] for r in runs if r.run in waiting), "")
    where = place(found.step.why)
    assert where is not None
    return Step(
        number=found.number,
        part=found.step.part,
        language=found.step.language,
        written=found.step.text,
        text=found.text,
        why=where,
        risk=found.judgement.risk,
        reasons=list(found.judgement.reasons),
        rewrites=list(found.judgement.rewrites),
        flags=list(found.judgement.flags),
        parameters=_parameters(found),
        state="waiting" if waits_for else _state(found, runs, len(approved), verdict),
        hindrance=found.hindrance,
        ready=found.ready,
        automatic=found.automatic,
        target=found.place.target if found.place else "",
        digest=found.digest,
        dry_run=found.dry is not None,
        approvals=found.approvals,
        approved_by=approved,
        runs=runs,
        verdict=verdict,
        waits_for=waits_for,
    )


def _parameters(found: Resolved) -> list[Parameter]:
    """The parameters of the step as written, with the values that fill them."""
    made = []
    for each in found.asked:
        value = next((v for v in found.values if same(v.name, each.name)), None)
        made.append(
            Parameter(
                name=each.name,
                spelling=each.spelling,
                kind=each.kind,
                choices=list(each.choices),
                value=value.value if value else None,
                source=value.source if value else None,
            )
        )
    return made


def _runs(context: Context, procedure: Procedure, number: int) -> list[Run]:
    """The runs of a step, the latest first."""
    made = [
        Run(r.run, r.at, person_name(context.bindings, r.by) if r.by else "", r.dry, r.outcome, r.exit, r.seconds)
        for r in procedure.runs
        if r.step == number
    ]
    return made[::-1]


def _state(found: Resolved, runs: list[Run], approved: int, verdict: str | None) -> str:
    """How far along a step is, in a word or two."""
    if verdict is not None:
        return verdict
    latest = next((r for r in runs if not r.dry), None)
    if latest is not None:
        return latest.outcome or "running"
    if not found.ready:
        return "by hand"
    if found.approvals:
        return f"needs approval, {approved} of {found.approvals}" if found.approvals > 1 else "needs approval"
    return "ready"
