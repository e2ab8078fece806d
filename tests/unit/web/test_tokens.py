"""Tokens: made for one purpose, shown once, ended by name; one that is somebody's speaks for nobody else."""

import base64
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sirenbook.engine.steps.ground import OwnGround
from unit.web.site import ADMIN, ORIGIN, READ, Browser, Site, running

DELETE = 4


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database) as found:
        yield found


def make(site: Site, **body: object) -> str:
    answer = site.api("POST", "/api/tokens", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


def test_a_token_opens_what_it_was_made_for_until_it_is_revoked(site: Site) -> None:
    secret = make(site, name="wall display", scope="read")
    assert site.api("GET", "/api/incidents", token=secret).status_code == 200
    assert site.api("POST", "/api/incidents", {}, token=secret).status_code == 403
    shown = site.api("GET", "/api/tokens").json()
    line = {"name": "wall display", "scope": "read", "labels": [], "person": "", "restricted": False}
    assert {**line, "expires_at": None} in shown["tokens"]
    assert secret not in str(shown)
    assert site.api("POST", "/api/tokens/revoke", {"name": "wall display"}).status_code == 200
    assert site.api("GET", "/api/incidents", token=secret).status_code == 401
    assert site.api("POST", "/api/tokens/revoke", {"name": "wall display"}).status_code == 404
    make(site, name="wall display", scope="read")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "robot"}, 409),
        ({"name": ""}, 422),
        ({"name": "a\nb"}, 422),
        ({"name": "x", "scope": "root"}, 422),
        ({"name": "x", "scope": "runner"}, 422),
        ({"name": "x", "labels": ["west"]}, 422),
        ({"name": "x", "scope": "runner", "labels": ["West Coast"]}, 422),
        ({"name": "x", "scope": "runner", "labels": ["west,east"]}, 422),
    ],
)
def test_a_token_that_cannot_be_is_refused(site: Site, body: dict[str, object], status: int) -> None:
    assert site.api("POST", "/api/tokens", body).status_code == status


def test_a_token_for_a_time_is_over_by_itself(site: Site) -> None:
    secret = make(site, name="visitor", scope="read", days=2)
    assert site.api("GET", "/api/incidents", token=secret).status_code == 200
    shown = {t["name"]: t for t in site.api("GET", "/api/tokens").json()["tokens"]}["visitor"]
    assert shown["expires_at"]
    site.ahead(days=2, minutes=-2)
    assert site.api("GET", "/api/incidents", token=secret).status_code == 200
    site.ahead(minutes=3)
    assert site.api("GET", "/api/incidents", token=secret).status_code == 401
    assert "visitor" not in str(site.api("GET", "/api/tokens").json())
    make(site, name="visitor", scope="read")


def test_only_admins_make_tokens(site: Site) -> None:
    assert site.api("POST", "/api/tokens", {"name": "x"}, token=READ).status_code == 403
    assert site.api("GET", "/api/tokens", token=READ).status_code == 403


def approve(site: Site, number: int, token: str, by: str) -> int:
    path = f"/api/incidents/{number}/steps"
    step = site.api("GET", path).json()["steps"][DELETE - 1]
    return site.api("POST", path, {"step": DELETE, "digest": step["digest"], "by": by}, token).status_code


def ready(site: Site) -> int:
    number = site.declare()
    site.api("POST", f"/api/incidents/{number}/values", {"name": "pod-name", "value": "quay-7", "by": "mira"})
    return number


def test_two_people_are_two_tokens_whoever_they_say_they_are(site: Site) -> None:
    number = ready(site)
    mira, jonas = make(site, name="Mira's", person="Mira Kovač"), make(site, name="Jonas'", person="jonas")
    assert approve(site, number, mira, "") == 200
    assert approve(site, number, mira, "jonas") == 409, "the same person under another name"
    step = site.api("GET", f"/api/incidents/{number}/steps").json()["steps"][DELETE - 1]
    assert step["approved_by"] == ["Mira Kovač"]
    assert approve(site, number, jonas, "mira") == 200
    step = site.api("GET", f"/api/incidents/{number}/steps").json()["steps"][DELETE - 1]
    assert step["state"] == "running"


def test_a_persons_token_makes_nobody_else_of_its_bearer(site: Site) -> None:
    mira = make(site, name="Mira's", person="mira")
    for path, body in (
        ("/api/tokens", {"name": "x", "person": "jonas"}),
        ("/api/tokens", {"name": "x"}),
        ("/api/login-links", {"name": "Jonas Dahl"}),
    ):
        refused = site.api("POST", path, body, mira)
        assert refused.status_code == 403, path
        assert "own name only" in refused.json()["error"]["text"]
    assert site.api("POST", "/api/tokens", {"name": "x", "person": "Mira Kovač"}, mira).status_code == 201
    assert site.api("POST", "/api/tokens", {"name": "y", "scope": "read"}, mira).status_code == 201
    link = site.api("POST", "/api/login-links", {}, mira).json()["url"]
    assert site.ask("POST", link, data={"name": "Jonas Dahl"}, headers={"Origin": ORIGIN}).status_code == 303
    assert [a.name for a in site.run(site.station.accounts.everybody())] == ["Mira Kovač"]


def test_what_a_persons_token_does_is_done_in_that_name(site: Site) -> None:
    number = site.declare()
    mira = make(site, name="Mira's", person="mira")
    site.api("POST", f"/api/incidents/{number}/acknowledge", {"by": "jonas"}, mira)
    assert site.api("GET", f"/api/incidents/{number}").json()["acknowledged_by"] == "Mira Kovač"
    other = site.declare("Another")
    site.api("POST", f"/api/incidents/{other}/acknowledge", {"by": "jonas"}, ADMIN)
    assert site.api("GET", f"/api/incidents/{other}").json()["acknowledged_by"] == "Jonas Dahl"


def test_the_page_says_which_runner_a_step_waits_for(site: Site) -> None:
    site.station.engine.books.ground = OwnGround({}, {"kubectl": ("west",)})
    number = site.declare()
    page = Browser(site).get(f"/incidents/INC-{number}").text
    assert "Waits for a runner labelled west; none is connected." in page
    secret = make(site, name="pilot", scope="runner", labels=["west"])
    books = site.station.engine.books
    books.bindings = replace(books.bindings, runners={"kubectl": ("west",)})
    offer = site.api("POST", "/api/runner/fetch", {"labels": ["west"], "process": "p"}, secret).json()["offer"]
    assert "Waits for a runner labelled west." in Browser(site).get(f"/incidents/INC-{number}").text
    assert site.api("POST", "/api/runner/begin", {"claim": offer["claim"]}, secret).json() == {"held": True}
    assert "Waits for" not in Browser(site).get(f"/incidents/INC-{number}").text


@pytest.mark.parametrize(
    "sent", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_sites_page_sends_nothing_with_a_token_that_a_browser_keeps(
    site: Site, sent: dict[str, str]
) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(f"x:{ADMIN}".encode()).decode()}
    body = '{"title": "A word", "severity": "P3"}'
    foreign = site.ask(
        "POST", "/api/incidents", content=body, headers={**basic, **sent, "Content-Type": "text/plain"}
    )
    assert foreign.status_code == 403
    assert not [h for h in foreign.headers if h.startswith("access-control")]
    assert site.ask("OPTIONS", "/api/incidents", headers=sent).status_code == 405
    assert site.ask("POST", "/api/incidents", content=body, headers=basic).status_code == 201


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_is_what_it_is(site: Site, header: str) -> None:
    """Neither a header nor a field makes a question a command."""
    sent = {"Authorization": f"Bearer {ADMIN}", header: "POST"}
    site.ask("GET", "/api/break-glass?_method=POST", headers=sent)
    assert site.api("GET", "/api/break-glass").json()["sealed"] is None
