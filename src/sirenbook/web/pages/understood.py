"""What runs because of a line: every value that was read, with its place, in a few words for the margin."""

from collections.abc import Iterator, Sequence

from sirenbook.incident.difference import amount
from sirenbook.incident.timeline import span
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.procedure import RunbookStep
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.explain.promises import promise_words


def understood(policy: Policy) -> Iterator[tuple[Provenance, str]]:
    """Every line that makes something happen, with what it is, in a few words."""
    for severity in policy.severities:
        yield severity.why, f"severity {severity.full_name}"
        yield from _clocks(severity)
    for level in policy.levels:
        yield level.why, f"{level.severity or 'every severity'}: {_level(level)}"
    for rule in policy.alerts:
        yield rule.why, f"alert {rule.name}" + (f" is {rule.severity}" if rule.severity else "")
    yield from _papers(policy)
    yield from _promised(policy)
    yield policy.on_call_why, f"on call: {', '.join(policy.on_call)}"
    for clock, words in ((policy.ack, "acknowledge within"), (policy.watch, "resolves after quiet of")):
        if clock is not None:
            yield clock.why, f"{words} {span(clock.seconds)}"
    if policy.backup and policy.backup_why:
        yield policy.backup_why, f"in reserve: {policy.backup}"
    if policy.in_doubt_higher:
        yield policy.in_doubt_higher, "in doubt the higher severity holds"


def of_severity(policy: Policy, severity: Severity) -> Iterator[tuple[Provenance, str]]:
    """What was read of one severity: its clocks, and whom it brings in."""
    yield from _clocks(severity)
    yield from ((level.why, _level(level)) for level in policy.levels_of(severity.name))


def _papers(policy: Policy) -> Iterator[tuple[Provenance, str]]:
    """What people work with by hand."""
    for runbook in policy.runbooks:
        yield runbook.why, f"runbook, {_counted(runbook.steps)}"
    for routine in policy.routines:
        yield routine.why, f"{routine.kind}, {_counted(routine.steps)}"
    for template in policy.templates:
        count = len(template.placeholders)
        yield template.why, f"template, {count} blank{'s' if count != 1 else ''}"
    for review in policy.reviews:
        whose = f" for {', '.join(review.severities)}" if review.severities else ""
        yield review.within.why, f"{review.what}{whose} within {amount(review.within)}"
    for contact in policy.contacts:
        yield contact.why, f"contact {contact.name}"
    for metric in policy.metrics:
        yield metric.why, f"to reach: {metric.name} {metric.op} {metric.value:g} {metric.unit}".rstrip()
    if policy.rotation and policy.rotation.why:
        yield policy.rotation.why, "rotation"


def _promised(policy: Policy) -> Iterator[tuple[Provenance, str]]:
    """Who is told what, where and by whom."""
    yield from ((p.why, promise_words(p)) for p in policy.promises)
    yield from ((d.why, f"messages contain {', '.join(d.fields)}") for d in policy.demands)
    yield from ((o.why, f"{', '.join(o.severities)}: {o.kind}") for o in policy.obligations)
    yield from ((r.why, f"security: {r.kind}") for r in policy.security)
    yield from ((u.why, f"{o.kind} {o.name}") for o in policy.outlets for u in o.uses)
    for role in policy.roles:
        yield role.why, f"role {role.name}"
        yield from ((duty.why, f"duty of {role.name}") for duty in role.duties)


def _counted(steps: Sequence[RunbookStep]) -> str:
    commands = sum(1 for s in steps if s.kind == "command")
    manual = len(steps) - commands
    told = f"{commands} command{'s' if commands != 1 else ''}"
    return f"{told}, {manual} to do by hand" if manual else told


def _clocks(severity: Severity) -> Iterator[tuple[Provenance, str]]:
    for clock, words in (
        (severity.response, "respond in"),
        (severity.ack, "acknowledge in"),
        (severity.resolution, "resolve in"),
        (severity.update, "update every"),
    ):
        if clock is not None:
            hours = " of business hours" if clock.business else ""
            yield clock.why, f"{severity.name}: {words} {span(clock.seconds)}{hours}"


def _level(level: Level) -> str:
    whom = f"{level.manner} {', '.join(level.who)}"
    if level.after is None:
        return f"{whom} {level.by_hand(span)}"
    return f"{whom} after {span(level.after)} unless {level.until}" if level.after else f"{whom} at once"
