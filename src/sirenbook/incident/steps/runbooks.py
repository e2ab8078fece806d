"""The runbook of an incident: which one answers it, what runs by itself, what waits for consent, what came of it.

A reading step may run again after a crash; a changing one is ordered once for each approval, and its order is
carried out once at most. Nobody saw how it ended: then it is unknown, and people are asked.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course, Unfit
from sirenbook.incident.people import oncall
from sirenbook.incident.steps.attack import must_keep
from sirenbook.incident.steps.matching import Match, against_attacks, by_title, match
from sirenbook.incident.steps.phases import phases
from sirenbook.incident.steps.resolving import Resolved, from_labels, resolve, resolve_all, resolve_sheet, same
from sirenbook.incident.steps.revisions import told_by
from sirenbook.incident.steps.sheets import ROUTINES, runbook_sheet, sheet_of_step, sheets
from sirenbook.model import command as c
from sirenbook.model import step_event as st
from sirenbook.model.command import Refused
from sirenbook.model.deadline import Deadline
from sirenbook.model.incident import Incident
from sirenbook.model.procedure import RunbookStep
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.step import Approval, Mark, Order, Procedure, RunState, Value

MOST_RUNS = 200
"""How many runs one incident may have: a person who presses a button all night is stopped here."""
BEGINS_WITHIN = timedelta(minutes=15)
"""A reading step that has not begun by then would tell of another moment than people think."""
EXCERPT = 2000
LONGEST_VALUE = 1000


def on_opened(course: Course, command: c.Open) -> None:
    """Choose the runbook that answers an incident that just began, if there is one; let the reading steps run."""
    found = match(course.context.policy, command.labels, command.title)
    if found is None and course.incident.security:
        found = against_attacks(course.context.policy)
    if found is not None:
        work_by(course, found, command.labels, by="")
        return
    for value in _told(course.context, (), command.labels):
        course.happen(st.ValueGiven(value.name, value.value, "", value.source))
    _run_readers(course)


def choose(course: Course, command: c.ChooseRunbook) -> None:
    """Work by the runbook that a person names."""
    runbook = by_title(course.context.policy, command.runbook)
    if runbook is None:
        titles = "; ".join(r.title for r in course.context.policy.runbooks)
        raise Refused(f"the playbook has no such runbook; it has: {titles or 'none'}")
    work_by(course, Match(runbook, "chosen by hand", runbook.why), command.labels, command.by)


def work_by(course: Course, found: Match, labels: dict[str, str], by: str) -> None:
    """Work by a runbook that was found, with what labels fill in."""
    values = _told(course.context, found.runbook.commands, labels)
    course.happen(st.RunbookChosen(found.runbook.title, found.reason, found.why, by, values))


def _told(context: Context, commands: tuple[RunbookStep, ...], labels: dict[str, str]) -> tuple[Value, ...]:
    """What labels fill in, in these commands and in those that every incident has at hand."""
    routine = [s for r in context.policy.routines for s in r.steps if s.kind == "command"]
    asked = [p for s in (*commands, *routine) for p in context.ground.judge(s, {}).parameters]
    return tuple(from_labels(asked, labels, context.bindings.parameters))


def on_chosen(course: Course, event: st.RunbookChosen) -> None:
    """Let the reading steps run."""
    _run_readers(course)


def on_given(course: Course, event: st.ValueGiven) -> None:
    """Let the reading steps run that waited for this value."""
    _run_readers(course)


def _run_readers(course: Course) -> None:
    stepping = course.context.bindings.stepping
    if not stepping.auto or not course.incident.open:
        return
    context, incident = course.context, course.incident
    waiting = resolve_all(context, incident)
    waiting += [r for sheet in phases(context.policy) for r in resolve_sheet(context, incident, sheet)]
    for found in waiting:
        procedure = _procedure(course.incident)
        ran = {r.step for r in procedure.runs if not r.dry}
        if found.automatic and found.number not in ran and len(procedure.runs) < stepping.budget:
            _start(course, found, by="")


def give(course: Course, command: c.GiveValue) -> None:
    """Fill in a parameter, if its steps can take the value."""
    sheets_ = sheets(course.context.policy, course.incident.procedure)
    commands = [s for sheet in sheets_ for s in sheet.steps if s.kind == "command"]
    ground, value = course.context.ground, command.value.strip()
    asking = [(s, p) for s in commands for p in ground.judge(s, {}).parameters if same(p.name, command.name)]
    if not asking:
        raise Refused(f"no step has a parameter {command.name}")
    if any(p.secret for _, p in asking):
        raise Refused(f"{command.name} is a secret; it is not said here but bound on the server")
    if not value or len(value) > LONGEST_VALUE:
        raise Refused(f"{command.name} needs a value of at most {LONGEST_VALUE} characters")
    for step, parameter in asking:
        try:
            ground.judge(step, {parameter.name: value})
        except Unfit as unfit:
            raise Refused(str(unfit)) from unfit
    course.happen(st.ValueGiven(asking[0][1].name, value, command.by))


def run(course: Course, command: c.RunStep) -> None:
    """Run a step; one that needs consent takes this for it, if exactly what was shown would run."""
    if not course.incident.open:
        raise Refused(f"{course.incident.number} is resolved; reopen it to run a step")
    found = step_of(course.context, course.incident, command.step)
    if not found.ready:
        raise Refused(f"step {found.number} cannot run: {found.hindrance}")
    procedure = _procedure(course.incident)
    if len(procedure.runs) >= MOST_RUNS:
        raise Refused(f"{course.incident.number} has had {MOST_RUNS} runs, which is all it may have")
    if any(r.step == found.number and r.outcome is None for r in procedure.runs):
        raise Refused(f"step {found.number} is running already")
    if command.dry:
        _start_dry(course, found, command.by)
    elif not found.approvals:
        _start(course, found, command.by)
    elif found.judgement.risk != "reads" and must_keep(course.context, course.incident):
        raise Refused("this may be an attack: keep the evidence before anything is changed")
    else:
        _consent(course, found, command)


def _consent(course: Course, found: Resolved, command: c.RunStep) -> None:
    """Count one person's consent; with the last one needed, the step starts."""
    now, place = course.context.now, found.place
    assert place is not None
    if command.digest != found.digest:
        asked = "needs approval of exactly what is shown" if not command.digest else "is not what you were shown"
        raise Refused(f"step {found.number} {asked}; look at it again")
    given = consents(course.incident, found, now)
    _must_be_another(found, command, given)
    until = now + timedelta(seconds=course.context.bindings.stepping.approval)
    course.happen(
        st.StepApproved(
            step=found.number,
            text=found.text,
            target=place.target,
            digest=found.digest,
            by=command.by,
            until=until,
            why=found.step.why,
            token=command.token,
        )
    )
    if len(given) + 1 >= found.approvals:
        _start(course, found, command.by, until)


def _must_be_another(found: Resolved, command: c.RunStep, given: list[Approval]) -> None:
    """Refuse a consent that is not a second person's: who bears a shared token may say any name.

    So of the consents to one run a single one may come by shared tokens, whatever names they give.
    """
    if shared := next((a.token for a in given if a.token and command.token), ""):
        raise Refused(
            f"step {found.number} was approved by the shared token {shared} already; the second person approves "
            "on the page, or by a token of their own: `sirenbook token new NAME --person PERSON`"
        )
    if any(a.by == command.by for a in given):
        raise Refused(f"you approved step {found.number} already; a second person must")


def consents(incident: Incident, found: Resolved, now: datetime) -> list[Approval]:
    """The consents to exactly this that still count."""
    approvals = incident.procedure.approvals if incident.procedure else ()
    return [a for a in approvals if a.digest == found.digest and now < a.until]


def _start(course: Course, found: Resolved, by: str, until: datetime | None = None) -> None:
    assert found.run is not None
    _order(course, found, by, until, dry=False)


def _start_dry(course: Course, found: Resolved, by: str) -> None:
    if found.dry is None:
        raise Refused(f"step {found.number} has no dry run: its tool cannot say what it would do")
    _order(course, found, by, None, dry=True)


def _order(course: Course, found: Resolved, by: str, until: datetime | None, *, dry: bool) -> None:
    plan, place = found.dry if dry else found.run, found.place
    assert plan is not None and place is not None
    judgement = found.judgement
    changes = judgement.risk != "reads" and not dry
    number = 1 + max((r.run for r in _procedure(course.incident).runs), default=0)
    course.happen(
        st.StepStarted(
            run=number,
            step=found.number,
            text=found.text,
            target=place.target,
            digest=found.digest,
            why=found.step.why,
            by=by,
            changes=changes,
            dry=dry,
            of=_of(course.context, course.incident, found.number),
        )
    )
    course.order(
        Order(
            incident=course.incident.id,
            run=number,
            step=found.number,
            executor=place.executor,
            language=judgement.language,
            plan=plan,
            text=found.text,
            target=place.target,
            digest=found.digest,
            until=until or course.context.now + BEGINS_WITHIN,
            risk=judgement.risk,
            changes=changes,
            dry=dry,
            hidden="reveals-secrets" in judgement.run_flags,
            before=found.before,
            labels=place.labels,
        )
    )


def end(course: Course, command: c.EndStep) -> None:
    """Write down what came of a run; what ended unseen is asked about. Told twice, the first word stands."""
    runs = {r.run: r for r in _procedure(course.incident).runs}
    known = runs.get(command.run)
    if known is None:
        raise Refused(f"{course.incident.number} has no run {command.run}")
    if known.outcome is not None and not (known.outcome == "unknown" and command.outcome != "unknown"):
        return
    why = _why(course.context, course.incident, known.step)
    course.happen(
        st.StepEnded(
            run=known.run,
            step=known.step,
            outcome=command.outcome,
            why=why,
            exit=command.exit,
            seconds=command.seconds,
            detail=command.detail[:300],
            excerpt=command.excerpt[-EXCERPT:],
            size=command.size,
            of=_of(course.context, course.incident, known.step),
        )
    )
    _learn(course, known.step, command)
    if command.outcome == "unknown" and course.incident.open:
        text = f"step {known.step} may or may not have been carried out; look before you run it again"
        oncall.notify_involved(course, text, why)


def _learn(course: Course, number: int, command: c.EndStep) -> None:
    """Keep what a reading step's output says of another step: to which revision a rollback goes."""
    step = _step(course.context, course.incident, number)
    if command.outcome != "worked" or step is None:
        return
    found = resolve(course.context, course.incident, number, step)
    told = told_by(found.run, command.excerpt) if found.run is not None else None
    if told is not None:
        course.happen(st.ValueGiven(*told, by=""))


def mark(course: Course, command: c.MarkStep) -> None:
    """Write down what a step was worth, or that it was done by hand."""
    found = step_of(course.context, course.incident, command.step)
    course.happen(
        st.StepMarked(
            step=found.number,
            verdict=command.verdict,
            by=command.by,
            why=found.step.why,
            note=command.note.strip(),
            text=found.step.text,
            of=_of(course.context, course.incident, found.number),
        )
    )


def step_of(context: Context, incident: Incident, number: int) -> Resolved:
    """One step of the incident's runbook or routines, by its number. Raises Refused where there is none."""
    step = _step(context, incident, number)
    if step is None:
        sheet = runbook_sheet(context.policy, incident.procedure)
        has = f"“{sheet.title}” has steps 1 to {len(sheet.steps)}" if sheet else "choose a runbook first"
        raise Refused(f"there is no step {number}: {has}")
    return resolve(context, incident, number, step)


def changes(context: Context, incident: Incident, number: int) -> bool:
    """Whether a step would change something, as it stands now."""
    step = _step(context, incident, number)
    return step is not None and resolve(context, incident, number, step).judgement.risk != "reads"


def _step(context: Context, incident: Incident, number: int) -> RunbookStep | None:
    sheet = sheet_of_step(context.policy, incident.procedure, number)
    return sheet.step(number) if sheet else None


def _procedure(incident: Incident) -> Procedure:
    return incident.procedure or Procedure("")


def _of(context: Context, incident: Incident, number: int) -> str:
    """The routine that a step belongs to; empty for one of the runbook."""
    sheet = sheet_of_step(context.policy, incident.procedure, number)
    return sheet.title if sheet and sheet.routine else ""


def _why(context: Context, incident: Incident, number: int) -> Provenance:
    step = _step(context, incident, number)
    return step.why if step else default("a step of another runbook")


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The end of each consent that was not used."""
    for each in incident.procedure.approvals if incident.procedure else ():
        yield Deadline(each.until, st.ApprovalLapsed(each.step, each.by, _why(context, incident, each.step)))


def chosen(incident: Incident, event: st.RunbookChosen, at: datetime) -> Incident:
    """Fold the choice: the runs so far keep their numbers, and nothing else of another runbook stays."""
    before = _procedure(incident)
    after = replace(
        before,
        runbook=event.runbook,
        values=(*(v for v in before.values if v.source.startswith("said by")), *event.values),
        runs=tuple(r if r.step > ROUTINES else replace(r, step=0) for r in before.runs),
        approvals=tuple(a for a in before.approvals if a.step > ROUTINES),
        marks=tuple(m for m in before.marks if m.step > ROUTINES),
        branches=tuple(b for b in before.branches if b > ROUTINES),
    )
    return replace(incident, procedure=after)


def given(incident: Incident, event: st.ValueGiven, at: datetime) -> Incident:
    """Fold a value; a later one for the same parameter takes its place, and consents to other bytes are void."""
    before = _procedure(incident)
    source = f"said by {event.by}" if event.by else event.source or "the output of a step"
    kind = source.split(maxsplit=1)[0]
    kept = tuple(v for v in before.values if not (same(v.name, event.name) and v.source.startswith(kind)))
    values = (*kept, Value(event.name, event.value, source))
    return replace(incident, procedure=replace(before, values=values))


def approved(incident: Incident, event: st.StepApproved, at: datetime) -> Incident:
    """Fold a consent."""
    before = _procedure(incident)
    fresh = Approval(event.step, event.digest, event.by, event.until, event.token)
    return replace(incident, procedure=replace(before, approvals=(*before.approvals, fresh)))


def lapsed(incident: Incident, event: st.ApprovalLapsed, at: datetime) -> Incident:
    """Fold the end of a consent."""
    before = _procedure(incident)
    left = tuple(a for a in before.approvals if not (a.until <= at and (a.step, a.by) == (event.step, event.by)))
    return replace(incident, procedure=replace(before, approvals=left))


def started(incident: Incident, event: st.StepStarted, at: datetime) -> Incident:
    """Fold the beginning of a run: the consents to it are used up."""
    before = _procedure(incident)
    fresh = RunState(event.run, event.step, at, event.by, event.changes, event.dry)
    left = before.approvals if event.dry else tuple(a for a in before.approvals if a.step != event.step)
    return replace(incident, procedure=replace(before, runs=(*before.runs, fresh), approvals=left))


def ended(incident: Incident, event: st.StepEnded, at: datetime) -> Incident:
    """Fold the end of a run."""
    before = _procedure(incident)
    runs = tuple(
        replace(r, outcome=event.outcome, exit=event.exit, seconds=event.seconds) if r.run == event.run else r
        for r in before.runs
    )
    return replace(incident, procedure=replace(before, runs=runs))


def marked(incident: Incident, event: st.StepMarked, at: datetime) -> Incident:
    """Fold a verdict; a step has one, the latest."""
    before = _procedure(incident)
    kept = tuple(m for m in before.marks if m.step != event.step)
    fresh = Mark(event.step, event.verdict, event.by)
    return replace(incident, procedure=replace(before, marks=(*kept, fresh)))
