"""Who gets a role, by which line, is read in the words of houses of any kind."""

import pytest

from sirenbook.model.promise import Appointment
from sirenbook.playbook.compile import compile_playbook

GRADES = "# Incidents\n\n## Severities\n\n### SEV1: all is down\n\n### SEV2: some is down\n\n"


def given(text: str, kind: str) -> list[Appointment]:
    """The lines that give the role of a kind."""
    policy = compile_playbook([("book.md", f"{GRADES}{text}\n")])
    return [a for r in policy.roles if r.kind == kind for a in r.appointments]


FERRY = """## Roles

- **Incident commander**: whoever acknowledges the page first, until relieved.
- **Technical lead**: the primary on-call engineer by default.
- **Scribe**: writes the log.
"""
BAKERY = """## Who does what

| Role | Does | Named by |
|---|---|---|
| Incident Manager | decides | Duty manager, for a SEV1 |
| Scribe | writes | Incident Manager |
"""
CIRCUS = """## When it begins

1. Take a breath.
2. The on-call engineer acts as incident commander for SEV2.
3. For a SEV1 the shift lead appoints an incident commander within 15 minutes; customers hear within 2 hours.
"""


def test_the_first_responder_and_a_stated_duty() -> None:
    """Neither needs anybody to say so in the night; nobody is made the scribe."""
    assert [(a.first, a.who, a.by) for a in given(FERRY, "commander")] == [(True, (), False)]
    assert [(a.first, a.who) for a in given(FERRY, "technical lead")] == [(False, ("primary on-call engineer",))]
    assert given(FERRY, "scribe") == []


def test_whom_somebody_names_has_it_from_them() -> None:
    """A column says who names the holder, so nobody is it by themselves."""
    assert [(a.by, a.who, a.severities) for a in given(BAKERY, "commander")] == [(True, (), ("SEV1",))]
    assert [(a.by, a.severities) for a in given(BAKERY, "scribe")] == [(True, ())]


def test_a_line_for_each_severity_with_its_own_time() -> None:
    """The two hours are the customers'."""
    lines = [
        (a.severities, a.who, a.by, a.within.seconds if a.within else None) for a in given(CIRCUS, "commander")
    ]
    assert lines == [(("SEV2",), ("on-call engineer",), False, None), (("SEV1",), (), True, 900)]


@pytest.mark.parametrize(
    "line",
    [
        "The incident commander presents the timeline.",
        "Ask the incident commander before a failover.",
        "The technical lead explains the cause.",
    ],
)
def test_what_speaks_of_a_role_does_not_give_it(line: str) -> None:
    """Rather nobody than somebody who was not meant."""
    assert given(f"## What we do\n\n- {line}", "commander") == []
    assert given(f"## What we do\n\n- {line}", "technical lead") == []
