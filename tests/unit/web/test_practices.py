"""What is done regularly, on a real database: reminders to whom it belongs; done by page, API and drill."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sirenbook.engine.people import letters
from sirenbook.engine.policies.texts import Texts
from sirenbook.model.intent import Notification, Receipt
from unit.web.site import READ, Browser, Site, running

PLAYBOOK = """\
# Harbour incidents

Owner: Quay Team | Review frequency: Quarterly | Last updated: 2023-10-02

## Severities

### P1 - Critical
- **Response Time**: 5 minutes
- **Escalation**: Page the primary on-call

## Drills

| Exercise | Cadence | Owner |
|---|---|---|
| Region failover | every month | Harbour Master |
| Tabletop `<b>evening` | | |
"""
BINDINGS = """\
fallback = ["mira"]
[people.mira]
name = "Mira Kovač"
contact = [{channel = "quiet", to = "mira@example.org"}]
[people.jonas]
name = "Jonas Dahl"
contact = [{channel = "quiet", to = "jonas@example.org"}]
[channels.quiet]
[targets]
"primary on-call" = "mira"
"Harbour Master" = "jonas"
"""
START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
"""When a site begins: a Tuesday."""


class Heard:
    """A channel that keeps what it is given."""

    name = "quiet"

    def __init__(self) -> None:
        self.sent: list[Notification] = []

    async def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return Receipt("accepted")

    async def close(self) -> None: ...


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database, texts=Texts({"playbook.md": PLAYBOOK}, BINDINGS)) as running_:
        look(running_)
        yield running_


def look(site: Site) -> int:
    return site.run(letters.pass_(site.station))


def later(site: Site, **amount: float) -> int:
    site.ahead(**amount)
    return look(site)


def hear(site: Site) -> Heard:
    heard = Heard()

    async def use() -> None:
        site.station.dispatcher.use({"quiet": heard})

    site.run(use())
    return heard


def listed(site: Site) -> dict[str, Any]:
    return {p["name"]: p for p in site.api("GET", "/api/practices").json()["practices"]}


def test_reminders_go_to_whom_it_belongs_until_it_is_done(site: Site) -> None:
    heard = hear(site)
    found = listed(site)
    assert list(found) == ["region-failover", "playbook-review", "tabletop-b-evening"], "what has no time is last"
    failover = found["region-failover"]
    assert (failover["due"], failover["owner"], failover["reminded"]) == (
        "2023-12-14T17:00:00Z",
        "Harbour Master",
        ["Jonas Dahl"],
    )
    assert (failover["why"]["line"], found["playbook-review"]["why"]["line"]) == (15, 3)
    assert later(site, days=26) == 0
    assert later(site, days=1) == 1, "the business day from five days before on"
    assert look(site) == 0, "once"
    (near,) = heard.sent
    assert (near.to, near.title) == ("jonas@example.org", "Region failover: due by Thu 14 Dec 2023")
    assert not near.demands
    assert later(site, days=2, hours=19) == 1
    assert heard.sent[-1].title == "Region failover: overdue since Thu 14 Dec 2023"
    assert site.api("GET", "/api/practices").json()["overdue"] == 1
    figures = site.ask("GET", "/metrics", headers={"Authorization": f"Bearer {READ}"}).text
    assert "sirenbook_practices_overdue 1.0" in figures
    assert later(site, days=1) == 1, "a business day later"
    answer = site.api("POST", "/api/practices/failover", {"by": "mira", "note": "in staging\n", "on": "2023-12-13"})
    done = next(p for p in answer.json()["practices"] if p["name"] == "region-failover")
    assert (done["done_by"], done["note"], done["overdue"]) == ("Mira Kovač", "in staging", False)
    assert done["due"] == "2024-01-12T17:00:00Z"
    assert later(site, days=5) == 0
    (measured,) = (
        f for f in site.api("GET", "/api/metrics?month=2023-12").json()["figures"] if f["key"] == "practices"
    )
    assert (measured["value"], measured["counted"]) == (100.0, 1), "it was done on the day before it was due"


def test_done_is_taken_back_and_both_words_stay(site: Site) -> None:
    """By API and by page: it is due as before, counts nowhere, and a second time there is nothing to take back."""
    one = "/api/practices/region-failover"
    due = listed(site)["region-failover"]["due"]
    site.api("POST", one, {"by": "mira"})
    site.ahead(days=1)
    site.api("POST", one, {"by": "jonas"})
    assert listed(site)["region-failover"]["done_by"] == "Jonas Dahl"
    assert site.api("POST", f"{one}/undo", {"by": "mira", "note": "the wrong one"}).status_code == 200
    found = listed(site)["region-failover"]
    assert (found["done_by"], found["undone_by"]) == ("Mira Kovač", "Mira Kovač")
    browser = Browser(site)
    assert "Take back" in browser.get("/practices").text
    assert browser.post("/practices/region-failover/undo", {}).status_code == 303
    found = listed(site)["region-failover"]
    assert (found["done_at"], found["due"]) == (None, due)
    assert "taken back" in browser.get("/practices").text
    assert browser.post("/practices/region-failover/undo", {}).status_code == 409
    assert site.api("POST", f"{one}/undo", {}, token=READ).status_code == 403
    figures = site.api("GET", "/api/metrics?month=2023-12").json()["figures"]
    assert not any(f["counted"] for f in figures if f["key"] == "practices")


def test_what_cannot_be_done_is_refused(site: Site) -> None:
    assert site.api("POST", "/api/practices/nothing", {}).status_code == 404
    assert site.api("POST", "/api/practices/region-failover", {"on": "2024-01-01"}).status_code == 409
    assert site.api("POST", "/api/practices/region-failover", {"on": "soon"}).status_code == 422
    assert site.api("POST", "/api/practices/region-failover", {}, token=READ).status_code == 403
    assert listed(site)["region-failover"]["done_at"] is None


def test_a_drill_that_ended_counts_and_so_does_a_new_date_in_the_playbook(site: Site) -> None:
    site.ahead(days=2)
    number = site.declare("Region failover, the northern one", drill=True)
    look(site)
    assert listed(site)["region-failover"]["done_at"] is None, "it goes on"
    site.api("POST", f"/api/incidents/{number}/resolve", {"by": "jonas", "reason": "done"})
    other = site.declare("Region failover is broken")
    site.api("POST", f"/api/incidents/{other}/resolve", {"by": "jonas", "reason": "done"})
    for _ in range(2):
        look(site)
    failover = listed(site)["region-failover"]
    assert failover["incident"] == f"INC-{number}"
    assert failover["due"] == "2023-12-18T17:00:00Z", "thirty days after, which is a Saturday"
    assert listed(site)["playbook-review"]["due"] == "2024-01-01T17:00:00Z", "by its last-updated day"


def test_two_nodes_write_one_reminder(site: Site) -> None:
    site.ahead(days=27)

    async def both() -> int:
        return sum(await asyncio.gather(*(letters.pass_(site.station) for _ in range(2))))

    assert site.run(both()) == 1
    assert site.run(both()) == 0


def test_the_page_without_scripts(site: Site) -> None:
    site.station.clock.set(START + timedelta(days=40))
    jonas, reader = Browser(site, "Jonas Dahl", "responder"), Browser(site, "Eye", "viewer")
    assert 'href="/practices"' in jonas.get("/").text
    page = jonas.get("/practices").text
    assert page.index("Region failover") < page.index("Review of the playbook")
    assert "overdue" in page
    assert "<b>evening" not in page
    assert "/playbook#L15" in page
    assert "/done" not in reader.get("/practices").text
    assert reader.post("/practices/region-failover/done", {}).status_code == 403
    assert jonas.post("/practices/region-failover/done", {"on": "2023-12-32"}).status_code == 422
    answer = jonas.post("/practices/region-failover/done", {"note": "<i>all well</i>", "on": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/practices")
    page = jonas.get("/practices").text
    assert "&lt;i&gt;all well" in page
    assert "1 overdue" not in page
