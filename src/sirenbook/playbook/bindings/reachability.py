"""Checks what neither file shows alone: names that reach nobody, levels that all page one person."""

from collections.abc import Iterator

from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.bindings.toml_text import suggestion


def distinct_targets(policy: Policy) -> tuple[str, ...]:
    """The policy's targets without the ones that differ in case or spacing only, as first written."""
    first: dict[str, str] = {}
    for target in policy.targets:
        first.setdefault(fold(target), target)
    return tuple(first.values())


def check_bindings(policy: Policy, bindings: Bindings) -> tuple[Diagnostic, ...]:
    """What is wrong between a playbook and its bindings, the gravest first."""
    found = (
        *_unreached(policy, bindings),
        *_without_fallback(bindings),
        *_unknown_severities(policy, bindings),
        *_unknown_rules(policy, bindings),
        *(d for severity in policy.severities for d in _same_person(policy, severity, bindings)),
        *_mistyped_targets(policy, bindings),
        *_unasked_answers(policy, bindings),
        *_single_methods(bindings),
    )
    grave = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda d: grave[d.grade]))


def unbound(policy: Policy) -> Diagnostic:
    """There is no sirenbook.toml: one finding in place of one for each name."""
    names = distinct_targets(policy)
    shown = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
    return Diagnostic(
        "SB327",
        "note",
        f"No sirenbook.toml stands beside this playbook, so nobody is paged as {shown}.",
        "Write one that says who these are, or try the playbook with `sirenbook up --demo`.",
        Provenance(policy.files[0] if policy.files else "", 1, ""),
    )


def _place(bindings: Bindings, key: str) -> Provenance:
    return bindings.places.get(key, Provenance("sirenbook.toml", 1, ""))


def _unreached(policy: Policy, bindings: Bindings) -> Iterator[Diagnostic]:
    """Names that stand for nobody who can be reached; an error where they are to be paged."""
    last = ", ".join(p.name for p in bindings.last_resort)
    for target in distinct_targets(policy):
        if bindings.everyone(target):
            continue
        paged, place = _use(policy, target)
        instead = f"{last} will be paged instead" if last else "nobody at all will be paged"
        text = f'"{target}" reaches nobody: {instead}.' if paged else f'"{target}" reaches nobody.'
        yield Diagnostic("SB320", "error" if paged else "warning", text, _binding_help(target, bindings), place)


def _binding_help(target: str, bindings: Bindings) -> str:
    """What to write so that a target reaches somebody."""
    ids = bindings.targets.get(fold(target), ())
    if ids:
        bound = (i if isinstance(i, str) else f"rotation {i.rotation}" for i in ids)
        return f"It is bound to {', '.join(bound)}: give them a contact in [people]."
    someone = next(iter(bindings.people), "mira")
    meant = suggestion(fold(target), bindings.targets)
    quoted = target.replace("\\", "\\\\").replace('"', '\\"')
    return f'{meant}Write "{quoted}" = "{someone}" under [targets] in sirenbook.toml.'


def _use(policy: Policy, target: str) -> tuple[bool, Provenance]:
    """Whether a target is ever paged, and the first line that says so."""
    if fold(target) in map(fold, policy.on_call):
        return True, policy.on_call_why
    levels = [level for level in policy.levels if fold(target) in map(fold, level.who)]
    paging = [level for level in levels if level.manner == "page"]
    if paging or levels:
        return bool(paging), (paging or levels)[0].why
    if policy.backup is None or fold(target) != fold(policy.backup):
        return False, next((c.why for c in policy.contacts if fold(c.name) == fold(target)), policy.on_call_why)
    return True, policy.backup_why or policy.on_call_why


def _without_fallback(bindings: Bindings) -> Iterator[Diagnostic]:
    if bindings.last_resort:
        return
    text = "There is no fallback: a page whose target reaches nobody would be lost."
    help_ = f'Write fallback = ["{next(iter(bindings.people), "mira")}"] at the top of sirenbook.toml.'
    yield Diagnostic("SB321", "error", text, help_, _place(bindings, "fallback"))


def _unknown_severities(policy: Policy, bindings: Bindings) -> Iterator[Diagnostic]:
    names = [s.name for s in policy.severities]
    for label, values in bindings.severity_labels.items():
        for value, name in values.items():
            try:
                policy.severity(name)
            except KeyError:
                text = f'{label} "{value}" is bound to "{name}", which the playbook does not define.'
                help_ = f"{suggestion(name, names)}Use one of {', '.join(names)}."
                place = _place(bindings, f"labels.{label}.{value}")
                yield Diagnostic("SB322", "error", text, help_, place)


def _unknown_rules(policy: Policy, bindings: Bindings) -> Iterator[Diagnostic]:
    """Severities that a contact method is for and that the playbook does not define."""
    names = [s.name for s in policy.severities]
    for person in bindings.people.values():
        for word in dict.fromkeys(s for m in person.methods for s in m.severities):
            if word not in map(fold, names):
                text = f'A contact method of {person.name} is for "{word}", which the playbook does not define.'
                help_ = f"{suggestion(word, names)}Use one of {', '.join(names)}."
                yield Diagnostic("SB322", "error", text, help_, _place(bindings, f"people.{person.id}"))


def _same_person(policy: Policy, severity: Severity, bindings: Bindings) -> Iterator[Diagnostic]:
    """A ladder on which every step pages one and the same person does not escalate to anybody."""
    levels = [x for x in policy.levels_of(severity.name) if x.manner == "page" and x.after is not None]
    reached = [{p.id for who in level.who for p in bindings.everyone(who)} for level in levels]
    everyone = set[str]().union(*reached)
    if len(levels) < 2 or len(everyone) != 1 or not all(reached):
        return
    name = bindings.people[next(iter(everyone))].name
    text = f"Every escalation level of {severity.name} pages {name}, so escalating changes nothing."
    help_ = "Bind the later levels to somebody else under [targets]."
    yield Diagnostic("SB323", "warning", text, help_, levels[-1].why)


def _mistyped_targets(policy: Policy, bindings: Bindings) -> Iterator[Diagnostic]:
    """Bindings that look meant for a target that reaches nobody; a name that is merely unused does no harm."""
    names = {fold(t): t for t in policy.targets}
    unreached = [t for t in names.values() if not bindings.everyone(t)]
    for name in bindings.targets:
        if name not in names and (meant := suggestion(name, unreached)):
            text = f'The playbook pages or notifies nobody called "{name}".'
            help_ = f"{meant}Write the name as the playbook does."
            yield Diagnostic("SB324", "warning", text, help_, _place(bindings, f"targets.{name}"))


def _unasked_answers(policy: Policy, bindings: Bindings) -> Iterator[Diagnostic]:
    keys = [q.key for q in policy.questions]
    for key in bindings.answers:
        if key not in keys:
            text = f'"{key}" answers a question that the playbook does not raise.'
            help_ = f"{suggestion(key, keys)}Remove the line if the playbook now says it itself."
            yield Diagnostic("SB325", "warning", text, help_, _place(bindings, f"answers.{key}"))


def _single_methods(bindings: Bindings) -> Iterator[Diagnostic]:
    """People whom one dead battery or one mail server makes unreachable, in one finding."""
    alone = [p for p in bindings.people.values() if len({(m.channel, m.to) for m in p.methods}) == 1]
    if alone:
        names = ", ".join(p.name for p in alone)
        text = f"With one contact method only, a page is lost when it fails: {names}."
        help_ = 'Add a second one: {channel = "ntfy", to = "…", after = "2m"}.'
        yield Diagnostic("SB326", "note", text, help_, _place(bindings, f"people.{alone[0].id}"))
