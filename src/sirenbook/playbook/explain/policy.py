"""Says in plain words what was understood of a playbook, with every line, so that its owner can check it."""

from collections.abc import Iterable, Iterator

from sirenbook.model.clock import Clock
from sirenbook.model.criteria import Criterion
from sirenbook.model.policy import (
    Contact,
    Level,
    Metric,
    Policy,
    ReviewDeadline,
    Rotation,
    Severity,
    Template,
)
from sirenbook.playbook.explain import promises as explain_promises
from sirenbook.playbook.explain.procedure import told_of_routines, told_of_runbooks
from sirenbook.playbook.explain.readiness import explain_readiness
from sirenbook.playbook.language.duration import spoken

_MANNERS = {"page": "page", "notify": "notify", "ticket": "open a ticket for"}


def explain(policy: Policy) -> str:
    """The whole policy as text."""
    parts = [
        f"{policy.title} ({', '.join(policy.files)})",
        *(line for s in policy.severities for line in _severity(policy, s)),
        *_every(policy),
        *_common(policy),
        *(f"alert {a.name} → {a.runbook or 'no runbook'}  [{a.why}]" for a in policy.alerts),
        *_headed("rotation", _rotation(policy.rotation)),
        *told_of_routines(policy.routines),
        *told_of_runbooks(policy.runbooks),
        *_headed("templates", map(_template, policy.templates)),
        *(line for heading, lines in explain_promises.sections(policy) for line in _headed(heading, lines)),
        *_headed("due after an incident", map(_review, policy.reviews)),
        *_headed(
            "contacts", (f"{c.name}: {', '.join(c.ways) or 'no way stated'}  [{c.why}]" for c in policy.contacts)
        ),
        *_headed("to reach", map(_metric, policy.metrics)),
        *(line for heading, lines in explain_readiness(policy) for line in _headed(heading, lines)),
        *_open_points(policy),
    ]
    return "\n".join(parts) + "\n"


def _severity(policy: Policy, severity: Severity) -> Iterator[str]:
    also = f" (also {', '.join(severity.aliases)})" if severity.aliases else ""
    yield f"\n{severity.full_name}{also}  [{severity.why}]"
    clocks = (
        ("respond within", severity.response),
        ("acknowledge within", severity.ack),
        ("resolve within", severity.resolution),
        ("status update every", severity.update),
    )
    yield from (f"  {words} {_clock(clock)}" for words, clock in clocks if clock)
    yield from (_level(x) for x in policy.levels_of(severity.name) if x.severity)
    yield from (f"  recognised by {_criterion(c)}" for c in severity.criteria)


def _criterion(criterion: Criterion) -> str:
    figures = " and ".join(map(str, criterion.conditions))
    words = f"“{criterion.words}”" if criterion.words else ""
    return f"{' with '.join(x for x in (figures, words) if x)}  [{criterion.why}]"


def _every(policy: Policy) -> Iterator[str]:
    shared = [x for x in policy.levels if x.severity is None]
    if shared:
        yield "\nevery severity"
        yield from map(_level, shared)


def _clock(clock: Clock) -> str:
    low = f"{spoken(clock.low)} to " if clock.low is not None else ""
    return f"{low}{spoken(clock.seconds, clock.business)}  [{clock.why}]"


def _level(level: Level) -> str:
    when = level.by_hand(spoken) if level.after is None else spoken(level.after, level.business)
    condition = "" if not level.after else f" unless {level.until}"
    who = ", ".join(level.who) + ("" if level.named else " (our default)")
    return f"  {when}{condition}: {_MANNERS[level.manner]} {who}  [{level.why}]"


def _common(policy: Policy) -> Iterator[str]:
    yield f"\non call: {', '.join(policy.on_call)}  [{policy.on_call_why}]"
    if policy.backup and policy.backup_why:
        yield f"in reserve: {policy.backup}  [{policy.backup_why}]"
    if policy.ack:
        yield f"acknowledge within {_clock(policy.ack)}"
    yield f"resolve when quiet for {_clock(policy.watch)}" if policy.watch else "people resolve incidents"
    if policy.in_doubt_higher:
        yield f"in doubt the higher severity holds  [{policy.in_doubt_higher}]"


def _headed(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines under their heading; nothing where there are none."""
    told = [f"  {line}" for line in lines]
    yield from (f"\n{heading}", *told) if told else ()


def _rotation(rotation: Rotation | None) -> Iterator[str]:
    if rotation is None:
        return
    handoff = " ".join(
        x for x in (rotation.handoff_weekday, rotation.handoff_time, rotation.handoff_zone) if x is not None
    )
    facts = (
        ("changes every", rotation.period_seconds and spoken(rotation.period_seconds)),
        ("hand-off", handoff),
        ("covers", rotation.coverage),
        ("tiers:", ", ".join(rotation.tiers)),
        ("teams:", ", ".join(rotation.teams)),
    )
    where = f"  [{rotation.why}]" if rotation.why else ""
    yield from (f"{words} {fact}{where}" for words, fact in facts if fact)


def _template(template: Template) -> str:
    asks = f": fills {', '.join(template.placeholders)}" if template.placeholders else ""
    return f"{template.title} ({explain_promises.template_words(template)}){asks}  [{template.why}]"


def _review(review: ReviewDeadline) -> str:
    scope = f" for {', '.join(review.severities)}" if review.severities else ""
    within = spoken(review.within.seconds, review.within.business)
    return f"within {within}{scope}: {review.what}  [{review.within.why}]"


def _contact(contact: Contact) -> str:
    return f"{contact.name}: {', '.join(contact.ways) or 'no way stated'}  [{contact.why}]"


def _metric(metric: Metric) -> str:
    scope = f" for {metric.severity}" if metric.severity else ""
    amount = spoken(int(metric.value)) if metric.unit == "seconds" else f"{metric.value:g} {metric.unit}"
    return f"{metric.name}{scope} {metric.op} {amount}  [{metric.why}]"


def _open_points(policy: Policy) -> Iterator[str]:
    if policy.questions:
        yield "\nquestions"
    for question in policy.questions:
        state = "answered" if question.answered else "default"
        yield f"  {question.key}: {question.text} {state}: {question.default}  [{question.at}]"
    if policy.diagnostics:
        yield "\nfindings"
    for finding in policy.diagnostics:
        yield f"  {finding.code} {finding.grade} [{finding.at}] {finding.text} {finding.help}"
