"""Accounts: logging in by a password, sessions that end, roles that admins give, and what is kept of it."""

import asyncio
import re

import httpx2
import pytest
from starlette.requests import Request

from sirenbook.web.login import passwords, patience
from sirenbook.web.login.patience import address_of
from sirenbook.web.login.welcome import MOST_GUESSES
from unit.web.site import ORIGIN, Browser, Site

GOOD = "four tugs left the harbour"


def entered(site: Site, name: str, password: str, **headers: str) -> tuple[int, str]:
    fields = {"name": name, "password": password}
    answer = site.ask("POST", "/login", data=fields, headers={"Origin": ORIGIN, **headers})
    return answer.status_code, answer.cookies.get("session", "")


def test_a_password_is_chosen_and_lets_in(site: Site, mira: Browser) -> None:
    elsewhere = Browser(site)
    assert mira.post("/account/password", {"password": "short"}).status_code == 422
    assert mira.post("/account/password", {"password": "aaaaaaaaaaaaaaaa"}).status_code == 422
    assert mira.post("/account/password", {"password": GOOD}).status_code == 303
    assert mira.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303  # a new password logs every other browser out
    assert entered(site, "Mira Kovač", GOOD + "!") == (401, "")
    status, session = entered(site, "Mira Kovač", GOOD)
    assert status == 303
    assert site.ask("GET", "/", cookies={"session": session}).status_code == 200
    [(kept,)] = site.run(site.station.accounts._run("select password from account"))
    assert kept.startswith("$argon2id$") and GOOD not in kept
    assert mira.post("/account/password", {"password": ""}).status_code == 409  # the last way in of the last admin
    Browser(site, "Tom Baker").post("/account/password", {"password": GOOD})
    assert mira.post("/account/password", {"password": ""}).status_code == 303
    assert entered(site, "Mira Kovač", GOOD)[0] == 401


def test_a_session_that_was_brought_along_is_never_let_in(site: Site, mira: Browser) -> None:
    """Whoever plants a cookie before the login, or keeps the one of another login, knows nothing of the new one."""
    mira.post("/account/password", {"password": GOOD})
    fields, planted = {"name": "Mira Kovač", "password": GOOD}, {"session": "planted" * 6}
    answer = site.ask("POST", "/login", data=fields, headers={"Origin": ORIGIN}, cookies=planted)
    assert answer.status_code == 303
    assert answer.cookies["session"] not in (planted["session"], mira.cookies["session"])
    assert site.ask("GET", "/", cookies=planted).status_code == 303


def test_guessing_is_slowed_by_name_and_by_address(site: Site, mira: Browser) -> None:
    """Five tries of one name here, then none for a quarter of an hour, not even the right one; elsewhere one is."""
    mira.post("/account/password", {"password": GOOD})
    for _ in range(5):
        assert entered(site, "Mira Kovač", "a wrong sentence")[0] == 401
    assert entered(site, "mira kovač", GOOD)[0] == 429
    assert entered(site, "Mira Kovač", GOOD, **{"X-Forwarded-For": "203.0.113.7"})[0] == 303
    site.ahead(minutes=16)
    assert entered(site, "Mira Kovač", GOOD)[0] == 303
    for n in range(25):
        assert entered(site, f"nobody {n}", "a wrong sentence")[0] == 401
    assert entered(site, "Mira Kovač", GOOD)[0] == 429
    assert entered(site, "Mira Kovač", GOOD, **{"X-Forwarded-For": "203.0.113.9"})[0] == 303


def test_guesses_at_the_same_moment_are_counted_too(
    site: Site, mira: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(passwords, "fits", lambda said, kept: bool(tried.append(said)))

    async def all_at_once() -> list[int]:
        transport = httpx2.ASGITransport(app=site.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            forms = [{"name": "Mira Kovač", "password": f"guess {n}"} for n in range(40)]
            answers = await asyncio.gather(
                *[http.post("/login", data=f, headers={"Origin": ORIGIN}) for f in forms]
            )
        return [a.status_code for a in answers]

    answers = site.run(all_at_once())
    assert set(answers) == {401, 429}
    assert len(tried) == answers.count(401) <= 5 + MOST_GUESSES


def test_guessing_from_everywhere_ends_too(site: Site, mira: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "OF_ONE_NAME", 8)
    mira.post("/account/password", {"password": GOOD})
    for n in range(8):
        assert entered(site, "Mira Kovač", "a wrong sentence", **{"X-Forwarded-For": f"198.51.100.{n}"})[0] == 401
    assert entered(site, "Mira Kovač", GOOD, **{"X-Forwarded-For": "203.0.113.7"})[0] == 429


@pytest.mark.parametrize(
    ("peer", "named", "known"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("8.8.8.8", "203.0.113.9", "8.8.8.8"),
    ],
)
def test_only_a_proxy_of_our_own_says_where_a_request_comes_from(peer: str, named: str, known: str) -> None:
    headers = [(b"x-forwarded-for", named.encode())]
    assert address_of(Request({"type": "http", "client": (peer, 1), "headers": headers})) == known


def test_a_login_form_of_another_site_is_refused(site: Site) -> None:
    foreign = site.ask(
        "POST", "/login", data={"name": "x", "password": "y"}, headers={"Origin": "https://e.example"}
    )
    assert foreign.status_code == 403


def test_sessions_are_listed_and_ended(site: Site, mira: Browser) -> None:
    other, jonas = Browser(site), Browser(site, "Jonas Dahl", "responder")
    shown = r'name="kind" value="session"><input type="hidden" name="name" value="(\d+)"'
    [end] = re.findall(shown, mira.get("/account").text)
    assert jonas.post("/account/ways", {"kind": "session", "name": end}).status_code == 404
    assert mira.post("/account/ways", {"kind": "session", "name": end}).status_code == 303
    assert (other.get("/").status_code, mira.get("/").status_code) == (303, 200)


def test_roles_are_given_by_admins_and_one_admin_is_left(site: Site, mira: Browser) -> None:
    jonas = Browser(site, "Jonas Dahl", "viewer")
    assert jonas.get("/people").status_code == 403
    page = mira.get("/people").text
    assert "Jonas Dahl" in page and "viewer" in page
    assert mira.post("/people/1", {"role": "viewer"}).status_code == 409
    assert mira.post("/people/1", {"state": "closed"}).status_code == 409
    assert mira.post("/people/2", {"role": "admin"}).status_code == 303
    assert jonas.get("/people").status_code == 200
    assert jonas.post("/people/1", {"role": "viewer"}).status_code == 303
    assert mira.get("/people").status_code == 403
    assert mira.post("/people/99", {"role": "admin"}).status_code == 403


def test_a_closed_account_is_out_everywhere(site: Site, mira: Browser) -> None:
    jonas = Browser(site, "Jonas Dahl", "responder")
    jonas.post("/account/password", {"password": GOOD})
    assert mira.post("/people/2", {"state": "closed"}).status_code == 303
    assert jonas.get("/").status_code == 303
    assert entered(site, "Jonas Dahl", GOOD)[0] == 401
    link = site.api("POST", "/api/login-links", {"name": "Jonas Dahl"}).json()["url"]
    assert site.ask("POST", link, data={}, headers={"Origin": ORIGIN}).status_code == 404
    assert site.api("POST", "/api/accounts/2", {"state": "open"}).json()["accounts"][1]["closed"] is False
    assert entered(site, "Jonas Dahl", GOOD)[0] == 303


def test_an_invitation_brings_a_role_and_all_of_it_is_written_down(site: Site, mira: Browser) -> None:
    page = mira.post("/people", {"name": "Vera <b>Lind</b>", "role": "commander"})
    assert "Vera &lt;b&gt;Lind" in page.text
    link = re.search(r"http://sirenbook\.test(/welcome/[\w-]+)", page.text)
    assert link
    assert site.ask("POST", link[1], data={}, headers={"Origin": ORIGIN}).status_code == 303
    assert mira.post("/people", {"name": " ", "role": "commander"}).status_code == 422
    assert mira.post("/people", {"name": "Eve", "role": "owner"}).status_code == 422
    site.api("POST", "/api/tokens", {"name": "board", "scope": "read"})
    site.api("POST", "/api/accounts/2", {"role": "viewer"})
    told = [(c["by"], c["what"]) for c in site.api("GET", "/api/audit").json()["changes"]]
    assert told == [
        ("robot", "Vera <b>Lind</b> is viewer, was commander"),
        ("robot", "token board was made: read"),
        ("Vera <b>Lind</b>", "account Vera <b>Lind</b> came in by a link, as commander"),
        ("Mira Kovač", "a login link was made for Vera <b>Lind</b>, as commander"),
    ]


def test_passwords_that_are_too_easy() -> None:
    assert passwords.fault_in("x" * 11, "Mira")
    assert passwords.fault_in("x" * 201, "Mira")
    assert passwords.fault_in("ababababababab", "Mira")
    assert passwords.fault_in("Mira KovačMira Kovač", "Mira Kovač")
    assert passwords.fault_in(GOOD, "Mira Kovač") == ""
