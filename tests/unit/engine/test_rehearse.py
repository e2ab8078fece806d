"""Rehearsal: the core on a virtual clock, with people who answer, resolve, or do not."""

from datetime import UTC, datetime, timedelta

import pytest

from sirenbook.engine.rehearsal.rehearse import Rehearsal, reaches_somebody, rehearse
from sirenbook.engine.rehearsal.stage import MOST_STEPS
from sirenbook.model.bindings import Bindings, ContactMethod, Person
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Clock, Level, Policy, Severity
from sirenbook.model.provenance import Provenance, default

START = datetime(2026, 1, 5, 10, tzinfo=UTC)


def at(line: int) -> Provenance:
    return Provenance("playbook.md", line, "…")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def level(key: str, after: int | None, *who: str, until: str = "acknowledged", **more: object) -> Level:
    return Level(key=key, severity="P1", after=after, who=who, until=until, why=at(20), **more)  # type: ignore[arg-type]


def policy(*levels: Level, **clocks: Clock) -> Policy:
    return Policy(
        digest="x",
        title="Test",
        files=("playbook.md",),
        severities=(Severity(name="P1", rank=0, why=at(1), **clocks),),  # type: ignore[arg-type]
        levels=levels,
        on_call=("on-call",),
        on_call_why=default("on-call"),
    )


LADDER = policy(
    level("a", 0, "Primary"),
    level("b", 300, "Secondary"),
    level("c", 1800, "Manager", until="resolved"),
    level("d", None, "CTO"),
    response=Clock(600, at(2)),
    update=Clock(1800, at(3)),
)


def run(book: Policy = LADDER, bindings: Bindings | None = None, **more: object) -> Rehearsal:
    given = {"start": START, "names": "targets", **more}
    return rehearse(book, bindings or Bindings(), "P1", **given)  # type: ignore[arg-type]


def paged(rehearsal: Rehearsal) -> list[tuple[float, str]]:
    return [(step.offset / minutes(1), x.name) for step in rehearsal.steps for x in step.who if x.demand == "page"]


def kinds(rehearsal: Rehearsal) -> list[str]:
    return [step.kind for step in rehearsal.steps]


def test_unanswered_the_ladder_is_climbed_on_its_clocks() -> None:
    first = paged(run(horizon=minutes(9)))
    assert first == [(0, "Primary"), (5, "Secondary")]


def test_an_acknowledgement_spares_the_levels_that_wait_for_one_and_no_other() -> None:
    rehearsal = run(ack_after=minutes(4))
    assert paged(rehearsal) == [(0, "Primary"), (30, "Manager")]
    assert [(x.level.key, x.reason) for x in rehearsal.not_reached] == [("b", "acknowledged"), ("d", "by hand")]
    [taken] = [s for s in rehearsal.steps if s.kind == "Acknowledged"]
    assert taken.text == "Acknowledged by Primary"


def test_an_acknowledgement_at_the_very_moment_counts() -> None:
    assert (5, "Secondary") not in paged(run(ack_after=minutes(5)))


def test_resolving_ends_it_and_tells_what_was_spared() -> None:
    rehearsal = run(ack_after=minutes(4), resolve_after=minutes(20))
    assert rehearsal.ended == "resolved"
    assert rehearsal.steps[-1].kind == "Resolved"
    assert rehearsal.steps[-1].offset == minutes(20)
    assert {x.level.key: x.reason for x in rehearsal.not_reached}["c"] == "resolved"


def test_resolved_before_anybody_acknowledged() -> None:
    rehearsal = run(ack_after=minutes(40), resolve_after=minutes(3))
    assert "Acknowledged" not in kinds(rehearsal)
    assert rehearsal.ended == "resolved"


def test_the_horizon_is_four_hours_after_the_last_level() -> None:
    last = run().steps[-1].offset
    assert minutes(30) + timedelta(hours=3) < last <= minutes(30) + timedelta(hours=4)


def test_without_timed_levels_it_looks_six_hours_ahead() -> None:
    rehearsal = run(policy(level("a", 0, "Primary"), update=Clock(3600, at(3))), ack_after=minutes(1))
    assert kinds(rehearsal).count("UpdateGiven") == 6


def test_updates_that_nobody_gives_page_whoever_has_it() -> None:
    book = policy(level("a", 0, "Primary"), level("b", 7200 * 3, "Lead"), update=Clock(3600, at(3)))
    rehearsal = run(book, ack_after=minutes(1), tells=False)
    assert paged(rehearsal)[:3] == [(0, "Primary"), (60, "Primary"), (120, "Lead")]
    assert "UpdateGiven" not in kinds(rehearsal)


def test_a_level_in_business_hours_is_within_the_horizon() -> None:
    weekend = datetime(2026, 1, 3, 2, tzinfo=UTC)
    hours = Bindings(business_hours=BusinessHours(zone="America/New_York"))
    book = policy(level("a", 0, "Primary"), level("b", 3600, "Lead", until="resolved", business=True))
    rehearsal = run(book, hours, start=weekend, ack_after=minutes(1))
    opening = datetime(2026, 1, 5, 14, tzinfo=UTC)
    assert (opening + timedelta(hours=1) - weekend) / minutes(1) == paged(rehearsal)[-1][0]


def test_it_never_grows_without_bound() -> None:
    busy = policy(level("a", 0, "Primary"), update=Clock(1, at(3)))
    rehearsal = run(busy, ack_after=minutes(1), horizon=timedelta(days=365))
    assert rehearsal.cut
    assert len(rehearsal.steps) <= MOST_STEPS + 100


def test_people_are_called_by_name_and_gaps_show() -> None:
    mira = Person("mira", "Mira Okafor", (ContactMethod("email", "m@x.org"), ContactMethod("ntfy", "t", 120)))
    bindings = Bindings(people={"mira": mira}, targets={"primary": ("mira",)}, fallback=("mira",))
    rehearsal = run(bindings=bindings, names="people", horizon=minutes(6))
    assert (0, "Mira Okafor") in paged(rehearsal)
    assert "PageContinued" in kinds(rehearsal)
    [gap] = [s for s in rehearsal.steps if s.kind == "Unreachable"]
    assert gap.text.startswith("Secondary reaches nobody")


def test_one_person_behind_two_names_does_not_hide_a_target() -> None:
    mira = Person("mira", "Mira Okafor", (ContactMethod("email", "m@x.org"),))
    bindings = Bindings(people={"mira": mira}, targets={"primary": ("mira",), "secondary": ("mira",)})
    assert reaches_somebody(LADDER, bindings)
    assert paged(run(bindings=bindings, horizon=minutes(5))) == [(0, "Primary"), (5, "Secondary")]


def test_the_same_arguments_give_the_same_rehearsal() -> None:
    assert run(ack_after=minutes(4)) == run(ack_after=minutes(4))


def test_nobody_reached_still_lets_somebody_acknowledge() -> None:
    rehearsal = run(policy(level("a", 3600, "Primary")), ack_after=minutes(1))
    assert "Acknowledged by on-call" in [s.text for s in rehearsal.steps]


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(KeyError):
        rehearse(LADDER, Bindings(), "P9", start=START)
