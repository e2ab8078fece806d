"""Ways to reach people: a code verifies, a test is kept, what is not known to work is a finding."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.push_stand_in import Browser as Telephone
from sirenbook.engine.people import reach
from sirenbook.model.bindings import ContactMethod, Person, Testing
from sirenbook.model.intent import Notification, Receipt
from unit.web.site import Browser, Site


class Wire:
    """A channel that takes everything, or fails when told so."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[Notification] = []
        self.answer = Receipt("accepted")

    async def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return self.answer

    async def close(self) -> None: ...


@pytest.fixture
def wires(site: Site) -> Iterator[dict[str, Wire]]:
    """Mira is reached by mail, then by SMS; Tom by push."""
    made = {name: Wire(name) for name in ("email", "sms", "webpush")}
    methods = {
        "mira": (ContactMethod("email", "mira@ferry.example"), ContactMethod("sms", "+4915550123")),
        "tom": (ContactMethod("webpush", "tom"),),
    }

    async def plug() -> None:
        site.station.dispatcher.use(made)
        bound = site.station.engine.books.bindings
        people = {k: Person(p.id, p.name, methods.get(k, ())) for k, p in bound.people.items()}
        site.station.engine.books.put_in_force(site.station.engine.books.policy, replace(bound, people=people))

    site.run(plug())
    yield made


def states(site: Site) -> dict[str, str]:
    return {f"{w.person} {w.channel}": w.state for w in site.run(reach.ways(site.station))}


def code(wire: Wire) -> str:
    found = re.search(r"code is (\d{6})", wire.sent[-1].title)
    assert found
    return found[1]


def test_a_code_verifies_the_way_it_came_and_that_way_is_tried_first(site: Site, wires: dict[str, Wire]) -> None:
    assert states(site) == {"mira email": "unverified", "mira sms": "unverified", "tom webpush": "dead"}
    sent = site.api("POST", "/api/contacts/code", {"person": "mira", "channel": "sms"}).json()["sent"]
    assert [(s["channel"], s["outcome"]) for s in sent] == [("sms", "accepted")] and not wires["email"].sent
    said = code(wires["sms"])
    assert site.api("POST", "/api/contacts/verify", {"person": "tom", "code": said}).status_code == 422
    answer = site.api("POST", "/api/contacts/verify", {"person": "mira", "code": said})
    assert [(c["channel"], c["state"]) for c in answer.json()["contacts"]] == [
        ("sms", "works"),
        ("email", "unverified"),
    ]
    assert site.api("POST", "/api/contacts/verify", {"person": "mira", "code": said}).status_code == 422
    site.declare()
    site.deliver()
    assert [n.incident for n in wires["sms"].sent[1:]] == ["INC-1"] and not wires["email"].sent


def test_codes_cannot_be_tried_out_and_grow_old(site: Site, wires: dict[str, Wire]) -> None:
    ask = {"person": "mira", "channel": "sms"}
    site.api("POST", "/api/contacts/code", ask)
    for _ in range(5):
        site.api("POST", "/api/contacts/verify", {"person": "mira", "code": "000000"})
    late = {"person": "mira", "code": code(wires["sms"])}
    assert site.api("POST", "/api/contacts/verify", late).status_code == 422
    site.api("POST", "/api/contacts/code", ask)
    site.ahead(minutes=16)
    late = {"person": "mira", "code": code(wires["sms"])}
    assert site.api("POST", "/api/contacts/verify", late).status_code == 422


def test_what_is_not_known_to_work_is_a_finding_and_a_figure(site: Site, wires: dict[str, Wire]) -> None:
    found = {f["code"]: f for f in site.api("GET", "/api/oncall/coverage").json()["findings"]}
    assert "no other" in found["SB392"]["text"] and "no browser" in found["SB393"]["text"]
    assert "SB393" in Browser(site).get("/oncall").text
    assert 'sirenbook_coverage_findings{code="SB392"} 1.0' in site.api("GET", "/metrics").text


def test_a_test_that_fails_and_a_way_long_unproven_are_told(site: Site, wires: dict[str, Wire]) -> None:
    for channel in ("sms", "email"):
        site.api("POST", "/api/contacts/code", {"person": "mira", "channel": channel})
        site.api("POST", "/api/contacts/verify", {"person": "mira", "code": code(wires[channel])})
    wires["sms"].answer = Receipt("refused", "30003 unreachable")
    site.ahead(days=46)
    site.api("POST", "/api/contacts/test", {"person": "mira", "channel": "sms"})
    assert states(site)["mira sms"] == "failing" and states(site)["mira email"] == "stale"
    text = " ".join(f["text"] for f in site.api("GET", "/api/oncall/coverage").json()["findings"])
    assert "30003 unreachable" in text and "last known to work" in text


def test_tests_go_out_on_a_schedule_by_day_and_once(site: Site, wires: dict[str, Wire]) -> None:
    bound = site.station.engine.books.bindings
    site.station.engine.books.bindings = replace(bound, testing=Testing(every=30 * 86_400))
    begin = site.station.now().replace(hour=3, minute=0)
    site.ahead(seconds=(begin + timedelta(days=1) - site.station.now()).total_seconds())
    assert site.run(reach.test_pass(site.station)) == 0
    site.ahead(hours=8)
    assert site.run(reach.test_pass(site.station)) == 2 and site.run(reach.test_pass(site.station)) == 0
    site.ahead(days=30)
    assert site.run(reach.test_pass(site.station)) == 2
    assert all("Test" in n.title and not n.demands for n in wires["sms"].sent)


def test_a_browser_subscribes_on_the_page_and_is_removed_there(site: Site, wires: dict[str, Wire]) -> None:
    tom, device = Browser(site, "tom"), Telephone("https://push.example").device
    fields = {"endpoint": device.endpoint, "key": device.key, "auth": device.auth, "label": "<b>Tom's</b>"}
    assert "webpush" in tom.get("/phone").text
    assert tom.post("/phone/devices", fields).status_code == 303
    assert tom.post("/phone/devices", {**fields, "key": "x"}).status_code == 422
    assert tom.post("/phone/devices", {**fields, "endpoint": "javascript:alert(1)"}).status_code == 422
    assert "&lt;b&gt;Tom" in tom.get("/phone").text and states(site)["tom webpush"] == "unverified"
    Browser(site, "Mira Kovač").post("/phone/devices/1/end", {})
    assert states(site)["tom webpush"] == "unverified"
    tom.post("/phone/devices/1/end", {})
    assert states(site)["tom webpush"] == "dead"


def test_the_page_sends_and_takes_codes(site: Site, wires: dict[str, Wire]) -> None:
    mira = Browser(site)
    way = {"channel": "sms", "address": "+4915550123"}
    assert mira.post("/phone/code", way).status_code == 200
    assert mira.post("/phone/verify", {"code": "12"}).status_code == 422
    assert mira.post("/phone/verify", {"code": code(wires["sms"])}).status_code == 303
    assert mira.post("/phone/test", way).status_code == 303
    assert mira.post("/phone/test", {"channel": "sms", "address": "+1"}).status_code == 422
    assert mira.post("/phone/test", way, form_token="x").status_code == 403
    assert "works" in mira.get("/phone").text


def test_the_worker_is_served_and_runs_nothing_from_elsewhere(site: Site) -> None:
    worker = site.ask("GET", "/phone/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript") and "importScripts" not in worker.text
