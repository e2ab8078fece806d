"""Makes escalation levels of what was read: one of each, with a stated default where the text names nobody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.policy import Level, Manner
from sirenbook.model.provenance import default
from sirenbook.playbook import diagnostics
from sirenbook.playbook.escalation.reader import chain_of
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.duration import spoken
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import conditional


@dataclass(slots=True)
class Ladder:
    """Levels while they are gathered, with the questions and findings that arise."""

    scale: Scale
    on_call: tuple[str, ...]
    answers: Mapping[str, str]
    levels: list[Level] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    leisure: dict[str, Step] = field(default_factory=dict)

    def reached(self, severity: str | None, after: int | None) -> list[Level]:
        """The levels that hold for a severity at one time."""
        return [x for x in self.levels if x.severity in (severity, None) and x.after == after]

    def add(self, severity: str | None, step: Step, who: Sequence[str], *, named: bool = True) -> None:
        """Add a level unless those at the same time already bring in the same people."""
        same = [x for x in self.reached(severity, step.after) if x.until == step.until or x.after == 0]
        present = [w for x in same if x.kind == step.kind for w in x.who]
        new = tuple(w for w in who if not any(targets.same_role(w, other) for other in present))
        if new:
            level = Level(
                self._key(severity, step.after, new),
                severity,
                step.after,
                new,
                step.until,
                step.why,
                step.manner,
                step.business,
                named,
                step.kind,
                step.advised,
            )
            self.levels.append(level)

    def _key(self, severity: str | None, after: int | None, who: Sequence[str]) -> str:
        """A key that stays the same while the rule stays the same."""
        slug = re.sub(r"[^a-z0-9@#]+", "-", "-".join(who).lower()).strip("-") or "nobody"
        base = f"{severity or 'all'}/{'hand' if after is None else after}/{slug}"
        taken = {x.key for x in self.levels}
        return next(k for k in (base, *(f"{base}/{n}" for n in range(2, len(taken) + 3))) if k not in taken)


def build_levels(
    steps: Sequence[Step], scale: Scale, on_call: tuple[str, ...], answers: Mapping[str, str]
) -> Ladder:
    """The levels of a policy, those of the worst severity first, each severity with one that is reached at once."""
    ladder = Ladder(scale, on_call, answers)
    narrowed = list(_spared(list(_counted(ladder, steps)), scale))
    for step in narrowed:
        for severity in step.severities or (None,):
            _take(ladder, severity, step)
    for step in narrowed:
        for severity in step.severities or (None,):
            if step.after is not None and not step.who and not step.leisure:
                own = _own_chain(steps, severity)
                chain = own or chain_of(steps) or _above(steps, severity, scale)
                _unnamed(ladder, severity, step, chain, named=bool(own))
    for step in narrowed:
        if step.extended:
            _lasting(ladder, step)
    leisurely = _leisurely(steps, scale)
    for severity in scale.names:
        _begin(ladder, severity, leisurely)
    ladder.levels = [x for x in ladder.levels if not _timed_too(ladder, x)]
    ranks = {name: rank for rank, name in enumerate(scale.names)}
    ladder.levels.sort(key=lambda x: (ranks.get(x.severity or "", -1), x.after is None, x.after or 0))
    return ladder


def _counted(ladder: Ladder, steps: Sequence[Step]) -> Iterator[Step]:
    """The steps with the times that the owner means where they rise from the first level of a row to its last."""
    unclear = [s for s in steps if s.in_turn is not None]
    key, answer = "escalation.rising-times", ladder.answers.get("escalation.rising-times")
    if unclear:
        who = ", ".join(dict.fromkeys(w for s in unclear for w in s.who))
        text = (
            f"The times of the levels rise from the first on ({who}). Are they counted from the alert, or does "
            "each level have its own time before the next is reached?"
        )
        meant = "in turn" if answer == "in turn" else "from the alert"
        choices = ("from the alert", "in turn")
        ladder.questions.append(Question(key, text, meant, unclear[0].why, choices, answered=answer in choices))
    for step in steps:
        yield replace(step, after=step.in_turn) if step.in_turn is not None and answer == "in turn" else step


def _leisurely(steps: Sequence[Step], scale: Scale) -> set[str]:
    """The severities that their own words leave to business hours: the least ones, never the worst."""
    said = {s for step in steps if step.leisure for s in step.severities}
    said -= {s for step in steps if step.who and step.after is not None for s in step.severities}
    found: set[str] = set()
    for name in reversed(scale.names[1:]):
        if name not in said:
            break
        found.add(name)
    return found


def _spared(steps: Sequence[Step], scale: Scale) -> Iterator[Step]:
    """The steps, those for every severity without the ones that are left to business hours.

    Where a severity's own first page waits for business hours, so does whoever follows.
    """
    leisurely = _leisurely(steps, scale)
    others = tuple(s for s in scale.names if s not in leisurely)
    waiting = {n for s in steps if s.after == 0 and s.business for n in s.severities} - leisurely
    for step in steps:
        if step.severities or step.after is None or not (leisurely or waiting):
            yield step
            continue
        yield replace(step, severities=tuple(n for n in others if n not in waiting))
        if waiting:
            yield replace(step, severities=tuple(n for n in others if n in waiting), business=True)


def _take(ladder: Ladder, severity: str | None, step: Step) -> None:
    if step.extended:
        return
    if step.leisure and severity:
        ladder.leisure.setdefault(severity, step)
    elif step.who and (step.after is not None or step.advised is not None):
        ladder.add(severity, step, step.who)
    else:
        named = [w for x in ladder.levels if x.severity in (severity, None) for w in x.who]
        ladder.add(severity, step, [w for w in step.who if w not in named])


def _lasting(ladder: Ladder, step: Step) -> None:
    """A level for outages that last: by hand until the owner says how long that is."""
    key, which = "escalation.extended-outage", ", ".join(step.severities) or "every severity"
    answer = duration.read(ladder.answers.get(key, ""))
    if all(q.key != key for q in ladder.questions):
        text = (
            f"After how long is an outage extended, so that {' and '.join(step.who)} are brought in for {which}? "
            "Until a duration is given, people bring them in by hand."
        )
        default_ = spoken(answer.seconds, answer.business) if answer else "by hand"
        ladder.questions.append(Question(key, text, default_, step.why, answered=answer is not None))
    for severity in step.severities or (None,):
        timed = replace(step, after=answer.seconds, business=answer.business) if answer else step
        ladder.add(severity, timed, step.who)


def _unnamed(ladder: Ladder, severity: str | None, step: Step, chain: Sequence[str], *, named: bool) -> None:
    """A level that has a time and no name: the next one of the chain, or whoever is on call, by default.

    `named` where the chain is the severity's own, so that the text does say who is next.
    """
    if ladder.reached(severity, step.after):
        return
    until = step.after or 0
    mine = (x for x in ladder.levels if x.severity in (severity, None) and x.after is not None and x.after <= until)
    present = [w for x in mine for w in x.who]
    people = (w for w in chain if not targets.is_channel(w))
    who = next((w for w in people if not any(targets.same_role(w, other) for other in present)), None)
    names = (who,) if who else ladder.on_call
    key = f"escalation.{severity or 'all'}.{step.after}"
    which, when = severity or "any severity", spoken(step.after or 0)
    text = f"Who is brought in for {which} after {when}? The text names nobody."
    if answer := ladder.answers.get(key):
        names = tuple(n.strip() for n in answer.split(",") if n.strip()) or names
    ladder.questions.append(Question(key, text, ", ".join(names), step.why, answered=bool(answer)))
    named = named and who is not None
    ladder.findings += [] if named else [diagnostics.names_nobody(severity, step.why)]
    ladder.add(severity, step, names, named=named)


def _own_chain(steps: Sequence[Step], severity: str | None) -> tuple[str, ...]:
    """Who comes after whom for one severity, as its own row of a matrix names them without times."""
    mine = [s for s in steps if severity in s.severities and s.after is None and s.manner == "page" and not s.kind]
    mine = [s for s in mine if not conditional(s.why.quote)]
    return tuple(dict.fromkeys(w for s in mine for w in s.who)) if len(mine) > 1 else ()


def _above(steps: Sequence[Step], severity: str | None, scale: Scale) -> tuple[str, ...]:
    """Who is brought in later for the severities that are worse, the nearest one first."""
    worse = scale.names[: scale.names.index(severity)] if severity else ()
    theirs = [s for name in reversed(worse) for s in steps if name in s.severities and s.manner == "page"]
    in_turn = [*(s for s in theirs if s.after), *(s for s in theirs if s.after == 0)]
    return tuple(dict.fromkeys(who for step in in_turn for who in step.who))


def _timed_too(ladder: Ladder, level: Level) -> bool:
    """Whether a level by hand brings in nobody whom the clock does not bring in for the same severity."""
    timed = [w for x in ladder.levels if x.after is not None and x.severity == level.severity for w in x.who]
    by_hand = level.after is None and level.advised is None
    return by_hand and all(any(targets.same_role(w, t) for t in timed) for w in level.who)


def _begin(ladder: Ladder, severity: str, leisurely: set[str]) -> None:
    """Make sure that a severity reaches somebody at once."""
    if ladder.reached(severity, 0):
        return
    step = ladder.leisure.get(severity) if severity in leisurely else None
    waits = any(x.severity == severity and x.business for x in ladder.levels)
    manner: Manner = step.manner if step else "notify" if waits else "page"
    why = (
        step.why
        if step
        else default(f"{severity} names nobody to begin with, so {', '.join(ladder.on_call)} is paged at once")
    )
    begun = Step(ladder.on_call, 0, why, (severity,), "resolved", manner, bool(step and step.business))
    ladder.add(severity, begun, ladder.on_call, named=False)
    if not step:
        ladder.findings.append(diagnostics.no_first_target(severity, ladder.on_call))
