"""What is done regularly: when it is due, who is reminded when, what a drill was; on business days, as stated."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sirenbook.incident.after import practices
from sirenbook.incident.after.practices import Reminder, find, kept, regulars, reminder, standings
from sirenbook.model.bindings import Bindings, ContactMethod, Person
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Policy
from sirenbook.model.practice import Record, Standing
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Practice, Readiness, Stamp, Stated
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.readiness.days import day_of
from sirenbook.playbook.readiness.practices import owner_of

DAY = 86_400
WHY = Provenance("playbook.md", 9, "restore test every month")
HOURS = BusinessHours("Europe/Vienna", holidays=(date(2026, 12, 25),))
BINDINGS = Bindings(business_hours=HOURS)
MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)
MONTHLY = Practice("Restore test every month", "drill", WHY, 30 * DAY)


def policy(*found: Practice, stamp: Stamp | None = None, **more: object) -> Policy:
    ready = Readiness(practices=found, stamp=stamp or Stamp())
    fields = {"severities": (), "levels": (), "on_call": ("Primary",), "on_call_why": WHY, **more}
    return Policy(digest="d", title="t", files=("playbook.md",), readiness=ready, **fields)  # type: ignore[arg-type]


def one(each: Practice, *records: Record, now: datetime = MONDAY, stamp: Stamp | None = None) -> Standing:
    (found,) = standings(policy(each, stamp=stamp), BINDINGS, [begun(), *records], now)
    return found


def begun(name: str = "restore-test-every-month", at: datetime = MONDAY) -> Record:
    return Record(name, "begun", at)


def done(at: datetime, name: str = "restore-test-every-month", due: datetime | None = None) -> Record:
    return Record(name, "done", at, due, "mira")


def test_it_is_due_a_period_after_it_was_known_or_done_at_the_end_of_a_business_day() -> None:
    assert one(MONTHLY).due == datetime(2026, 12, 2, 16, tzinfo=UTC), "17:00 in Vienna"
    later = one(MONTHLY, done(datetime(2026, 11, 25, 9, tzinfo=UTC)))
    assert later.due == datetime(2026, 12, 28, 16, tzinfo=UTC), "Christmas Day is none, nor is the weekend"
    assert not later.overdue(datetime(2026, 12, 28, 15, tzinfo=UTC))
    assert later.overdue(datetime(2026, 12, 28, 17, tzinfo=UTC))
    assert one(Practice("Drills", "drill", WHY), begun("drills")).due is None, "no line says how often"


def reminded_at(standing: Standing, days: int) -> list[Reminder]:
    """Every reminder of the days ahead, as a pass every hour would find them."""
    found: dict[int, Reminder] = {}
    for hour in range(days * 24):
        if each := reminder(standing, MONDAY + timedelta(hours=hour)):
            found[each.round] = each
    return list(found.values())


def test_reminders_begin_before_it_is_due_and_grow_apart() -> None:
    told = reminded_at(one(MONTHLY), 120)
    assert [(f"{r.at:%a %d %b}", r.round) for r in told[:7]] == [
        ("Fri 27 Nov", 0),
        ("Wed 02 Dec", 1),
        ("Thu 03 Dec", 2),
        ("Mon 07 Dec", 3),
        ("Mon 14 Dec", 4),
        ("Mon 21 Dec", 5),
        ("Tue 29 Dec", 6),
    ]
    apart = [b.at - a.at for a, b in zip(told[6:], told[7:], strict=False)]
    assert apart, "it is never given up"
    assert all(timedelta(days=30) <= gap < timedelta(days=34) for gap in apart), "once a period"


def test_what_was_late_before_it_was_known_is_chased_from_then_on() -> None:
    stamp = Stamp(review=Stated("Quarterly", WHY), review_every=91 * DAY, updated_on=date(2026, 1, 15))
    (found,) = standings(policy(stamp=stamp), BINDINGS, [begun("playbook-review")], MONDAY)
    assert (found.regular.what, f"{found.due:%Y-%m-%d}") == ("Review of the playbook", "2026-04-16")
    assert reminder(found, MONDAY) == Reminder(MONDAY, 1)
    (after,) = standings(policy(stamp=stamp), BINDINGS, [done(MONDAY, "playbook-review")], MONDAY)
    assert f"{after.due:%Y-%m-%d}" == "2027-02-01"


def test_the_playbooks_own_dates_count() -> None:
    stamp = Stamp(next_review=Stated("2026-12-01", WHY), review_on=date(2026, 12, 1), updated_on=date(2026, 11, 1))
    of_itself = Practice("This playbook is reviewed every 6 months", "review", WHY, 180 * DAY)
    begun_ = begun("this-playbook-is-reviewed-every-6")
    (found,) = standings(policy(of_itself, stamp=stamp), BINDINGS, [begun_], MONDAY)
    assert f"{found.due:%Y-%m-%d}" == "2026-12-01", "one practice, by its stated day"
    about_then = done(datetime(2026, 11, 27, 12, tzinfo=UTC), found.regular.name)
    (found,) = standings(policy(of_itself, stamp=stamp), BINDINGS, [begun_, about_then], MONDAY)
    assert f"{found.due:%Y-%m-%d}" == "2027-05-26"
    typo = Stamp(review=Stated("Monthly", WHY), review_every=30 * DAY, updated_on=date(2062, 1, 1))
    (found,) = standings(policy(stamp=typo), BINDINGS, [begun("playbook-review")], MONDAY)
    assert f"{found.due:%Y-%m-%d}" == "2026-12-02", "a day that is still to come says nothing"


def person(id_: str) -> Person:
    return Person(id_, id_.title(), (ContactMethod("quiet", id_),))


def test_who_is_reminded() -> None:
    people = {p: person(p) for p in ("ann", "bob", "cid", "dee")}
    targets = {"primary": ("ann",), "sre team": ("bob",), "engineering manager": ("cid",)}
    bindings = Bindings(people=people, targets=targets, fallback=("dee",))  # type: ignore[arg-type]
    stamp = Stamp(owner=Stated("SRE Team", WHY))

    def told(each: Practice, stamp: Stamp | None = None, round_: int = 1) -> list[str]:
        own = policy(each, stamp=stamp, on_call=("Primary", "Engineering Manager"))
        return [p.id for p in practices.reminded(own, bindings, regulars(own)[0], round_, MONDAY)]

    named = Practice("Drill", "drill", WHY, DAY, "engineering manager")
    assert told(named) == ["cid"]
    assert told(MONTHLY, stamp) == ["bob"], "the playbook's owner"
    assert told(MONTHLY) == ["ann"], "who is on call first"
    assert told(MONTHLY, stamp, practices.ABOVE_FROM + 1) == ["bob", "cid"], "late for long, the manager too"
    assert told(Practice("Drill", "drill", WHY, DAY, "Nobody we know"), stamp) == ["bob"]
    empty = policy(MONTHLY, on_call=("Somebody",))
    assert practices.owners(empty, bindings, regulars(empty)[0], MONDAY) == (people["dee"],)


def test_names_are_once_and_found_by_part() -> None:
    weekly = Practice("**Restore test** every month", "drill", WHY, 7 * DAY)
    own = policy(MONTHLY, MONTHLY, weekly, Practice("Tabletop", "drill", WHY))
    assert [r.name for r in regulars(own)] == ["restore-test-every-month", "restore-test-every-month-2", "tabletop"]
    found = standings(own, BINDINGS, [], MONDAY)
    assert find(found, "Tabl").regular.name == "tabletop"
    assert find(found, "restore-test-every-month").regular.every == 30 * DAY, "a whole name is that one"
    for said in ("restore", "unknown", "  "):
        with pytest.raises(LookupError, match="is not the name of one practice"):
            find(found, said)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Region failover drill in staging", "region-failover-every-quarter"),
        ("Restore of the ledger", "restore-test-every-month"),
        ("Payments are slow", "quarterly-game-day"),
    ],
)
def test_which_practice_a_drill_was(title: str, name: str) -> None:
    game = Practice("Quarterly game day", "drill", WHY, 91 * DAY)
    failover = Practice("Region failover every quarter", "drill", WHY, 91 * DAY)
    look_back = Practice("Payments review, monthly", "review", WHY, 30 * DAY)
    found = practices.drilled(standings(policy(MONTHLY, game, failover, look_back), BINDINGS, [], MONDAY), title)
    assert found is not None
    assert found.regular.name == name
    bare = standings(policy(MONTHLY, failover), BINDINGS, [], MONDAY)
    assert practices.drilled(bare, "Payments are slow") is None, "rather none than a wrong one"


def test_what_was_kept() -> None:
    due = datetime(2026, 11, 20, 16, tzinfo=UTC)
    records = [done(due - timedelta(hours=1), due=due), done(due + timedelta(days=3), due=due)]
    late = Standing(regulars(policy(MONTHLY))[0], MONDAY, None, due)
    assert kept(records, [late], due + timedelta(days=1)) == (1, 2)
    assert kept([], [late], due - timedelta(days=1)) == (0, 0), "not yet due"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("on 2026/3/1 by Jo", date(2026, 3, 1)),
        ("March 3rd, 2026", date(2026, 3, 3)),
        ("12 May 2023", date(2023, 5, 12)),
        ("1.12.2026", date(2026, 12, 1)),
        ("Jan 2026", date(2026, 1, 1)),
        ("03/04/2026", None),
        ("2026-13-40", None),
        ("$(date)", None),
    ],
)
def test_days_as_playbooks_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("On-call retrospective every 2 weeks, led by the on-call manager", "on-call manager"),
        ("The SRE lead reviews incident trends monthly", "SRE lead"),
        ("Game day, quarterly (owner: Observability guild)", "Observability guild"),
        ("This playbook is reviewed every 6 months by the platform team.", "platform team"),
        ("Restore tests run quarterly", ""),
        ("Team drills are held monthly", ""),
    ],
)
def test_who_does_it_by_its_line(text: str, owner: str) -> None:
    assert owner_of(text) == owner


HOUSE = """\
# When the kettle boils over

We run a game day every quarter. Tabletop exercises are held monthly by the incident commander.

### Monthly incident review
Owner: Engineering Manager
- trends

This playbook is reviewed every 6 months by the platform team.

## Drills

| Exercise | Cadence | Owner |
|---|---|---|
| Region failover | every quarter | SRE lead |

* Paging test every Monday
"""


def test_a_house_of_its_own() -> None:
    found = compile_playbook([("playbook.md", HOUSE)]).readiness.practices
    assert {(p.kind, p.owner, (p.every or 0) // DAY, p.why.line) for p in found} == {
        ("drill", "", 91, 3),
        ("drill", "incident commander", 30, 3),
        ("review", "Engineering Manager", 30, 5),
        ("review", "platform team", 180, 9),
        ("drill", "SRE lead", 91, 15),
        ("drill", "", 7, 17),
    }
