"""Sealed access: one code, once, for an hour, told to everybody; and it makes no way in that lasts longer."""

import httpx2
import pytest

from sirenbook.engine.people import letters
from sirenbook.model.command import MarkSecurity, Note, PublishReview, RunStep
from sirenbook.model.intent import Notification, Receipt
from sirenbook.store.accounts import Account
from sirenbook.web.pages.actions import credited
from unit.web.site import ORIGIN, Browser, Site


class Heard:
    """A channel that keeps what it was given; `down` while it takes nothing."""

    name = "quiet"

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.down: set[str] = set()

    async def send(self, notification: Notification) -> Receipt:
        if notification.to in self.down:
            return Receipt("failed", "down")
        self.sent.append(notification)
        return Receipt("accepted")

    async def close(self) -> None: ...


@pytest.fixture
def heard(site: Site) -> Heard:
    """What people are sent."""
    found = Heard()

    async def plug() -> None:
        site.station.dispatcher.use({"quiet": found})

    site.run(plug())
    return found


def sealed(site: Site) -> str:
    answer = site.api("POST", "/api/break-glass")
    assert answer.status_code == 201
    return answer.json()["code"]


def broken(site: Site, code: str, **fields: str) -> httpx2.Response:
    fields = {"code": code, "name": "Vera <b>Lind</b>", "reason": "the provider is down", **fields}
    return site.ask("POST", "/login/break-glass", data=fields, headers={"Origin": ORIGIN})


def test_the_code_opens_once_for_an_hour_and_everybody_hears(site: Site, mira: Browser, heard: Heard) -> None:
    Browser(site, "Inés Ortega", "admin")
    first, code = sealed(site), sealed(site)
    assert site.api("GET", "/api/break-glass").json()["sealed"]["by"] == "robot"
    assert broken(site, first).status_code == 401
    assert broken(site, code, reason=" ").status_code == 422
    answer = broken(site, f" {code.upper().replace('-', ' ')} ")
    assert answer.status_code == 303
    vera = {"session": answer.cookies["session"]}
    assert site.ask("GET", "/people", cookies=vera).status_code == 200
    site.run(letters.pass_(site.station))
    # Mira and Inés are admins, Mira is on call; Jonas and Tom are neither.
    assert sorted(n.to for n in heard.sent) == ["ines@example.org", "mira@example.org"]
    assert "Vera <b>Lind</b>" in heard.sent[0].text and "the provider is down" in heard.sent[0].text
    home = Browser(site, "Jonas Dahl", "viewer").get("/").text
    assert "The glass is broken" in home and "Vera &lt;b&gt;Lind&lt;/b&gt;" in home
    assert broken(site, code).status_code == 401
    assert site.api("GET", "/api/break-glass").json()["sealed"] is None
    told = [c["what"] for c in site.api("GET", "/api/audit").json()["changes"]]
    assert told[0].startswith("the glass was broken: Vera <b>Lind</b> is admin until")
    assert code not in str(told) and sum("code was made" in w for w in told) == 2
    site.ahead(minutes=61)
    assert site.ask("GET", "/people", cookies=vera).status_code == 303
    assert "The glass is broken" not in mira.get("/").text


def test_it_makes_no_way_in_that_lasts_longer_and_can_be_ended(site: Site, mira: Browser, heard: Heard) -> None:
    vera = {"session": broken(site, sealed(site)).cookies["session"]}
    token = site.ask("GET", "/account", cookies=vera).text.split('name="form_token" value="')[1].split('"')[0]
    fields = {"form_token": token, "password": "four tugs left the harbour"}
    jonas = Browser(site, "Jonas Dahl", "viewer")
    # A link to be Mira would consent in her name, and stay for a month.
    fields |= {"name": "Mira Kovač", "role": "admin"}
    for path in ("/account/password", "/account/passkeys/begin", "/account/passkeys", "/account/oidc", "/people"):
        answer = site.ask("POST", path, cookies=vera, data=fields, headers={"Origin": ORIGIN})
        assert answer.status_code == 403, path
    found = site.run(site.station.accounts.called("Jonas Dahl"))
    assert found
    given = {"form_token": token, "role": "responder"}
    by = site.ask("POST", f"/people/{found.id}", cookies=vera, data=given, headers={"Origin": ORIGIN})
    assert by.status_code == 303
    assert site.api("GET", "/api/audit").json()["changes"][0]["by"] == "Break glass (Vera <b>Lind</b>)"
    roles = {a["name"]: a["role"] for a in site.api("GET", "/api/accounts").json()["accounts"]}
    assert roles == {"Mira Kovač": "admin", "Break glass": "viewer", "Jonas Dahl": "responder"}
    assert site.api("POST", "/api/break-glass/end").json() == {"sealed": None, "broken": None}
    assert site.ask("GET", "/", cookies=vera).status_code == 303
    assert mira.get("/").status_code == jonas.get("/").status_code == 200
    assert site.api("POST", "/api/break-glass/end").status_code == 409


def test_whoever_could_not_be_told_is_told_again(site: Site, mira: Browser, heard: Heard) -> None:
    Browser(site, "Inés Ortega", "admin")
    heard.down = {"ines@example.org"}
    broken(site, sealed(site))
    site.run(letters.pass_(site.station))
    heard.down = set()
    site.run(letters.pass_(site.station))
    assert [n.to for n in heard.sent] == ["mira@example.org"]
    site.ahead(minutes=2)
    for _ in range(2):
        site.run(letters.pass_(site.station))
    assert [n.to for n in heard.sent] == ["mira@example.org", "ines@example.org"]


def test_guessing_codes_is_slowed(site: Site, heard: Heard) -> None:
    code = sealed(site)
    for _ in range(25):
        assert broken(site, "aaaa-aaaa").status_code == 401
    assert broken(site, code).status_code == 429
    site.ahead(minutes=16)
    assert broken(site, code).status_code == 303
    foreign = site.ask("POST", "/login/break-glass", data={}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_a_consent_by_it_is_nobodys_in_particular() -> None:
    vera = Account(1, "Break glass (Vera)", "admin", sealed=True)
    for command in (RunStep("Vera", 3, "d1gest"), MarkSecurity("Vera"), PublishReview("Vera")):
        assert credited(command, vera).token == "Break glass"
        assert credited(command, Account(1, "Vera", "admin")) == command
    assert credited(Note("Vera", "a word"), vera) == Note("Vera", "a word")
