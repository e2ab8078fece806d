"""Alerts in: answered after the commit, only with a token, never with an error of ours whatever comes."""

import base64
import json

import pytest

from sirenbook.engine import failpoints
from sirenbook.web.intake import LARGEST_BODY
from unit.web.site import ADMIN, INTAKE, READ, Site

PATH = "/in/alertmanager"
ONE = json.dumps({"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "Down"}}]}).encode()


def send(site: Site, body: bytes = ONE, token: str = INTAKE, path: str = PATH, **headers: str):
    return site.ask("POST", path, content=body, headers={"Authorization": f"Bearer {token}", **headers})


def test_an_alert_becomes_an_incident_before_the_answer(site: Site) -> None:
    answer = send(site)
    assert answer.status_code == 202
    assert answer.json() == {"incidents": ["INC-1"]}
    assert answer.headers["content-type"] == "application/json"
    assert site.run(site.station.queries.incident(1)).incident.title
    assert send(site).json() == {"incidents": ["INC-1"]}


def test_no_alerts_are_taken_as_such(site: Site) -> None:
    answer = send(site, b'{"version":"4","alerts":[]}')
    assert (answer.status_code, answer.json()) == (202, {"incidents": []})


@pytest.mark.parametrize("token", [INTAKE, ADMIN])
def test_bearer_and_basic_are_equal(site: Site, token: str) -> None:
    basic = base64.b64encode(f"anyone:{token}".encode()).decode()
    assert site.ask("POST", PATH, content=ONE, headers={"Authorization": f"Basic {basic}"}).status_code == 202
    assert send(site, token=token).status_code == 202


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wrong",
        f"Bearer {INTAKE}x",
        f"Bearer {READ}",
        "Basic ???",
        "Basic Zm9v",
        "Digest x",
        f"{INTAKE}",
    ],
)
def test_anything_else_is_turned_away_without_detail(site: Site, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answers = [site.ask("POST", p, content=ONE, headers=headers) for p in (PATH, "/in/nothing")]
    assert [a.status_code for a in answers] == [401, 401]
    assert len({a.content for a in answers}) == 1
    assert site.run(site.station.queries.incident(1)) is None


def test_a_revoked_token_is_forgotten_in_ten_seconds(site: Site) -> None:
    assert send(site).status_code == 202
    site.run(site.station.settings.revoke_token("alertmanager", site.station.now()))
    assert send(site).status_code == 202
    site.ahead(seconds=11)
    assert send(site).status_code == 401


def test_an_unknown_source_and_a_wrong_method(site: Site) -> None:
    assert send(site, path="/in/nagios").status_code == 404
    answer = site.ask("GET", PATH, headers={"Authorization": f"Bearer {INTAKE}"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"alerts": 1}',
        b'{"version":"3","alerts":[]}',
        b"[" * 100 + b"]" * 100,
        b'{"alerts":[],"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"alerts":[{"status":"firing","labels":{"a":NaN}}]}',
        b'{"alerts":[{"status":"firing","labels":{"a":"\\ud800"}}]}',
        b'{"alerts":[{"status":"firing","labels":{"a":"\xff\xfe"}}]}',
        b"\x00" * 64,
    ],
)
def test_malformed_bodies_are_the_senders_fault(site: Site, body: bytes) -> None:
    answer = send(site, body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "text", "help"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"a","alertname":"b"}}]}',
        b'{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"nul\\u0000nul"}}]}',
        b'{"version":"4","alerts":[{"status":"firing","labels":{}}]}',
        b'{"version":"4","alerts":[{"status":"?","labels":{"alertname":"' + b"x" * 100_000 + b'"}}]}',
        b'{"version":"4","alerts":[{"status":"resolved","labels":{"alertname":"never fired"}}]}',
        b'{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"a"},"startsAt":"0001-01-01T00:00:00Z"}]}',
    ],
)
def test_odd_alerts_are_taken(site: Site, body: bytes) -> None:
    assert send(site, body).status_code == 202


def test_sixteen_mebibytes_and_one_byte_are_too_many(site: Site) -> None:
    assert send(site, b" " * (LARGEST_BODY + 1)).status_code == 413
    assert send(site, b" " * (LARGEST_BODY - len(ONE)) + ONE).status_code == 202


def test_a_body_that_grows_without_a_length_is_cut_off(site: Site) -> None:
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1 << 20
            yield b" " * (1 << 20)

    headers = {"Authorization": f"Bearer {INTAKE}"}
    assert site.ask("POST", PATH, content=endless(), headers=headers).status_code == 413
    assert sent <= LARGEST_BODY + (2 << 20)


def test_compressed_bodies_and_floods_of_headers_are_refused(site: Site) -> None:
    assert send(site, **{"Content-Encoding": "gzip"}).status_code == 415
    many = {f"X-{i}": "y" for i in range(300)}
    assert send(site, **many).status_code == 431


def test_away_and_overloaded_say_when_to_come_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from sirenbook.engine.intake.group_commit import Overloaded
    from sirenbook.store.ledger import Away

    for error in (Away("secret dsn"), Overloaded("20000")):

        async def fail(alerts: object, error: Exception = error) -> list[int]:
            raise error

        monkeypatch.setattr(site.station.receiver, "receive", fail)
        answer = send(site)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "dsn" not in answer.text


def test_a_defect_is_told_without_its_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(alerts: object) -> list[int]:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(site.station.receiver, "receive", fail)
    answer = send(site)
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_what_the_sender_left_out_is_counted(site: Site) -> None:
    body = json.loads(ONE) | {"truncatedAlerts": 7}
    assert send(site, json.dumps(body).encode()).status_code == 202
    metrics = site.ask("GET", "/metrics", headers={"Authorization": f"Bearer {READ}"}).text
    assert "sirenbook_alerts_truncated_total 7.0" in metrics
    assert "sirenbook_alerts_accepted_total 1.0" in metrics


def test_the_points_at_which_it_may_die_are_passed_in_order(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(failpoints, "hook", seen.append)
    send(site)
    assert [p for p in seen if p != "K5"] == ["K0", "K1", "K2", "K19", "K3", "K4"]
