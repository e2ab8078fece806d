"""Logging in by a provider of OpenID Connect: whom it lets in, as what, and every word that is not believed."""

import base64
import hmac
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt
from msgspec.structs import replace

from sirenbook.model.identity import Oidc
from unit.web.provider import CLIENT, StandIn, providing
from unit.web.site import ORIGIN, Browser, Site

GROUPS = {"oncall": "responder", "leads": "commander", "platform-admins": "admin"}


@pytest.fixture
def provider(site: Site) -> Iterator[StandIn]:
    """A provider that the site's bindings name."""
    with providing(lambda: site.station.now().timestamp()) as found:
        bind(site, Oidc(found.url, CLIENT, "Harbour login", groups=GROUPS, outward={"allow": ["127.0.0.1"]}))
        yield found


def bind(site: Site, oidc: Oidc | None) -> None:
    async def put() -> None:
        books = site.station.engine.books
        books.put_in_force(books.policy, replace(books.bindings, oidc=oidc))

    site.run(put())


def begun(site: Site, cookies: dict[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and what it remembers."""
    answer = site.ask("GET", "/login/oidc", cookies=cookies)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], {**(cookies or {}), "login": answer.cookies["login"]}


def back(site: Site, cookies: dict[str, str], **query: str) -> httpx2.Response:
    return site.ask("GET", f"/login/oidc/back?{urlencode(query)}", cookies=cookies)


def through(site: Site, provider: StandIn, cookies: dict[str, str] | None = None) -> httpx2.Response:
    """The whole way there and back."""
    where, cookies = begun(site, cookies)
    code, state = provider.consent(where)
    return back(site, cookies, code=code, state=state)


def audit(site: Site) -> list[str]:
    return [c["what"] for c in site.api("GET", "/api/audit").json()["changes"]]


def test_a_stranger_comes_in_by_their_groups_and_is_known_by_the_subject(site: Site, provider: StandIn) -> None:
    assert "Harbour login" in site.ask("GET", "/login").text
    answer = through(site, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    vera = {"session": answer.cookies["session"]}
    assert "Vera Lind" in site.ask("GET", "/account", cookies=vera).text
    provider.claims |= {"name": "Somebody Else", "groups": ["oncall", "leads"]}
    assert through(site, provider).status_code == 303
    everybody = site.run(site.station.accounts.everybody())
    assert [(a.name, a.role) for a in everybody] == [("Vera Lind", "commander")]
    assert audit(site) == [
        "Vera Lind is commander by the groups of Harbour login, was responder",
        "account Vera Lind came in by Harbour login, as responder",
    ]
    site.ahead(hours=25)
    assert site.ask("GET", "/account", cookies=vera).status_code == 303


def test_a_name_or_an_address_is_no_proof_of_being_somebody(site: Site, provider: StandIn, mira: Browser) -> None:
    provider.claims = {"sub": "u-9", "name": "Mira Kovač", "email": "mira@example.org", "groups": ["oncall"]}
    refused = through(site, provider)
    assert refused.status_code == 403 and "already" in refused.text and "session" not in refused.cookies
    page = mira.post("/account/oidc", {})
    assert page.status_code == 200
    where = page.text.split('href="' + provider.url)[1].split('"')[0].replace("&amp;", "&")
    code, state = provider.consent(provider.url + where)
    # Somebody else's browser cannot end what this one began, and neither can another login in this one.
    assert back(site, {"login": "of another browser"}, code=code, state=state).status_code == 401
    cookies = {**mira.cookies, "login": page.cookies["login"]}
    assert back(site, cookies, code=code, state=state).headers["location"] == "/account"
    assert through(site, provider).status_code == 303
    # The last admin stays one, whatever the groups say.
    assert [a.role for a in site.run(site.station.accounts.everybody())] == ["admin"]
    mira.post("/account/password", {"password": "four tugs left the harbour"})
    assert mira.post("/account/ways", {"kind": "identity", "name": provider.url}).status_code == 303
    assert through(site, provider).status_code == 403
    assert audit(site)[0] == f"the login by a provider of Mira Kovač was removed: {provider.url}"


def test_who_has_no_group_or_a_closed_account_stays_out(site: Site, provider: StandIn, mira: Browser) -> None:
    provider.claims["groups"] = ["gardeners", 7, None]
    assert through(site, provider).status_code == 403
    provider.claims["groups"] = ["oncall"]
    assert through(site, provider).status_code == 303
    assert mira.post("/people/2", {"state": "closed"}).status_code == 303
    assert through(site, provider).status_code == 403


def test_groups_are_asked_for_where_the_token_has_none(site: Site, provider: StandIn) -> None:
    del provider.claims["groups"]
    provider.userinfo = {"sub": "u-2", "groups": ["platform-admins"]}
    assert through(site, provider).status_code == 401
    provider.userinfo = {"sub": "u-1", "groups": "platform-admins"}
    assert through(site, provider).status_code == 303
    assert [a.role for a in site.run(site.station.accounts.everybody())] == ["admin"]


def part(what: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")


def unsigned(claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none', 'kid': 'first'})}.{part(claims)}."


def by_a_shared_secret(provider: StandIn) -> Callable[[dict[str, Any]], str]:
    """Signed with the public key as though it were a secret: the classical confusion."""

    def forged(claims: dict[str, Any]) -> str:
        both = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
        signed = hmac.digest(provider.key.as_pem(private=False), both.encode(), "sha256")
        return f"{both}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"

    return forged


def by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "first"}, claims, jwk.ECKey.generate_key("P-256"))


def without(name: str) -> Callable[[StandIn], None]:
    def spoil(provider: StandIn) -> None:
        provider.forged = lambda claims: provider.signed({k: v for k, v in claims.items() if k != name})

    return spoil


def claiming(**claims: Any) -> Callable[[StandIn], None]:
    return lambda provider: provider.claims.update(claims)


def forging(forged: Callable[[dict[str, Any]], str]) -> Callable[[StandIn], None]:
    return lambda provider: setattr(provider, "forged", forged)


BAD = {
    "another nonce": claiming(nonce="of another login"),
    "no nonce": without("nonce"),
    "another issuer": claiming(iss="https://evil.example"),
    "for another client": claiming(aud="another-client"),
    "for several, given to another": claiming(aud=[CLIENT, "another"], azp="another"),
    "for several, given to nobody": claiming(aud=[CLIENT, "another"]),
    "expired": claiming(exp=1_600_000_000),
    "no end": without("exp"),
    "from the future": claiming(iat=1_900_000_000),
    "nobody": claiming(sub=""),
    "no subject": without("sub"),
    "a number": claiming(sub=7),
    "unsigned": forging(unsigned),
    "signed by a shared secret": lambda provider: forging(by_a_shared_secret(provider))(provider),
    "signed by another key": forging(by_another_key),
    "another access token": claiming(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no token at all": forging(lambda claims: ""),
    "nonsense": forging(lambda claims: "a.b.c"),
}


def test_words_that_are_not_the_providers_are_not_believed(site: Site, provider: StandIn) -> None:
    good = dict(provider.claims)
    for what, spoil in BAD.items():
        provider.claims, provider.forged = dict(good), None
        spoil(provider)
        answer = through(site, provider)
        assert answer.status_code == 401 and "session" not in answer.cookies, what
    assert site.run(site.station.accounts.everybody()) == []
    provider.claims, provider.forged = good, None
    assert through(site, provider).status_code == 303


def test_an_answer_is_good_once_soon_and_in_its_own_browser(site: Site, provider: StandIn) -> None:
    where, cookies = begun(site)
    code, state = provider.consent(where)
    assert back(site, {}, code=code, state=state).status_code == 401
    assert back(site, {"login": "x"}, code=code, state="x").status_code == 401
    elsewhere, _ = begun(site)
    assert back(site, cookies, code=provider.consent(elsewhere)[0], state=state).status_code == 401  # PKCE
    where, cookies = begun(site)
    code, state = provider.consent(where)
    assert back(site, cookies, code=code, state=state).status_code == 303
    assert back(site, cookies, code=code, state=state).status_code == 401
    where, cookies = begun(site)
    assert back(site, cookies, code=code, state=state).status_code == 401
    fresh = parse_qs(urlsplit(where).query)["state"][0]
    assert back(site, cookies, code=code, state=fresh).status_code == 401  # a code of an earlier login
    where, cookies = begun(site)
    code, state = provider.consent(where)
    assert back(site, cookies, code=code, state=state, iss="https://evil.example").status_code == 401
    where, cookies = begun(site)
    code, state = provider.consent(where)
    site.ahead(minutes=11)
    assert back(site, cookies, code=code, state=state).status_code == 401
    where, cookies = begun(site)
    said = back(site, cookies, error="<b>access_denied</b>", state=provider.consent(where)[1])
    assert said.status_code == 401 and "&lt;b&gt;access_denied" in said.text


LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def told(site: Site, provider: StandIn, *, by: jwk.Key | None = None, **changes: Any) -> httpx2.Response:
    """The provider says that somebody is logged out there; what is None is left out."""
    now = int(provider.now())
    claims = {"iss": provider.url, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": f"j-{len(provider.asked)}"}
    claims |= {"events": {LOGOUT: {}}, "sub": "u-1", **changes}
    provider.asked.append("logout")
    key = by or provider.key
    kept = {k: v for k, v in claims.items() if v is not None}
    token = jwt.encode({"alg": "ES256", "kid": "first", "typ": "logout+jwt"}, kept, key, ["ES256"])
    return site.ask("POST", "/login/oidc/logout", data={"logout_token": token})


def is_in(site: Site, answer: httpx2.Response) -> bool:
    return site.ask("GET", "/account", cookies={"session": answer.cookies["session"]}).status_code == 200


def test_who_is_logged_out_there_is_logged_out_here(site: Site, provider: StandIn, mira: Browser) -> None:
    logins = {}
    for sub, sid in (("u-1", "s-1"), ("u-1", "s-2"), ("u-1", None), ("u-2", "s-9"), ("u-2", None)):
        provider.claims = {
            "sub": sub,
            "name": f"Person {sub}",
            "groups": ["oncall"],
            **({"sid": sid} if sid else {}),
        }
        logins[sub, sid] = through(site, provider)

    def who() -> set[tuple[str, str | None]]:
        return {key for key, answer in logins.items() if is_in(site, answer)}

    everybody = set(logins)
    assert told(site, provider, sub=None, sid="s-1").status_code == 200
    assert who() == everybody - {("u-1", "s-1")}
    # A session that began without a name ends with its person's.
    assert told(site, provider, sid="s-2").status_code == 200
    assert who() == {("u-2", "s-9"), ("u-2", None)}
    assert told(site, provider, sub="u-2", jti="again").status_code == 200
    assert who() == set() and mira.get("/").status_code == 200
    assert audit(site)[0] == "Person u-2 was logged out by Harbour login"
    assert told(site, provider, sub="u-2", jti="again").status_code == 400
    assert told(site, provider, sub="nobody here").status_code == 200


UNTRUE: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "another"},
    "no audience": {"aud": None},
    "old": {"iat": 1_600_000_000, "exp": None},
    "over": {"exp": 1_600_000_000},
    "of the future": {"iat": 1_900_000_000},
    "no time": {"iat": None},
    "no name": {"jti": None},
    "an empty name": {"jti": ""},
    "a login": {"nonce": "n"},
    "no event": {"events": None},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event that is a text": {"events": {LOGOUT: "yes"}},
    "events that are a list": {"events": [LOGOUT]},
    "nobody": {"sub": None},
    "a number": {"sub": 7, "sid": "s-1"},
    "signed by another key": {"by": jwk.ECKey.generate_key("P-256")},
}


def test_a_logout_that_is_not_the_providers_word_ends_nothing(site: Site, provider: StandIn) -> None:
    login = through(site, provider)
    for what, changes in UNTRUE.items():
        answer = told(site, provider, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), what
        assert is_in(site, login), what
    for body in ({}, {"logout_token": "a.b.c"}, {"logout_token": unsigned({"sub": "u-1", "events": {LOGOUT: {}}})}):
        assert site.ask("POST", "/login/oidc/logout", data=body).status_code == 400
    assert site.ask("POST", "/login/oidc/logout", content=b"x" * 20_000).status_code == 413
    assert is_in(site, login)
    assert told(site, provider).status_code == 200
    assert not is_in(site, login)


def test_a_name_that_people_can_change_makes_nobody_a_person(site: Site, provider: StandIn) -> None:
    """Jonas is a person of sirenbook.toml who has never logged in."""
    provider.claims = {"sub": "u-7", "name": "jonas DAHL", "employee": "Jonas Dahl", "groups": ["oncall"]}
    refused = through(site, provider)
    assert refused.status_code == 403 and "somebody in sirenbook.toml" in refused.text
    asked = Oidc(provider.url, CLIENT, groups=GROUPS, name="email", outward={"allow": ["127.0.0.1"]})
    bind(site, asked)
    provider.claims = {"sub": "u-8", "email": "jonas", "groups": ["oncall"]}
    assert through(site, provider).status_code == 303
    bind(site, replace(asked, name="employee"))
    provider.claims = {"sub": "u-7", "name": "Anybody", "employee": "Jonas Dahl", "groups": ["oncall"]}
    assert through(site, provider).status_code == 303
    assert [a.name for a in site.run(site.station.accounts.everybody())] == ["u-8", "Jonas Dahl"]


def test_keys_are_changed_by_the_provider(site: Site, provider: StandIn) -> None:
    assert through(site, provider).status_code == 303
    provider.key = jwk.ECKey.generate_key("P-256", {"kid": "second"})
    provider.listed = [provider.key.as_dict(private=False), {"kty": "oct", "kid": "second", "k": "AAAA"}]
    site.ahead(minutes=1)
    assert through(site, provider).status_code == 303
    known = provider.asked.count("/jwks")
    provider.key = jwk.ECKey.generate_key("P-256", {"kid": "third"})
    for _ in range(3):
        assert through(site, provider).status_code == 401
    assert provider.asked.count("/jwks") == known  # nobody makes us knock without end


def test_after_the_login_people_stay_here(site: Site, provider: StandIn) -> None:
    for wanted, lands in (
        ("/incidents/1?tab=all", "/incidents/1?tab=all"),
        ("//evil.example/", "/"),
        ("https://e.example", "/"),
    ):
        answer = through(site, provider, {"wanted": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, lands)
    vera = {"session": answer.cookies["session"]}
    token = site.ask("GET", "/account", cookies=vera).text.split('name="form_token" value="')[1].split('"')[0]
    left = site.ask("POST", "/logout", cookies=vera, data={"form_token": token}, headers={"Origin": ORIGIN})
    assert left.headers["location"] == "/login/oidc/left"
    came = {"login": left.cookies["login"]}
    assert _hint(site.ask("GET", "/login/oidc/left", cookies=came).text, provider)["sub"] == "u-1"
    assert "id_token_hint" not in site.ask("GET", "/login/oidc/left", cookies=came).text, "told once"
    assert f"{provider.url}/leave?client_id={CLIENT}" in site.ask("GET", "/login/oidc/left").text
    assert site.ask("GET", "/", cookies=vera).status_code == 303


def _hint(page: str, provider: StandIn) -> dict[str, str]:
    """The claims of the token by which the provider is told who leaves."""
    found = re.search(rf'href="({re.escape(provider.url)}/leave[^"]*)"', page)
    assert found
    [token] = parse_qs(urlsplit(html.unescape(found[1])).query)["id_token_hint"]
    claims = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))))


def test_a_provider_that_is_away_or_another_is_a_plain_word(site: Site, provider: StandIn) -> None:
    for spoilt in (
        {"issuer": "https://another.example"},
        {"token_endpoint": "ftp://127.0.0.1/"},
        {"jwks_uri": None},
    ):
        provider.said = spoilt
        assert site.ask("GET", "/login/oidc").status_code == 401
    away = Oidc("http://127.0.0.1:9", CLIENT, groups=GROUPS, outward={"allow": ["127.0.0.1"]})
    bind(site, away)
    assert "does not answer" in site.ask("GET", "/login/oidc").text
    bind(site, replace(away, outward={}))
    assert "does not answer" in site.ask("GET", "/login/oidc").text
    bind(site, replace(away, outward={"client_secret_env": "SIRENBOOK_NOT_SET"}))
    assert "SIRENBOOK_NOT_SET" in site.ask("GET", "/login/oidc").text
    bind(site, None)
    assert site.ask("GET", "/login/oidc").status_code == 404
    assert "/login/oidc" not in site.ask("GET", "/login").text


def test_guessing_is_slowed(site: Site, provider: StandIn) -> None:
    for _ in range(25):
        assert back(site, {}, code="x", state="x").status_code == 401
    assert site.ask("GET", "/login/oidc").status_code == 429
    site.ahead(minutes=16)
    assert through(site, provider).status_code == 303
