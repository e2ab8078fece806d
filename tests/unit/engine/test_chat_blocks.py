"""In a security incident nothing goes outside by a chat either, before a named role approves it as themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.channels.chat import Feedback
from sirenbook.model import command as c
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.incident import Incident
from sirenbook.model.progress_event import EvidenceKept
from sirenbook.model.promise import OUTSIDE
from sirenbook.model.step_event import StepApproved, StepStarted
from sirenbook.model.update_event import UpdateApproved, UpdateGiven
from unit.engine.test_chat import EVE, JONAS, MIRA, Lounge
from unit.incident.grounds import SCALE, runbook, step
from unit.web.site import at, running

TOM = "U-TOM"
SAID = "Some of your data was seen by others."
MAY, MUST = "only VP Engineering may approve this", "VP Engineering must approve these very words first"
LINE = "playbook.md:16"


@pytest.fixture(scope="module")
def lounge(postgres: Any, _template: str) -> Iterator[Lounge]:
    from conftest import _fresh

    for dsn in _fresh(postgres.dsn, _template):
        with running(dsn) as site:
            found, books = Lounge(site), site.station.engine.books
            contain = replace(runbook("Keys were posted", line=20), steps=(step(SCALE, 21, "containment"),))
            tom = books.bindings.people["tom"]
            tom = Person("tom", tom.name, (*tom.methods, ContactMethod("plain", TOM)))
            people = {**books.bindings.people, "tom": tom}
            policy = replace(books.policy, runbooks=(*books.policy.runbooks, contain), demands=())
            books.put_in_force(policy, replace(books.bindings, people=people))
            yield found


def breach(lounge: Lounge, **more: Any) -> str:
    number = lounge.site.declare(**more)
    lounge.site.run(lounge.station.command(number, c.MarkSecurity("mira", "keys were posted")))
    return f"INC-{number}"


def incident(lounge: Lounge, number: str) -> Incident:
    row = lounge.site.run(lounge.station.queries.incident(int(number.removeprefix("INC-"))))
    assert row is not None
    return row.incident


def outside(lounge: Lounge, number: str) -> list[Any]:
    given = lounge.happened(int(number.removeprefix("INC-")), UpdateGiven)
    return [x for x in given if x.audience in (*OUTSIDE, "everyone")]


UPDATES = {
    **{f"an update to {a}": (MIRA, f"audience={a}") for a in (*OUTSIDE, "everyone")},
    "in other quotes": (MIRA, "audience=“customers”"),
    "said to be posted": (MIRA, "audience=customers posted=yes"),
    "to end it": (MIRA, "audience=public state=resolved"),
    "with a promise": (MIRA, "audience=customers next=30m"),
    "by somebody else": (JONAS, "audience=customers"),
    "by the approver unapproved": (TOM, "audience=customers"),
}


@pytest.mark.parametrize("way", UPDATES)
def test_every_update_to_outside_is_barred_and_says_who_may(lounge: Lounge, way: str) -> None:
    user, given = UPDATES[way]
    number = breach(lounge)
    said = lounge.typed(f"/incident update {number} {given} {SAID}", user)
    assert MUST in said and LINE in said
    assert not outside(lounge, number)


def test_a_form_that_is_sent_is_barred_too(lounge: Lounge) -> None:
    number = breach(lounge)
    for audience in ("customers", "public"):
        said = lounge.did("form", "update", memo=f'update {number} audience="{audience}" {SAID}', fields={})
        assert said is not None and MUST in said.text
    assert not outside(lounge, number)


def test_a_note_and_a_kept_message_stay_inside(lounge: Lounge) -> None:
    number = breach(lounge)
    lounge.typed(f"/incident note {number} audience=customers {SAID}")
    lounge.keep_up(int(number.removeprefix("INC-")))
    lounge.did("keep", f"/incident update audience=customers {SAID}", room=f"C-{incident(lounge, number).rooms}")
    assert not outside(lounge, number)


@pytest.mark.parametrize(
    "words",
    ["resolve {} closed", "resolve {} false_alarm=yes it was us", "role {} Harbour Master me",
     "role {} VP Engineering me", "role {} VP Engineering @jonas", "ack {}",
     'escalate {} to=@tom status=down why=spreads help="a vendor"', "regrade {} P3", "severity {} P3",
     "security {} lift", "lift {}"],
)  # fmt: skip
def test_nothing_that_is_typed_opens_the_way(lounge: Lounge, words: str) -> None:
    number = breach(lounge)
    lounge.typed(f"/incident {words.format(number)}")
    assert incident(lounge, number).security
    assert MUST in lounge.typed(f"/incident update {number} audience=customers {SAID}")
    assert MAY in lounge.typed(f"/incident approve {number} {SAID}").replace("Only", "only")
    assert not outside(lounge, number)


@pytest.mark.parametrize("button", ["approve", "update", "security", "lift", "publish", "regrade"])
def test_no_button_leads_there(lounge: Lounge, button: str) -> None:
    number = breach(lounge)
    said = lounge.did("press", button, value=f"{number} customers {SAID}")
    assert said is not None and "another version" in said.text and not outside(lounge, number)


def test_declared_with_words_of_an_attack_it_is_closed_from_the_first_moment(lounge: Lounge) -> None:
    said = lounge.typed(
        '/incident declare severity=P1 impact="customer data was stolen" title="Stolen credentials"'
    )
    number = said.split()[1]
    assert incident(lounge, number).security
    assert MUST in lounge.typed(f"/incident update {number} audience=public {SAID}")


def test_only_whom_the_playbook_names_approves_and_these_very_words(lounge: Lounge) -> None:
    number = breach(lounge)
    approve, update = (
        f"/incident approve {number} {{}}",
        f"/incident update {number} audience=customers posted=yes {{}}",
    )
    assert "does not know who you are" in lounge.typed(approve.format(SAID), EVE)
    for user in (MIRA, JONAS):
        said = lounge.typed(approve.format(SAID), user)
        assert MAY in said.replace("Only", "only") and LINE in said
    assert "approved exactly these words to customers" in lounge.typed(approve.format(SAID), TOM)
    assert MUST in lounge.typed(update.format(SAID + " Sorry."))
    assert MUST in lounge.typed(f"/incident update {number} audience=public posted=yes {SAID}")
    assert "customers is told" in lounge.typed(update.format(SAID))
    assert [(x.by, x.approved_by, x.text) for x in outside(lounge, number)] == [("mira", "tom", SAID)]
    found = lounge.happened(int(number.removeprefix("INC-")), UpdateApproved)
    assert [x.by for x in found] == ["tom"]


def test_containing_takes_two_people_and_the_evidence_first(lounge: Lounge) -> None:
    name = breach(lounge)
    number = int(name.removeprefix("INC-"))
    lounge.site.run(lounge.station.command(number, c.ChooseRunbook("mira", "Keys were posted")))
    lounge.keep_up(number)
    shown = lounge.did("command", "/incident steps", room=f"C-{list(lounge.chat.rooms)[-1]}")
    assert shown is not None
    [button] = [card.buttons[0] for card in shown.cards if SCALE in card.text]

    def press(user: str) -> str:
        said = lounge.did("press", "run", user, value=button.value)
        assert isinstance(said, Feedback)
        return said.text

    assert "another person must" in press(MIRA)
    assert lounge.happened(number, EvidenceKept), "kept before anything may be changed"
    for _ in range(2):
        assert "a second person must" in press(MIRA)
    assert "does not know who you are" in press(EVE)
    assert not [x for x in lounge.happened(number, StepStarted) if x.changes]
    assert [x.by for x in lounge.happened(number, StepApproved)] == ["mira"]
    assert "is running" in press(JONAS)


def test_who_does_not_work_on_it_gets_nowhere(lounge: Lounge) -> None:
    books = lounge.station.engine.books
    before = books.bindings
    ada = Person("ada", "Ada", (ContactMethod("plain", EVE),))
    books.bindings = replace(before, people={**before.people, "ada": ada})
    number = breach(lounge)
    try:
        for words in (f"update {number} audience=customers x", f"approve {number} x", f"role {number} CTO me"):
            assert "restricted to those who work on it" in lounge.typed(f"/incident {words}", EVE), words
    finally:
        books.bindings = before


def test_the_line_of_the_rule_is_the_playbooks(lounge: Lounge) -> None:
    assert at(16).line == lounge.station.engine.books.policy.security[0].why.line
