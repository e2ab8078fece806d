"""Slack: what its refusals mean, the pace it allows, sockets that break, and what comes in over them."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from contracts.channel_harness import ENVIRONMENT, a_page, deliver, slack_channel
from contracts.slack_stand_in import SlackServer
from contracts.stand_ins import closed_port
from sirenbook.channels import ChannelFault
from sirenbook.channels.chat import Blank, Button, Card, Chat, ChatFault, Deed, Feedback, Form, NameTaken
from sirenbook.channels.settings import secrets_from
from sirenbook.channels.slack import SlackChannel
from sirenbook.channels.slack_web import SlackFault
from sirenbook.cli import installation

ADA = "U0000ADA"


@pytest.fixture
def workspace(slack: SlackServer) -> SlackServer:
    slack.user(ADA, "ada@example.com")
    return slack


def test_slack_is_a_chat(tmp_path: Path) -> None:
    assert isinstance(slack_channel("http://127.0.0.1:1/api", tmp_path), Chat)


@pytest.mark.parametrize(
    ("error", "outcome", "down"),
    [
        *((e, "refused", False) for e in ("channel_not_found", "is_archived", "not_in_channel", "msg_too_long")),
        *((e, "refused", False) for e in ("invalid_auth", "token_revoked", "account_inactive", "missing_scope")),
        *((e, "failed", True) for e in ("internal_error", "fatal_error", "service_unavailable")),
        ("ratelimited", "failed", False),
    ],
)
def test_what_a_refusal_means(workspace: SlackServer, tmp_path: Path, error: str, outcome: str, down: bool) -> None:
    workspace.answer = lambda method, arguments: JSONResponse({"ok": False, "error": error, "needed": "chat:write"})
    (receipt,) = deliver(slack_channel(workspace.api, tmp_path), a_page(to=ADA))
    assert (receipt.outcome, receipt.provider_down) == (outcome, down), receipt
    assert error in receipt.detail and "canary" not in receipt.detail


@pytest.mark.parametrize(
    ("answer", "down"),
    [(Response(status_code=503), True), (Response("<html>", status_code=200), True), (JSONResponse([1]), True)],
)
def test_what_is_no_answer_of_slack_fails(
    workspace: SlackServer, tmp_path: Path, answer: Response, down: bool
) -> None:
    workspace.answer = lambda method, arguments: answer
    (receipt,) = deliver(slack_channel(workspace.api, tmp_path), a_page(to=ADA))
    assert (receipt.outcome, receipt.provider_down) == ("failed", down), receipt


def test_a_limit_is_kept_without_asking_again(workspace: SlackServer, tmp_path: Path) -> None:
    limited = JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": "30"})
    workspace.answer = lambda method, arguments: limited
    pages = [a_page(to=ADA, key=f"k{n}") for n in range(3)]
    receipts = deliver(slack_channel(workspace.api, tmp_path), *pages)
    assert [r.outcome for r in receipts] == ["failed"] * 3 and len(workspace.calls) == 1
    assert receipts[0].retry_after == 30 and 25 < (receipts[2].retry_after or 0) <= 30


def test_messages_of_one_conversation_keep_slacks_pace(workspace: SlackServer, tmp_path: Path) -> None:
    workspace.strict_pace = True
    channel = slack_channel(workspace.api, tmp_path, pace=1)

    async def at_once() -> list[str]:
        pages = [a_page(to=to, key=f"k{n}") for n, to in enumerate((ADA, ADA, "#incidents"))]
        found = await asyncio.gather(*map(channel.send, pages))
        await channel.close()
        return [r.outcome for r in found]

    assert asyncio.run(at_once()) == ["accepted"] * 3


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("ada@example.com", "accepted"),
        ("#incidents", "accepted"),
        ("C000INCID", "accepted"),
        ("nobody@example.com", "refused"),
        ("#nowhere", "refused"),
        ("ada", "refused"),
    ],
)
def test_where_a_page_can_go(workspace: SlackServer, tmp_path: Path, to: str, outcome: str) -> None:
    (receipt,) = deliver(slack_channel(workspace.api, tmp_path), a_page(to=to))
    assert receipt.outcome == outcome, receipt


def test_a_room_gets_no_link_that_acknowledges_for_somebody(workspace: SlackServer, tmp_path: Path) -> None:
    deliver(slack_channel(workspace.api, tmp_path), a_page(to="#incidents"), a_page(to=ADA))
    [public], [own] = workspace.messages("C000INCID"), workspace.messages(ADA)
    assert "/a/tok" not in json.dumps(public) and "/a/tok" in json.dumps(own)
    assert "Acknowledge" in json.dumps(public)


def test_what_is_told_of_an_incident_stays_in_its_thread(workspace: SlackServer, tmp_path: Path) -> None:
    told = [a_page(to="#incidents", key=f"k{n}", demands=n == 3) for n in range(4)]
    deliver(
        slack_channel(workspace.api, tmp_path), *told, a_page(to="#incidents", incident="INC-13", demands=False)
    )
    messages = workspace.messages("C000INCID")
    root = messages[0]["ts"]
    assert [m.get("thread_ts") for m in messages] == [None, root, root, None, None]


def test_what_became_of_a_page_is_shown_below_it(workspace: SlackServer, tmp_path: Path) -> None:
    what = {
        "to": ADA,
        "demands": False,
        "moment": "acknowledged",
        "text": "Acknowledged by Sam",
        "thread": "x.INC-12",
    }
    page = a_page(to=ADA, thread="x.INC-12")
    deliver(slack_channel(workspace.api, tmp_path), page, a_page(**what, key="k1"))
    [shown] = workspace.messages(ADA)
    assert "Acknowledged by Sam" in json.dumps(shown) and "actions" not in [b["type"] for b in shown["blocks"]]
    deliver(slack_channel(workspace.api, tmp_path), a_page(**what, key="k2"))
    assert [m["text"] for m in workspace.messages(ADA)][1:] == ["INC-12: Acknowledged by Sam"]


def test_rooms(workspace: SlackServer, tmp_path: Path) -> None:
    channel = slack_channel(workspace.api, tmp_path)
    wanted = channel.room_name("#Incident-2026-11-21-092610")
    assert wanted == "incident-2026-11-21-092610"
    assert channel.room_name("# Größe / 東京 INC") == "grosse-inc"
    assert len(channel.room_name("x" * 200)) == 80 and channel.room_name("!!!") == "incident"

    async def live() -> None:
        room = await channel.open_room(wanted, private=True)
        with pytest.raises(NameTaken):
            await channel.open_room(wanted, private=False)
        assert await channel.own_room(wanted) == room and room.name == f"#{wanted}"
        assert await channel.own_room("incidents") is None and await channel.own_room("none") is None
        await channel.invite(room.id, [ADA])
        await channel.invite(room.id, [ADA])
        await channel.set_topic(room.id, "P1 <!channel>\n" * 40)
        card = Card(
            "P1: desk", "words <!here> & more", (("State", "open"),), (Button("a", "INC-1", "Do it", ask="?"),)
        )
        message = await channel.post(room.id, card, "key")
        assert await channel.post(room.id, card, "key") == message
        await channel.change(room.id, message, Card("P1: done"))
        with pytest.raises(SlackFault, match="message_not_found"):
            await channel.change(room.id, "1.2", Card("x"))
        await channel.close()

    asyncio.run(live())
    made = workspace.named(wanted)
    assert made is not None and made.private and ADA in made.members and len(made.messages) == 1
    assert "P1: done" in json.dumps(made.messages[0]["blocks"])


def test_only_full_members_are_vouched_for(workspace: SlackServer, tmp_path: Path) -> None:
    for flag in ("deleted", "is_bot", "is_stranger", "is_restricted"):
        workspace.user(f"U{flag.upper().replace('_', '')}", f"{flag}@example.com", **{flag: True})
    channel = slack_channel(workspace.api, tmp_path)

    async def look() -> list[str]:
        return [await channel.email_of(u) for u in [*workspace.users, "U0000NONE"]]

    assert asyncio.run(look()) == ["ada@example.com", "", "", "", "", ""]


def test_what_does_not_reach_slack_is_a_fault_of_the_chat(tmp_path: Path) -> None:
    channel = slack_channel(f"http://127.0.0.1:{closed_port()}/api", tmp_path)
    with pytest.raises(ChatFault, match="no connection") as fault:
        asyncio.run(channel.email_of(ADA))
    assert fault.value.again is not None
    found = asyncio.run(channel.check())
    assert [f.verdict for f in found] == ["warn", "warn"] and "no connection" in found[0].text
    outside = slack_channel("http://10.1.2.3/api", tmp_path)
    with pytest.raises(ChatFault, match="inside or reserved") as fault:
        asyncio.run(outside.email_of(ADA))
    assert fault.value.again is None


def test_doctor_names_what_is_missing(workspace: SlackServer, tmp_path: Path) -> None:
    workspace.scopes = "chat:write,users:read,users:read.email"
    found = asyncio.run(slack_channel(workspace.api, tmp_path).check())
    assert [f.text for f in found if f.verdict == "fail"] == ["the app lacks commands: no /incident and /pager"]
    assert [f.verdict for f in found].count("warn") == 8 and found[-1].verdict == "ok"
    wrong = {"SLACK_BOT": "xoxb-other", "SLACK_APP": ENVIRONMENT["SLACK_BOT"].replace("xoxb", "xapp")}
    settings = {"api": workspace.api, "bot_token_env": "SLACK_BOT", "app_token_env": "SLACK_APP"}
    channel = SlackChannel.from_settings(
        {**settings, "allow": ["127.0.0.1"]}, secrets_from(wrong, tmp_path), tmp_path
    )
    found = asyncio.run(channel.check())
    assert [f.verdict for f in found][0] == "fail" and "invalid_auth" in found[0].text


def test_doctor_asks_every_chat(workspace: SlackServer, tmp_path: Path) -> None:
    workspace.scopes = workspace.scopes.replace("reactions:read,", "")
    found = list(installation._chats({"slack": slack_channel(workspace.api, tmp_path)}))
    assert [(c.name, c.verdict) for c in found] == [("slack", "ok"), ("slack", "warn"), ("slack", "ok")]


def test_tokens_that_are_swapped_are_told_apart(tmp_path: Path) -> None:
    swapped = {"SLACK_BOT": ENVIRONMENT["SLACK_APP"], "SLACK_APP": ENVIRONMENT["SLACK_BOT"]}
    settings = {"bot_token_env": "SLACK_BOT", "app_token_env": "SLACK_APP"}
    with pytest.raises(ChannelFault, match="begins with xoxb-") as fault:
        SlackChannel.from_settings(settings, secrets_from(swapped, tmp_path), tmp_path)
    assert "canary" not in str(fault.value)


class Listening:
    """A channel that listens, and all that it heard."""

    def __init__(self, slack: SlackServer, folder: Path) -> None:
        self.slack = slack
        self.channel = slack_channel(slack.api, folder)
        self.heard: list[Deed] = []
        self.answer: Callable[[Deed], Feedback | None] = lambda heard: Feedback("done", settles=True)

    async def hear(self, heard: Deed) -> Feedback | None:
        self.heard.append(heard)
        return self.answer(heard)

    def run(self, act: Callable[[], Any]) -> None:
        """Listen while `act` runs in a thread of its own."""

        async def both() -> None:
            listening = asyncio.create_task(self.channel.listen(self.hear))
            try:
                await asyncio.to_thread(act)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                await self.channel.close()

        asyncio.run(both())


def until(what: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end, "not within 20 s"
        time.sleep(0.02)


def test_what_people_do_is_heard_answered_and_acknowledged(workspace: SlackServer, tmp_path: Path) -> None:
    deliver(slack_channel(workspace.api, tmp_path), a_page(to=ADA))
    [page] = workspace.messages(ADA)
    listening = Listening(workspace, tmp_path)
    form = Form("escalate", "Escalate INC-12", "INC-12", (Blank("why", "Why", long=True),))

    def answer(heard: Deed) -> Feedback | None:
        if heard.kind == "command":
            return Feedback(form=form)
        if heard.kind == "form":
            return Feedback(wrong={"why": "say why"}) if not heard.fields["why"] else Feedback("sent")
        return Feedback("Acknowledged by Ada", settles=True)

    def act() -> None:
        until(lambda: workspace.sockets)
        workspace.press(ADA, page, "Acknowledge")
        workspace.command(ADA, "/incident escalate")
        until(lambda: workspace.views)
        workspace.submit(ADA, workspace.views[0], why="")
        workspace.submit(ADA, workspace.views[0], why="it spreads")
        message = {"type": "message", "user": ADA, "channel": "C000INCID", "ts": "1.1"}
        workspace.happen({**message, "text": "note: pool is <https://x|full> &amp; hot"})
        workspace.happen({**message, "text": "just talk"})
        workspace.happen({**message, "text": "note: by a bot", "bot_id": "B9"})
        workspace.tell("odd", {"x": 1})
        until(lambda: len(workspace.acknowledged) == 8 and workspace.responses)

    listening.answer = answer
    listening.run(act)
    assert [(h.kind, h.words) for h in listening.heard] == [
        ("press", "acknowledge"),
        ("command", "/incident escalate"),
        ("form", "escalate"),
        ("form", "escalate"),
        ("keep", "pool is full & hot"),
    ]
    press, _, empty, full, _ = listening.heard
    assert (press.user, press.value) == (ADA, "INC-12") and (empty.memo, full.fields) == (
        "INC-12",
        {"why": "it spreads"},
    )
    errors = [a["payload"] for a in workspace.acknowledged if "payload" in a]
    assert errors == [{"response_action": "errors", "errors": {"why": "say why"}}]
    settled = next(r for r in workspace.responses if r["replace_original"])
    assert "Acknowledged by Ada" in json.dumps(settled) and "actions" not in [b["type"] for b in settled["blocks"]]


def test_a_message_marked_with_the_reaction_is_kept_once(workspace: SlackServer, tmp_path: Path) -> None:
    workspace.messages("C000INCID").append({"ts": "1800000000.1", "text": "rolled back to 41", "user": "U0000SAM"})
    listening = Listening(workspace, tmp_path)
    item = {"type": "message", "channel": "C000INCID", "ts": "1800000000.1"}

    def act() -> None:
        until(lambda: workspace.sockets)
        for reaction, user in (("memo", ADA), ("eyes", ADA), ("memo", "U0000SAM")):
            workspace.happen({"type": "reaction_added", "reaction": reaction, "user": user, "item": item})
        workspace.happen({"type": "reaction_added", "reaction": "memo", "user": ADA, "item": {**item, "ts": "9.9"}})
        until(lambda: len(workspace.acknowledged) == 4)

    listening.run(act)
    first, second = listening.heard  # in either order: each is looked up by itself
    assert {(h.words, h.author) for h in (first, second)} == {("rolled back to 41", "U0000SAM")}
    assert {first.user, second.user} == {ADA, "U0000SAM"}
    assert first.id == second.id


def test_a_socket_that_breaks_is_followed_by_another(workspace: SlackServer, tmp_path: Path) -> None:
    listening = Listening(workspace, tmp_path)

    def act() -> None:
        until(lambda: workspace.opened == 1)
        workspace.command(ADA, "/incident one")
        until(lambda: len(listening.heard) == 1)
        workspace.cut()
        until(lambda: workspace.opened == 2)
        workspace.command(ADA, "/incident two")
        until(lambda: len(listening.heard) == 2)
        workspace.ask_for_another()
        until(lambda: workspace.opened == 3)
        assert len(workspace.sockets) == 2, "the old one is read to its end beside the new one"
        workspace.sockets.reverse()
        workspace.command(ADA, "/incident three, on the old one")
        until(lambda: len(listening.heard) == 3)

    listening.run(act)


def test_what_cannot_be_taken_is_left_for_slack_to_tell_again(workspace: SlackServer, tmp_path: Path) -> None:
    listening = Listening(workspace, tmp_path)
    failing = [True]

    def answer(heard: Deed) -> Feedback | None:
        if failing.pop() if failing else False:
            raise OSError("the database is away")
        return None

    def act() -> None:
        until(lambda: workspace.sockets)
        name = workspace.command(ADA, "/incident first")
        until(lambda: listening.heard)
        workspace.command(ADA, "/incident second", envelope=name + "b")
        until(lambda: workspace.acknowledged)
        assert [a["envelope_id"] for a in workspace.acknowledged] == [name + "b"]

    listening.answer = answer
    listening.run(act)


def test_a_socket_elsewhere_is_not_called(workspace: SlackServer, tmp_path: Path) -> None:
    opened = {"ok": True, "url": "ws://169.254.169.254/latest"}
    calls: list[str] = []

    def answer(method: str, arguments: dict[str, Any]) -> Response | None:
        calls.append(method)
        return JSONResponse(opened)

    workspace.answer = answer
    listening = Listening(workspace, tmp_path)
    listening.run(lambda: until(lambda: len(calls) >= 2))
    assert listening.heard == []
