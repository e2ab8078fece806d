"""Who may do what in a chat: every verb, form and button by every kind of person, as Slack really tells it."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.channel_harness import slack_channel
from contracts.slack_stand_in import SlackServer
from sirenbook.channels.chat import Deed, Feedback
from sirenbook.engine.chat.hearing import take
from sirenbook.engine.chat.verbs import BUTTONS, INCIDENT, PAGER
from sirenbook.model import command as c
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.identity import Team
from unit.web.conftest import site
from unit.web.site import Site

__all__ = ["site"]

CANARY = "kestrel"
ROLES = {
    "viewer": "viewer",
    "away": "viewer",
    "crew": "viewer",
    "responder": "responder",
    "commander": "commander",
    "admin": "admin",
    "closed": "admin",
    "called": "viewer",
    "unlisted": "",
}
"""People of sirenbook.toml and what their accounts are; `unlisted` has none, `closed` had one.

`crew` are responders of the incident's own team, `away` of another one, `called` was paged for the incident.
"""
STRANGER = "stranger"
"""Somebody of the workspace whom nothing links to anybody of sirenbook.toml."""
EVERYBODY = (*ROLES, STRANGER)

READERS = {"viewer", "away", "crew", "responder", "commander", "admin", "called", "unlisted"}
WORKERS = {"crew", "responder", "commander", "admin", "unlisted"}
EVERYWHERE = {"responder", "commander", "admin", "unlisted"}
"""Who works beyond the incidents of one team."""
INSIDERS = {"admin", "called"}
"""Who may know what the restricted incident is about."""

MAY: dict[tuple[str, str], set[str]] = {
    ("/incident", "declare"): EVERYWHERE,
    ("/incident", "ack"): WORKERS | {"called"},
    ("/incident", "snooze"): WORKERS | {"called"},
    ("/incident", "update"): WORKERS,
    ("/incident", "approve"): WORKERS,
    ("/incident", "note"): WORKERS,
    ("/incident", "escalate"): WORKERS | {"called"},
    ("/incident", "role"): WORKERS,
    ("/incident", "steps"): READERS,
    ("/incident", "bridge"): WORKERS,
    ("/incident", "resolve"): WORKERS,
    ("/incident", "status"): READERS,
    ("/pager", "alert"): WORKERS,
    ("press", "acknowledge"): WORKERS | {"called"},
    ("press", "snooze"): WORKERS | {"called"},
    ("press", "run"): WORKERS,
    ("keep", ""): WORKERS,
}
WORDS = {
    "declare": "severity=P3 title=another",
    "snooze": "30m",
    "update": "we look at it",
    "approve": "we look at it",
    "note": "we look at it",
    "escalate": 'to=next status=bad why=worse help="a second pair of eyes"',
    "role": "captain me",
    "resolve": "it was the pump",
    "alert": "P3: another",
}
VALUES = {"snooze": "30m", "run": f"1 {'0' * 64}"}
DENIED = ("does not know who you are", "account is closed", "may not do this", "is restricted to those")


class Workspace:
    """The site, heard through Slack; each deed is waited for until its answer is there."""

    def __init__(self, site: Site, slack: SlackServer, folder: Path) -> None:
        self.site, self.slack = site, slack
        self.channel = slack_channel(slack.api, folder)
        self.answers: list[Feedback | None] = []
        for name in EVERYBODY:
            slack.user(user(name), f"{name}@harbour.example")

    async def _hear(self, deed: Deed) -> Feedback | None:
        found = await take(self.site.station, self.channel, deed)
        self.answers.append(found)
        return found

    async def listen(self) -> None:
        """Hear for ever."""
        self.listening = asyncio.create_task(self.channel.listen(self._hear))

    async def leave(self) -> None:
        """Hear no more."""
        self.listening.cancel()
        await asyncio.gather(self.listening, return_exceptions=True)
        await self.channel.close()

    def do(self, act: Callable[[], Any]) -> Feedback | None:
        """What became of one deed."""
        before = len(self.answers)
        act()
        until(lambda: len(self.answers) > before)
        return self.answers[-1]

    def deed(self, way: str, what: str, who: str, number: int, text: str) -> Feedback | None:
        """One verb or button for an incident, by somebody, as Slack tells it."""
        incident = "" if what == "declare" else f"INC-{number}"
        if way == "keep":
            said = {"type": "message", "user": user(who), "channel": room(number), "ts": "1.1"}
            return self.do(lambda: self.slack.happen({**said, "text": f"note: {text or 'seen'}"}))
        if way == "press":
            button = {"action_id": f"{what}.0", "value": f"{incident} {VALUES.get(what, '')}".strip()}
            pressed = self.slack.pressed(user(who), {"ts": "1.1", "blocks": []}, button)
            return self.do(lambda: self.slack.tell("interactive", pressed))
        words = " ".join(w for w in (way, what, incident, text or WORDS.get(what, "")) if w)
        return self.do(lambda: self.slack.command(user(who), words))

    def form(self, what: str, who: str, number: int) -> Feedback | None:
        """The same by a form that somebody else might have been shown."""
        view = {"callback_id": what, "private_metadata": f"{what} INC-{number} {WORDS.get(what, '')}"}
        return self.do(lambda: self.slack.submit(user(who), view, to="next", status="s", why="w", help="h"))

    def reached(self) -> str:
        """All that Slack ever got."""
        until(lambda: not self.channel._replies)
        return json.dumps([self.slack.calls, self.slack.responses, self.slack.views, self.slack.acknowledged])

    def seq(self, number: int) -> int:
        """How much has happened to an incident."""
        row = self.site.run(self.site.station.queries.incident(number))
        assert row is not None
        return row.incident.seq


def user(name: str) -> str:
    return f"U0{name.upper()}"


def room(number: int) -> str:
    return f"C000ROOM{number}"


def until(what: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end, "not within 30 s"
        time.sleep(0.002)


OPEN, RESTRICTED = 1, 2


@pytest.fixture
def workspace(site: Site, slack: SlackServer, tmp_path: Path) -> Iterator[Workspace]:
    """An incident of the ferry desk, and a restricted one; `called` was paged for both."""
    books = site.station.engine.books
    people = {n: Person(n, n.title(), (ContactMethod("slack", user(n)),)) for n in ROLES}
    teams = {
        "ferry": Team(("ferry-desk",), {"crew": "responder"}),
        "crane": Team(("crane",), {"away": "responder"}),
    }
    targets = {**books.bindings.targets, "primary on-call": ("called",)}
    bound = replace(books.bindings, people={**books.bindings.people, **people}, teams=teams, targets=targets)
    now = site.station.now()

    async def bind() -> None:
        books.put_in_force(books.policy, bound)
        for name, role in ROLES.items():
            if role:
                account = await site.station.accounts.add(name.title(), role, now)  # type: ignore[arg-type]
                if name == "closed":
                    await site.station.accounts.close(account.id, now)

    site.run(bind())
    for number in (OPEN, RESTRICTED):
        site.alert(f"{CANARY} {number}", service="ferry-desk")
        opened = c.OpenRoom("slack", room(number), f"#room-{number}", number == RESTRICTED)
        site.run(site.station.command(number, opened))
        site.run(_has_room(site, number))
    site.run(site.station.command(RESTRICTED, c.Restrict("called", f"{CANARY} was named")))
    found = Workspace(site, slack, tmp_path)
    site.run(found.listen())
    until(lambda: slack.sockets)
    yield found
    site.run(found.leave())


async def _has_room(site: Site, number: int) -> None:
    from datetime import timedelta

    now = site.station.now()
    kept = await site.station.chats.hold(number, "slack", now, now + timedelta(seconds=60))
    assert kept is not None
    kept.room = room(number)
    await site.station.chats.keep(kept)
    await site.station.chats.release(kept)


def denied(answer: Feedback | None) -> bool:
    return answer is not None and any(words in answer.text for words in DENIED)


def test_every_verb_and_button_says_who_may(workspace: Workspace) -> None:
    """A new one must be thought of here: what nobody thought of fails."""
    verbs = {("/incident", v) for v in INCIDENT} | {("/pager", v) for v in PAGER}
    assert set(MAY) == verbs | {("press", b) for b in BUTTONS} | {("keep", "")}

    refused = [(way, who) for way, who in itertools.product(MAY, EVERYBODY) if who not in MAY[way]]
    for (way, what), who in refused:
        before = workspace.seq(OPEN)
        answer = workspace.deed(way, what, who, OPEN, "")
        assert denied(answer) or (way == "keep" and who in ("closed", STRANGER)), (way, what, who, answer)
        if way == "/incident":
            assert denied(workspace.form(what, who, OPEN)), (what, who)
        assert workspace.seq(OPEN) == before, (way, what, who)
    assert CANARY not in workspace.reached(), "whoever may not do it is told nothing"

    hidden = [(way, who) for way, who in itertools.product(MAY, EVERYBODY) if who not in INSIDERS]
    before = workspace.seq(RESTRICTED)
    for (way, what), who in hidden:
        if what != "declare":
            answer = workspace.deed(way, what, who, RESTRICTED, "")
            assert denied(answer) or (way == "keep" and who in ("closed", STRANGER)), (way, what, who, answer)
    assert workspace.seq(RESTRICTED) == before and CANARY not in workspace.reached()

    for (way, what), who in itertools.product(MAY, EVERYBODY):
        if who in MAY[way, what]:
            answer = workspace.deed(way, what, who, OPEN, "")
            assert not denied(answer), (way, what, who, answer)
    for who in EVERYBODY:
        answer = workspace.do(lambda: workspace.slack.command(user(who), '/pager alert "P3: another"'))  # noqa: B023
        assert denied(answer) == (who not in EVERYWHERE), (who, answer)
    assert CANARY in workspace.reached(), "the canary is there to be seen"
