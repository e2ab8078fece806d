"""Every template at hand is drafted with what the incident knows filled in, and only people's words left open."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from playbooks.test_rehearsals import EXAMPLES, SEEDS
from sirenbook.incident.people.roles import roles_of
from sirenbook.incident.updates.drafts import Known, draft
from sirenbook.model import command as c
from sirenbook.model.bindings import Bindings
from sirenbook.model.policy import Policy, Template
from sirenbook.playbook.bindings.reader import demo_bindings
from sirenbook.playbook.compile import compile_playbook
from unit.incident.scenes import START, Scene

KNOWN = Known(
    service="exports", next_by=START + timedelta(minutes=70), state="Monitoring", url="https://x.example/1"
)
KNOWABLE = re.compile(
    r"(start|end)?[ _]?(date|time|date/time|timestamp|hh:mm)|p\d|sev\w*|severity|incident\b.*|\w*/?service"
    r"|impact|status|state|commander|name|next[ _]update.*|duration|title|description|impacted\b.*|affected\b.*",
    re.IGNORECASE,
)
"""Names of placeholders that an incident with an impact, a service, a state, a commander and an end can fill."""
FOLLOW_UP = ("time", "date", "date/time")
"""With the words before them, a time for what comes after the end: nobody knows it but people."""


def lived(own: Policy, severity: str) -> Scene:
    """An incident of which everything is known, and which is over."""
    people = demo_bindings(own, Bindings())
    who = next(iter(people.people))
    scene = Scene(own, people, severity=severity).do(2, c.Acknowledge(who))
    for role in roles_of(scene.context(3)):
        if role.name not in {h.role for h in scene.incident.roles}:
            scene.do(3, c.AssignRole(who, role.name, who))
    scene.do(40, c.Resolve(who, "rolled back", at_once=True, without="a test"))
    scene.incident = replace(
        scene.incident, impact="exports fail for all", state="Monitoring", solution="rolled back"
    )
    return scene


def only(own: Policy, template: Template) -> Policy:
    """The playbook as if it had no other template."""
    return replace(own, templates=(template,))


@pytest.mark.parametrize("name", [*SEEDS, *EXAMPLES])
def test_what_the_incident_knows_is_never_left_open(name: str) -> None:
    path = {**SEEDS, **EXAMPLES}[name]
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    own = compile_playbook([(path.name, path.read_text("utf-8"))])
    drafted = 0
    for template in own.templates:
        severity = template.severities[0] if template.severities else own.severities[0].name
        scene = lived(only(own, template), severity)
        audience = template.audience if template.audience in ("internal", "customers", "public") else "internal"
        made = draft(scene.context(60), scene.incident, audience, template.moment or "update", KNOWN)
        drafted += bool(made.text)
        for gap in made.gaps:
            ahead = gap.name.casefold() in FOLLOW_UP and re.search(
                r"follow|review|mortem|meeting", template.text, re.I
            )
            assert ahead or not KNOWABLE.fullmatch(gap.name), f"{template.title}, line {gap.why.line}: {gap.name}"
            assert gap.words in made.text
    assert drafted or not [t for t in own.templates if t.purpose not in ("review", "hand-off")]
