"""The whole way through Slack: an alert, a channel made, a page with a button, the press, and all that is typed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.slack_rules import OURS
from contracts.slack_stand_in import APP, BOT, SlackServer
from contracts.stand_ins import Yard
from real.running import PLAYBOOK, House, Up, alert, eventually

COMMUNICATION = """
## Communication

### Internal

1. Open the incident channel `#incident-YYYY-MM-DD-HHMMSS` in Slack
2. Post every update there; updates every 30 minutes for P1
"""
PAT, SAM, EVE = "U00000PAT", "U00000SAM", "U00000EVE"
WITHIN = 30.0


@pytest.fixture
def slack(yard: Yard) -> SlackServer:
    """A workspace with Pat, Sam, and Eve, of whom Sirenbook knows nothing."""
    server = SlackServer(yard)
    for id_, name in ((PAT, "pat"), (SAM, "sam"), (EVE, "eve")):
        server.user(id_, f"{name}@harbour.example")
    return server


@pytest.fixture
def up(house: House, slack: SlackServer) -> Up:
    """Sirenbook, with Pat reached by Slack; Sam is known there by mail."""
    for name, token in (("bot", BOT), ("app", APP)):
        (house.folder / name).write_text(token)
    tables = f"""
[channels.slack]
api = "{slack.api}"
bot_token_file = "{house.folder / "bot"}"
app_token_file = "{house.folder / "app"}"
bridge = "https://meet.harbour.example/{{incident}}-{{word}}"
allow = ["127.0.0.1"]
pace = 0
"""
    toml = house.folder / "sirenbook.toml"
    pats = f'[people.pat]\nname = "Pat Lind"\ncontact = [{{channel = "slack", to = "{PAT}"}}]'
    text = re.sub(r"\[people\.pat\]\ncontact = .*", pats, toml.read_text())
    toml.write_text(text + tables)
    house.book.write_text(PLAYBOOK + COMMUNICATION)
    return house.up()


def entries(up: Up, kind: str, number: int = 1) -> list[dict[str, Any]]:
    found = up.get(f"/api/incidents/INC-{number}/timeline")["entries"]
    return [e for e in found if e["kind"] == kind]


def told(slack: SlackServer) -> str:
    return json.dumps(slack.responses, ensure_ascii=False)


def test_an_incident_is_lived_through_in_slack(up: Up, slack: SlackServer, house: House, tmp_path: Path) -> None:
    assert up.post([alert(1)]) == 202
    [page] = eventually(lambda: slack.messages(PAT), WITHIN)
    assert "P1" in page["text"] and "Page the Primary On-Call at once" in json.dumps(page)

    [room] = eventually(lambda: [c for c in slack.conversations.values() if c.creator == OURS], WITHIN)
    assert re.fullmatch(r"incident-\d{4}-\d\d-\d\d-\d{6}", room.name) and not room.private
    eventually(lambda: PAT in room.members and "P1" in room.topic, WITHIN)
    assert [e["text"] for e in entries(up, "RoomOpened")] == [f"Channel #{room.name} opened"]

    eventually(lambda: slack.sockets, WITHIN)
    slack.press(EVE, page, "Acknowledge")
    eventually(lambda: "does not know who you are" in told(slack), WITHIN)
    assert up.incident()["status"] == "unacknowledged"

    [button] = [e for b in page["blocks"] if b["type"] == "actions" for e in b["elements"] if e.get("style")]
    pressed = slack.pressed(PAT, page, button)
    for envelope in ("twice", "twice", "thrice"):
        slack.tell("interactive", pressed, envelope)
    eventually(lambda: [a["envelope_id"] for a in slack.acknowledged].count("twice") == 2, WITHIN)
    eventually(lambda: up.incident()["status"] == "acknowledged", WITHIN)
    [taken] = entries(up, "Acknowledged")
    assert (taken["who"], taken["text"]) == ("Pat Lind", "Acknowledged by Slack")
    eventually(lambda: "Acknowledged by Pat Lind" in json.dumps(slack.messages(PAT)[0]), WITHIN)
    settled = eventually(lambda: [r for r in slack.responses if r["replace_original"]], WITHIN)
    assert len(settled) == 1 and "acknowledged by Pat Lind" in json.dumps(settled)

    slack.cut()
    eventually(lambda: slack.sockets, WITHIN)
    slack.command(SAM, "/incident note pool of db-2 is exhausted", room.id)
    slack.command(SAM, "/incident role commander me", room.id)
    eventually(lambda: "commander is sam" in told(slack).lower(), WITHIN)
    assert [(e["who"], e["text"]) for e in entries(up, "Noted")] == [("sam", "pool of db-2 is exhausted")]
    eventually(lambda: SAM in room.members and "commander sam" in room.topic, WITHIN)

    slack.command(PAT, '/incident escalate to=@mira status="failing over"', room.id)
    [form] = eventually(lambda: slack.views, WITHIN)
    assert form["private_metadata"].startswith("escalate INC-1 ") and len(form["blocks"]) == 4
    slack.submit(PAT, form, to="mira", status="failing over", why="it spreads", help="")
    slack.submit(PAT, form, to="mira", status="failing over", why="it spreads", help="somebody for the vendor")
    eventually(lambda: entries(up, "Escalated")[-1]["who"] == "Pat Lind", WITHIN)
    assert "Help: somebody for the vendor" in entries(up, "Escalated")[-1]["text"]
    wrong = [a["payload"]["errors"] for a in slack.acknowledged if "payload" in a]
    assert wrong == [{"help": "this must be said"}]

    slack.command(PAT, "/incident update we fail over to the second region next=30m", room.id)
    eventually(lambda: any("second region" in json.dumps(m) for m in room.messages), WITHIN)
    slack.command(PAT, "/incident bridge", room.id)
    eventually(lambda: "https://meet.harbour.example/inc-1-" in told(slack), WITHIN)
    room.messages.append({"ts": "1900000000.1", "text": "vendor says &lt;10 min", "user": SAM})
    item = {"type": "message", "channel": room.id, "ts": "1900000000.1"}
    slack.happen({"type": "reaction_added", "reaction": "memo", "user": PAT, "item": item})
    eventually(lambda: "sam in Slack: vendor says <10 min" in json.dumps(entries(up, "Noted")), WITHIN)

    slack.command(SAM, "/incident declare severity=P2 title=“Gate 4 is slow”")
    slack.command(EVE, '/incident declare severity=P1 title="a prank"')
    slack.command(SAM, '/pager alert "P1: nobody can board"')
    eventually(lambda: len(up.get("/api/incidents")["incidents"]) == 3, WITHIN)
    found = {i["title"]: i["severity"] for i in up.get("/api/incidents")["incidents"]}
    assert found["Gate 4 is slow"] == "P2" and found["P1: nobody can board"] == "P1"

    slack.command(PAT, "/incident resolve failed over", room.id)
    eventually(lambda: "INC-1 is resolved" in told(slack), 8)
    log = house.log.read_text()
    assert "canary" not in log and "Traceback" not in log, log[-3000:]
