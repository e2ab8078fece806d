"""What people do in a chat, and the rooms of incidents, on a real database and with a chat of plain words."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.channels.chat import Chat, ChatFault, Deed, Feedback
from sirenbook.engine.chat.hearing import take
from sirenbook.engine.chat.rooms import _kept_up
from sirenbook.model import command as c
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.event import Acknowledged, Escalated, Noted
from sirenbook.model.promise import Demand, Outlet, Use
from sirenbook.model.step_event import StepApproved, StepStarted
from sirenbook.model.update_event import RoomOpened
from unit.engine.plain_chat import PlainChat
from unit.web.conftest import site
from unit.web.site import Site, at

__all__ = ["site"]

MIRA, JONAS, EVE = "U-MIRA", "U-JONAS", "U-EVE"
ROOM = Outlet("chat", "#inc-YYYY-MM-DD", (Use(at(13)),), pattern=True)


class Lounge:
    """The site with a chat, and people in it who are known by mail."""

    def __init__(self, site: Site) -> None:
        self.site, self.station, self.chat = site, site.station, PlainChat()
        self.chat.emails = {u: f"{n}@harbour.example" for u, n in ((MIRA, "mira"), (JONAS, "jonas"), (EVE, "eve"))}
        self._numbers = itertools.count(1)
        books = self.station.engine.books
        people = dict(books.bindings.people)
        for name in ("mira", "jonas"):
            mail = ContactMethod("email", f"{name.title()}@Harbour.example")
            people[name] = Person(name, people[name].name, (*people[name].methods, mail))
        demand = Demand("resolution", ("root cause",), at(9))
        policy = replace(books.policy, outlets=(*books.policy.outlets, ROOM), demands=(demand,))
        books.put_in_force(policy, replace(books.bindings, people=people))

    def did(self, kind: Any, words: str, user: str = MIRA, **more: Any) -> Feedback | None:
        deed = Deed(more.pop("id", f"T{next(self._numbers)}"), kind, user, more.pop("room", ""), words, **more)
        return self.site.run(take(self.station, self.chat, deed))

    def typed(self, words: str, user: str = MIRA, **more: Any) -> str:
        said = self.did("command", words, user, **more)
        return said.text if said else ""

    def happened(self, number: int, kind: type[Any]) -> list[Any]:
        entries = self.site.run(self.station.queries.timeline(number))
        return [x.event for x in entries if isinstance(x.event, kind)]

    def keep_up(self, number: int) -> float | None:
        row = self.site.run(self.station.queries.incident(number))
        assert row is not None
        return self.site.run(_kept_up(self.station, (self.chat,), row.incident))


@pytest.fixture
def lounge(site: Site) -> Iterator[Lounge]:
    yield Lounge(site)


def test_another_chat_is_one_class() -> None:
    assert isinstance(PlainChat(), Chat)


def test_a_press_counts_once_and_is_the_persons_own(lounge: Lounge) -> None:
    number = lounge.site.declare()
    stranger = lounge.did("press", "acknowledge", EVE, value=f"INC-{number}")
    assert stranger is not None and "does not know who you are" in stranger.text
    first = lounge.did("press", "acknowledge", value=f"INC-{number}", id="same")
    assert first is not None and first.settles and "acknowledged by Mira Kovač" in first.text
    assert lounge.did("press", "acknowledge", value=f"INC-{number}", id="same") is None
    assert [(e.by, e.via) for e in lounge.happened(number, Acknowledged)] == [("mira", "Plain")]
    assert "another version" in lounge.did("press", "explode", value=f"INC-{number}").text  # type: ignore[union-attr]
    assert "no incident INC-99" in lounge.did("press", "acknowledge", value="INC-99").text  # type: ignore[union-attr]


def test_two_people_approve_what_destroys(lounge: Lounge) -> None:
    number = lounge.site.declare()
    lounge.site.run(lounge.station.command(number, c.GiveValue("mira", "pod-name", "quay-1")))
    shown = lounge.did("command", "/incident steps")
    assert shown is not None
    buttons = {card.title: card.buttons[0] for card in shown.cards}
    [fatal] = [b for b in buttons.values() if "delete pod" in b.ask]
    assert "quay-1" in fatal.ask and fatal.label == "Approve"
    for user, text in ((MIRA, "another person must"), (MIRA, "a second person must"), (JONAS, "is running")):
        said = lounge.did("press", "run", user, value=fatal.value)
        assert said is not None and text in said.text
    assert [e.by for e in lounge.happened(number, StepApproved)] == ["mira", "jonas"]
    assert len([e for e in lounge.happened(number, StepStarted) if e.changes]) == 1


def test_a_restricted_incident_is_kept_from_others_in_chat_too(lounge: Lounge) -> None:
    number = lounge.site.declare()
    lounge.site.run(lounge.station.command(number, c.Restrict("tom", "a person is named in it")))
    books = lounge.station.engine.books
    ada = Person("ada", "Ada", (ContactMethod("plain", EVE),))
    books.bindings = replace(books.bindings, people={**books.bindings.people, "ada": ada})
    for words in ("status", "note I look", "steps", "escalate", "resolve"):
        assert "restricted to those who work on it" in lounge.typed(f"/incident {words}", EVE), words
    assert not lounge.happened(number, Noted)
    for words in ("status", "steps"):
        shown = lounge.did("command", f"/incident {words}", MIRA)
        assert shown is not None and shown.cards[0].title == f"INC-{number}: restricted, see its page"
    lounge.keep_up(number)
    room = f"C-{next(iter(lounge.chat.rooms))}"
    inside = lounge.did("command", "/incident status", MIRA, room=room)
    assert inside is not None and "Bookings fail" in inside.cards[0].title


def test_what_the_playbook_wants_said_is_asked_for(lounge: Lounge) -> None:
    number = lounge.site.declare()
    asked = lounge.did("command", "/incident resolve we restarted it")
    assert asked is not None and asked.form is not None
    assert [b.name for b in asked.form.blanks] == ["root cause"] and not lounge.happened(number, Noted)
    form = {"memo": asked.form.memo, "fields": {"root cause": ""}}
    assert lounge.did("form", "resolve", **form).wrong == {"root cause": "this must be said"}  # type: ignore[union-attr]
    said = lounge.did("form", "resolve", memo=asked.form.memo, fields={"root cause": "a full disk"})
    assert said is not None and "INC" in said.text and not said.wrong

    number = lounge.site.declare("Another")
    form_ = lounge.did("command", f"/incident escalate INC-{number} to=@tom why=“it spreads”")
    assert form_ is not None and form_.form is not None
    given = {b.name: b.value for b in form_.form.blanks}
    assert given == {"to": "@tom", "status": "", "why": "it spreads", "help": ""}
    whole = f'/incident escalate INC-{number} to=@nobody status=down why=spreads help="a vendor"'
    assert "nobody is called 'nobody'" in lounge.typed(whole)
    assert "escalated to Tom Baker" in lounge.typed(whole.replace("@nobody", "@tom"))
    [note] = [e.note for e in lounge.happened(number, Escalated) if e.by == "mira"]
    assert "Status: down" in note and "Help: a vendor" in note


def test_words_lead_to_the_same_commands(lounge: Lounge) -> None:
    assert "open are: none" in lounge.typed("/incident note where?")
    assert "Declared INC-" in lounge.typed('/incident declare severity=P2 title="Gate 4"')
    assert "no severity 'P9'" in lounge.typed("/incident declare severity=P9 x")
    assert "what is wrong?" in lounge.typed("/incident declare").lower()
    assert "snooze [INC-7] 30m" in lounge.typed("/incident sing")
    assert "as P1" in lounge.typed('/pager alert "P1: nobody boards"')
    listed = lounge.typed("/incident note which?")
    assert "say which incident" in listed.lower() and listed.count("INC-") == 3
    assert "no call is bound" in lounge.typed("/incident bridge INC-1").lower()
    assert "no amount of time" in lounge.typed("/incident snooze INC-1 soon")
    assert "no audience" in lounge.typed("/incident update INC-1 audience=everybody x")


def test_names_are_those_of_people_and_roles(lounge: Lounge) -> None:
    lounge.typed("/incident declare severity=P2 title=Gate")
    assert lounge.typed("/incident role commander me") == "INC-1: Harbour Master is Mira Kovač."
    assert "page begins with P1" in lounge.typed('/pager alert "P1: nobody boards"')


def test_words_that_nothing_carries_come_back_to_be_posted(lounge: Lounge) -> None:
    """The exact text, and how to say that it stands there; the promise stays open until then."""
    number = f"INC-{lounge.site.declare()}"
    said = lounge.typed("/incident update audience=customers Gate 4 is slow")
    again = f"/incident update {number} audience=customers posted=yes"
    assert said.startswith("Not told yet") and again in said and said.endswith("It is:\n\nGate 4 is slow")
    assert "customers is told" in lounge.typed(f"{again} Gate 4 is slow")


def test_the_same_declaration_told_twice_opens_one_incident(lounge: Lounge) -> None:
    for _ in range(3):
        lounge.did("command", "/incident declare severity=P2 title=twice", id="E7")
    assert len(lounge.site.run(lounge.station.queries.gravest())) == 1


def test_a_room_is_made_once_whatever_gets_lost(lounge: Lounge) -> None:
    number = lounge.site.declare()
    lounge.chat.others = {"inc-2023-11-14"}
    lounge.chat.broken = [ChatFault("the answer was lost", again=5.0)]
    assert lounge.keep_up(number) == 5.0
    assert lounge.keep_up(number) is None and list(lounge.chat.rooms) == ["inc-2023-11-14-2"]
    assert [e.name for e in lounge.happened(number, RoomOpened)] == ["#inc-2023-11-14-2"]
    assert set(lounge.chat.members) == {MIRA, JONAS}
    assert len(lounge.chat.topics) == 1 and "nobody has it yet" in lounge.chat.topics[0]

    room = f"C-{next(iter(lounge.chat.rooms))}"
    lounge.did("keep", "the disk of quay is full", JONAS, room=room, author=MIRA)
    lounge.did("keep", "not ours", JONAS, room="C-elsewhere", author=JONAS)
    assert [(e.by, e.text) for e in lounge.happened(number, Noted)] == [
        ("jonas", "Mira Kovač in Plain: the disk of quay is full")
    ]
    lounge.typed("/incident ack", room=room)
    lounge.chat.broken = [ChatFault("lost again", again=1.0)]
    assert lounge.keep_up(number) == 1.0
    before = dict(lounge.chat.posts)
    assert lounge.keep_up(number) is None and lounge.keep_up(number) is None
    told = [card.text for key, card in lounge.chat.posts.items() if not key.endswith("card")]
    assert sum("Acknowledged by Plain" in text for text in told) == 1
    assert len(lounge.chat.posts) <= len(before) + 1 and "with Mira Kovač" in lounge.chat.topics[-1]


def test_a_room_of_a_security_incident_is_private_and_an_open_one_falls_silent(lounge: Lounge) -> None:
    secret = lounge.site.declare("Stolen credentials")
    lounge.site.run(lounge.station.command(secret, c.MarkSecurity("mira", "stolen")))
    lounge.keep_up(secret)
    assert list(lounge.chat.rooms.values()) == [True]

    public = lounge.site.declare("Gate 4 is slow")
    lounge.keep_up(public)
    lounge.site.run(lounge.station.command(public, c.Restrict("mira", "a name")))
    lounge.site.run(lounge.station.command(public, c.Note("mira", "the person is E. Smith")))
    lounge.keep_up(public)
    said = " ".join(f"{card.title} {card.text}" for card in lounge.chat.posts.values())
    assert "E. Smith" not in said and lounge.chat.topics[-1] == f"INC-{public}: restricted"


def test_who_cannot_be_looked_up_is_told_so(lounge: Lounge) -> None:
    number = lounge.site.declare()
    lounge.chat.broken = [ChatFault("Slack says internal_error", again=5.0)]
    said = lounge.did("press", "acknowledge", value=f"INC-{number}")
    assert said is not None and "cannot be looked up now" in said.text
    assert not lounge.happened(number, Acknowledged)
