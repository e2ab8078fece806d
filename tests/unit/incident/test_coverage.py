"""Coverage, against asking minute by minute, and what it finds: gaps, silent levels, everything on one person."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sirenbook.incident.people.coverage import Coverage, Stretch, coverage
from sirenbook.incident.people.coverage_findings import findings
from sirenbook.model.bindings import Bindings, Duty
from sirenbook.model.hours import BusinessHours
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Access, Readiness, Stated
from sirenbook.model.rotation import Layer, Override, Rotation, Window
from unit.incident.scenes import level, person, policy, severity

START = datetime(2026, 10, 24, tzinfo=UTC)
"""A Saturday; clocks change in Europe on the day after, in New York a week later."""
PEOPLE = {p: person(p, "push") for p in ("mira", "theo", "vera", "ana")}
WAYS = {p: ["push"] for p in PEOPLE}
OFFICE = Window((0, 1, 2, 3, 4), 9 * 60, 17 * 60)
MONDAY = datetime(2026, 1, 5, 9)
Windows = tuple[Window, ...]


def bound(*rotations: Rotation, fallback: tuple[str, ...] = ("ana",), **targets: str | Duty) -> Bindings:
    """The people, rotations, and who answers to which name."""
    return Bindings(
        people=PEOPLE,
        targets={name: (each,) for name, each in targets.items()},
        rotations={r.name: r for r in rotations},
        fallback=fallback,
        business_hours=BusinessHours("Europe/Vienna", 540, 1020),
    )


def desk(
    *members: str, hours: int = 168, zone: str = "America/New_York", windows: tuple[Window, ...] = ()
) -> Rotation:
    """A rotation of one layer."""
    return Rotation("desk", (Layer(members, hours * 3600, MONDAY, zone, windows),))


LADDER = policy(
    level("1", 0),
    level("2", 10, "secondary"),
    level("3", 240, "vp", until="resolved", business=True),
    severities=[severity()],
)


def one(found: list[Coverage]) -> Coverage:
    [each] = found
    return each


@settings(max_examples=25, deadline=None)
@given(
    members=st.lists(st.sampled_from(("mira", "theo", "vera")), min_size=1, max_size=3, unique=True),
    hours=st.sampled_from((5, 12, 24, 168)),
    zone=st.sampled_from(("UTC", "America/New_York", "Europe/Vienna", "Australia/Lord_Howe")),
    windows=st.sampled_from(((), (OFFICE,), (Window((5, 6)),), (Window((0, 1, 2, 3, 4, 5, 6), 1320, 360),))),
    afters=st.tuples(st.integers(0, 90), st.integers(0, 600)),
    business=st.booleans(),
    offset=st.integers(0, 9 * 24 * 60),
    cover=st.integers(0, 600),
)
def test_as_asked_minute_by_minute(
    members: list[str],
    hours: int,
    zone: str,
    windows: tuple[Window, ...],
    afters: tuple[int, int],
    business: bool,
    offset: int,
    cover: int,
) -> None:
    """Every minute of a day lies in the one stretch that says who its incident would page."""
    start = START + timedelta(minutes=offset)
    end = start + timedelta(days=1)
    ladder = policy(
        level("1", afters[0]), level("2", afters[1], "secondary", business=business), severities=[severity()]
    )
    rotation = desk(*members, hours=hours, zone=zone, windows=windows)
    override = Override(1, "", "ana", start + timedelta(minutes=cover), start + timedelta(minutes=cover * 2 + 1))
    bindings = bound(rotation, primary=Duty("desk"), secondary=Duty("desk", 1))
    bindings = Bindings(
        **{f: getattr(bindings, f) for f in bindings.__struct_fields__} | {"overrides": (override,)}
    )
    found = one(coverage(ladder, bindings, WAYS, start, end))
    assert (found.stretches[0].start, found.stretches[-1].end) == (start, end)
    for minute in range(0, 24 * 60, 7):
        opened = start + timedelta(minutes=minute)
        [stretch] = [s for s in found.stretches if s.start <= opened < s.end]
        for each in stretch.called:
            at = each.level.at(opened, bindings.business_hours)
            asked = [p.id for target in each.level.targets for p in bindings.reach(target, at)]
            assert list(each.people) == asked, (opened, each)
        _as_asked_with_one_missing(stretch, bindings, opened)


def _as_asked_with_one_missing(stretch: Stretch, bindings: Bindings, opened: datetime) -> None:
    """Whoever is missing, the first step that still reaches somebody is the one that the stretch names."""
    for missing in PEOPLE:
        left = [
            (each.level.after, [p.id for t in each.level.targets for p in bindings.reach(t, at) if p.id != missing])
            for each in stretch.called
            for at in [each.level.at(opened, bindings.business_hours)]
        ]
        first = next((after for after, people in left if people), None)
        said = stretch.without(missing)
        assert (said.level.after if said else None) == first, (opened, missing)


def test_who_is_paged_when_one_does_not_answer() -> None:
    bindings = bound(desk("mira", "theo"), primary=Duty("desk"), secondary=Duty("desk", 1), vp="vera")
    [stretch, *_] = one(coverage(LADDER, bindings, WAYS, START, START + timedelta(hours=1))).stretches
    first, second, third = stretch.people
    assert ({first, second}, third) == ({"mira", "theo"}, "vera")
    after_first, after_second = stretch.without(first), stretch.without(second)
    assert after_first is not None
    assert after_first.people == (second,)
    assert after_second is not None
    assert after_second.people == (first,)


def told(bindings: Bindings, policy_: Policy = LADDER, ways: dict[str, list[str]] | None = None) -> list[str]:
    """Codes, grades and texts of eight weeks."""
    known = WAYS if ways is None else ways
    found = coverage(policy_, bindings, known, START, START + timedelta(weeks=8))
    return [
        f"{w.diagnostic.code} {w.diagnostic.grade}: {w.diagnostic.text}"
        for w in findings(policy_, bindings, known, found)
    ]


def test_nothing_is_wrong_with_three_who_follow_each_other() -> None:
    rotation = desk("mira", "theo", "vera")
    assert told(bound(rotation, primary=Duty("desk"), secondary=Duty("desk", 1), vp="vera")) == []


def test_who_lacks_what_the_playbook_requires_is_found() -> None:
    """A name of [access] means each need in which all of its words stand; managers need nothing."""
    why = Provenance("playbook.md", 4, "")
    ready = Readiness(
        access=(Access("AWS Console", why, level="Admin"), Access("Kubernetes", why), Access("Grafana", why)),
        tools=(Stated("VPN access configured", why),),
    )
    bindings = replace(
        bound(primary="mira", secondary="theo", vp="vera"),
        access={"aws": ("mira", "theo", "vera"), "kubernetes": ("mira",), "VPN": ()},
    )
    lack = "is on call and is not said to have"
    assert told(bindings, replace(LADDER, readiness=ready, backup="secondary")) == [
        f"SB334 warning: Mira {lack}: VPN access configured.",
        f"SB334 warning: Theo {lack}: Kubernetes, VPN access configured.",
        "SB335 note: The playbook requires, and [access] does not say who has it: Grafana.",
    ]


def test_a_gap_is_found_with_its_times() -> None:
    rotation = desk("mira", "theo", zone="Europe/Vienna", windows=(OFFICE,))
    pair = policy(level("1", 0), level("2", 10, "secondary"), severities=[severity()])
    found = told(bound(rotation, primary=Duty("desk"), secondary="vera"), pair)
    assert found[0] == (
        "SB330 error: P1 pages nobody as “primary”: Sat 24 Oct 02:00 to Mon 26 Oct 09:00 Europe/Vienna, "
        "and 40 more times. The fallback (Ana) is paged instead."
    )
    alone = [f for f in found if f.startswith("SB332")]
    assert len(alone) == 1
    assert "hangs on Vera alone" in alone[0]


def test_a_gap_without_a_fallback_says_so() -> None:
    rotation = desk("mira", windows=(OFFICE,))
    found = told(bound(rotation, fallback=(), primary=Duty("desk"), secondary="mira", vp="mira"))
    assert any("There is no fallback either." in f for f in found)
    assert any(f.startswith("SB332 error") and "nobody is left" in f for f in found)


def test_a_level_that_reaches_nobody() -> None:
    """With two members there is no third in turn."""
    found = told(bound(desk("mira", "theo"), primary=Duty("desk"), secondary=Duty("desk", 2), vp="vera"))
    assert [f[:60] for f in found] == ["SB331 warning: P1 pages nobody after 10 min as “secondary”: "]


def test_the_same_person_on_every_level() -> None:
    """Vera is the VP and takes turns: in her week she would be followed by herself."""
    rotation = desk("mira", "vera")
    found = told(bound(rotation, primary=Duty("desk"), secondary=Duty("desk"), vp="vera"))
    assert len(found) == 1
    assert found[0].startswith(
        "SB332 warning: P1 hangs on Vera alone: if they do not answer, only the fallback (Ana)"
    )


def test_somebody_whose_channels_do_not_work() -> None:
    rotation = desk("mira", "theo")
    bindings = bound(rotation, primary=Duty("desk"), secondary="vera", vp="vera")
    found = told(bindings, ways={**WAYS, "theo": []})
    assert any(f.startswith("SB333 error: Theo takes turns in rotation desk and cannot be reached") for f in found)
    assert any(f.startswith("SB330 error") for f in found)


def test_before_a_hand_off_the_successor_is_reached_by_the_second_round() -> None:
    """Mira is primary when it opens and second in turn when the second level comes: silence pages Theo then."""
    rotation = desk("mira", "theo")
    bindings = bound(rotation, primary=Duty("desk"), secondary=Duty("desk", 1), vp=Duty("desk", 1))
    assert told(bindings) == []
    late = one(coverage(LADDER, bindings, WAYS, START, START + timedelta(weeks=1))).stretches
    same = [s for s in late if {p for c in s.called if not c.level.again for p in c.people} == {"mira"}]
    assert [s.without("mira") is not None for s in same] == [True] * len(same)


def test_a_severity_that_pages_nobody_by_the_playbook_is_not_judged() -> None:
    quiet = policy(level("1", 0, "channel", manner="notify"), severities=[severity()])
    assert told(bound(primary="mira"), quiet) == []


def test_the_backup_is_a_rung_of_the_ladder() -> None:
    """Silence pages it, after the time to acknowledge."""
    single = policy(level("1", 0), severities=[severity(ack=5)], backup="secondary", backup_why=None)
    found = one(coverage(single, bound(primary="mira", secondary="theo"), WAYS, START, START + timedelta(days=1)))
    assert [(r.after, r.targets) for r in found.levels if not r.again] == [(0, ("primary",)), (300, ("secondary",))]


def test_eight_weeks_are_cut_only_where_somebody_changes() -> None:
    """A rotation that follows the sun hands over a few times a day; the number of cuts is what the proof costs."""
    weeks = 8
    day = Window((0, 1, 2, 3, 4, 5, 6), 8 * 60, 16 * 60)
    sites = (("theo", "Asia/Singapore"), ("vera", "Europe/London"), ("ana", "America/Los_Angeles"))
    layers = tuple(Layer((who,), 604_800, MONDAY, zone, (day,)) for who, zone in sites)
    rotation = Rotation("desk", (Layer(("mira",), 604_800, MONDAY, "UTC"), *layers))
    bindings = bound(rotation, primary=Duty("desk"), secondary="mira", vp="vera")
    found = one(coverage(LADDER, bindings, WAYS, START, START + timedelta(weeks=weeks)))
    assert 3 * 7 * weeks <= len(found.stretches) <= 12 * 7 * weeks
