"""What a step of a runbook comes to now: filled in, what it would do and where, and what it still needs."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from sirenbook.incident.context import Context, Place, Unfit
from sirenbook.incident.steps.dry_run import rehearsed
from sirenbook.incident.steps.orders import digest_of
from sirenbook.incident.steps.revisions import pinned
from sirenbook.incident.steps.sheets import Sheet, runbook_sheet
from sirenbook.model.bindings import Filling
from sirenbook.model.incident import Incident
from sirenbook.model.judgement import WITHHELD, Judgement, Parameter, Plan
from sirenbook.model.procedure import RunbookStep
from sirenbook.model.step import Value

BY_HAND = frozenset({"endless", "interactive", "listener", "opaque", "chat", "commented"})
"""What carries one of these even unattended is for a person's own terminal."""
AFTERWARDS = frozenset({"verification", "prevention", "follow_up", "communication"})
"""Parts of a runbook that are for after the mend, so that nothing of them runs when the incident opens."""


class Resolved(Struct, frozen=True):
    """One step as it stands now.

    `run` is what would be executed and `text` the same for people; `run` is None where it is to be done by hand,
    and `hindrance` says why. `asked` are its parameters, `missing` those without a value. `approvals` is how many
    people must consent. `digest` names these bytes on this target for the next run; `before` counts those before.
    """

    number: int
    step: RunbookStep
    judgement: Judgement
    asked: tuple[Parameter, ...]
    values: tuple[Value, ...]
    missing: tuple[Parameter, ...]
    text: str
    place: Place | None = None
    run: Plan | None = None
    dry: Plan | None = None
    hindrance: str = ""
    approvals: int = 0
    before: int = 0
    digest: str = ""

    @property
    def ready(self) -> bool:
        """Whether it could run here and now."""
        return self.run is not None

    @property
    def automatic(self) -> bool:
        """Whether it may run without anybody's word."""
        return self.ready and not self.approvals and self.step.part not in AFTERWARDS


def resolve_all(context: Context, incident: Incident) -> list[Resolved]:
    """Every step of the incident's runbook as it stands now."""
    sheet = runbook_sheet(context.policy, incident.procedure)
    return resolve_sheet(context, incident, sheet) if sheet else []


def resolve_sheet(context: Context, incident: Incident, sheet: Sheet) -> list[Resolved]:
    """Every step of a runbook or routine as it stands now."""
    return [resolve(context, incident, number, step) for number, step in sheet.numbered()]


def resolve(context: Context, incident: Incident, number: int, step: RunbookStep) -> Resolved:
    """One step as it stands now."""
    if step.kind == "manual":
        return _by_a_person(number, step)
    asked = context.ground.judge(step, {}).parameters
    known = tuple(known_values(context, incident))
    chosen = {p.name: v for p in asked for v in reversed(known) if same(p.name, v.name)}
    values, filled = tuple(chosen.values()), {name: v.value for name, v in chosen.items()}
    try:
        judgement, trouble = context.ground.judge(step, filled), ""
    except Unfit as unfit:
        judgement, trouble = context.ground.judge(step, {}), str(unfit)
    if judgement.run is not None:
        judgement = msgspec.structs.replace(judgement, run=pinned(judgement.run, known))
    place = context.ground.place(judgement)
    missing = tuple(p for p in judgement.parameters if not p.secret and p.name not in filled)
    found = Resolved(
        number=number,
        step=step,
        judgement=judgement,
        asked=asked,
        values=values,
        missing=missing,
        text=context.ground.render(judgement.run) if judgement.run else step.text,
        place=place,
        hindrance=trouble or _hindrance(judgement, missing, place),
        approvals=approvals_needed(judgement, step.part),
    )
    return found if found.hindrance or place is None else _runnable(incident, found, place)


def _by_a_person(number: int, step: RunbookStep) -> Resolved:
    """An instruction: nothing of it is ever run, a person does it and ticks it."""
    judgement = Judgement(step.text, step.language, "reads", ())
    return Resolved(number, step, judgement, (), (), (), step.text, hindrance="a person does it")


def _runnable(incident: Incident, found: Resolved, place: Place) -> Resolved:
    assert found.judgement.run is not None
    runs = incident.procedure.runs if incident.procedure else ()
    before = sum(1 for r in runs if r.step == found.number and not r.dry)
    return msgspec.structs.replace(
        found,
        run=found.judgement.run,
        dry=rehearsed(found.judgement.run),
        before=before,
        digest=digest_of((incident.id, found.number, before), (place.executor, place.target), found.judgement.run),
    )


def _hindrance(judgement: Judgement, missing: tuple[Parameter, ...], place: Place | None) -> str:
    """Why a step is to be done by hand; empty where it can run."""
    flags = [f for f in judgement.run_flags or judgement.flags if f in BY_HAND]
    if judgement.run is None or flags:
        if "opaque" in flags:
            return f"for your own terminal: {judgement.reasons[0]}"
        said = f"it is {flags[0]}" if flags else "it has no form that runs unattended"
        return f"{said}, so it is for your own terminal"
    if missing:
        names = ", ".join(p.spelling for p in missing)
        return f"{names} {'is' if len(missing) == 1 else 'are'} not filled in"
    secrets = ", ".join(p.spelling for p in judgement.parameters)
    bound = f", with {secrets}" if secrets else ""
    return "" if place is not None else f"nothing is bound here to run it{bound}"


def approvals_needed(judgement: Judgement, part: str = "") -> int:
    """How many people must consent: two to what destroys or contains, one to what changes or shows secrets."""
    if judgement.risk == "destroys" or (judgement.risk == "changes" and part == "containment"):
        return 2
    return 1 if judgement.risk == "changes" or WITHHELD & set(judgement.run_flags) else 0


def known_values(context: Context, incident: Incident) -> Iterator[Value]:
    """What is known for parameters, the more certain first: said by a person, bound, told by an alert."""
    told = incident.procedure.values if incident.procedure else ()
    yield from (v for v in reversed(told) if v.source.startswith("said by"))
    for name, filling in context.bindings.parameters.items():
        if filling.value:
            yield Value(name, filling.value, "sirenbook.toml")
    yield from (v for v in told if not v.source.startswith("said by"))


def from_labels(
    parameters: Iterable[Parameter], labels: Mapping[str, str], bound: Mapping[str, Filling]
) -> Iterator[Value]:
    """What an alert's labels fill in: the label that is bound to a parameter, else the one of the same name."""
    for name in dict.fromkeys(p.name for p in parameters if not p.secret):
        wanted = next((f.label for n, f in bound.items() if same(n, name) and f.label), "")
        label = wanted or next((x for x in labels if same(x, name)), "")
        if labels.get(label):
            yield Value(name, labels[label][:300], f"label {label}")


def same(one: str, other: str) -> bool:
    """Whether two spellings name one parameter: `pod-name`, `POD_NAME` and `pod`."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    letters = re.sub(r"[^a-z0-9]", "", name.casefold())
    return letters.removesuffix("name") or letters
