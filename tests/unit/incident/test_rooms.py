"""The room of an incident's own: when there is one, what it is called, what it says of the incident."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from sirenbook.incident.context import Context
from sirenbook.incident.core import decide
from sirenbook.incident.updates.rooms import hushed, responders, room_name, topic, wanted
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.command import OpenRoom, Tell
from sirenbook.model.incident import Held, Incident, PageState
from sirenbook.model.policy import Policy, Severity
from sirenbook.model.promise import Outlet, Use
from sirenbook.model.provenance import Provenance

AT = datetime(2026, 3, 7, 21, 5, 9, tzinfo=UTC)
WHY = Provenance("playbook.md", 12, "open a channel")
INCIDENT = Incident(id=41, severity="P1", title="Gate 4: nobody boards!", opened_at=AT, seq=3, by_hand=True)


def context(*outlets: Outlet) -> Context:
    severities = (Severity("P1", 0, WHY, "Critical"), Severity("P2", 1, WHY, "High"))
    policy = Policy("d", "t", (), severities, (), (), WHY, outlets=outlets)
    return Context(policy, Bindings(people={"mira": Person("mira", "Mira Okafor")}), AT)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("#incident-YYYY-MM-DD-HHMMSS", "#incident-2026-03-07-210509"),
        ("#inc-YYYYMMDD-HHMM", "#inc-20260307-2105"),
        ("#inc-YYYY-MM-DD-<short-title>", "#inc-2026-03-07-gate-4-nobody-boards"),
        ("#{severity}-{date}-{time}", "#p1-2026-03-07-210509"),
        ("#incident-NNN", "#incident-41"),
        ("#incident-[ID]", "#incident-41"),
        ("#incident-id", "#incident-41"),
        ("#war-SERVICE-SEV", "#war-gate-4-nobody-boards-p1"),
    ],
)
def test_a_pattern_is_filled_in_from_the_incident(pattern: str, name: str) -> None:
    assert room_name(pattern, INCIDENT) == name


def test_only_the_severities_that_the_playbook_names_get_a_room() -> None:
    fixed = Outlet("chat", "#incidents", (Use(WHY),))
    made = Outlet("chat", "#inc-YYYY", (Use(WHY, "internal", ("P2",)),), pattern=True)
    assert wanted(context(fixed), INCIDENT) is None
    assert wanted(context(fixed, made), INCIDENT) is None
    assert wanted(context(fixed, made), replace(INCIDENT, severity="P2")) is made
    assert wanted(context(replace(made, uses=(*made.uses, Use(WHY)))), INCIDENT) is not None


def test_the_topic_names_severity_state_and_who_leads() -> None:
    assert topic(context(), INCIDENT).startswith("P1 Critical · unacknowledged · nobody has it yet · INC-41")
    led = replace(INCIDENT, roles=(Held("Commander", "commander", "mira", AT),), drill=True, acknowledged_by="sam")
    assert topic(context(), led).startswith("DRILL · P1 Critical · unacknowledged · commander Mira Okafor")
    paged = replace(led, pages=(PageState("41.1", "pat", "Primary", AT, WHY),))
    assert responders(paged) == ("pat", "mira", "sam")


def test_a_restricted_incident_says_nothing_where_everybody_reads() -> None:
    for secure in (replace(INCIDENT, security=True), replace(INCIDENT, restricted=True)):
        assert hushed(secure, private=False) and not hushed(secure, private=True)
    assert not hushed(INCIDENT, private=False)


def test_an_update_to_the_house_reaches_the_room_once_it_is_there() -> None:
    where = context(Outlet("chat", "#inc-YYYY", (Use(WHY),), pattern=True))
    opened = decide(where, INCIDENT, OpenRoom("slack", "C1", "#inc-2026")).incident
    assert opened.rooms == ("#inc-2026",)
    assert decide(where, opened, OpenRoom("slack", "C1", "#inc-2026")).entries == ()
    told = decide(where, opened, Tell("mira", "internal", "we fail over"))
    assert told.entries[0].event.outlets == ("#inc-2026",) and told.intents == ()
