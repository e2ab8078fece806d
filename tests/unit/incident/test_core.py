"""The decision as a whole: pure, bounded, in order, and equal to the fold of what it told."""

from sirenbook.incident.core import LARGEST_TICK, deadlines, decide, fold
from sirenbook.model import command as c
from sirenbook.model.incident import Incident
from sirenbook.store.records import encode_entry
from unit.incident.scenes import START, Scene, clock, level, policy, severity

BUSY = policy(
    level("1", 0),
    level("2", 5, "secondary and vp"),
    level("3", 60, "nobody", "resolved"),
    severities=[severity("P0", 0, response=5, resolution=60, update=30), severity("P1", 1, ack=5, update=15)],
    watch=clock(10),
)


def busy() -> Scene:
    """A scene in which much happens."""
    scene = Scene(BUSY).do(7, c.Acknowledge("theo")).do(20, c.Regrade("theo", "P0")).do(50, c.Fold(0, 1, "x"))
    return (
        scene.do(55, c.Fold(2, 2, "x"))
        .do(70, c.Resolve("theo"))
        .do(75, c.Resolve("theo", "it is gone", at_once=True))
        .do(90, c.Reopen("mira"))
        .run(400)
    )


def test_the_state_is_the_fold_of_the_timeline() -> None:
    """Entry for entry."""
    scene = busy()
    assert fold(1, scene.entries) == scene.incident
    assert [e.seq for e in scene.entries] == list(range(1, len(scene.entries) + 1))


def test_the_same_commands_tell_the_same_story() -> None:
    """Byte for byte."""
    assert [encode_entry(e) for e in busy().entries] == [encode_entry(e) for e in busy().entries]


def test_deadlines_are_in_order_and_wake_is_the_first() -> None:
    """One list holds all that lies ahead."""
    scene = Scene(BUSY)
    ahead = deadlines(scene.context(0), scene.incident)
    assert [d.at for d in ahead] == sorted(d.at for d in ahead)
    assert scene.wake_at == ahead[0].at


def test_nothing_lies_ahead_of_nothing() -> None:
    """An incident that has not begun, or is over, has no deadlines."""
    scene = Scene(BUSY)
    assert deadlines(scene.context(0), Incident(id=2)) == []
    assert deadlines(scene.context(0), scene.do(1, c.Resolve("mira", "gone", at_once=True)).incident) == []


def test_an_early_tick_does_nothing() -> None:
    """A pass that comes before its time changes nothing."""
    scene = Scene(BUSY)
    decision = decide(scene.context(1), scene.incident, c.Tick())
    assert (decision.entries, decision.intents, decision.wake_at) == ((), (), scene.wake_at)


def test_one_tick_is_bounded() -> None:
    """More deadlines than one pass may let happen: the rest follows, and the wake says when."""
    many = [level(str(n), 1, severity=None) for n in range(LARGEST_TICK + 20)]
    scene = Scene(policy(*many))
    decision = decide(scene.context(1), scene.incident, c.Tick())
    reached = [e for e in decision.entries if type(e.event).__name__ == "Escalated"]
    assert len(reached) == LARGEST_TICK
    assert decision.wake_at is not None
    assert decision.wake_at <= scene.context(1).now
    assert len(scene.run(1).incident.reached) == LARGEST_TICK + 20


def test_due_is_told_of_what_a_clock_did_only() -> None:
    """What a person did has no time at which it should have happened."""
    scene = Scene(BUSY).do(1, c.Note("mira", "hm")).run(5)
    due = {type(e.event).__name__: e.due for e in scene.entries}
    assert due["Noted"] is None
    assert due["ResponseMissed" if "ResponseMissed" in due else "Escalated"] is not None
    assert scene.entries[0].at == START
