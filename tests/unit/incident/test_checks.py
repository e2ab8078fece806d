"""What looks come to, on a clock of the test's own: when an alert fires and ends, and when to look again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sirenbook.incident.checks import (
    REPEAT,
    after,
    digest,
    end_of,
    first_look,
    heard,
    next_look,
    silence,
    target,
    told,
)
from sirenbook.model.check import Check, Heartbeat, Http, Seen, Stand, Tcp
from sirenbook.model.provenance import Provenance

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
API = Check("api", Http("https://u:secret@api.example.org/health?token=secret"), period=60, failures=3)
BACKUP = Check("backup", Heartbeat(3600), period=86_400, failures=1)
WELL, BAD = Seen(True, "it answered 200"), Seen(False, "it answered 503, not below 400")
MINUTE = timedelta(minutes=1)


def looks(check: Check, *seen: Seen, stand: Stand | None = None) -> tuple[Stand, list[tuple[int, str]]]:
    """How a check stands after looks a minute apart, and which alerts were told at which of them."""
    stand, alerts = stand or Stand(check.name), []
    for number, each in enumerate(seen):
        verdict = after(check, stand, each, NOW + number * MINUTE)
        stand = verdict.stand
        if verdict.alert is not None:
            alerts.append((number, verdict.alert.status))
            stand = told(stand, NOW + number * MINUTE)
    return stand, alerts


def test_an_alert_fires_at_the_third_failure_and_ends_at_the_first_success() -> None:
    stand, alerts = looks(API, WELL, BAD, BAD, BAD, BAD, WELL, WELL)
    assert alerts == [(3, "firing"), (5, "resolved")]
    assert (stand.standing, stand.failures, stand.since) == ("well", 0, NOW + 5 * MINUTE)


def test_two_failures_are_no_alert() -> None:
    stand, alerts = looks(API, WELL, BAD, BAD, WELL, BAD, BAD)
    assert (stand.standing, stand.failures, alerts) == ("failing", 2, [])
    assert stand.since == NOW + 4 * MINUTE


def test_what_never_was_well_is_an_alert_too() -> None:
    assert looks(API, BAD, BAD, BAD)[1] == [(2, "firing")]


def test_it_is_told_again_while_it_holds_but_not_at_each_look() -> None:
    count = int(REPEAT / MINUTE) + 5
    assert [n for n, _ in looks(API, *[BAD] * count)[1]] == [2, 2 + int(REPEAT / MINUTE)]


def test_what_was_not_told_to_the_end_is_told_again() -> None:
    """The process died between writing down and telling: the alert, or its end, is still owed."""
    telling = after(API, Stand("api", "down", NOW, 4), BAD, NOW).stand
    assert telling.told == "telling"
    assert looks(API, BAD, stand=telling)[1] == [(0, "firing")]
    assert looks(API, WELL, stand=telling)[1] == [(0, "resolved")]


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_firing_and_resolved_take_turns(course: list[bool], failures: int) -> None:
    check = Check("api", Tcp("db", 5432), failures=failures)
    stand, alerts = looks(check, *(WELL if each else BAD for each in course))
    words = [word for _, word in alerts]
    assert words == ["firing", "resolved"] * (len(words) // 2) + ["firing"] * (len(words) % 2)
    assert (stand.standing == "down") == (len(words) % 2 == 1)
    assert (stand.told == "yes") == (stand.standing == "down")


def test_the_alert_says_what_was_seen_where_and_no_secret() -> None:
    check = Check(
        "api", API.probe, critical=True, labels={"service": "api"}, why=Provenance("sirenbook.toml", 7, "")
    )
    alert = after(check, Stand("api", "failing", NOW, 2), BAD, NOW).alert
    assert alert is not None
    assert alert.labels == {"alertname": "api", "check": "http", "severity": "critical", "service": "api"}
    assert alert.summary == "api: it answered 503, not below 400"
    assert alert.annotations["description"] == (
        "3 looks in a row; https://api.example.org/health; sirenbook.toml:7"
    )
    assert alert.starts_at == NOW
    assert "secret" not in target(API)


def test_a_severity_that_is_written_is_not_changed() -> None:
    check = Check("api", API.probe, critical=True, labels={"severity": "P2"})
    alert = after(check, Stand("api", "down", NOW, 9), BAD, NOW).alert
    assert alert is not None
    assert alert.labels["severity"] == "P2"


def test_a_check_that_is_no_more_ends_its_alert() -> None:
    alert = after(API, Stand("api", "failing", NOW, 2), BAD, NOW).alert
    assert alert is not None
    assert (end_of(Stand("api")).key, end_of(Stand("api")).status) == (alert.key, "resolved")


def test_slots_stay_a_period_apart_whatever_was_missed() -> None:
    slot = NOW
    stand = Stand("api", "well")
    assert next_look(API, stand, slot, slot + timedelta(seconds=3)) == slot + MINUTE
    assert next_look(API, stand, slot, slot + timedelta(seconds=60)) == slot + 2 * MINUTE
    assert next_look(API, stand, slot, slot + timedelta(hours=2, seconds=1)) == slot + timedelta(hours=2) + MINUTE


def test_first_looks_are_spread() -> None:
    checks = [Check(f"check {n}", Tcp("db", n + 1)) for n in range(50)]
    firsts = {first_look(c, NOW) for c in checks}
    assert len(firsts) > 40
    assert all(NOW <= f < NOW + timedelta(seconds=10) for f in firsts)


def test_a_digest_is_of_what_is_looked_at_and_not_of_where_it_is_written() -> None:
    moved = Check("api", API.probe, period=60, failures=3, why=Provenance("sirenbook.toml", 9, "x"))
    assert digest(moved) == digest(API)
    assert digest(Check("api", Http("https://other.example.org"))) != digest(API)


def late(stand: Stand, now: datetime, up_since: datetime = NOW - timedelta(days=30)) -> bool:
    return not silence(BACKUP, stand, NOW, up_since, now).well


def test_a_heartbeat_is_silent_after_its_period_and_grace() -> None:
    stand = Stand("backup", "well", beat_at=NOW)
    assert first_look(BACKUP, NOW) == heard(BACKUP, NOW) == NOW + timedelta(hours=25)
    assert not late(stand, NOW + timedelta(hours=25, seconds=-1))
    assert late(stand, NOW + timedelta(hours=25))
    seen = silence(BACKUP, stand, NOW, NOW, NOW + timedelta(hours=25))
    assert seen.detail == "silent: heard 25 h ago"
    assert looks(BACKUP, seen)[1] == [(0, "firing")]


def test_one_that_was_never_heard_is_silent_too() -> None:
    assert not late(Stand("backup"), NOW + timedelta(hours=24))
    assert late(Stand("backup"), NOW + timedelta(hours=25))


def test_a_call_that_nobody_here_could_hear_gets_its_grace_again() -> None:
    stand = Stand("backup", "well", beat_at=NOW)
    back = NOW + timedelta(hours=30)
    assert not late(stand, back, up_since=back)
    assert not late(stand, back + timedelta(minutes=59), up_since=back)
    assert late(stand, back + timedelta(hours=1), up_since=back)
    early = NOW + timedelta(hours=20)
    assert late(stand, NOW + timedelta(hours=25), up_since=early), "a restart before its time changes nothing"


def test_a_heartbeat_is_looked_at_when_it_is_late_and_then_every_minute() -> None:
    well = Stand("backup", "well", beat_at=NOW)
    assert next_look(BACKUP, well, NOW, NOW) == NOW + timedelta(hours=25)
    assert next_look(BACKUP, Stand("backup", "down", beat_at=NOW), NOW, NOW) == NOW + MINUTE
