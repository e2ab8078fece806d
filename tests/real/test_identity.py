"""Who somebody is, proven to a real browser by others: a provider in a process of its own, a device."""

import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from real.browsing import Served, needs_chromium, visited
from real.running import eventually
from sirenbook.model.identity import Oidc

pytestmark = needs_chromium


@contextmanager
def provider(*people: dict) -> Iterator[str]:
    """A provider of OpenID Connect that somebody else wrote; answers its issuer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = [word for each in people for word in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *users]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    where = f"http://127.0.0.1:{port}"

    def issuer() -> str:
        try:
            with urllib.request.urlopen(f"{where}/.well-known/openid-configuration", timeout=30) as answer:
                return str(json.load(answer)["issuer"])
        except OSError:
            return ""

    try:
        yield eventually(issuer, 60)
    finally:
        child.kill()
        child.wait(30)


OUTWARD = {"allow": ["127.0.0.1"], "client_secret_env": "HARBOUR_LOGIN_SECRET"}


def test_a_login_by_the_provider(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOUR_LOGIN_SECRET", "known to both")
    station = served.site.station

    async def bind(issuer: str) -> None:
        station.clock.set(await station.queries.clock())
        oidc = Oidc(issuer, "sirenbook", "Harbour login", groups={"oncall": "responder"}, outward=OUTWARD)
        books = station.engine.books
        books.put_in_force(books.policy, replace(books.bindings, oidc=oidc))

    with provider({"sub": "u-17", "name": "Vera Lind", "groups": ["oncall"]}) as issuer:
        served.site.run(bind(issuer))
        context = served.context(logged_in=False)
        page = context.new_page()  # and not a tab of `served`: the provider's page has faults of its own
        page.goto(served.url + "/oncall")
        page.get_by_role("link", name="Log in by Harbour login").click()
        page.get_by_role("button", name=re.compile("u-17")).click()
        page.wait_for_url(served.url + "/oncall", timeout=30_000)
        page.goto(served.url + "/account")
        assert "You are responder" in page.inner_text("main")
        assert page.get_by_role("button", name="Unlink it").is_enabled()
        page.get_by_role("button", name="Log out", exact=True).click()
        page.get_by_role("link", name="Log out there, too").click()
        assert "id_token_hint" not in page.inner_text("body"), "the provider misses nothing"
        page.get_by_role("button").first.click()
        page.wait_for_url(served.url + "/login", timeout=30_000)
        context.close()


def test_a_login_by_a_passkey(database: str, chromium: Any) -> None:
    """A device of Chromium's own makes a key on the page of the account, and opens the door with it."""
    with visited(database, chromium, host="localhost") as served:
        context = served.context()
        page = served.tab(context, "/account")
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        virtual = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
        made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": virtual})
        page.get_by_label("What to call it").fill("My telephone")
        page.get_by_role("button", name="Make a passkey").click()
        page.get_by_role("rowheader", name="My telephone").wait_for(timeout=30_000)
        found = devices.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
        [key] = found["credentials"]
        assert (key["rpId"], key["isResidentCredential"]) == ("localhost", True)
        context.clear_cookies()
        page.goto(served.url + "/oncall")
        page.get_by_role("button", name="Log in by a passkey").click()
        page.wait_for_url(served.url + "/oncall", timeout=30_000)
        page.goto(served.url + "/account")
        assert page.get_by_role("heading", name="Mira Kovač").is_visible()
        context.close()
