"""What is shown in a chat: an incident as it stands, the steps of its runbook, and what one is asked to fill in."""

from collections.abc import Iterable, Sequence

from sirenbook.channels.chat import Blank, Button, Card, Form
from sirenbook.engine.links import Links
from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines
from sirenbook.incident.steps.resolving import Resolved, resolve_all
from sirenbook.incident.steps.runbooks import consents
from sirenbook.incident.timeline import describe, person_name, phase
from sirenbook.incident.updates.demands import Fields, demanded, same
from sirenbook.model.incident import Incident
from sirenbook.model.step import Approval

MOST_STEPS = 8
ESCALATION = (
    ("to", "Whom to bring in: a name, or `next`"),
    ("status", "Current status"),
    ("why", "Why you escalate"),
    ("help", "What help is needed"),
)
"""What whoever is brought in must be told, beside the link: the rule of a manual escalation."""


def neutral_card(incident: Incident, links: Links) -> Card:
    """A restricted incident where others, or another's server, may read on: that it is there."""
    return Card(f"{incident.number}: restricted, see its page", url=links.incident(incident.id))


def incident_card(context: Context, incident: Incident, links: Links) -> Card:
    """An incident as it stands, with what can be pressed."""
    severity = context.severity(incident)
    owner = incident.acknowledged_by
    facts = [("State", incident.state or phase(incident)), ("Severity", severity.full_name)]
    facts.append(("With", person_name(context.bindings, owner) if owner else "nobody yet"))
    facts += [(h.role, person_name(context.bindings, h.person)) for h in incident.roles]
    if incident.impact:
        facts.append(("Impact", incident.impact))
    following = next(iter(deadlines(context, incident)), None)
    if following is not None:
        words = describe(following.event, context.bindings).text
        facts.append((f"Next, {following.at:%H:%M:%S} UTC", words))
    drill = "DRILL: " if incident.drill else ""
    title = f"{drill}{incident.number} {severity.full_name}: {incident.title}"
    return Card(title, "", tuple(facts), _answers(incident), links.incident(incident.id))


def _answers(incident: Incident) -> tuple[Button, ...]:
    if incident.status != "unacknowledged":
        return ()
    take = Button("acknowledge", incident.number, "Acknowledge", grave=True)
    return (take, Button("snooze", f"{incident.number} 30m", "Snooze 30 min"))


def step_cards(context: Context, incident: Incident) -> list[Card]:
    """The steps that could run now and did not yet: each with exactly what would run, and its button."""
    runs = {r.step for r in incident.procedure.runs} if incident.procedure else set()
    waiting = [s for s in resolve_all(context, incident) if s.ready and s.number not in runs]
    return [_step_card(context, incident, s) for s in waiting[:MOST_STEPS]]


def _step_card(context: Context, incident: Incident, step: Resolved) -> Card:
    target = step.place.target if step.place else "nowhere"
    facts = [("On", target), ("Why", f"{step.step.why.file}:{step.step.why.line}")]
    given = consents(incident, step, context.now)
    if step.approvals > 1:
        facts.append(("Needs", f"{step.approvals} people"))
    if given:
        facts.append(("Approved by", _names(context, given)))
    label = "Approve" if step.approvals else "Run"
    ask = f"Exactly this, on {target}: {step.text}" if step.approvals else ""
    button = Button("run", f"{incident.number} {step.number} {step.digest}", label, ask=ask)
    return Card(f"Step {step.number}", step.text, tuple(facts), (button,))


def _names(context: Context, given: Sequence[Approval]) -> str:
    return ", ".join(person_name(context.bindings, a.by) for a in given)


def escalation_blanks(context: Context, incident: Incident) -> tuple[tuple[str, str], ...]:
    """What a manual escalation must say: the usual four, the link is one of them, and what the playbook adds."""
    usual = [name for name, _ in ESCALATION]
    further = [
        (f.name, f.name[:1].upper() + f.name[1:])
        for f in demanded(context, incident, "escalation")
        if not f.value and not any(same(name, f.name) for name in usual)
    ]
    return (*ESCALATION, *further)


def form(verb: str, incident: Incident, memo: str, blanks: Iterable[tuple[str, str]], given: Fields) -> Form:
    """What somebody is asked to fill in before a verb is carried out; what was given already stands in it."""
    rows = tuple(Blank(name, label, given.get(name, ""), long=name != "to") for name, label in blanks)
    return Form(verb, f"{verb.title()} {incident.number}", memo, rows)
