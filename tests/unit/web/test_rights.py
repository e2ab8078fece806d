"""Who may do what: every page and every route of the API, asked in every role and in none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

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
from unit.web.rights import API, PAGES, Listed, listed
from unit.web.site import ORIGIN, Browser, Site

LATER = datetime(2100, 1, 1, tzinfo=UTC)
SCOPES = {"read": "viewer", "respond": "responder", "command": "commander", "admin": "admin"}
GONE = ("expired", "closed")
"""Sessions that were: of somebody who was an admin."""
TEAMS = {
    "ships": Team(("ferry-desk",), {"jonas": "responder", "ines": "commander"}),
    "cranes": Team(("crane-desk",), {"tom": "responder"}),
}


def served(site: Site) -> Iterator[tuple[str, str]]:
    """Every route that there is: its method and path."""
    station = site.station
    for route in site_routes(station, Tokens(station), Figures(), Pages(station, StaticFiles())):
        assert isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path


def real(path: str) -> str:
    """A path with something in its places."""
    path = path.replace("{id}", "1").replace("{action}", "notes").replace("{kind:str}", "md")
    return re.sub(r"{\w+(:\w+)?}", "999", path)


def test_every_route_is_listed_with_its_right(site: Site) -> None:
    """What is served and not listed is open to whom its author forgot."""
    written = [(each.method, each.path) for table in (PAGES, API) for each in listed(table)]
    assert len(written) == len(set(written))
    assert set(served(site)) == {*written, ("GET", "/api/openapi.json")}


def visitor(site: Site, kind: str) -> tuple[Browser, Visitor]:
    """Somebody with a session: in a role, by the sealed access, or one that is over."""
    browser = Browser(site, f"Somebody {kind}", "viewer" if kind == "sealed" else "admin" if kind in GONE else kind)
    secret, accounts = browser.cookies["session"], site.station.accounts
    account = site.run(accounts.called(f"Somebody {kind}"))
    assert account is not None
    if kind == "sealed":
        site.run(accounts.seal_session(secret, "Break glass (Vera)", "admin"))
    if kind == "closed":
        Browser(site)  # an admin stays
        assert site.run(accounts.close(account.id, site.station.now()))
        site.run(accounts.open_session(secret, account.id, site.station.now(), LATER, browser=""))
    return browser, Visitor(account, secret)


def visit(site: Site, each: Listed, who: tuple[Browser, Visitor] | None) -> tuple[int, str]:
    """What comes of a visit, with a sound form where one is sent: the status, and where it leads."""
    fields = {"form_token": who[1].form_token(), "text": "a word"} if who else {}
    more = {"data": fields} if each.method == "POST" else {}
    sent = {"cookies": who[0].cookies if who else {}, "headers": {"Origin": ORIGIN}}
    answer = site.ask(each.method, real(each.path), **sent, **more)
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("kind", [None, *ACCOUNT_ROLES, "sealed", *GONE])
def test_every_page_in_every_role(site: Site, kind: str | None) -> None:
    site.declare()
    who = visitor(site, kind) if kind else None
    if kind == "expired":
        site.ahead(days=31)
    role = "admin" if kind == "sealed" else kind
    for each in listed(PAGES):
        if not each.of_session or each.path == "/events":
            continue
        status, to = visit(site, each, who)
        where = f"{each.method} {each.path} as {kind}: {status}"
        if role is None or role in GONE:
            assert (status, to) == (303, "/login"), where
        elif not allows(role, each.right) or (kind == "sealed" and each.proven):  # type: ignore[arg-type]
            assert status == 403, where
        else:
            assert status not in (401, 403), where
            assert to != "/login" or each.path == "/logout", where
            if kind and each.path == "/logout":
                who = visitor(site, kind)


def test_what_wants_no_session_wants_its_own_key(site: Site) -> None:
    for each in listed(PAGES):
        if not each.of_session:
            status, to = visit(site, each, None)
            where = f"{each.method} {each.path}: {status} {to}"
            assert to != "/login" and status < 500, where
            assert each.right == "open" or status in (400, 401, 403, 404, 422), where


def test_a_role_by_a_team_reaches_no_further_than_its_incidents(site: Site) -> None:
    bind_teams(site)
    site.alert("DeskDown", service="ferry-desk")
    ours, others = Browser(site, "Jonas Dahl", "viewer"), Browser(site, "Tom Baker", "viewer")
    for each in listed(PAGES):
        if not each.of_session or each.right == "viewer":
            continue
        for browser, name in ((ours, "Jonas Dahl"), (others, "Tom Baker")):
            account = site.run(site.station.accounts.called(name))
            assert account is not None
            status, _ = visit(site, each, (browser, Visitor(account, browser.cookies["session"])))
            may = browser is ours and "{id}" in each.path and each.right == "responder"
            assert (status == 403) == (not may), f"{each.method} {each.path} as {name}: {status}"


def test_every_route_of_the_api_with_every_scope(site: Site, mira: Browser) -> None:
    """What a token may not do is refused before anything is looked at."""
    secrets = {scope: f"{scope}-of-rights-5ecret" for scope in (*SCOPES, "intake", "runner")}
    for scope, secret in secrets.items():
        site.run(site.station.settings.add_token(secret, f"of {scope}", scope, site.station.now()))
    gone = "gone-of-rights-5ecret"
    site.run(site.station.settings.add_token(gone, "gone", "admin", site.station.now()))
    assert site.run(site.station.settings.revoke_token("gone", site.station.now()))
    takes = {(e.method, e.path): e.body is not None for e in ENDPOINTS}
    for each in listed(API):
        path, body = real(each.path), {} if takes[each.method, each.path] else None
        for scope, secret in secrets.items():
            may = (
                scope == "runner"
                if each.right == "runner"
                else scope in SCOPES and allows(SCOPES[scope], each.right)
            )  # type: ignore[arg-type]
            answer = site.api(each.method, path, body, secret)
            assert (answer.status_code == 403 and "scope" in answer.text) == (not may), (each.path, scope)
        assert site.api(each.method, path, body, gone).status_code == 401, each.path
        # The session of an admin is no token: another site's page could send it.
        assert site.ask(each.method, path, cookies=mira.cookies, json=body).status_code == 401, each.path


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


def bind_teams(site: Site) -> None:
    async def bind() -> None:
        books = site.station.engine.books
        books.put_in_force(books.policy, replace(books.bindings, teams=TEAMS))

    site.run(bind())


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
    bind_teams(site)
    site.alert("DeskDown", service="ferry-desk")
    site.alert("CartDown", service="cart-desk")
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
        assert (status("/incidents", title="Desk", severity="P3", service="ships") == 303) == (works != "")
    # Who has it by their team has it no longer where it turns out to be another's.
    account = site.run(site.station.accounts.called("Inés Ortega"))
    assert account is not None
    site.run(site.station.accounts.set_role(account.id, "viewer"))
    ines = Browser(site, "Inés Ortega", "viewer")
    for number, service, then in ((2, "ferry-desk", 303), (2, "crane-desk", 403)):
        given = {"service": service, "reason": "its rope"}
        assert site.api("POST", f"/api/incidents/{number}/move", given).json()["service"] == service
        assert ines.post(f"/incidents/{number}/notes", {"text": "a word"}).status_code == then
    # A team opens no restricted incident, not even to its commander: Jonas is on call for it.
    site.api("POST", "/api/incidents/1/restrict", {"reason": "odd logins"})
    assert Browser(site, "Inés Ortega").get("/incidents/1").status_code == 403
    assert Browser(site, "Jonas Dahl").get("/incidents/1").status_code == 200
