"""The runbook of an incident, put into words for pages and programs."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.steps.attack import suspected
from sirenbook.incident.steps.phases import current, unfinished
from sirenbook.incident.steps.resolving import Resolved, resolve_sheet, same
from sirenbook.incident.steps.runbooks import consents
from sirenbook.incident.steps.sheets import Sheet, routine_sheets, runbook_of, runbook_sheet
from sirenbook.incident.steps.verification import unchecked
from sirenbook.incident.timeline import person_name
from sirenbook.model.incident import Incident
from sirenbook.model.procedure import Reference, Runbook
from sirenbook.model.provenance import Provenance
from sirenbook.model.step import Approval, Procedure
from sirenbook.web.api.shapes import Place
from sirenbook.web.api.step_shapes import Branch, Evidence, Output, Parameter, Routine, Run, Step, Steps
from sirenbook.web.view import place

_TICKED = {"worked": "done", "failed": "did not help"}
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
    every = [*found.steps, *(s for r in found.routines for s in r.steps)]
    wanted = [s.runs[0].run for s in every if s.runs]
    written = await station.queries.outputs(incident.id, wanted, most)
    return {w.run: Output(w.run, w.text, w.size, w.done) for w in written}


def described(context: Context, incident: Incident, waiting: Mapping[int, str]) -> Steps:
    """The same, from what is known already."""
    runbook = runbook_of(context.policy, incident.procedure)
    sheet = runbook_sheet(context.policy, incident.procedure)
    now = current(context.policy, incident)
    return Steps(
        incident=incident.number,
        runbook=runbook.title if runbook else None,
        why=place(runbook.why) if runbook else None,
        steps=_steps(context, incident, sheet, waiting) if sheet else [],
        branches=_branches(incident, sheet, runbook.references if runbook else ()) if sheet else [],
        told=_told(runbook) if runbook else {},
        routines=[_routine(context, incident, s, now, waiting) for s in routine_sheets(context.policy)],
        unverified=[number for number, _ in unchecked(context, incident)],
        evidence=_evidence(context, incident),
        runbooks=[r.title for r in context.policy.runbooks],
    )


def _told(runbook: Runbook) -> dict[str, list[Place]]:
    """What a runbook says beside its steps, by the part that says it."""
    parts = ("symptoms", "impact", "causes", "prevention", "escalation")
    lines = {part: [_place(why) for why in getattr(runbook, part)] for part in parts}
    return {part: told for part, told in lines.items() if told}


def _evidence(context: Context, incident: Incident) -> Evidence | None:
    why = suspected(context, incident)
    kept = incident.procedure.evidence if incident.procedure else ""
    return Evidence(_place(why), kept) if why else None


def _routine(
    context: Context, incident: Incident, sheet: Sheet, now: Sheet | None, waiting: Mapping[int, str]
) -> Routine:
    made = sheet.routine
    assert made is not None
    return Routine(
        number=sheet.number,
        kind=made.kind,
        title=made.title,
        why=_place(made.why),
        steps=_steps(context, incident, sheet, waiting),
        branches=_branches(incident, sheet, ()),
        begins=made.begins,
        ends=made.ends,
        since=made.since,
        current=now is not None and now.number == sheet.number,
        done=len(made.steps) - len(unfinished(sheet, incident)),
    )


def _branches(incident: Incident, sheet: Sheet, references: Sequence[Reference]) -> list[Branch]:
    chosen = incident.procedure.branches if incident.procedure else ()
    return [
        Branch(
            number=number,
            group=each.group,
            title=each.title,
            condition=each.condition,
            action=each.action,
            part=each.part,
            chosen=number in chosen,
            left=number not in chosen and sheet.left(number, chosen),
            inside=sheet.path(number)[-2] if len(sheet.path(number)) > 1 else 0,
            leads_to=[t for r in references if r.why.line == each.why.line for t in r.runbooks],
            why=_place(each.why),
        )
        for number, each in enumerate(sheet.branches, sheet.branches_before + 1)
    ]


def _place(why: Provenance) -> Place:
    return Place(why.file, why.line, why.quote)


def _steps(context: Context, incident: Incident, sheet: Sheet, waiting: Mapping[int, str]) -> list[Step]:
    procedure = incident.procedure or Procedure("")
    made = []
    for found in resolve_sheet(context, incident, sheet):
        branch = sheet.branch_of(found.step)
        step = _step(context, incident, procedure, found, waiting)
        folded, ways = sheet.left(branch, procedure.branches), list(sheet.path(branch))
        made.append(replace(step, branch=branch, folded=folded, ways=ways))
    return made


def _step(
    context: Context, incident: Incident, procedure: Procedure, found: Resolved, waiting: Mapping[int, str]
) -> Step:
    runs = _runs(context, procedure, found.number)
    approved = [_approver(context, a) for a in consents(incident, found, context.now)]
    verdict = next((m.verdict for m in procedure.marks if m.step == found.number), None)
    waits_for = next((waiting[r.run] for r in runs if r.run in waiting), "")
    manual = found.step.kind == "manual"
    return Step(
        number=found.number,
        kind=found.step.kind,
        branch=0,
        folded=False,
        purpose=found.step.purpose,
        part=found.step.part,
        language=found.step.language,
        written=found.step.text,
        text=found.text,
        why=_place(found.step.why),
        risk="manual" if manual else found.judgement.risk,
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


def _approver(context: Context, approval: Approval) -> str:
    """Who consented; where only a shared token says so, by which."""
    name = person_name(context.bindings, approval.by)
    return f"{name} (by the token {approval.token})" if approval.token else name


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
    if found.step.kind == "manual":
        return _TICKED.get(verdict or "", verdict or "to do")
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
