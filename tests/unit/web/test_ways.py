"""Ways in: shown to admins, taken away, written down and told; the last one of the last admin stays."""

import asyncio
from datetime import timedelta

from sirenbook.engine.people import letters
from sirenbook.store.accounts import LastWay
from sirenbook.store.passkeys import Passkey
from unit.web.site import Browser, Site
from unit.web.test_glass import Heard, heard  # noqa: F401 - a fixture

GOOD = "four tugs left the harbour"
ISSUER = "https://login.harbour.example"


def furnished(site: Site, account: int) -> None:
    """Give an account one way in of each kind that lasts, beside its session."""

    async def give() -> None:
        now = site.station.now()
        await site.station.passkeys.add(account, Passkey(0, f"c{account}".encode(), b"d", 0, "A <b>phone</b>", now))
        await site.station.identities.link(ISSUER, f"u-{account}", account, now)

    site.run(give())


def kinds(site: Site, account: int) -> list[str]:
    return [w["kind"] for w in site.api("GET", f"/api/accounts/{account}/ways").json()["ways"]]


def test_an_admin_sees_and_takes_away_and_its_person_is_told(site: Site, mira: Browser, heard: Heard) -> None:  # noqa: F811
    jonas = Browser(site, "Jonas Dahl", "responder")
    jonas.post("/account/password", {"password": GOOD})
    furnished(site, 2)
    made = site.api("POST", "/api/tokens", {"name": "his script", "scope": "read", "person": "jonas"}).json()[
        "secret"
    ]
    assert kinds(site, 2) == ["password", "passkey", "identity", "session", "token"]
    page = mira.get("/people/2").text
    assert "A &lt;b&gt;phone&lt;/b&gt;" in page and ISSUER in page and "his script" in page
    assert site.api("GET", "/api/incidents", token=made).status_code == 200
    for kind in ("password", "passkey", "identity", "token", "session"):
        assert mira.post("/people/2/ways", {"kind": kind}).status_code == 303, kind
    assert kinds(site, 2) == []
    assert jonas.get("/").status_code == 303
    assert site.api("GET", "/api/incidents", token=made).status_code == 401
    assert mira.post("/people/2/ways", {"kind": "passkey", "name": "1"}).status_code == 404
    assert mira.post("/people/2/ways", {"kind": "wig"}).status_code == 422
    assert mira.post("/people/99/ways", {"kind": "session"}).status_code == 404
    changes = [(c["by"], c["what"]) for c in site.api("GET", "/api/audit").json()["changes"]]
    assert ("Mira Kovač", "the passkey of Jonas Dahl was removed: A <b>phone</b>") in changes
    assert ("Mira Kovač", "the password of Jonas Dahl was removed") in changes
    site.run(letters.pass_(site.station))
    assert {n.to for n in heard.sent} == {"jonas@example.org"} and len(heard.sent) == 5
    assert all(n.text.startswith("Mira Kovač has removed a way in of yours") for n in heard.sent)


def test_what_one_gives_up_oneself_is_no_letter(site: Site, heard: Heard) -> None:  # noqa: F811
    jonas = Browser(site, "Jonas Dahl", "responder")
    furnished(site, 1)
    assert jonas.post("/account/ways", {"kind": "passkey", "name": "1"}).status_code == 303
    site.run(letters.pass_(site.station))
    assert heard.sent == []


def test_one_admin_keeps_a_way_in_that_lasts(site: Site, mira: Browser) -> None:
    tom = Browser(site, "Tom Baker")
    # Nobody has a way in that lasts: of the sessions one is left, and what others have does not count.
    assert mira.post("/people/2/ways", {"kind": "session"}).status_code == 303
    assert site.api("POST", "/api/accounts/1/ways", {"kind": "session"}).status_code == 409
    assert mira.get("/").status_code == 200
    jonas = Browser(site, "Jonas Dahl", "responder")
    jonas.post("/account/password", {"password": GOOD})
    mira.post("/account/password", {"password": GOOD})
    refused = site.api("POST", "/api/accounts/1/ways", {"kind": "password"})
    assert refused.status_code == 409 and refused.json()["error"]["code"] == "last-way"
    assert mira.post("/people/3/ways", {"kind": "password"}).status_code == 303
    # A provider that is not asked any more lets nobody in, so that it may go, and takes nobody's place.
    furnished(site, 1)
    assert site.api("POST", "/api/accounts/1/ways", {"kind": "identity", "name": ISSUER}).status_code == 200
    assert site.api("POST", "/api/accounts/1/ways", {"kind": "password"}).status_code == 200
    assert site.api("POST", "/api/accounts/1/ways", {"kind": "passkey"}).status_code == 409
    assert tom.get("/").status_code == 303


def test_two_admins_who_take_away_each_others_last_way_leave_one(site: Site, mira: Browser) -> None:
    tom = Browser(site, "Tom Baker")
    for each in (mira, tom):
        each.post("/account/password", {"password": GOOD})

    async def both() -> list[object]:
        accounts, now = site.station.accounts, site.station.now() + timedelta()
        taken = [accounts.remove(n, "password", "", "", now) for n in (1, 2)]
        return await asyncio.gather(*taken, return_exceptions=True)

    found = site.run(both())
    assert sorted(type(f).__name__ for f in found) == ["LastWay", "list"]
    assert any(isinstance(f, LastWay) for f in found)
