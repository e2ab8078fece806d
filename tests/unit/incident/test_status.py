"""The public status page: what is told outside and nothing else, how components fare, what customers get."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from sirenbook.incident.updates import status_board, status_news
from sirenbook.incident.updates.outward import public_title
from sirenbook.incident.updates.public import published
from sirenbook.model import command as c
from sirenbook.model.bindings import Bindings
from sirenbook.model.promise import Outlet, SecurityRule, State, Use
from sirenbook.model.status import Component, CustomerList, Maintenance, PublicIncident, Span, StatusPage
from sirenbook.model.update_event import UpdateGiven
from unit.incident.scenes import START, WHY, Scene, bindings, level, policy
from unit.incident.test_communication import promise

PAGE = StatusPage("Harbour status", (Component("Bookings", ("bookings",)), Component("Desk", ("desk",))))
OUTLET = Outlet("status page", "status page", (Use(WHY, "public"),))
APPROVAL = SecurityRule("approval before external words", WHY, ("vp",))
UTC_ZONE = ZoneInfo("UTC")


def bound(**more: object) -> Bindings:
    return bindings(status=PAGE, **more)


def scene(*, security: tuple[SecurityRule, ...] = (), severity: str = "P0", cast: Bindings | None = None) -> Scene:
    book = policy(level("1", 0), promises=(promise(first=30, every=60),), outlets=(OUTLET,), security=security)
    return Scene(book, cast or bound(), severity=severity).do(1, c.Acknowledge("mira"))


def tell(text: str = "Bookings are slow.", **more: object) -> c.Tell:
    components = more.pop("components", ("Bookings",))
    return c.Tell("mira", more.pop("audience", "customers"), text, components=components, **more)  # type: ignore[arg-type]


def public(found: Scene) -> PublicIncident | None:
    return published(found.context(0), 1, found.entries)


def last(found: Scene) -> UpdateGiven:
    return next(e.event for e in reversed(found.entries) if isinstance(e.event, UpdateGiven))


def test_an_update_that_is_sent_stands_on_the_page_and_keeps_the_promise() -> None:
    found = scene().do(20, tell(state="Identified"))
    told = public(found)
    assert told is not None and told.over_at is None
    assert [(u.text, u.state, u.impact) for u in told.updates] == [
        ("Bookings are slow.", "Identified", "major outage")
    ]
    assert (last(found).outlets, last(found).left) == (("status page",), ())
    assert told.next_by == START + timedelta(minutes=80)  # by the playbook's cadence
    assert told.began == START
    assert found.run(79).told("UpdateDue") == []


def test_the_incidents_own_title_never_gets_out() -> None:
    found = scene().do(5, tell()).do(6, tell(title="  Bookings\nare slow  ", components=()))
    first, second = (published(found.context(0), 1, found.entries[: n or None]) for n in (-1, 0))
    assert first is not None and second is not None
    assert first.title == "Bookings: major outage"
    assert second.title == "Bookings are slow"
    assert "disk full" not in repr((first, second))


def test_words_that_were_posted_elsewhere_or_said_inside_are_not_on_it() -> None:
    posted = scene().do(5, tell(posted=True)).do(6, tell(audience="internal", posted=True, components=()))
    assert public(posted) is None
    book = policy(level("1", 0), outlets=(OUTLET,))
    letters = Scene(book, bound()).do(1, tell(audience="authorities", posted=True))
    assert public(letters) is None
    with pytest.raises(c.Refused, match="nothing is bound where authorities read"):
        letters.do(2, tell(audience="authorities"))


def test_an_outlet_of_another_name_stays_a_text_to_paste() -> None:
    other = Outlet("status page", "status.other.example", (Use(WHY, "public"),))
    named = bindings(status=replace(PAGE, outlets=("status page",)))
    both = Scene(policy(level("1", 0), outlets=(OUTLET, other)), named).do(1, tell())
    assert (last(both).outlets, last(both).left) == (("status page",), ("status.other.example",))
    with pytest.raises(c.Refused, match=r"status\.other\.example"):
        Scene(policy(level("1", 0), outlets=(other,)), named).do(1, tell())


def test_where_no_outlet_is_named_every_status_page_of_the_playbook_is_ours() -> None:
    other = Outlet("status page", "status.other.example", (Use(WHY, "public"),))
    found = Scene(policy(level("1", 0), outlets=(other,)), bound()).do(1, tell())
    assert (last(found).outlets, last(found).left) == (("status.other.example",), ())


def test_a_security_incident_appears_only_by_words_that_were_approved_with_their_title() -> None:
    found = scene(security=(APPROVAL,)).do(2, c.MarkSecurity("mira", "odd logins"))
    with pytest.raises(c.Refused, match="must approve"):
        found.do(5, tell())
    found.do(6, c.ApproveUpdate("vera", "customers", "We look into it.", title="Access"))
    with pytest.raises(c.Refused, match="must approve"):
        found.do(7, tell("We look into it.", title="Logins stolen"))
    told = public(found.do(8, tell("We look into it.", title="Access")))
    assert told is not None
    assert (told.title, told.began, told.latest.approved_by) == ("Access", START + timedelta(minutes=8), "vera")
    ended = public(found.do(9, c.Resolve("mira", "it was a test", at_once=True)))
    assert ended is not None and ended.over_at is None, "only approved words say that it is over"


def test_without_anybody_to_consent_a_security_incident_goes_nowhere_by_itself() -> None:
    rule = SecurityRule("document the timeline", WHY)
    found = scene(security=(rule,)).do(2, c.MarkSecurity("mira", "odd logins"))
    with pytest.raises(c.Refused, match="nothing is bound"):
        found.do(5, tell())


def test_a_drill_never_goes_outside_by_itself() -> None:
    book = policy(level("1", 0), outlets=(OUTLET,))
    drill = Scene(book, bound())
    drill.incident = drill.incident.__class__(id=2)
    drill.do(0, c.Open("a drill", "P1", "we try it", WHY, by="mira", drill=True))
    with pytest.raises(c.Refused, match="nothing is bound"):
        drill.do(1, tell())


def test_its_end_is_told_by_the_incident_or_by_words_and_a_return_opens_it_again() -> None:
    found = scene().do(10, tell()).do(40, c.Resolve("mira", "restarted", at_once=True))
    over = public(found)
    assert over is not None and over.over_at == START + timedelta(minutes=40)
    again = public(found.do(50, c.Reopen("mira", "it is back")))
    assert again is not None and again.over_at is None
    assert [(s.start, s.end) for s in again.spans] == [
        (START, START + timedelta(minutes=40)),
        (START + timedelta(minutes=50), None),
    ]
    done = public(found.do(60, tell("All is well.", state="Resolved")))
    assert done is not None
    assert (done.over_at, done.latest.impact) == (START + timedelta(minutes=60), "operational")
    assert done.next_by is None


def test_a_regrade_changes_how_the_component_fares() -> None:
    found = scene().do(5, tell()).do(6, c.Regrade("mira", "P2", "less than feared")).do(7, tell("Better."))
    told = public(found)
    assert told is not None
    assert [u.impact for u in told.updates] == ["major outage", "degraded"]
    assert [s.impact for s in told.spans] == ["major outage", "degraded"]


def test_states_are_the_playbooks_words_and_nothing_else() -> None:
    book = policy(level("1", 0), outlets=(OUTLET,), states=(State("Looking", "investigating", WHY),))
    found = Scene(book, bound()).do(1, tell(state="<b>we were hacked</b>"))
    told = public(found)
    assert told is not None and told.latest.state == "Looking"


def test_components_and_lists_that_there_are_not_are_refused() -> None:
    with pytest.raises(c.Refused, match="no component 'Cranes'; there are: Bookings, Desk"):
        scene().do(5, tell(components=("Cranes",)))
    with pytest.raises(c.Refused, match="no list of customers 'vip'"):
        scene().do(5, tell(lists=("vip",)))


def test_affected_customers_get_a_mail_by_component_and_severity() -> None:
    lists = (
        CustomerList("all", "All", ("a@x.example",)),
        CustomerList("desks", "Desks", ("d@x.example",), components=("Desk",)),
        CustomerList("grave", "Grave", ("g@x.example",), severities=("P0",)),
    )
    found = scene(cast=bound(customers=lists), severity="P1").do(5, tell())
    assert last(found).lists == ("all",)
    assert last(found).outlets == ("status page", "customers: all")
    assert last(found.do(6, tell(components=("Desk",)))).lists == ("all", "desks")
    assert last(found.do(7, tell(lists=("grave",)))).lists == ("grave",)
    assert last(found.do(8, tell(lists=()))).lists == ()
    assert found.told("Notified") == []


@pytest.mark.parametrize(
    ("components", "impact", "title"),
    [
        (("Bookings",), "degraded", "Bookings: degraded performance"),
        (("A", "B", "C", "D"), "partial outage", "A, B, C and others: partial outage"),
        ((), "major outage", "Service disruption"),
        ((), "operational", "Service notice"),
    ],
)
def test_the_neutral_title(components: tuple[str, ...], impact: str, title: str) -> None:
    assert public_title("", components, impact) == title  # type: ignore[arg-type]


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def incident(start: datetime, end: datetime | None, impact: str = "major outage", **more: object) -> PublicIncident:
    found = scene().do(1, tell(impact=impact))
    told = public(found)
    assert told is not None
    span = Span(start, impact, ("Bookings",), end)  # type: ignore[arg-type]
    return PublicIncident(1, "x", start, told.updates, (span,), end)


def board(
    *incidents: PublicIncident, maintenance: tuple[Maintenance, ...] = (), zone: str = "UTC"
) -> status_board.Board:
    since = NOW - timedelta(days=30)
    return status_board.board(status_board.Known(PAGE, incidents, maintenance, ZoneInfo(zone), since), NOW)


def test_nothing_is_wrong() -> None:
    found = board()
    assert (found.condition, found.words) == ("operational", "All systems operational")
    days = found.lines[0].days
    assert (len(days), days[0].condition, days[-1].condition) == (90, None, "operational")
    assert found.lines[0].uptime == 1.0


def test_an_outage_over_midnight_counts_on_both_days_and_overlaps_count_once() -> None:
    night = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    one = incident(night, night + timedelta(hours=3))
    other = incident(night + timedelta(hours=1), night + timedelta(hours=4), "partial outage")
    bars = {d.day.day: d.down for d in board(one, other).lines[0].days[-5:]}
    assert (bars[20], bars[21], bars[22]) == (3600, 3 * 3600, 0)
    assert board(one, other).lines[0].uptime == pytest.approx(1 - 4 / (30 * 24))


def test_days_are_those_of_the_zone() -> None:
    late = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 22:00 of the day before in New York
    bars = board(incident(late, late + timedelta(hours=1)), zone="America/New_York").lines[0].days
    assert {d.day.day: d.down for d in bars[-4:]}[20] == 3600


def test_degraded_is_seen_and_is_not_down() -> None:
    start = NOW - timedelta(hours=2)
    line = board(incident(start, None, "degraded")).lines[0]
    assert (line.condition, line.days[-1].condition, line.days[-1].down) == ("degraded", "degraded", 0)


def test_the_worst_that_is_open_is_how_everything_fares() -> None:
    found = board(incident(NOW - timedelta(hours=1), None))
    assert (found.condition, found.lines[0].condition, found.lines[1].condition) == (
        "major outage",
        "major outage",
        "operational",
    )
    assert found.lines[0].days[-1].down == 3600


def planned(start: int, until: int, **more: object) -> Maintenance:
    hours = (NOW + timedelta(hours=h) for h in (start, until))
    return Maintenance(1, "New disks", "Read only.", ("Bookings",), *hours, NOW - timedelta(days=1), "mira", **more)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("window", "state", "condition", "ahead", "behind"),
    [
        (planned(2, 4), "planned", "operational", 1, 0),
        (planned(-1, 4), "under way", "maintenance", 1, 0),
        (planned(-4, -1), "over", "operational", 0, 1),
        (planned(-1, 4, ended_at=NOW), "over", "operational", 0, 1),
        (planned(2, 4, ended_at=NOW), "called off", "operational", 0, 1),
    ],
)
def test_maintenance_before_while_and_after(
    window: Maintenance, state: str, condition: str, ahead: int, behind: int
) -> None:
    found = board(maintenance=(window,))
    assert (window.state(NOW), found.condition) == (state, condition)
    assert (len(found.maintenance), len(found.maintained)) == (ahead, behind)


def test_what_comes_of_maintenance_is_told_once_it_comes() -> None:
    def told(window: Maintenance) -> list[str]:
        return [m for m, _ in status_news.moments(window, NOW)]

    assert told(planned(2, 4)) == ["announced"]
    assert told(planned(-1, 4)) == ["announced", "started"]
    assert told(planned(-4, -1)) == ["announced", "ended"]
    off = planned(2, 4, ended_at=NOW)
    assert told(off) == ["announced", "ended"]
    assert "called off" in status_news.of_maintenance("S", off, "ended", UTC_ZONE).subject


def test_times_are_told_in_utc_and_by_the_teams_clocks() -> None:
    at = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert status_news.moment(at, UTC_ZONE) == "2026-11-23 03:30 UTC"
    assert status_news.moment(at, ZoneInfo("America/New_York")) == "2026-11-23 03:30 UTC (2026-11-22 22:30 EST)"
    assert status_news.moment(at, ZoneInfo("Europe/Berlin")) == "2026-11-23 03:30 UTC (04:30 CET)"
