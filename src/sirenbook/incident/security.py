"""Security incidents: how one is recognised, who hears of it at once, and who may consent to words outside."""

from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Context, Course
from sirenbook.incident.people import oncall
from sirenbook.incident.steps.attack import speaks_of_attack, suspected
from sirenbook.incident.steps.matching import against_attacks
from sirenbook.incident.steps.runbooks import work_by
from sirenbook.model.bindings import fold
from sirenbook.model.command import MarkSecurity, Refused
from sirenbook.model.event import Opened
from sirenbook.model.incident import Incident
from sirenbook.model.promise import SecurityRule
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.step_event import RunbookChosen
from sirenbook.model.update_event import SecurityLifted, SecurityMarked


def on_opened(course: Course, event: Opened) -> None:
    """Take an incident for one of security by its own words, in doubt too: it is lifted more easily than unsaid."""
    _recognise(course, default("its impact speaks of an attack") if speaks_of_attack(event.impact) else None)


def on_runbook(course: Course, event: RunbookChosen) -> None:
    """Take it for one of security by the runbook that it is worked by."""
    _recognise(course, None)


def _recognise(course: Course, said: Provenance | None) -> None:
    policy, incident = course.context.policy, course.incident
    found = said or suspected(course.context, incident)
    if found and policy.security and not incident.security:
        reason = found.quote if not found.stated else "its runbook is one for attacks"
        course.happen(SecurityMarked("", reason, found if found.stated else policy.security[0].why))


def mark(course: Course, command: MarkSecurity) -> None:
    """Say that an incident is one of security, or, as somebody who may, that it is none."""
    incident, rules = course.incident, course.context.policy.security
    if not rules:
        raise Refused("the playbook says nothing of security incidents")
    if not incident.open:
        raise Refused(f"{incident.number} is resolved; reopen it to say that")
    if command.lift and incident.security:
        must_consent(course, command.by, command.token)
        course.happen(SecurityLifted(command.by, command.reason))
    elif not command.lift and not incident.security:
        course.happen(SecurityMarked(command.by, command.reason or "marked by hand", rules[0].why))


def on_marked(course: Course, event: SecurityMarked) -> None:
    """Page at once whom the playbook names for it; work by its runbook for attacks where no other answers it."""
    for rule in course.context.policy.security:
        if rule.kind == "alert at once":
            for target in rule.who:
                oncall.page(course, target, rule.why)
    procedure, found = course.incident.procedure, against_attacks(course.context.policy)
    if event.by and found is not None and not (procedure and procedure.runbook):
        work_by(course, found, {}, by="")


def must_consent(course: Course, by: str, token: str) -> None:
    """In a security incident, refuse whoever may not consent to what reaches others than those who work on it."""
    rule = next((r for r in course.context.policy.security if r.kind == "approval before external words"), None)
    if course.incident.security and rule is not None:
        must_be_approver(course, by, rule, token)


def must_be_approver(course: Course, by: str, rule: SecurityRule, token: str) -> None:
    """Refuse whoever may not consent: it takes a person behind the name in the playbook, as themselves.

    Where nobody stands behind it, it takes whoever has the role. Nobody gets there by giving a role to themselves,
    nor by saying another's name over a `token` that is shared.
    """
    names = approvers(course.context, rule)
    context, incident = course.context, course.incident
    people = {p.id for n in names for p in context.bindings.reach(n, context.now)}
    held = {h.person for h in incident.roles if fold(h.role) in {fold(n) for n in names}}
    said = f"({rule.why}: “{rule.why.quote}”)"
    if by not in (people or held):
        who = " or ".join(names) or "somebody whom the playbook does not name"
        raise Refused(f"only {who} may approve this {said}")
    if token:
        text = f"whoever bears the shared token {token} may say any name: approve on the page"
        raise Refused(f"{text}, or with a token of your own {said}")


def approvers(context: Context, rule: SecurityRule) -> tuple[str, ...]:
    """Who may consent: whom the rule names, else whom the playbook alerts first in a security incident."""
    if rule.who:
        return rule.who
    return next((r.who for r in context.policy.security if r.kind == "alert at once" and r.who), ())


def marked(incident: Incident, event: SecurityMarked, at: datetime) -> Incident:
    """Fold the mark: what was approved before it was known is approved no more."""
    return replace(incident, security=True, approved=())


def lifted(incident: Incident, event: SecurityLifted, at: datetime) -> Incident:
    """Fold its end: what was approved meanwhile is approved no more."""
    return replace(incident, security=False, approved=())
