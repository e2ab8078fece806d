"""Who may do what: every page and every route of the API, asked in every role and in none."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from starlette.routing import Route

from sirenbook.model.identity import Team
from sirenbook.model.rights import ACCOUNT_ROLES, allows
from sirenbook.web.api.routes import ENDPOINTS
from sirenbook.web.app import site_routes
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.rendering import Pages
from sirenbook.web.static_files import StaticFiles
from unit.web.site import ORIGIN, Browser, Site

_OTHER = r"api|static|health|metrics|welcome|login|a|calendar|oncall/feed|.*\.ics|callback|status|phone/worker|beat"
_OTHER += r"|worker|manifest"
OPEN = re.compile(rf"/({_OTHER})\b")
"""What has another key than a session: a token, a signed link, or nothing to hide."""
OWN = ("/logout", "/account", "/phone")
ADMINS = ("/people", "/playbook/plan")
SCOPES = {"read": "viewer", "respond": "responder", "command": "commander", "admin": "admin"}
FOR_ADMINS = {"/api/policies", "/api/login-links", "/api/tokens", "/api/tokens/revoke", "/api/audit"}
FOR_ADMINS |= {"/api/break-glass", "/api/break-glass/end"}


def least_of(method: str, path: str) -> str:
    """The role that a page asks for, told a second time."""
    if path.startswith(ADMINS):
        return "admin"
    return "viewer" if method == "GET" or path.startswith(OWN) else "responder"


def pages_of(site: Site) -> Iterator[tuple[str, str]]:
    """Every page that wants a session: its method and path."""
    station = site.station
    routes = site_routes(station, Tokens(station), Figures(), Pages(station, StaticFiles()))
    for route in routes:
        assert isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            if not OPEN.match(route.path) and route.path != "/events":
                yield method, route.path


def real(path: str) -> str:
    """A path with something in its places."""
    path = path.replace("{id}", "1").replace("{action}", "notes").replace("{kind:str}", "md")
    return re.sub(r"{\w+(:\w+)?}", "999", path)


@pytest.mark.parametrize("role", [None, *ACCOUNT_ROLES])
def test_every_page_in_every_role(site: Site, role: str | None) -> None:
    site.declare()
    browser = Browser(site, f"Somebody {role}", role) if role else None
    for method, path in pages_of(site):
        # One's own session ends by some of them: a fresh one for each.
        asking = Browser(site, f"Somebody {role}", role) if browser and path in OWN else browser
        cookies = asking.cookies if asking else {}
        fields = {}
        if asking and role:
            account = site.run(site.station.accounts.called(f"Somebody {role}"))
            assert account is not None
            fields = {"form_token": Visitor(account, cookies["session"]).form_token(), "text": "a word"}
        sent = {"cookies": cookies, "headers": {"Origin": ORIGIN}}
        answer = site.ask(method, real(path), **sent, **({"data": fields} if method == "POST" else {}))
        where = f"{method} {path} as {role}: {answer.status_code}"
        if role is None:
            assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), where
        elif allows(role, least_of(method, path)):  # type: ignore[arg-type]
            assert answer.status_code not in (401, 403), where
            assert answer.headers.get("location") != "/login" or path == "/logout", where
        else:
            assert answer.status_code == 403, where


def test_every_route_of_the_api_with_every_scope(site: Site) -> None:
    """What a token may not do is refused before anything is looked at."""
    secrets = {scope: f"{scope}-of-rights-5ecret" for scope in (*SCOPES, "intake", "runner")}
    for scope, secret in secrets.items():
        site.run(site.station.settings.add_token(secret, f"of {scope}", scope, site.station.now()))
    for endpoint in ENDPOINTS:
        admins = endpoint.path.startswith("/api/accounts") or (endpoint.method, endpoint.path) in {
            ("GET" if path in ("/api/tokens", "/api/audit") else "POST", path) for path in FOR_ADMINS
        }
        admins = admins or endpoint.path.startswith(("/api/tokens", "/api/break-glass"))
        least = "admin" if admins else "viewer" if endpoint.method == "GET" else "responder"
        for scope, secret in secrets.items():
            may = scope == endpoint.scope if endpoint.scope else scope in SCOPES and allows(SCOPES[scope], least)  # type: ignore[arg-type]
            answer = site.api(endpoint.method, real(endpoint.path), {} if endpoint.body else None, secret)
            assert (answer.status_code == 403 and "scope" in answer.text) == (not may), (endpoint.path, scope)
        assert site.ask(endpoint.method, real(endpoint.path)).status_code == 401


def test_what_protects_is_lifted_by_commanders_or_the_one_of_the_incident(site: Site) -> None:
    site.declare()
    jonas = Browser(site, "Jonas Dahl", "responder")
    assert jonas.post("/incidents/1/restrict", {"reason": "odd logins"}).status_code == 303
    assert jonas.post("/incidents/1/restrict", {"reason": "a drill", "lift": "1"}).status_code == 403
    given = {"role": "Harbour Master", "person": "jonas"}
    assert Browser(site).post("/incidents/1/roles", given).status_code == 303
    assert jonas.post("/incidents/1/restrict", {"reason": "a drill", "lift": "1"}).status_code == 303
    secret = "respond-only-5ecret"
    site.run(site.station.settings.add_token(secret, "responder", "respond", site.station.now()))
    assert site.api("POST", "/api/incidents/1/restrict", {"lift": True}, secret).status_code == 403


SHIPS = Team(("ferry-desk",), {"jonas": "responder", "ines": "commander"})


IN_TEAMS = [
    ("Jonas Dahl", "viewer", "of the team", ""),
    ("Inés Ortega", "viewer", "of the team", "of the team"),
    ("Inés Ortega", "responder", "all", "of the team"),
    ("Inés Ortega", "commander", "all", "all"),
    ("Tom Baker", "viewer", "", ""),
    ("Tom Baker", "responder", "all", ""),
]
"""Who, in which role everywhere; whose incidents they work on, and in whose they lift what protects."""


def test_a_team_gives_a_role_in_its_own_incidents_only(site: Site) -> None:
    async def bind() -> None:
        books = site.station.engine.books
        books.put_in_force(books.policy, replace(books.bindings, teams={"ships": SHIPS}))

    site.run(bind())
    site.alert("DeskDown", service="ferry-desk")
    site.alert("CraneDown", service="crane-desk")
    site.declare("Said by hand, of no service")
    for whose in ("Ferry-Desk", "ships"):
        declared = {"title": "Said by hand", "severity": "P3", "service": whose}
        assert site.api("POST", "/api/incidents", declared).status_code == 201
    page = {"title": "On the page", "severity": "P3", "service": " ships "}
    assert Browser(site).post("/incidents", page).status_code == 303
    for name, role, works, lifts in IN_TEAMS:
        browser = Browser(site, name, role)
        account = site.run(site.station.accounts.called(name))
        assert account is not None
        site.run(site.station.accounts.set_role(account.id, role))  # type: ignore[arg-type]
        token = Visitor(account, browser.cookies["session"]).form_token()

        def status(path: str, **fields: str) -> int:
            return browser.post(path, fields, form_token=token).status_code  # noqa: B023 - asked at once

        for number, whose in ((1, "of the team"), (2, "all"), (3, "all"), *((n, "of the team") for n in (4, 5, 6))):
            where = f"{name}, {role}, INC-{number}"
            worked = status(f"/incidents/{number}/notes", text="a word")
            assert (worked == 303) == (works in (whose, "all")), where
            lifted = status(f"/incidents/{number}/security", lift="1", reason="a drill")
            assert (lifted != 403) == (lifts in (whose, "all")), where
        assert browser.get("/people").status_code == 403
        assert (status("/incidents", title="Desk", severity="P3") == 403) == (role == "viewer")
    # A team opens no restricted incident, not even to its commander: Jonas is on call for it.
    site.api("POST", "/api/incidents/1/restrict", {"reason": "odd logins"})
    assert Browser(site, "Inés Ortega").get("/incidents/1").status_code == 403
    assert Browser(site, "Jonas Dahl").get("/incidents/1").status_code == 200
