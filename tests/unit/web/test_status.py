"""The public status page over HTTP, its feeds and files, maintenance, and subscribing; what it never tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from sirenbook.engine.links import Wish
from sirenbook.engine.people import icalendar
from sirenbook.engine.status import mail as status_mail
from sirenbook.model.status import Component, CustomerList, StatusPage
from sirenbook.store.status import MOST_ASKED
from sirenbook.web.login import patience
from unit.web.site import READ, Browser, Site, running

EVIL = '<script>alert(1)</script>\r\nBcc: all@x.example ]]> \x1b[31m " & {{ 7*7 }}'
PAGE = StatusPage(
    "Harbour <status>",
    (Component("Bookings", ("bookings",)), Component("Desk & crane", ("desk",))),
    outlets=("status.harbour.example",),
)
CUSTOMERS = (CustomerList("carriers", "Carriers", ("ops@carrier.example", "not an address"), file="more.txt"),)


@pytest.fixture
def site(database: str, tmp_path: Path) -> Iterator[Site]:
    with running(database, home=tmp_path) as found:
        books = found.station.engine.books
        books.bindings = replace(books.bindings, status=PAGE, customers=CUSTOMERS)
        yield found


def tell(site: Site, number: int, **body: Any) -> Any:
    body = {"audience": "customers", "text": "We are on it.", "by": "mira", "way": "send", "lists": [], **body}
    answer = site.api("POST", f"/api/incidents/{number}/updates", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fresh(site: Site, path: str = "/status") -> str:
    site.ahead(seconds=5)
    answer = site.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_without_a_page_there_is_none(site: Site) -> None:
    books = site.station.engine.books
    books.bindings = replace(books.bindings, status=None)
    for path in ("/status", "/status.json", "/status/feed.rss", "/status/history", "/status/maintenance.ics"):
        assert site.ask("GET", path).status_code == 404, path
    assert site.api("GET", "/api/status").status_code == 404


def test_a_stranger_sees_what_was_told_and_nothing_of_the_house(site: Site) -> None:
    number = site.declare("SECRET disk of customer 7", impact="SECRET impact")
    assert "All systems operational" in fresh(site)
    assert "SECRET" not in fresh(site)
    tell(site, number, components=["Bookings"], state="Identified", next="20m")
    text = fresh(site)
    assert "We are on it." in text and "Identified" in text and "Bookings: major outage" in text
    assert "Next update by" in text and "A major outage" in text
    page = site.ask("GET", "/status")
    assert "<script" not in page.text and "style=" not in page.text
    assert "set-cookie" not in page.headers and page.headers["cache-control"] == "public, max-age=10"
    link = re.search(r"/status/incidents/([a-z2-7]{10})", text)
    assert link
    everything = [fresh(site, p) for p in ("/status", "/status.json", "/status/feed.rss", "/status/feed.atom")]
    everything += [fresh(site, link[0]), fresh(site, "/status/history"), fresh(site, "/status/history/2023-11")]
    for told in everything:
        assert "We are on it." in told
        assert not re.search(r"SECRET|INC-|Mira|Kova|robot|P1\b|mira", told), told
    assert site.ask("GET", "/status/incidents/INC-1").status_code == 404


def test_hostile_words_stay_text_everywhere(site: Site) -> None:
    tell(site, site.declare(EVIL), text=EVIL, title=EVIL, components=["Desk & crane"])
    made = Browser(site).post(
        "/maintenance",
        {"title": EVIL, "text": EVIL, "start": "2023-11-15T10:00", "end": "2023-11-15T12:00"},
    )
    assert made.status_code == 303
    for path in ("/status", "/status/history"):
        text = fresh(site, path)
        assert "<script" not in text and "&lt;script&gt;" in text and "{{ 7*7 }}" in text and "\x1b" not in text
    rss, atom = (ElementTree.fromstring(fresh(site, f"/status/feed.{k}").encode()) for k in ("rss", "atom"))
    assert len(rss.findall("channel/item")) == 2
    assert "<script>alert(1)</script>" in str(rss.findtext("channel/item/description"))
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    told = json.loads(fresh(site, "/status.json"))
    assert told["page"]["title"] == "Harbour <status>"
    assert told["incidents"][0]["updates"][0]["text"].startswith("<script>")
    calendar = fresh(site, "/status/maintenance.ics")
    [event] = icalendar.read(calendar, site.station.now().tzinfo, (site.station.now(), site.station.now()))  # type: ignore[arg-type]
    assert event.summary.startswith("<script>") and "\nBcc:" not in calendar


def test_maintenance_is_announced_shown_and_called_off_by_api(site: Site) -> None:
    now = site.station.now()
    body = {"title": "New disks", "text": "Read only.", "components": ["Bookings"], "by": "mira"}
    for start, end in (("2023-11-14T23:00:00", "2023-11-15T01:00:00"), (now.isoformat(), now.isoformat())):
        refused = site.api("POST", "/api/maintenance", {**body, "start": start, "end": end})
        assert refused.status_code in (409, 422), refused.text
    when = {"start": "2023-11-14T23:00:00Z", "end": "2023-11-15T01:00:00Z"}
    assert site.api("POST", "/api/maintenance", {**body, **when, "components": ["x"]}).status_code == 409
    assert site.api("POST", "/api/maintenance", {**body, **when}, READ).status_code == 403
    [made] = site.api("POST", "/api/maintenance", {**body, **when}).json()["maintenance"]
    assert (made["state"], made["by"], made["number"]) == ("planned", "Mira Kovač", 1)
    assert "New disks" in fresh(site) and "All systems operational" in fresh(site)
    site.ahead(hours=1)
    assert "Maintenance is under way" in fresh(site)
    assert json.loads(fresh(site, "/status.json"))["components"][0]["condition"] == "maintenance"
    [ended] = site.api("POST", "/api/maintenance/1/end", {"by": "mira"}).json()["maintenance"]
    assert ended["state"] == "over"
    assert "All systems operational" in fresh(site)
    for number in ("1", "2", "x", "9" * 30):
        assert site.api("POST", f"/api/maintenance/{number}/end", {}).status_code == 404


def test_the_house_sees_who_told_and_who_approved(site: Site) -> None:
    number = site.declare()
    site.api("POST", f"/api/incidents/{number}/security", {"by": "mira"})
    refused = site.api(
        "POST", f"/api/incidents/{number}/updates", {"audience": "customers", "text": "x", "way": "send"}
    )
    assert refused.status_code == 409
    assert "Bookings" not in fresh(site).split("<h2")[0]
    words = {"audience": "customers", "text": "We are on it.", "title": "Access", "way": "approve"}
    assert Browser(site, "Tom Baker").post(f"/incidents/INC-{number}/updates", words).status_code == 303
    board = tell(site, number, title="Access", components=["Bookings"])
    assert board["page"]["affected"] == ["Bookings"]
    found = site.api("GET", "/api/status").json()
    [told] = found["incidents"][0]["updates"]
    assert (told["by"], told["approved_by"]) == ("Mira Kovač", "Tom Baker")
    page = Browser(site).get("/maintenance").text
    assert "approved by Tom Baker" in page
    assert "Tom Baker" not in fresh(site)


def test_components_are_found_by_the_alerts_service(site: Site) -> None:
    site.alert("BookingsDown", service="desk")
    assert site.api("GET", "/api/incidents/INC-1/updates").json()["page"]["affected"] == ["Desk & crane"]
    tell(site, 1)
    assert site.api("GET", "/api/status").json()["incidents"][0]["components"] == ["Desk & crane"]


def test_the_form_of_an_incident_chooses_what_the_public_sees(site: Site) -> None:
    number, mira = site.declare(), Browser(site)
    assert "On the status page and by mail" in mira.get(f"/incidents/INC-{number}").text
    fields = {"audience": "customers", "text": "Slow.", "way": "send", "shown": "1", "component.2": "Desk & crane"}
    sent = mira.post(f"/incidents/INC-{number}/updates", {**fields, "impact": "degraded", "title": "Slow desks"})
    assert sent.status_code == 303
    [told] = site.api("GET", "/api/status").json()["incidents"]
    assert (told["title"], told["impact"], told["components"]) == ("Slow desks", "degraded", ["Desk & crane"])


def test_the_whole_page_as_files(site: Site) -> None:
    tell(site, site.declare("SECRET"), components=["Bookings"])
    files = site.api("GET", "/api/status/export").json()["files"]
    assert {
        "index.html",
        "history/index.html",
        "status.json",
        "feed.rss",
        "feed.atom",
        "status.css",
    } <= files.keys()
    for name, text in files.items():
        assert "SECRET" not in text
        if name.endswith(".html"):
            for link in re.findall(r'href="(?!data:)([^"]+)"', text):
                assert not link.startswith("/"), (name, link)
                place = (Path("/x") / name).parent / link
                assert str(Path(*_resolved(place)).relative_to("/x")) in files, (name, link)


def _resolved(path: Path) -> list[str]:
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return parts


def wish(site: Site, address: str = "ada@x.example", **fields: str) -> Any:
    return site.ask("POST", "/status/subscribe", data={"kind": "email", "address": address, **fields})


def count(site: Site) -> dict[str, int]:
    return dict(site.run(site.station.status.counts()))


def test_nobody_learns_who_subscribes_and_a_link_alone_does_nothing(site: Site) -> None:
    first = wish(site)
    assert (first.status_code, count(site)) == (200, {})
    token = site.station.links.wish(Wish("email", "ada@x.example", ("Bookings",)), site.station.now())
    assert "Yes, tell me" in site.ask("GET", f"/status/confirm/{token}").text
    assert count(site) == {}
    assert site.ask("POST", f"/status/confirm/{token}").status_code == 200
    assert count(site) == {"email": 1}
    assert wish(site).text == first.text == wish(site, "bob@x.example").text
    for bad in ("x", token[:-2], site.station.links.unsubscribe(1)):
        assert site.ask("POST", f"/status/confirm/{bad}").status_code == 404
    site.ahead(hours=49)
    assert site.ask("POST", f"/status/confirm/{token}").status_code == 404
    end = site.station.links.unsubscribe(1)
    assert site.ask("GET", f"/status/unsubscribe/{end}").status_code == 200
    assert count(site) == {"email": 1}
    one_click = {"List-Unsubscribe": "One-Click"}
    assert site.ask("POST", f"/status/unsubscribe/{end}", data=one_click).status_code == 200
    assert site.ask("POST", f"/status/unsubscribe/{end}", data=one_click).status_code == 200
    assert count(site) == {}


BAD: tuple[dict[str, str], ...] = (
    {"address": "ada@x.example\r\nBcc: b@x.example"},
    {"address": "ada@x.example,bob@x.example"},
    {"address": "Ada <ada@x.example>"},
    {"address": ""},
    {"kind": "webhook", "address": "http://x.example/hook"},
    {"kind": "webhook", "address": "https://user:word@x.example/hook"},
    {"address": "ada@x.example", "component.1": "Cranes"},
)


def test_an_address_is_asked_once_an_hour_and_all_together_are_bounded(site: Site) -> None:
    async def asked() -> int:
        async with site.pool.connection() as conn:
            [(number,)] = await (await conn.execute("select count(*) from status_delivery")).fetchall()
        return int(number)

    for fields in BAD:
        assert site.ask("POST", "/status/subscribe", data=fields).status_code == 422, fields
    for _ in range(3):
        wish(site)
        wish(site, "ADA@x.example")
    assert site.run(asked()) == 1

    async def fill() -> None:
        async with site.pool.connection() as conn:
            await conn.execute(
                """insert into status_delivery (key, kind, address, created_at, due_at)
                select 'f' || n, 'email', '', %s, %s from generate_series(1, %s) n""",
                (site.station.now(), site.station.now(), MOST_ASKED),
            )

    site.run(fill())
    assert wish(site, "late@x.example").status_code == 429


def test_one_sender_asks_for_so_many_only(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or anybody could send mails to hundreds of others by it, and leave no room for readers."""
    monkeypatch.setattr(patience, "ASKED_FROM_ONE_ADDRESS", 3)
    sent = [wish(site, f"somebody{n}@x.example").status_code for n in range(5)]
    assert sent == [200, 200, 200, 429, 429]
    other = {"X-Forwarded-For": "203.0.113.9"}
    fields = {"kind": "email", "address": "reader@x.example"}
    assert site.ask("POST", "/status/subscribe", data=fields, headers=other).status_code == 200
    site.ahead(minutes=16)
    assert wish(site, "later@x.example").status_code == 200


def test_ten_thousand_subscribers_are_spread_once_and_pages_go_first(site: Site) -> None:
    async def subscribe() -> None:
        async with site.pool.connection() as conn:
            await conn.execute(
                """insert into status_subscriber (kind, address, components, confirmed_at)
                select 'email', 's' || n || '@x.example',
                       case when n %% 2 = 0 then '{}'::text[] else '{Bookings}'::text[] end, %s
                from generate_series(1, 10000) n""",
                (site.station.now(),),
            )

    (site.station.home / "more.txt").write_text("# ours\nS4@x.example\n\nanna@carrier.example\n")
    site.run(subscribe())
    site.deliver()
    number = site.declare()
    tell(site, number, components=["Desk & crane"], lists=["carriers"])
    assert site.run(status_mail.pass_(site.station)) == 0, "a page waits: it goes first"
    [news] = site.api("GET", "/api/status").json()["news"]
    assert (news["sent"], news["waiting"]) == (0, 5000 + 2)  # S4 is a subscriber already
    site.run(status_mail.pass_(site.station))
    [again] = site.api("GET", "/api/status").json()["news"]
    assert again["waiting"] == 5002
    site.deliver()
    assert site.run(status_mail.pass_(site.station)) == status_mail.AT_ONCE
    [sent] = site.api("GET", "/api/status").json()["news"]
    assert (sent["failed"], sent["waiting"]) == (16, 5002 - 16), "no mail channel is open here"


def test_forgetting_leaves_no_address(site: Site) -> None:
    site.run(site.station.status.confirm("email", "Ada@x.example", (), site.station.now()))
    assert site.api("POST", "/api/status/forget", {"address": "ada@x.example"}).json() == {"subscribers": {}}
    assert site.api("POST", "/api/status/forget", {"address": "nobody@x.example"}).json() == {"subscribers": {}}


def test_customers_whose_file_cannot_be_read_are_owed_the_words(site: Site) -> None:
    """The page and the promise do not pretend: the text is to be posted by hand, until somebody says it was."""
    number = site.declare()
    found = tell(site, number, lists=["carriers"])
    [owed] = [a for a in found["audiences"] if a["audience"] == "customers"]
    assert "customers: carriers" in str(owed) and owed["told_at"] is None
    shown = Browser(site).get(f"/incidents/{number}").text
    assert "We are on it." in shown and "customers: carriers" in shown
    (site.station.home / "more.txt").write_text("anna@carrier.example\n")
    [kept] = [a for a in tell(site, number, lists=["carriers"])["audiences"] if a["audience"] == "customers"]
    assert kept["told_at"] is not None
