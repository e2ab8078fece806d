"""The status page from subscribing to the last mail, with real processes and a real mail server."""

import re
from pathlib import Path

import httpx2

from contracts.stand_ins import parse
from real.postbox import Postbox
from real.running import ONE_BY_ONE, PLAYBOOK, House, Up, eventually

STATUS = """
[status]
title = "Harbour status"
[status.components]
"Desk" = ["desk-1"]
[customers.carriers]
addresses = ["ops@carrier.example"]
"""
TOLD = "\nPost an update to the status page within 30 minutes.\n"


def subscribe(up: Up, postbox: Postbox) -> None:
    form = {"kind": "email", "address": "ada@reader.example"}
    assert httpx2.post(f"{up.url}/status/subscribe", data=form).status_code == 200
    asked = postbox.first("ada", 30)
    link = re.search(r"Confirm: (\S+)", asked.text)
    assert link and asked.subject == "[Harbour status] Do you want to hear of our status?"
    assert "Yes, tell me" in httpx2.get(link[1]).text
    assert httpx2.post(link[1]).status_code == 200


def tell(up: Up, text: str, lists: list[str]) -> None:
    body = {"audience": "customers", "text": text, "way": "send", "by": "pat", "lists": lists}
    headers = {"Authorization": f"Bearer {up.token}"}
    answer = httpx2.post(f"{up.url}/api/incidents/INC-1/updates", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def test_from_subscribing_to_the_last_mail(tmp_path: Path, postbox: Postbox) -> None:
    house = House(tmp_path, postbox.port, PLAYBOOK + TOLD, ONE_BY_ONE + STATUS)
    try:
        up = house.up()
        subscribe(up, postbox)
        assert up.post(
            [{"status": "firing", "labels": {"alertname": "Down", "severity": "P2", "service": "desk-1"}}]
        )
        eventually(lambda: up.get("/api/incidents")["incidents"], 30)
        tell(up, "Desks are down; we are on it.\n.\nSubject: none", ["carriers"])
        for person in ("ada", "ops"):
            eventually(lambda person=person: [m for m in postbox.to(person) if "Desks are down" in m.text], 30)
        mail = next(m for m in postbox.to("ada") if "Desks are down" in m.text)
        assert mail.subject == "[Harbour status] Investigating: Desk: partial outage"
        assert "Desks are down; we are on it.\n.\nSubject: none" in mail.text.replace("\r\n", "\n")
        assert {r for e in postbox.mails for r in e.rcpt_tos if "reader" in r or "carrier" in r} == {
            "ada@reader.example",
            "ops@carrier.example",
        }
        headers = {str(e.rcpt_tos[0]): parse(bytes(e.original_content or b"")) for e in postbox.mails}
        assert headers["ada@reader.example"]["Auto-Submitted"] == "auto-generated"
        assert headers["ada@reader.example"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert not any(b"INC-" in (e.original_content or b"") for e in postbox.mails if "ada@" in e.rcpt_tos[0])
        way_out = str(headers["ada@reader.example"]["List-Unsubscribe"]).strip("<>")
        assert headers["ops@carrier.example"]["List-Unsubscribe"] is None
        eventually(lambda: "Desks are down" in httpx2.get(f"{up.url}/status").text, 30)
        assert httpx2.post(way_out, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        tell(up, "Desks are back.", ["carriers"])
        eventually(lambda: [m for m in postbox.to("ops") if "Desks are back" in m.text], 30)
        assert [m for m in postbox.to("ada") if "Desks are back" in m.text] == []
        assert up.get("/api/status")["subscribers"] == {}
        assert up.kinds().count("Delivered") == up.kinds().count("Paged"), "no reader is on the timeline"
        assert house.query("select count(*) from status_delivery where address <> ''") == [(0,)]
    finally:
        house.kill_everything()
