"""Says in plain words what a playbook tells people to do: runbooks, branches, phases, checklists, palettes."""

from collections.abc import Iterator, Sequence

from sirenbook.model.procedure import Branch, Reference, Routine, Runbook, RunbookStep
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.duration import spoken


def told_of_runbooks(runbooks: Sequence[Runbook]) -> Iterator[str]:
    """Every runbook with its parts, branches and steps."""
    if runbooks:
        yield "\nrunbooks"
    for runbook in runbooks:
        yield from (f"  {line}" for line in _runbook(runbook))


def told_of_routines(routines: Sequence[Routine]) -> Iterator[str]:
    """Every phase, checklist and palette with its steps."""
    for heading, kind in (("phases", "phase"), ("checklists", "checklist"), ("commands at hand", "palette")):
        mine = [r for r in routines if r.kind == kind]
        if mine:
            yield f"\n{heading}"
        for routine in mine:
            yield f"  {routine.title}{_box(routine)}: {_counted(routine.steps)}  [{routine.why}]"
            yield from (f"    {line}" for line in _steps(routine.steps, routine.branches))


def _runbook(runbook: Runbook) -> Iterator[str]:
    parts = f" ({', '.join(runbook.sections)})" if runbook.sections else ""
    yield f"{runbook.title}: {_counted(runbook.steps)}{parts}  [{runbook.why}]"
    for name, lines in (
        ("symptom", runbook.symptoms),
        ("impact", runbook.impact),
        ("cause", runbook.causes),
        ("prevention", runbook.prevention),
        ("escalation", runbook.escalation),
    ):
        yield from (f"  {name}: {_line(each)}" for each in lines)
    yield from (f"  {_reference(each)}" for each in runbook.references)
    if runbook.security:
        yield f"  evidence is kept before anything changes: it is about an attack  [{runbook.security}]"
    yield from (f"  {line}" for line in _steps(runbook.steps, runbook.branches))


def _counted(steps: Sequence[RunbookStep]) -> str:
    manual = sum(1 for s in steps if s.kind == "manual")
    commands = len(steps) - manual
    told = [f"{commands} command{'' if commands == 1 else 's'}"] if commands or not manual else []
    return ", ".join([*told, *([f"{manual} to do by hand"] if manual else [])])


def _steps(steps: Sequence[RunbookStep], branches: Sequence[Branch]) -> Iterator[str]:
    """The steps in their order, those of a branch under it; and branches that have none."""
    opened: set[int] = set()
    for number, step in enumerate(steps, 1):
        path = _path(step.branch, branches)
        for depth, way in enumerate(path):
            if way not in opened:
                opened.add(way)
                yield "  " * depth + _branch(branches[way - 1])
        indent = "  " * len(path)
        part = f"{step.part}: " if step.part else ""
        purpose = f" ({step.purpose})" if step.purpose else ""
        mark = "$ " if step.kind == "command" else "□ "
        yield f"{indent}{number}. {part}{mark}{step.why.quote}{purpose}  [{step.why}]"
    yield from (_branch(b) for n, b in enumerate(branches, 1) if n not in opened)


def _path(number: int, branches: Sequence[Branch]) -> tuple[int, ...]:
    """A branch and those in which it is a further choice, the outermost first."""
    return (*_path(branches[number - 1].inside, branches), number) if number else ()


def _branch(branch: Branch) -> str:
    when = f"if {branch.condition}" if branch.condition else f"either: {branch.title}"
    then = f" → {branch.action}" if branch.action else ""
    return f"{when}{then}  [{branch.why}]"


def _reference(reference: Reference) -> str:
    leads = ", ".join(reference.runbooks) or reference.heading or "nothing that is there"
    return f"points to {leads}: {_line(reference.why)}"


def _box(routine: Routine) -> str:
    """The time box of a phase in words."""
    after = "" if routine.since == "opened" else " after the end"
    if routine.ends is not None:
        begins = f"{spoken(routine.begins)} to " if routine.begins else "within "
        return f", {begins}{spoken(routine.ends)}{after}"
    return f", from {spoken(routine.begins)} on{after}" if routine.begins else ""


def _line(why: Provenance) -> str:
    return f"{why.quote}  [{why}]"
