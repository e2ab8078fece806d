"""Two teams of different calendars: the same night, the same playbook, other days."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from sirenbook.model.hours import BusinessHours
from sirenbook.model.identity import Team
from sirenbook.model.policy import Clock, ReviewDeadline
from unit.web.site import Browser, Site, at, policy

THREE_DAYS = ReviewDeadline("Report", Clock(3 * 86_400, at(12), business=True))


def test_a_whole_life_in_each_team(site: Site) -> None:
    """From the alert to the late report and the item of that day: each by the calendar of its own team."""
    now, books = site.station.now(), site.station.engine.books
    site.ahead(seconds=(datetime(now.year, 12, 30, 11, tzinfo=UTC) - now).total_seconds())
    year = site.station.now().year
    vienna = BusinessHours("Europe/Vienna", days=tuple(range(7)), holidays=(date(year + 1, 1, 1),))
    teams = {"rail": Team(("points",), hours=vienna)}
    everybody = BusinessHours(days=tuple(range(7)))
    bindings = replace(books.bindings, teams=teams, business_hours=everybody)
    books.put_in_force(policy(reviews=(THREE_DAYS,), digest="other"), bindings)
    for service in ("points", "buoy"):
        site.alert("Down", service=service)
    told = [site.api("GET", f"/api/incidents/INC-{n}").json() for n in (1, 2)]
    assert [(t["service"], t["calendar"]["team"]) for t in told] == [("points", "rail"), ("buoy", "")]
    assert told[0]["calendar"]["hours"].startswith("09:00 to 17:00 Europe/Vienna")
    for number in (1, 2):
        one = f"/api/incidents/INC-{number}"
        site.api("POST", f"{one}/acknowledge", {"by": "mira"})
        site.alert("Down", service=told[number - 1]["service"], status="resolved")
        site.api("POST", f"{one}/resolve", {"by": "mira", "reason": "restarted", "at_once": True})
        site.api("POST", f"{one}/items", {"text": "Oil it", "owner": "mira", "due": f"{year + 1}-01-02"})
    dues = [site.api("GET", f"/api/incidents/INC-{n}/review").json() for n in (1, 2)]
    assert [x["due"][0]["due"][:10] for x in dues] == [f"{year + 1}-01-03", f"{year + 1}-01-02"]
    items = [site.api("GET", f"/api/incidents/INC-{n}/items").json()["items"][0]["due"] for n in (1, 2)]
    assert [i[:16] for i in items] == [f"{year + 1}-01-02T16:00", f"{year + 1}-01-02T17:00"]
    site.ahead(days=3, hours=1)
    site.ahead(minutes=1)
    late = [
        [e["text"] for e in site.api("GET", f"/api/incidents/INC-{n}/timeline").json()["entries"]] for n in (1, 2)
    ]
    assert [any(t.startswith("Overdue: Report") for t in texts) for texts in late] == [False, True]
    page = Browser(site).get("/incidents/INC-1").text
    assert "Business hours of team rail: 09:00 to 17:00 Europe/Vienna" in page
    assert "Business hours of team" not in Browser(site, "Jonas Dahl").get("/incidents/INC-2").text
