"""Business hours of teams: one calendar for all clocks of an incident, that of the team whose service it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sirenbook.engine.rehearsal.whatif import Running, rebound
from sirenbook.incident.after.aftermath import outstanding
from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines, decide, fold
from sirenbook.incident.measures.timings import timings
from sirenbook.incident.people.coverage import coverage
from sirenbook.incident.rebinding import binding_changes
from sirenbook.model import command as c
from sirenbook.model import event as e
from sirenbook.model.bindings import Bindings
from sirenbook.model.clock import Clock
from sirenbook.model.hours import BusinessHours
from sirenbook.model.identity import Team
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy, ReviewDeadline
from unit.incident.scenes import WHY, bindings, level, policy, severity

VIENNA = BusinessHours("Europe/Vienna", holidays=(date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 6)))
TOKYO = BusinessHours("Asia/Tokyo", 600, 1080, holidays=tuple(date(2027, 1, n) for n in (1, 2, 3)))
TEAMS = {"harbour": Team(("crane",), hours=VIENNA), "rail": Team(("points", "signals"), hours=TOKYO)}
EVE = datetime(2026, 12, 30, 11, tzinfo=UTC)
THREE_DAYS = ReviewDeadline("review", Clock(3 * 86_400, WHY, business=True))


def opened(policy_: Policy, bindings_: Bindings, service: str, at: datetime = EVE) -> tuple[Context, Any]:
    """An incident that an alert of a service opened."""
    labels = {"service": service} if service else {}
    command = c.Open("it leans", "P1", "seen", WHY, by="", group=service, alerts=1, labels=labels)
    context = Context(policy_, bindings_, at)
    return context, decide(context, Incident(id=1), command)


def ended(service: str, bindings_: Bindings, at: datetime = EVE) -> tuple[Context, Any]:
    """One that is resolved and leaves a review to write."""
    whole = policy(level("1", 0), reviews=(THREE_DAYS,))
    context, begun = opened(whole, bindings_, service, at)
    return context, decide(context, begun.incident, c.Resolve(by="mira", reason="propped up", at_once=True))


def due(context: Context, incident: Incident) -> datetime:
    """When the review is late."""
    return outstanding(context.about(incident), incident)[0].due


@pytest.mark.parametrize(
    ("service", "day"),
    [
        ("crane", datetime(2027, 1, 5, 11, tzinfo=UTC)),  # Thu 31st, Mon 4th, Tue 5th
        ("points", datetime(2027, 1, 5, 11, tzinfo=UTC)),  # after hours in Tokyo, but days keep the time of day
        ("buoy", datetime(2027, 1, 4, 11, tzinfo=UTC)),  # nobody's: the installation's, which works at New Year
        ("", datetime(2027, 1, 4, 11, tzinfo=UTC)),
    ],
)
def test_a_review_is_due_by_the_calendar_of_the_incidents_team(service: str, day: datetime) -> None:
    """Over New Year each team has other days off."""
    context, resolved = ended(service, bindings(teams=TEAMS))
    assert due(context, resolved.incident) == day


def test_all_clocks_of_one_incident_are_of_one_calendar() -> None:
    """The level, the response time and a day that a person writes down, whoever is on call."""
    waits = replace(severity("P1", 1), response=Clock(3600, WHY, business=True))
    whole = policy(level("1", 60, business=True), severities=(severity("P0", 0), waits, severity("P2", 2)))
    opens = {"crane": datetime(2026, 12, 30, 12, tzinfo=UTC), "points": datetime(2026, 12, 31, 2, tzinfo=UTC)}
    closes = {"crane": (16, 0), "points": (9, 0)}
    for service, at in opens.items():
        context, begun = opened(whole, bindings(teams=TEAMS), service)
        missed = [
            d.at for d in deadlines(context, begun.incident) if isinstance(d.event, e.ResponseMissed | e.Escalated)
        ]
        assert set(missed) == {at}
        item = decide(context, begun.incident, c.AddItem("mira", "prop it", due=date(2027, 1, 7))).incident
        assert item.aftermath and item.aftermath.items[0].due
        assert (item.aftermath.items[0].due.hour, item.aftermath.items[0].due.minute) == closes[service]


def test_the_row_and_the_timeline_know_the_service() -> None:
    _, begun = opened(policy(level("1", 0)), bindings(teams=TEAMS), "signals")
    assert begun.incident.service == "signals"
    assert fold(1, begun.entries) == begun.incident


def test_measures_go_by_the_same_calendar() -> None:
    """Acknowledged at night, twelve hours later: before Vienna opened, and in Tokyo too late."""
    waits = replace(severity("P1", 1), response=Clock(3600, WHY, business=True))
    whole = policy(level("1", 0), severities=(severity("P0", 0), waits, severity("P2", 2)))
    evening = datetime(2026, 12, 29, 17, tzinfo=UTC)
    kept = {}
    for service in ("crane", "points"):
        context, begun = opened(whole, bindings(teams=TEAMS), service, evening)
        later = replace(context, now=evening + timedelta(hours=12))
        taken = decide(later, begun.incident, c.Acknowledge("mira", "web"))
        kept[service] = timings(later, 1, (*begun.entries, *taken.entries)).response_kept
    assert kept == {"crane": True, "points": False}


def test_another_team_recomputes_what_lies_ahead() -> None:
    """As with a new severity: from the same beginning; the plan tells what moves, and from when to when."""
    old, new = bindings(teams=TEAMS), bindings(teams={"rail": replace(TEAMS["rail"], services=("crane",))})
    monday = datetime(2027, 1, 4, 11, tzinfo=UTC)
    context, resolved = ended("crane", old, monday)
    running = Running(resolved.incident, context.policy)
    moved = {(x.keeps, x.would) for x in rebound(running, old, new, monday)}
    assert moved == {(datetime(2027, 1, 7, 11, tzinfo=UTC), datetime(2027, 1, 6, 11, tzinfo=UTC))}, "reminders"
    assert due(replace(context, bindings=new), resolved.incident) == datetime(2027, 1, 7, 11, tzinfo=UTC)


def test_a_plan_tells_of_calendars_and_days_off() -> None:
    harbour = TEAMS["harbour"]
    off = replace(VIENNA, holidays=(*VIENNA.holidays, date(2026, 12, 24)))
    old, new = Bindings(teams=TEAMS), Bindings(teams={"harbour": replace(harbour, hours=off)})
    told = {x.what: (x.before, x.after) for x in binding_changes(old, new)}
    assert told["holidays of the business hours of team harbour"] == ("", "2026-12-24")
    assert told["business hours of team rail"] == ("10:00 to 18:00 Asia/Tokyo, Mon, Tue, Wed, Thu, Fri", "")


def test_coverage_is_proven_for_each_calendar() -> None:
    """Only where a level waits for business hours does the calendar matter."""
    whole = policy(level("1", 0, business=True), level("2", 0, severity="P0"))
    found = coverage(whole, bindings(teams=TEAMS), {}, EVE, EVE + timedelta(days=3))
    assert [x.title for x in found] == ["P0", "P1", "P1 of team harbour", "P1 of team rail", "P2"]


ZONES = ("UTC", "America/New_York", "Europe/Vienna", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata")
NEW_YEAR = date(2026, 12, 20)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    days=st.sets(st.integers(0, 6), min_size=1),
    off=st.sets(st.integers(0, 40)),
    start=st.integers(0, 400 * 24 * 60),
    wanted=st.integers(1, 10),
)
def test_business_days_of_any_team(zone: str, days: set[int], off: set[int], start: int, wanted: int) -> None:
    """Counted day by day, over year ends, changes of the clocks and holidays, whatever others' calendar is."""
    holidays = tuple(NEW_YEAR + timedelta(days=n) for n in off)
    hours = BusinessHours(zone, days=tuple(sorted(days)), holidays=holidays)
    teams = {"other": Team(("buoy",), hours=TOKYO), "own": Team(("crane",), hours=hours)}
    begins = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=start)
    got = Context(policy(), bindings(teams=teams), begins, service="crane").later(begins, wanted * 86_400, True)
    local = begins.astimezone(ZoneInfo(zone))
    passed = local.date()
    counted = 0
    while counted < wanted:
        passed += timedelta(days=1)
        counted += passed.weekday() in days and passed not in holidays
    there = got.astimezone(ZoneInfo(zone))
    assert there.date() == passed
    assert abs((there.replace(tzinfo=None) - datetime.combine(passed, local.time())).total_seconds()) <= 3600
