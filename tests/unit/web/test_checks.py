"""Health checks on a real database and a clock of their own: alerts, heartbeats, the page, the API, two nodes."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sirenbook.engine.checks import Checker
from sirenbook.engine.policies.texts import Texts
from sirenbook.model.check import Check, Seen
from sirenbook.store.checks import Checks
from unit.web.site import READ, Browser, Site, running

PLAYBOOK = """\
# Harbour incidents

## Severities

### P1 - Critical
- **Response Time**: 5 minutes
- **Escalation**: Page the primary on-call

### P2 - High
- **Response Time**: 30 minutes
- **Escalation**: Page the primary on-call

## Is all well?

```bash
curl -fsS https://bookings.example.org/health
kubectl get pods -A | grep -v Running
python scripts/health_check.py
```
"""
BINDINGS = """\
fallback = ["mira"]
[people.mira]
name = "Mira Kovač"
contact = [{channel = "quiet", to = "mira@example.org"}]
[channels.quiet]
[targets]
"primary on-call" = "mira"
[checks.bookings]
http = "https://bookings.example.org/health"
every = "1m"
for = 2
critical = true
severity = "P1"
[checks."nightly backup"]
heartbeat = "24h"
grace = "1h"
severity = "P2"
service = "backup"
"""
BAD = Seen(False, "it answered 503, not below 400", 0.2)


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database, texts=Texts({"playbook.md": PLAYBOOK}, BINDINGS)) as running_:
        look(running_)
        yield running_


def look(site: Site, checker: Checker | None = None) -> int:
    """One pass, to its end; how many checks were looked at."""
    each = checker or site.station.checker

    async def once() -> int:
        count = await each.pass_()
        await each.land()
        return count

    return site.run(once())


def later(site: Site, **amount: float) -> int:
    site.ahead(**amount)
    return look(site)


def listed(site: Site, token: str = "") -> dict[str, Any]:
    answer = site.api("GET", "/api/checks", **({"token": token} if token else {})).json()
    return {c["name"]: c for c in answer["checks"]}


def incidents(site: Site) -> list[tuple[str, str, str]]:
    found = site.api("GET", "/api/incidents?status=all").json()["incidents"]
    return [(i["title"], i["severity"], i["status"]) for i in found]


def test_what_fails_becomes_an_incident_and_what_is_well_again_ends_its_alert(site: Site) -> None:
    assert later(site, seconds=11) == 1
    assert listed(site)["bookings"]["standing"] == "well"
    site.sights["bookings"] = BAD
    assert later(site, minutes=1) == 1
    assert (listed(site)["bookings"]["standing"], incidents(site)) == ("failing", [])
    assert later(site, minutes=1) == 1
    assert listed(site)["bookings"]["standing"] == "down"
    assert incidents(site) == [("bookings", "P1", "unacknowledged")]
    for _ in range(5):
        later(site, minutes=1)
    assert len(incidents(site)) == 1
    told = site.api("GET", "/api/incidents/INC-1").json()
    assert told["alerts"] == 1, "a check that goes on failing is one alert"
    site.sights.clear()
    later(site, minutes=1)
    kinds = [e["kind"] for e in site.api("GET", "/api/incidents/INC-1/timeline").json()["entries"]]
    assert "AlertsCleared" in kinds
    assert later(site, seconds=1) == 0, "nothing is due between two slots"


def test_a_heartbeat_that_falls_silent_is_an_incident_until_it_is_heard(site: Site) -> None:
    beat = listed(site)["nightly backup"]["beat"].removeprefix(site.base_url)
    assert listed(site, READ)["nightly backup"]["beat"] == "", "who only reads does not learn the address"
    assert site.ask("GET", beat).text == "heard\n"
    look(site)
    assert listed(site)["nightly backup"]["standing"] == "well"
    site.ahead(hours=24)
    assert site.ask("POST", beat).status_code == 200
    later(site, hours=25, seconds=-1)
    assert ("nightly backup · backup", "P2", "unacknowledged") not in incidents(site)
    later(site, seconds=2)
    assert ("nightly backup · backup", "P2", "unacknowledged") in incidents(site)
    assert listed(site)["nightly backup"]["detail"].startswith("silent: heard 25 h ago")
    assert site.ask("GET", beat).status_code == 200
    look(site)
    assert listed(site)["nightly backup"]["standing"] == "well"


def test_a_heartbeat_needs_its_own_address_and_comes_once_a_second(site: Site) -> None:
    beat = listed(site)["nightly backup"]["beat"].removeprefix(site.base_url)
    assert site.ask("GET", beat[:-1] + ("A" if beat[-1] != "A" else "B")).status_code == 404
    assert site.ask("GET", "/beat/nightly%20backup").status_code == 404
    feed = site.station.links.feed("nightly backup", 0).removeprefix(f"{site.base_url}/calendar/")
    assert site.ask("GET", f"/beat/{feed.removesuffix('.ics')}").status_code == 404, "a token of another kind"
    other = site.station.links.beat("bookings").removeprefix(site.base_url)
    assert site.ask("GET", other).status_code == 404, "this check waits for no call"
    assert site.ask("GET", beat).status_code == 200
    again = site.ask("GET", beat)
    assert (again.status_code, again.headers["retry-after"]) == (429, "1")
    site.ahead(seconds=2)
    assert site.ask("GET", beat).status_code == 200


def test_two_nodes_share_the_looks_and_a_dead_ones_look_is_taken_over(site: Site) -> None:
    looked: list[str] = []

    async def note(check: Check, now: Any) -> Seen:
        looked.append(check.name)
        return Seen(True, "it answers")

    async def die(check: Check, now: Any) -> Seen:
        raise asyncio.CancelledError

    station = site.station
    nodes = [Checker(station.engine, station.receiver, Checks(station.engine.ledger), note) for _ in range(2)]
    dying = Checker(station.engine, station.receiver, Checks(station.engine.ledger), die)
    site.ahead(seconds=11)

    async def all_at_once() -> int:
        found = sum(await asyncio.gather(*(n.pass_() for n in nodes)))
        await asyncio.gather(*(n.land() for n in nodes))
        return found

    for _ in range(4):
        assert site.run(all_at_once()) == 1
        site.ahead(minutes=1)
    assert looked == ["bookings"] * 4
    assert look(site, dying) == 1
    assert look(site, nodes[0]) == 0, "another has it"
    site.ahead(seconds=26)
    assert look(site, nodes[0]) == 1, "its lease ran out"


def test_a_check_that_is_taken_out_ends_its_alert(site: Site) -> None:
    site.sights["bookings"] = BAD
    later(site, seconds=11)
    later(site, minutes=1)
    assert incidents(site) == [("bookings", "P1", "unacknowledged")]
    books = site.station.engine.books
    books.bindings.checks.pop("bookings")
    other = Checker(
        site.station.engine, site.station.receiver, Checks(site.station.engine.ledger), lambda c, n: None
    )  # type: ignore[arg-type,return-value]
    look(site, other)
    kinds = [e["kind"] for e in site.api("GET", "/api/incidents/INC-1/timeline").json()["entries"]]
    assert "AlertsCleared" in kinds
    assert site.run(Checks(site.station.engine.ledger).list())[0].name == "nightly backup"


def test_the_playbooks_own_commands_are_told_and_not_run_unasked(site: Site) -> None:
    found = listed(site)
    line = found["curl -fsS https://bookings.example.org/health"]
    assert (line["standing"], line["why"]["line"]) == ("unwatched", 16)
    assert "playbook = true" in line["hindrance"]


def test_the_page_and_the_figures(site: Site) -> None:
    site.sights["bookings"] = BAD
    later(site, seconds=11)
    later(site, minutes=1)
    page = Browser(site).get("/checks").text
    assert "it answered 503" in page
    assert page.index(">bookings") < page.index(">nightly backup")
    assert "/beat/" in page
    figures = site.ask("GET", "/metrics", headers={"Authorization": f"Bearer {READ}"}).text
    assert 'sirenbook_check_up{check="bookings"} 0.0' in figures
    assert 'sirenbook_check_seconds{check="bookings"} 0.2' in figures
