"""Restricted incidents: whoever is no part of one never receives a word of it, whatever they ask."""

import asyncio
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.engine.people import handoffs
from sirenbook.model import command as c
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Notification, Receipt
from sirenbook.playbook.bindings.reader import read_bindings
from sirenbook.web.api.routes import ENDPOINTS
from sirenbook.web.app import site_routes
from sirenbook.web.figures import Figures
from sirenbook.web.live import messages
from sirenbook.web.login.sessions import Visitor
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.rendering import Pages
from sirenbook.web.static_files import StaticFiles
from unit.web.site import ADMIN, ORIGIN, PLAYBOOK, READ, Browser, Site, running

CANARY = "kestrel"
TITLE, LABEL, NOTE = f"{CANARY} title", f"{CANARY}-label", f"{CANARY} note"
STRANGER = "Wim Vos"
ROTATION = '[people.mira]\nname = "Mira"\n[rotations.quay]\nmembers = ["mira"]\nstart = "2023-11-13"'
HIDDEN = ("/events",)
"""Asked by a test of its own: it never ends."""


@pytest.fixture(scope="module")
def site(postgres: Any, _template: str) -> Iterator[Site]:
    """A site with a restricted incident that is open, and one that is resolved; nothing here changes either."""
    from conftest import _fresh

    for dsn in _fresh(postgres.dsn, _template):
        with running(dsn) as found:
            _prepare(found)
            yield found


OPEN, OVER = 1, 2


def _prepare(site: Site) -> None:
    books = site.station.engine.books
    wim = Person("wim", STRANGER, (ContactMethod("quiet", "wim@example.org"),))
    rotations = read_bindings(ROTATION, "sirenbook.toml")[0].rotations
    books.bindings = replace(books.bindings, people={**books.bindings.people, "wim": wim}, rotations=rotations)
    for name in (TITLE, f"{TITLE}, over"):
        site.alert(name, instance=LABEL, service=f"{CANARY}-service")
    for number in (OPEN, OVER):
        for command in (
            c.MarkSecurity("mira", f"{CANARY} reason"),
            c.Note("mira", NOTE),
            c.ChooseRunbook("mira", "Bookings fail"),
            c.GiveValue("mira", "pod-name", f"{CANARY}-pod"),
            c.AssignRole("mira", "Harbour Master", "jonas", f"{CANARY} brief"),
            c.Tell("mira", "internal", f"{CANARY} words", posted=True),
            c.AddItem("mira", f"{CANARY} item", "wim", site.station.now() + timedelta(days=1)),
            c.WriteReview("mira", f"# {CANARY} review", 0),
        ):
            site.run(site.station.command(number, command))
    site.run(site.station.keep_evidence(OPEN, "mira"))
    site.run(site.station.command(OVER, c.Resolve("mira", f"{CANARY} cause", at_once=True)))
    site.run(site.station.command(OVER, c.ScheduleReview("mira", site.station.now() + timedelta(days=2), 60)))


def _strangers(site: Site) -> list[str]:
    """Tokens of whoever is no part of it: shared ones, an admin's among them, and one of a person."""
    found = [READ]
    for name, more in (("shared", {}), ("wim's", {"person": STRANGER})):
        answer = site.api("POST", "/api/tokens", {"name": name, **more})
        if answer.status_code == 409:
            site.api("POST", "/api/tokens/revoke", {"name": name})
            answer = site.api("POST", "/api/tokens", {"name": name, **more})
        found.append(answer.json()["secret"])
    return found


BODIES: dict[str, Any] = {
    "/api/incidents": {"title": "Another", "severity": "P3"},
    "/api/policies/plan": {"files": {"playbook.md": PLAYBOOK.replace("30 minutes", "20 minutes")}},
}
QUERIES = {
    "/api/incidents": (f"?q={CANARY}", "?status=all", f"?status=all&q={CANARY}&limit=1", "?status=resolved"),
    "/api/items": ("?which=all", "?which=overdue"),
    "/api/oncall/brief": ("?rotation=quay",),
    "/api/oncall/shifts": ("?rotation=quay",),
    "/api/oncall/calendar": ("?rotation=quay",),
    "/api/metrics": ("?month=2023-11",),
    "/api/metrics/report": ("?month=2023-11",),
    "/trends": ("?month=2023-11",),
    "/trends.{kind:str}": ("?month=2023-11",),
    "/items": ("?all=1",),
}
FILLED = {
    "id": [f"INC-{OPEN}", str(OVER)],
    "number": ["1"],
    "device": ["1"],
    "month": ["2023-11"],
    "channel": ["quiet", "none"],
    "rest": ["x"],
    "name": ["style.css"],
    "secret": ["none"],
    "action": [
        "notes", "updates", "security", "restrict", "resolve", "evidence", "write", "publish", "items", "regrade",
        "move",
    ],
    "kind": ["md", "html", "ics", "patch", "csv", "rss", "atom"],
}  # fmt: skip


def _paths(path: str, tokens: list[str]) -> Iterator[str]:
    """A route's addresses with its places filled in; a place that nobody knows must be thought of here."""
    place = re.search(r"\{(\w+)(?::\w+)?\}", path)
    if place is None:
        yield path
        return
    for value in tokens if place[1] == "token" else FILLED[place[1]]:
        yield from _paths(path[: place.start()] + value + path[place.end() :], tokens)


def test_no_endpoint_tells_a_stranger(site: Site) -> None:
    asked = 0
    for token in _strangers(site):
        for each in ENDPOINTS:
            if each.path.startswith(("/api/runner/", "/api/tokens/", "/api/login")):
                continue  # answers no question about an incident, or ends the very tokens that ask
            for path in _paths(each.path, []):
                for query in ("", *QUERIES.get(each.path, ())) if each.method == "GET" else ("",):
                    answer = site.api(each.method, path + query, BODIES.get(path), token)
                    assert CANARY not in answer.text + str(answer.headers), (each.method, path + query)
                    if "{id}" in each.path:
                        assert answer.status_code == 403, (each.method, path, answer.text)
                    asked += 1
    assert asked > 150
    assert CANARY in site.api("GET", f"/api/incidents/{OPEN}/timeline").text, "the canary is there to be seen"


def test_no_page_tells_a_stranger(site: Site) -> None:
    wim = Browser(site, STRANGER, "responder")
    station = site.station
    link = station.links.acknowledge(OPEN, "wim", station.now()).rpartition("/")[2]
    FILLED["name"] = ["style.css", *(station.links.public_name(n) for n in (OPEN, OVER))]
    pages = Pages(station, StaticFiles())
    form_token = wim.token("/items")
    seen = set()
    for route in site_routes(station, Tokens(station), Figures(), pages):
        if route.path.startswith("/api/") or route.path in HIDDEN:
            continue
        for path in _paths(route.path, [link, "forged"]):
            for method in (route.methods or set()) - {"HEAD"}:
                for query in ("", *QUERIES.get(route.path, ())):
                    data = {"form_token": form_token, "text": "x", "audience": "internal"}
                    more = {"data": data, "headers": {"Origin": ORIGIN}} if method == "POST" else {}
                    cookies = {} if path.endswith("logout") else wim.cookies
                    answer = site.ask(method, path + query, cookies=cookies, **more)
                    assert CANARY not in answer.text + str(answer.headers), (method, path)
                    seen.add((route.path, answer.status_code))
    assert {s for p, s in seen if "{id}" in p} == {403}
    assert ("/", 200) in seen
    assert ("/resolved", 200) in seen


def test_a_token_opens_no_more_than_it_sees(site: Site) -> None:
    shared = _strangers(site)[1]
    for body in ({"restricted": True}, {"person": "mira"}, {"person": "mira", "scope": "read"}):
        assert site.api("POST", "/api/tokens", {"name": "more", **body}, shared).status_code == 403
    assert site.api("POST", "/api/login-links", {"name": "Mira Kovač"}, shared).status_code == 403
    assert site.api("POST", "/api/tokens", {"name": "no more"}, shared).status_code == 201


def test_the_list_keeps_a_neutral_place(site: Site) -> None:
    lines = site.api("GET", "/api/incidents?status=all", token=READ).json()["incidents"]
    veiled = next(x for x in lines if x["id"] == f"INC-{OPEN}")
    assert (veiled["title"], veiled["restricted"], veiled["alerts"]) == ("Restricted incident", True, 0)
    assert "Restricted incident" in Browser(site, STRANGER, "responder").get("/").text
    assert site.api("GET", f"/api/incidents?q={CANARY}", token=READ).json()["incidents"] == []
    assert len(site.api("GET", f"/api/incidents?status=all&q={CANARY}", token=ADMIN).json()["incidents"]) == 2


def test_whoever_is_part_of_it_sees_it(site: Site) -> None:
    at = f"/incidents/INC-{OPEN}"
    for name in ("Mira Kovač", "Jonas Dahl", "Tom Baker"):
        assert TITLE in Browser(site, f"{name}", "responder").get(at).text, f"{name}: on call, a role, an approver"


def test_the_link_of_a_page_tells_nothing_without_a_login(site: Site) -> None:
    """Neither the title nor the line that calls: whoever finds the telephone reads it. It still acts."""
    station = site.station
    link = station.links.acknowledge(OPEN, "mira", station.now()).removeprefix(ORIGIN)
    shown = site.ask("GET", link).text
    assert "Restricted incident</h1>" in shown and "Acknowledge</button>" in shown
    said = {level.why.quote for level in station.engine.books.policy.levels} | {"Primary on-call", "Critical"}
    assert not [words for words in said if words in html.unescape(shown)] and CANARY not in shown


def test_the_stream_tells_names_only(site: Site) -> None:
    jonas = Browser(site, "Jonas Dahl", "viewer").cookies["session"]
    account = site.run(site.station.accounts.session(jonas, site.station.now()))
    assert account

    async def first() -> str:
        stream = messages(site.station, Visitor(account, jonas), 30)
        told = [await anext(stream)]
        site.station.changes.publish([OPEN])
        told.append(await asyncio.wait_for(anext(stream), 15))
        return "".join(told)

    assert site.run(first()) == "retry: 1500\nid: 1\ndata: *\n\n" + f"id: 2\ndata: INC-{OPEN}\n\n"


def test_a_brief_at_a_hand_off_is_for_many(site: Site) -> None:
    _, text = site.run(handoffs.brief_now(site.station, "quay"))
    assert f"INC-{OPEN} P1: Restricted incident (" in text
    assert CANARY not in text


class Recorder:
    """Keeps what would have been sent."""

    name = "quiet"

    def __init__(self) -> None:
        self.sent: list[Notification] = []

    async def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return Receipt("accepted")

    async def close(self) -> None: ...


def test_messages_tell_nobody_what_it_is_about(site: Site) -> None:
    """Also as a digest: the last test, for it moves the clock. Who may see it has the link to act."""
    recorder = Recorder()

    async def listen() -> None:
        site.station.dispatcher.use({"quiet": recorder})

    site.run(listen())
    site.deliver()
    site.ahead(days=2)
    site.deliver()
    to_wim = [n for n in recorder.sent if n.person == STRANGER]
    assert to_wim, "wim is asked for the item that is his"
    assert CANARY not in repr(recorder.sent)
    assert {n.title for n in to_wim if not n.bundled} <= {f"Restricted incident INC-{n}" for n in (OPEN, OVER)}
    assert not any(n.ack_url for n in to_wim)
