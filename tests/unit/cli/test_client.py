"""Which server is asked, with which token, and what its answers mean for the exit code."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.client import incident_path
from sirenbook.cli.exits import Exit, Fault

LIST = "GET /api/incidents?status=open&limit=50"
EMPTY: dict[str, Any] = {"incidents": [], "next": None}


def refusal(text: str = "no", help_: str = "") -> dict[str, Any]:
    return {"error": {"code": "x", "text": text, "help": help_}}


def test_the_home_names_the_server_and_the_token(server: Any, home: Path, run: Any) -> None:
    server.answer(LIST, EMPTY)
    assert run("incidents").exit_code == Exit.OK
    assert server.last.headers["Authorization"] == "Bearer home-token"


def test_the_token_of_the_home_is_shown_to_no_other_server(server: Any, home: Path, run: Any) -> None:
    server.answer(LIST, EMPTY)
    (home / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1"}))
    assert run("incidents", "--url", server.url).exit_code == Exit.OK
    assert "Authorization" not in server.last.headers


def test_the_environment_names_another(server: Any, home: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answer("GET /base/api/incidents?status=open&limit=50", EMPTY)
    monkeypatch.setenv("SIRENBOOK_URL", f"{server.url}/base/")
    monkeypatch.setenv("SIRENBOOK_TOKEN", "mine")
    assert run("incidents").exit_code == Exit.OK
    assert server.last.headers["Authorization"] == "Bearer mine"


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 2), (401, 6), (403, 6), (404, 4), (409, 3), (422, 2), (429, 5), (500, 70), (503, 5)],
)
def test_refusals_become_exit_codes_and_one_line(server: Any, home: Path, run: Any, status: int, code: int) -> None:
    server.answer("POST /api/incidents/INC-7/acknowledge", refusal("it \x1b[31mcannot be", "do that"), status)
    result = run("ack", "7")
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("sirenbook: It \\x1b[31mcannot be. ")


def test_what_is_not_sirenbook_is_told_apart(server: Any, home: Path, run: Any) -> None:
    server.answer(LIST, b"<html>hello</html>")
    result = run("incidents")
    assert result.exit_code == Exit.UNREACHABLE
    assert "is not Sirenbook" in result.stderr


def test_no_server_known(home: Path, run: Any) -> None:
    (home / "server.json").unlink()
    result = run("incidents")
    assert result.exit_code == Exit.UNREACHABLE
    assert "sirenbook up" in result.stderr


def test_a_damaged_server_json(home: Path, run: Any) -> None:
    (home / "server.json").write_text("{")
    assert run("incidents").exit_code == Exit.UNREACHABLE


def test_nobody_listens(home: Path, run: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run("incidents", "--url", f"http://127.0.0.1:{port}")
    assert result.exit_code == Exit.UNREACHABLE
    assert "Connection refused" in result.stderr


def test_a_server_that_breaks_off(home: Path, run: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        import threading

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        result = run("incidents", "--url", f"http://127.0.0.1:{listening.getsockname()[1]}")
    assert result.exit_code == Exit.UNREACHABLE


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://x:port", "http://x:99999"])
def test_addresses_that_are_none(home: Path, run: Any, url: str) -> None:
    assert run("incidents", "--url", url).exit_code == Exit.USAGE


def test_incidents_by_any_name() -> None:
    assert {incident_path(x) for x in ("7", "INC-7", "inc-7", " #7 ", "INC-007")} == {"/api/incidents/INC-7"}
    for wrong in ("", "INC-", "x", "-1", "7/../8", "٧", "7" * 30):
        with pytest.raises(Fault) as caught:
            incident_path(wrong)
        assert caught.value.code is Exit.USAGE
