"""No channel tells what a restricted incident is about: subjects, lock screens and previews are read by others."""

import pytest
from msgspec.structs import replace

from contracts.channel_harness import AT, Harness, deliver
from contracts.test_channels import plug  # noqa: F401 - the fixture of every channel
from sirenbook.engine.links import Links
from sirenbook.engine.wording import Envelope, message
from sirenbook.incident.context import Context
from sirenbook.incident.updates.rooms import room_name
from sirenbook.incident.visibility import severity_named
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.incident import Incident, PageState
from sirenbook.model.intent import Intent, Notification
from sirenbook.model.promise import SecurityRule
from sirenbook.model.provenance import Provenance
from sirenbook.store.records import Due
from unit.incident.scenes import bindings, level, policy

CANARY = "payroll-canary"
"""A word of all that tells what it is about: title, impact, state, severity, rule, line, file, who is called."""
LINE = Provenance(f"{CANARY}.md", 7, f"For {CANARY} page the {CANARY} officer")
TARGET = f"{CANARY} officer"
LINKS = Links(b"key", "https://siren.example")


def told(
    to: str, *, quoted: bool = False, security: bool = False, person: str = "mira", many: int = 1
) -> Notification:
    """What the engine sends of a restricted incident: a page, or a bundle of pages."""
    mira = Person(person, "Mira", (ContactMethod("push", to),))
    page = PageState("INC-7.1", "mira", TARGET, AT, LINE)
    secret = {"title": f"{CANARY} stolen", "impact": f"{CANARY} is public", "state": f"{CANARY} contained"}
    incident = Incident(7, severity="P1", opened_at=AT, graded_at=AT, pages=(page,), seq=1, **secret)
    incident = replace(incident, security=security, restricted=not security)
    text = f"{CANARY} was seen on a forum"
    intents = [
        Intent(f"INC-7.{n}.0", 7, f"INC-7.{n}", person, TARGET, 0, not quoted, text, LINE, quoted=quoted)
        for n in range(1, many + 1)
    ]
    dues = [Due(intent, 1, 1, AT, incident) for intent in intents]
    ladder = policy(level("1", 0), replace(level("2", 60, who=TARGET), why=LINE))
    severities = tuple(replace(s, label=f"{CANARY} breach", why=LINE) for s in ladder.severities)
    rules = (SecurityRule(f"{CANARY} is told first", LINE, (TARGET,)),)
    watched = replace(ladder, severities=severities, security=rules)
    context = Context(watched, bindings(replace(mira, id="mira")), AT)
    return message(dues, Envelope(mira, mira.methods[0]), [context] * many, LINKS, "here")


@pytest.mark.parametrize(("security", "many"), [(False, 1), (True, 1), (True, 9)])
def test_every_channel_says_only_that_there_is_one(plug: Harness, security: bool, many: int) -> None:  # noqa: F811
    """How grave, and its number; whoever is called can still answer."""
    page = told(plug.to, security=security, many=many)
    (receipt,) = deliver(plug.make(), replace(page, answer_url="") if plug.mute else page)
    (got,) = plug.arrived()
    assert receipt.outcome == "accepted" and CANARY not in f"{got.words} {got.raw}"
    assert "Restricted incident INC-7" in got.words and "P1" in got.words
    assert many > 1 or (page.ack_url and page.ack_code and page.answer_url)


def test_who_may_not_see_it_cannot_answer_either() -> None:
    page = told("x", person="stranger")
    assert (page.ack_url, page.ack_code, page.answer_url) == (None, "", "")


def test_words_that_were_written_for_their_readers_are_sent_as_they_are() -> None:
    """An update for a room or a status page was consented to: it is told, the title is not."""
    update = told("x", quoted=True)
    assert CANARY in update.text and CANARY not in update.title


def test_a_severity_that_is_called_by_its_cause_is_told_by_its_place() -> None:
    """`P1` says how grave; `Security breach` would say what it is."""
    page = told("x")
    assert page.severity == "P1" and page.facts[0][0] == "State" and not page.why.quote
    incident = Incident(7, severity="Security breach", restricted=True)
    severities = tuple(replace(s, name="Security breach") if s.name == "P1" else s for s in policy().severities)
    context = Context(replace(policy(), severities=severities), bindings(), AT)
    assert severity_named(context, incident) == "Severity 2 of 3"
    assert severity_named(context, replace(incident, restricted=False)).startswith("Security breach")


def test_the_name_of_its_room_tells_nothing_either() -> None:
    secret = Incident(7, title=f"{CANARY} stolen", severity="P1", opened_at=AT, security=True)
    for pattern in ("#inc-<title>", "#inc-{service}-YYYY", "#inc-SHORT-DESC"):
        assert CANARY not in room_name(pattern, secret) and CANARY in room_name(
            pattern, replace(secret, security=False)
        )
