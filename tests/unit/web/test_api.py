"""The JSON API: every route, who may ask, and every way it says no."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.model.status import StatusPage
from sirenbook.store.evidence import examine
from sirenbook.web.api.routes import ENDPOINTS
from unit.web.site import ADMIN, INTAKE, READ, Site

ONE = "/api/incidents/INC-1"


def test_a_declared_incident_is_told_whole(site: Site) -> None:
    answer = site.api("POST", "/api/incidents", {"title": "Bookings fail", "severity": "critical", "impact": "all"})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["id"], told["severity"], told["label"], told["status"]) == (
        "INC-1",
        "P1",
        "Critical",
        "unacknowledged",
    )
    assert told["reason"] == "declared by hand"
    assert told["why"] == {"file": "playbook.md", "line": 7, "quote": told["why"]["quote"]}
    assert [(p["person"], p["target"], p["settled"]) for p in told["people"]] == [
        ("mira", "Primary on-call", False),
        ("jonas", "Secondary on-call", False),
    ]
    assert told["reached"] == ["first"]
    assert [a["kind"] for a in told["next"]][:3] == ["Silent", "ResponseMissed", "UpdateDue"]
    assert told["next"][0]["in_seconds"] == 300
    assert told["url"] == "http://sirenbook.test/incidents/INC-1"


def test_places_to_look_at_are_told(site: Site) -> None:
    site.declare()
    links = site.api("GET", ONE).json()["links"]
    assert [(x["title"], x["kind"], x["why"]["line"]) for x in links] == [
        ("Bookings", "dashboard", 13),
        ("Bookings by hand", "logs", 14),
        ("Bookings elsewhere", "documentation", 15),
    ]
    assert links[1]["command"] == "kubectl logs -l app=bookings"


def test_facts_choose_the_severity(site: Site) -> None:
    body = {"title": "Booking is slow", "facts": {"bookings": "one carrier is down"}}
    told = site.api("POST", "/api/incidents", {**body, "severity": "?"}).json()
    assert (told["severity"], told["why"]["line"]) == ("P2", 8)
    assert "one carrier is down" in told["reason"]
    doubtful = site.api("POST", "/api/incidents", {"title": "Odd", "facts": {"errors": "12%"}}).json()
    assert (doubtful["severity"], doubtful["reason"]) == (
        "P1",
        "nothing grades this alert: in doubt, the highest severity",
    )


def test_an_incident_is_found_by_number_and_by_name(site: Site) -> None:
    site.declare()
    answers = [site.api("GET", f"/api/incidents/{i}") for i in ("INC-1", "inc-1", "1")]
    assert [a.json()["id"] for a in answers] == ["INC-1"] * 3


@pytest.mark.parametrize(
    "name", ["2", "INC-0", "x", "INC-", "-1", "١", "9" * 19, "9" * 30, "1%00", "1.0", "%2e%2e"]
)
def test_an_incident_that_is_not_there(site: Site, name: str) -> None:
    site.declare()
    for path in (f"/api/incidents/{name}", f"/api/incidents/{name}/timeline"):
        assert site.api("GET", path).status_code == 404
    assert site.api("POST", f"/api/incidents/{name}/acknowledge", {}).status_code == 404


def test_the_listing_is_filtered_and_continued(site: Site) -> None:
    for i in range(5):
        site.declare(f"Number {i}", "P2" if i % 2 else "P1")
    site.api("POST", "/api/incidents/3/resolve", {})

    def listed(query: str) -> tuple[list[str], int | None]:
        body = site.api("GET", f"/api/incidents{query}").json()
        return [i["id"] for i in body["incidents"]], body["next"]

    assert listed("") == (["INC-5", "INC-4", "INC-2", "INC-1"], None)
    assert listed("?status=all&limit=2") == (["INC-5", "INC-4"], 4)
    assert listed("?status=all&limit=2&before=4") == (["INC-3", "INC-2"], 2)
    assert listed("?status=resolved") == (["INC-3"], None)
    assert listed("?severity=P2") == (["INC-4", "INC-2"], None)
    assert listed("?q=NUMBER%201") == (["INC-2"], None)
    assert listed("?q=%00") == ([], None)


@pytest.mark.parametrize(
    "query",
    [
        *("status=closed", "status=", "status=open&status=all", "serverity=P1"),
        *("limit=201", "limit=x", "limit=-1", "limit=0", "limit=01", "limit=", "before=99999999999999999999"),
    ],
)
def test_parameters_that_mean_nothing(site: Site, query: str) -> None:
    answer = site.api("GET", f"/api/incidents?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parameter")


def test_every_command_answers_the_incident_after_it(site: Site) -> None:
    site.declare()

    def do(action: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = site.api("POST", f"{ONE}/{action}", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    assert do("acknowledge", {"by": "mira kovač"})["acknowledged_by"] == "Mira Kovač"
    assert do("escalate", {"to": "manager", "note": "help"})["reached"] == ["first", "manager"]
    assert do("escalate", {"to": "Tom Baker"})["people"][0]["name"] == "Tom Baker"
    assert do("regrade", {"severity": "P2", "reason": "one region"})["severity"] == "P2"
    assert do("snooze", {"for": "30m"})["phase"] == "snoozed"
    until = (site.station.now() + timedelta(hours=2)).isoformat()
    assert do("snooze", {"until": until})["phase"] == "snoozed"
    assert do("notes", {"text": "we roll back", "update": True})["seq"] > 0
    assert do("resolve", {"reason": "rolled back", "false_alarm": True})["phase"] == "false alarm"
    assert do("reopen", {"reason": "not over"})["status"] == "unacknowledged"


def test_the_timeline_tells_words_and_events(site: Site) -> None:
    site.declare()
    site.api("POST", f"{ONE}/notes", {"text": "seen"})
    entries = site.api("GET", f"{ONE}/timeline").json()["entries"]
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["event"]["kind"] == entries[0]["kind"] == "Opened"
    assert entries[0]["why"]["line"] == 7
    assert (entries[-1]["text"], entries[-1]["who"]) == ("seen", "robot")
    later = site.api("GET", f"{ONE}/timeline?after={entries[-2]['seq']}").json()["entries"]
    assert later == entries[-1:]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("snooze", {}, 422),
        ("snooze", {"for": "soon"}, 422),
        ("snooze", {"for": "30m", "until": "2030-01-01T00:00:00Z"}, 422),
        ("snooze", {"for": "48h"}, 409),
        ("snooze", {"until": "yesterday"}, 422),
        ("escalate", {"to": "nobody at all"}, 409),
        ("regrade", {"severity": "P9"}, 409),
        ("regrade", {}, 422),
        ("notes", {"text": "   "}, 409),
        ("notes", {"text": "x" * 10_001}, 422),
        ("notes", {"text": 1}, 422),
        ("acknowledge", {"role": "admin"}, 422),
        ("acknowledge", [], 422),
        ("reopen", {}, 409),
        ("explode", {}, 404),
    ],
)
def test_commands_that_cannot_be(site: Site, action: str, body: Any, status: int) -> None:
    site.declare()
    before = site.run(site.station.queries.incident(1))
    answer = site.api("POST", f"{ONE}/{action}", body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()["error"]) == {"code", "text", "help"}
    assert site.run(site.station.queries.incident(1)) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "x"},
        {"title": "", "severity": "P1"},
        {"title": "x" * 301, "severity": "P1"},
        {"title": "x", "severity": "P7"},
        {"title": "x", "severity": "P1", "facts": {"error_rate": "12%"}},
        {"title": "x", "facts": {"error_rate": 12}},
        {"title": "x", "facts": {}},
    ],
)
def test_declarations_that_cannot_be(site: Site, body: Any) -> None:
    assert site.api("POST", "/api/incidents", body).status_code == 422


@pytest.mark.parametrize("body", [b"{", b"\xff", b"nope", b"[" * 5000, b'{"text": NaN}', b'{"text":"\\ud800"}'])
def test_bodies_that_are_not_json(site: Site, body: bytes) -> None:
    site.declare()
    answer = site.ask("POST", f"{ONE}/notes", content=body, headers={"Authorization": f"Bearer {ADMIN}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")


def test_a_body_over_a_mebibyte(site: Site) -> None:
    site.declare()
    answer = site.ask(
        "POST", f"{ONE}/notes", content=b" " * ((1 << 20) + 1), headers={"Authorization": f"Bearer {ADMIN}"}
    )
    assert answer.status_code == 413


def test_nul_and_control_characters_are_kept_out_or_escaped(site: Site) -> None:
    body = {"title": "a\x00b", "severity": "P1", "impact": "\x00", "by": "\x00x"}
    assert site.api("POST", "/api/incidents", body).json()["title"] == "a\ufffdb"
    assert site.api("POST", f"{ONE}/notes", {"text": "\x1b[31m\x00"}).status_code == 200


def test_who_may_ask_for_what(site: Site) -> None:
    """Every route, every scope: reading needs read or admin, most else admin, and nothing goes without."""
    site.declare()
    site.api("POST", f"{ONE}/review", {"markdown": "# It broke"})
    books = site.station.engine.books
    books.bindings = replace(books.bindings, status=StatusPage())
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{id}", "1").replace("{number}", "1")
        body = {} if endpoint.body else None
        statuses = {
            name: site.api(endpoint.method, path, body, token).status_code
            for name, token in (("none", ""), ("wrong", "nope"), ("intake", INTAKE), ("read", READ))
        }
        reading = 200 if "read" in endpoint.scopes else 403
        assert statuses == {"none": 401, "wrong": 401, "intake": 403, "read": reading}, endpoint
    assert site.run(site.station.queries.incident(1)).incident.status == "unacknowledged"


def test_a_session_is_no_token(site: Site, mira: Any) -> None:
    assert mira.get("/api/incidents").status_code == 401


def test_the_database_being_away_is_said(site: Site) -> None:
    site.declare()
    assert site.api("GET", ONE).status_code == 200
    site.run(site.pool.close())
    for method, path in (("GET", ONE), ("POST", f"{ONE}/acknowledge"), ("GET", "/api/incidents")):
        answer = site.api(method, path, {})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "dbname" not in answer.text
    assert (site.ask("GET", "/health").status_code, site.ask("GET", "/").status_code) == (503, 303)


def test_the_policy_and_the_playbook(site: Site) -> None:
    policy = site.api("GET", "/api/policy", token=READ).json()
    assert [s["name"] for s in policy["severities"]] == ["P1", "P2", "P3"]
    assert policy["diagnostics"][0]["code"] == "SB103"
    assert policy["questions"][0]["key"] == "watch"
    playbook = site.api("GET", "/api/playbook", token=READ).json()
    assert playbook["files"]["playbook.md"].startswith("# Incident response")


def test_openapi_describes_every_route_and_resolves(site: Site) -> None:
    document = site.ask("GET", "/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    described = {(m.upper(), p) for p, methods in document["paths"].items() for m in methods}
    assert described == {(e.method, e.path) for e in ENDPOINTS}
    names = [o["operationId"] for methods in document["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))
    for reference in re.findall(r'"\$ref": ?"#/components/schemas/([^"]+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"].endswith(".")
            in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))


def test_health_and_metrics(site: Site) -> None:
    site.declare()
    health = site.ask("GET", "/health")
    assert (health.status_code, health.json()["ok"]) == (200, True)
    assert site.ask("GET", "/metrics").status_code == 401
    text = site.ask("GET", "/metrics", headers={"Authorization": f"Bearer {READ}"}).text
    assert 'sirenbook_incidents_open{severity="P1"} 1.0' in text
    assert "sirenbook_outbox_depth 2.0" in text
    site.deliver()
    site.run(site.station.settings.put("open_metrics", True, site.station.now()))
    for _ in range(2):
        text = site.ask("GET", "/metrics").text
        assert 'sirenbook_deliveries_total{channel="quiet",outcome="accepted"} 2.0' in text


def test_a_stuck_message_makes_health_fail_with_words(site: Site) -> None:
    site.declare()
    site.ahead(minutes=2)
    health = site.ask("GET", "/health")
    assert health.status_code == 503
    assert "waited" in health.json()["faults"][0]


def test_a_defect_shows_a_number_and_nothing_else(site: Site, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    site.declare()

    async def fail(*_: object) -> None:
        raise RuntimeError("canary-5ecret in the words of an error")

    monkeypatch.setattr(site.station.queries, "grading", fail)
    answer = site.api("GET", ONE)
    assert answer.status_code == 500
    number = re.search(r"number is ([0-9a-f]{8})", answer.json()["error"]["text"])
    assert number
    logged = "".join(capfd.readouterr())
    assert number[1] in logged
    assert "canary" not in logged + answer.text


def test_an_incident_leaves_as_evidence_that_holds(site: Site) -> None:
    number = site.declare()
    site.alert("DeskDown")
    answer = site.api("GET", f"/api/incidents/{number}/evidence", token=READ).json()
    found = examine({name: text.encode() for name, text in answer["files"].items()}, answer["head"])
    assert (found.faults, found.incident) == ((), number)
    assert any(name.startswith("playbook/") for name in answer["files"])
    assert site.api("GET", "/api/incidents/999/evidence").status_code == 404
