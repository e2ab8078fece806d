"""Passkeys: made by whoever is logged in, good for a login without a name, and every answer that proves nothing."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from sirenbook.web.login import webauthn
from unit.web.device import PRESENT, Device
from unit.web.site import Browser, Site, running

HTTPS = "https://sirenbook.test"


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    """A site that people reach by https."""
    with running(database, HTTPS) as found:
        yield found


class Person(Browser):
    """Somebody who is logged in by https."""

    def __init__(self, site: Site, name: str = "Mira Kovač", role: str = "admin") -> None:
        super().__init__(site, name, role)
        self.cookies = {"__Host-session": self.cookies["session"]}

    def asked(self) -> dict[str, Any]:
        answer = self.post("/account/passkeys/begin", {}, Origin=HTTPS)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def keep(self, answer: str, label: str = "A <b>phone</b>") -> int:
        return self.post("/account/passkeys", {"answer": answer, "label": label}, Origin=HTTPS).status_code


def sent(site: Site, path: str, **fields: str) -> httpx2.Response:
    return site.ask("POST", path, data=fields, headers={"Origin": HTTPS})


def asked(site: Site) -> dict[str, Any]:
    return sent(site, "/login/passkey/begin").json()


def entered(site: Site, answer: str) -> int:
    found = sent(site, "/login/passkey", answer=answer)
    assert (found.status_code == 303) == ("__Host-session" in found.cookies)
    return found.status_code


@pytest.fixture
def mira(site: Site) -> Person:
    """Mira, who has a password no more than anybody here."""
    return Person(site)


@pytest.fixture
def device(mira: Person) -> Device:
    """Hers, with a key that is known here."""
    found = Device()
    assert mira.keep(found.made(mira.asked())) == 303
    return found


def test_a_key_lets_in_without_a_name_and_can_be_taken_away(site: Site, mira: Person, device: Device) -> None:
    answer = sent(site, "/login/passkey", answer=device.proven(asked(site)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    there = {"__Host-session": answer.cookies["__Host-session"]}
    page = site.ask("GET", "/account", cookies=there).text
    assert "Mira Kovač" in page and "A &lt;b&gt;phone&lt;/b&gt;" in page
    [number] = re.findall(r'name="kind" value="passkey"><input type="hidden" name="name" value="(\d+)"', page)
    end = {"kind": "passkey", "name": number}
    jonas = Person(site, "Jonas Dahl", "responder")
    assert jonas.post("/account/ways", end, Origin=HTTPS).status_code == 404
    assert mira.post("/account/ways", end, Origin=HTTPS).status_code == 409  # she is the only admin
    Person(site, "Tom Baker").post("/account/password", {"password": "four tugs left the harbour"}, Origin=HTTPS)
    assert mira.post("/account/ways", end, Origin=HTTPS).status_code == 303
    assert entered(site, device.proven(asked(site))) == 401
    changes = [c["what"] for c in site.api("GET", "/api/audit").json()["changes"]]
    assert changes == [
        "the passkey of Mira Kovač was removed: A <b>phone</b>",
        "Tom Baker has a new password",
        "Mira Kovač has a new passkey: A <b>phone</b>",
    ]


def spoilt(device: Device, **changes: Any) -> Device:
    other = Device()
    other.__dict__.update({**device.__dict__, **changes})
    return other


BAD: dict[str, Callable[[Device, dict[str, Any]], str]] = {
    "of another site": lambda d, o: spoilt(d, origin="https://sirenbook.test.evil.example").proven(o),
    "by http": lambda d, o: spoilt(d, origin="http://sirenbook.test").proven(o),
    "for another host": lambda d, o: spoilt(d, host="evil.example").proven(o),
    "nobody verified": lambda d, o: spoilt(d, flags=PRESENT).proven(o),
    "nobody there": lambda d, o: spoilt(d, flags=4).proven(o),
    "another key": lambda d, o: spoilt(d, key=Device().key).proven(o),
    "an unknown key": lambda d, o: Device(b"key-2").proven(o),
    "of somebody else": lambda d, o: spoilt(d, user=b"somebody else").proven(o),
    "of another kind": lambda d, o: d.proven(o, type="webauthn.create"),
    "not asked": lambda d, o: d.proven(o, challenge="A" * 43),
    "no challenge": lambda d, o: d.proven(o, challenge=""),
    "nonsense": lambda d, o: "nonsense",
    "a list": lambda d, o: "[]",
    "a number": lambda d, o: '{"response": {"clientDataJSON": 7}}',
    "damaged": lambda d, o: json.dumps({**json.loads(d.proven(o)), "rawId": "AAAA"}),
    "nothing": lambda d, o: "",
}


def test_answers_that_prove_nothing(site: Site, device: Device) -> None:
    for what, answer in BAD.items():
        assert entered(site, answer(device, asked(site))) == 401, what
    assert entered(site, device.proven(asked(site))) == 303


def test_a_challenge_is_answered_once_and_soon_and_for_what_it_asked(
    site: Site, mira: Person, device: Device
) -> None:
    options = asked(site)
    assert entered(site, device.proven(options)) == 303
    assert entered(site, device.proven(options)) == 401
    options = asked(site)
    site.ahead(minutes=6)
    assert entered(site, device.proven(options)) == 401
    for_a_key = mira.asked()["publicKey"]["challenge"]
    assert entered(site, device.proven(asked(site), challenge=for_a_key)) == 401
    assert mira.keep(device.proven({"publicKey": {**asked(site)["publicKey"]}})) == 422
    jonas = Person(site, "Jonas Dahl", "responder")
    assert jonas.keep(Device(b"key-4").made(mira.asked())) == 422
    assert jonas.keep(device.made(jonas.asked())) == 409  # it is Mira's
    assert mira.keep(spoilt(Device(b"key-5"), flags=PRESENT).made(mira.asked())) == 422


def test_a_copied_key_is_refused_and_written_down(site: Site, device: Device) -> None:
    assert entered(site, device.proven(asked(site), steps=5)) == 303
    assert entered(site, device.proven(asked(site), steps=-1)) == 401
    assert entered(site, device.proven(asked(site), steps=1)) == 401
    assert "may have been copied" in site.api("GET", "/api/audit").json()["changes"][0]["what"]
    assert entered(site, device.proven(asked(site), steps=1)) == 303


def test_a_closed_account_and_a_foreign_page_stay_out(site: Site, device: Device) -> None:
    site.run(site.station.accounts.add("Tom Baker", "admin", site.station.now()))
    site.api("POST", "/api/accounts/1", {"state": "closed"})
    assert entered(site, device.proven(asked(site))) == 401
    foreign = site.ask("POST", "/login/passkey/begin", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_guessing_keys_is_slowed(site: Site, device: Device) -> None:
    for _ in range(25):
        assert entered(site, "nonsense") == 401
    assert sent(site, "/login/passkey/begin").status_code == 429
    assert sent(site, "/login/passkey", answer="x").status_code == 429


def test_where_browsers_keep_no_keys() -> None:
    for address in ("http://pager.example.org", "https://192.0.2.7", "http://127.0.0.1:8080", "https://[::1]"):
        assert webauthn.party(address) is None, address
    assert webauthn.party("http://localhost:8080") == webauthn.Party("localhost", "http://localhost:8080")
    assert webauthn.party("https://Pager.example.org") == webauthn.Party(
        "pager.example.org", "https://pager.example.org"
    )
