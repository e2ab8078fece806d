"""What an incident took beside what its playbook promised."""

from sirenbook.incident.measures.comparison import Comparison, comparison
from sirenbook.model import command as c
from unit.incident.scenes import Scene, level, policy, severity
from unit.incident.test_lifecycle import LADDER, snooze

PROMISING = policy(*LADDER, severities=(severity("P1", 1, response=5, resolution=120),))


def compared(scene: Scene, minute: float) -> Comparison:
    return comparison(scene.context(minute), scene.incident, scene.entries)


def verdicts(scene: Scene, minute: float) -> list[str]:
    def told(took: float | None) -> str:
        return "-" if took is None else f"{took / 60:g}"

    return [f"{p.what}: {p.promised / 60:g}, {told(p.took)}, {p.verdict}" for p in compared(scene, minute).promises]


def test_what_was_kept_and_what_was_not_needed() -> None:
    scene = Scene(PROMISING).do(4, c.Acknowledge("mira")).do(30, c.Resolve("mira", "restarted"))
    assert verdicts(scene, 40) == [
        "Acknowledge: 5, 4, kept",
        "Resolve: 120, 30, kept",
        "Page primary: 0, 0, kept",
        "Page secondary: 10, -, not needed",
        "Page vp: 60, -, not needed",
    ]


def test_what_was_missed_and_what_is_still_to_come() -> None:
    scene = Scene(PROMISING).run(12).do(13, c.Acknowledge("mira"))
    assert verdicts(scene, 14) == [
        "Acknowledge: 5, 13, missed",
        "Resolve: 120, -, not yet",
        "Page primary: 0, 0, kept",
        "Page secondary: 10, 10, kept",
        "Page vp: 60, -, not yet",
    ]


def test_a_snooze_that_ends_starts_the_clock_again() -> None:
    scene = Scene(PROMISING).do(1, snooze(30)).run(45)
    assert "Page secondary: 10, 10, kept" in verdicts(scene, 45)


def test_a_level_that_came_late_is_missed() -> None:
    scene = Scene(policy(level("1", 0), level("2", 10, "secondary")))
    late = scene.entries[-1]
    scene.wake_at = None
    scene._decide(25, c.Tick())
    assert late.at < scene.entries[-1].at
    assert "Page secondary: 10, 25, missed" in verdicts(scene, 25)


def test_each_page_and_whether_anybody_took_it() -> None:
    arrivals = compared(Scene(PROMISING).run(12), 12).arrivals
    assert [(a.person, a.after, a.took, a.channel) for a in arrivals] == [
        ("mira", 0, None, ""),
        ("theo", 600, None, ""),
    ]
