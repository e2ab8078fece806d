"""Whatever happens to a provider, a page arrives by another way within 15 seconds, once, and no kill loses it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from contracts.stand_ins import Yard
from real.postbox import Postbox
from real.providers import GROUPS, NAMELESS, UNTRUSTED, Street
from real.running import House, Up, alert, eventually
from sirenbook.model.event import Delivered, Entry, Paged
from sirenbook.store.records import decode_entry

SEVERITIES = {"P1": "Primary On-Call", "P2": "Secondary On-Call", "P3": "Engineering Manager"}
PLAYBOOK = "# Harbour desk\n\n## Severity levels\n\n| Severity | Response time |\n|---|---|\n"
PLAYBOOK += "".join(f"| {name} | 30 minutes |\n" for name in SEVERITIES) + "\n## Escalation\n"
PLAYBOOK += "".join(f"\n### {name}\n\n- Page the {whom} at once\n" for name, whom in SEVERITIES.items())
IN_TIME = timedelta(seconds=15)
PATIENCE = 90.0
SAID = {
    "delayed": ("no answer in time",),
    "dropped": ("no answer in time",),
    "reset": ("no connection", "hung up"),
    "throttled": ("answered 429", "answered 421", "Slack asks to wait", "Slack asked to wait"),
    "broken": ("answered 500", "answered 451"),
    UNTRUSTED: ("certificate not trusted",),
    NAMELESS: ("cannot be looked up", "Name or service not known"),
}
"""What the timeline says of each fault, so that none is believed to have happened only because it was planned."""


@pytest.fixture
def street(yard: Yard, postbox: Postbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Street:
    """All providers. Where no name server answers, one that does not know a name is to say so soon."""
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")
    return Street(yard, postbox, tmp_path)


def test_pages_arrive_by_another_way(street: Street, house: House) -> None:
    """Eight channels times seven faults, all at once; the second way waits ten minutes unless the first fails."""
    house.book.write_text(PLAYBOOK)
    up = _up(house, street, UNTRUSTED)
    street.subscribe(house)
    _fire(up, 1, "P2")
    _in_time(house, street, 1, "P2")
    _apply(up, house, street.bindings(NAMELESS))
    _fire(up, 2, "P3")
    _in_time(house, street, 2, "P3")

    _apply(up, house, street.bindings())
    street.hold(True)
    _fire(up, 3, "P2")
    eventually(lambda: {p for p, _ in _came(street, "INC-3")} == set(GROUPS["Secondary On-Call"]), PATIENCE)
    up.kill()
    street.hold(False)
    up = _up(house, street)
    _fire(up, 4, "P1")
    _in_time(house, street, 4, "P1")
    _taken_once(house, street, 4)

    eventually(lambda: _all_settled(house, 3, "P2"), PATIENCE)
    assert max(_came(street, "INC-3").values()) <= 2, "once, and once again after the crash, under the same name"
    assert "deputy" not in street.arrived("INC-"), "somebody was thought to be out of reach"


def _up(house: House, street: Street, fault: str = "") -> Up:
    (house.folder / "sirenbook.toml").write_text(street.bindings(fault))
    return house.up()


def _apply(up: Up, house: House, bindings: str) -> None:
    body = {"files": {"playbook.md": house.book.read_text()}, "bindings": bindings}
    headers = {"Authorization": f"Bearer {up.token}"}
    httpx2.post(f"{up.url}/api/policies", json=body, headers=headers, timeout=30).raise_for_status()


def _fire(up: Up, number: int, severity: str) -> None:
    assert up.post([alert(number, severity=severity)]) == 202


def _in_time(house: House, street: Street, number: int, severity: str) -> None:
    """Everybody has it by their second way, once, within 15 seconds, and because the first one failed."""
    people = set(GROUPS[SEVERITIES[severity]])
    eventually(lambda: street.arrived(f"INC-{number}").keys() == people, PATIENCE)
    assert {len(names) for names in street.arrived(f"INC-{number}").values()} == {1}, "nobody is paged twice"
    eventually(lambda: len(_accepted(house, number)) == len(people), PATIENCE)
    entries = _timeline(house, number)
    paged = {e.event.person: e.at for e in entries if isinstance(e.event, Paged)}
    took = {person: at - paged[person] for person, at in _accepted(house, number).items()}
    assert took.keys() == people and max(took.values()) <= IN_TIME, took
    receipts = [e.event for e in entries if isinstance(e.event, Delivered) and not e.event.method]
    said = {r.person: r.detail for r in reversed(receipts)}
    unheard = {p: words for p, words in said.items() if not any(w in words for w in SAID[p.partition("-")[2]])}
    assert said.keys() == people and not unheard, unheard


def _timeline(house: House, number: int) -> list[Entry]:
    query = "select data from event where incident_id = %s order by seq"
    return [decode_entry(text) for (text,) in house.query(query, number)]


def _accepted(house: House, number: int) -> dict[str, object]:
    """When the first receipt came that says that a page was taken by a second way."""
    receipts = [e for e in reversed(_timeline(house, number)) if isinstance(e.event, Delivered)]
    return {e.event.person: e.at for e in receipts if (e.event.method, e.event.outcome) == (1, "accepted")}


def _all_settled(house: House, number: int, severity: str) -> bool:
    """Whether everybody's page of an incident was accepted, by whatever way."""
    receipts = [e.event for e in _timeline(house, number) if isinstance(e.event, Delivered)]
    return {r.person for r in receipts if r.outcome == "accepted"} == set(GROUPS[SEVERITIES[severity]])


def _came(street: Street, incident: str) -> Counter[tuple[str, str]]:
    """For whom the pages of an incident came, under which name, by whatever way, and how often."""
    second = Counter((person, name) for person, names in street.arrived(incident).items() for name in names)
    return street.taken(incident) + second


def _taken_once(house: House, street: Street, number: int) -> None:
    """A provider that took a page and could not say so: it has it under one name, and telephones ring once."""
    taken = street.taken(f"INC-{number}")
    people = Counter(person for person, _ in taken)
    assert set(people) == {p for p in GROUPS["Primary On-Call"] if p.endswith("-delayed")}, taken
    assert {person: n for person, n in people.items() if n > 1} == {}, taken
    receipts = [e.event for e in _timeline(house, number) if isinstance(e.event, Delivered) and not e.event.method]
    for person in ("sms-delayed", "voice-delayed"):
        assert taken[person, ""] == 1
        assert [r.final for r in receipts if r.person == person] == [True], "a telephone does not ring again"
