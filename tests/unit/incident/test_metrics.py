"""The measures: what one timeline says, which words of a playbook ask for which, and the report of a month."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sirenbook.incident.measures.metrics import Figure, aim, compared, figures, measure_asked, verdict
from sirenbook.incident.measures.timings import Timings, timings
from sirenbook.incident.measures.trend_report import written
from sirenbook.incident.measures.trends import earlier, report
from sirenbook.model import command as c
from sirenbook.model.event import Entry
from sirenbook.model.policy import Metric
from sirenbook.model.provenance import Provenance
from sirenbook.model.update_event import UpdateGiven
from unit.incident.scenes import START, WHY, Scene, bindings, level, policy, severity

P1 = severity("P1", 1, response=10, resolution=60, update=15)
OTHERS = (severity("P0", 0), severity("P2", 2))


def scene(**more: Any) -> Scene:
    return Scene(policy(level("first", 0), severities=(OTHERS[0], P1, OTHERS[1]), **more))


def told(of: Scene) -> Timings:
    return timings(of.context(600), 1, of.entries)


def value(of: list[Timings], key: str) -> float | None:
    return next(f.value for f in figures(of) if f.key == key)


def test_a_good_incident_keeps_every_promise() -> None:
    going = scene().do(4, c.Acknowledge("mira")).do(12, c.Note("mira", "on it", update=True))
    found = told(going.do(20, c.Resolve("mira", "rolled back")))
    assert (found.acknowledged, found.first_update, found.recovered) == (240, 720, 1200)
    assert (found.response_kept, found.resolution_kept) == (True, True)
    assert (found.updates_kept, found.updates_missed, found.cause) == (1, 0, "rolled back")


def test_each_audience_has_its_own_clock_and_what_waits_to_be_posted_was_not_told() -> None:
    given = [
        (5, UpdateGiven("mira", "customers", "we look", left=("status page",))),
        (7, UpdateGiven("mira", "customers", "we look", posted=True)),
        (9, UpdateGiven("mira", "internal", "we look", outlets=("#ops",))),
    ]
    going = scene()
    late = [Entry(50 + n, START + timedelta(minutes=m), x) for n, (m, x) in enumerate(given)]
    found = timings(going.context(60), 1, [*going.entries, *late])
    assert (found.first_update, found.first_outside) == (420, 420)
    assert found.updates_kept == 1  # this playbook owes customers nothing by the clock


def test_what_came_too_late_was_not_kept() -> None:
    going = scene().do(11, c.Acknowledge("mira")).do(17, c.Note("mira", "late", update=True))
    found = told(going.do(61, c.Resolve("mira")))
    assert (found.response_kept, found.resolution_kept) == (False, False)
    assert (found.updates_kept, found.updates_missed) == (0, 3)


def test_an_answer_that_was_stored_before_the_clock_was_looked_at_is_late_all_the_same() -> None:
    going = scene()
    going.wake_at = None
    assert told(going.do(30, c.Acknowledge("mira"))).response_kept is False


def test_it_was_recovered_when_the_alerts_cleared_not_when_the_watch_period_ended() -> None:
    going = scene(watch=severity(response=30).response).do(5, c.Acknowledge("mira"))
    found = told(going.do(40, c.Fold(0, 1, "disk full")).run(100))
    assert (found.over, found.recovered, found.resolution_kept, found.cause) == (True, 2400, True, "")


def test_business_hours_are_respected() -> None:
    slow = Scene(policy(level("first", 0), severities=(severity("P1", 0, response=-600),)))
    found = timings(slow.context(0), 1, slow.do(60 * 25, c.Acknowledge("mira")).entries)
    assert found.response_kept is True  # ten hours of business, asked on Monday at nine


def test_the_start_of_the_alert_is_where_detection_counts_from() -> None:
    found = Timings(1, opened_at=START, began_at=START - timedelta(minutes=3))
    assert found.detected == 180
    assert Timings(2, opened_at=START, began_at=START + timedelta(minutes=3)).detected == 0


@pytest.mark.parametrize(
    ("name", "quote", "unit", "key"),
    [
        ("MTTR", "(Mean Time To Recovery): Target < 15 minutes for P0", "seconds", "recovery"),
        ("MTTR", "**MTTR** (Mean Time to Respond): < 5 min", "seconds", "acknowledgement"),
        ("Mean time to resolution", "< 4 h", "seconds", "recovery"),
        ("Time to acknowledge", "5 minutes", "seconds", "acknowledgement"),
        ("Average response time", "under 10 min", "seconds", "acknowledgement"),
        ("MTTD", "(Mean Time To Detection)", "seconds", "detection"),
        ("Detection time", "< 2 min", "seconds", "detection"),
        ("Time to first customer communication", "30 min", "seconds", "first_outside"),
        ("Time to first update", "30 min", "seconds", "first_update"),
        ("False Positive Rate", "Target < 5%", "percent", "false_alarms"),
        ("False alarms", "at most 10 percent", "percent", "false_alarms"),
        ("Runbook Accuracy", "Target > 95% success rate", "percent", "accuracy"),
        ("Response SLA compliance", "> 95 %", "percent", "response"),
        ("Resolution within target", "90 %", "percent", "resolution"),
        ("Status updates on time", "95 %", "percent", "cadence"),
        ("Post-mortem completion", "100%", "percent", "reviews"),
        ("Action item completion rate", "> 90 %", "percent", "items"),
        ("Incidents per month", "< 4", "count", "incidents"),
        ("Availability", "99.95 % per month", "percent", None),
        ("Customer satisfaction", "> 90 %", "percent", None),
        ("MTTR", "< 95 %", "percent", None),
        ("p95 MTTR", "< 1 h", "seconds", None),
        ("Lead time for changes", "< 1 day", "seconds", None),
    ],
)
def test_the_playbooks_words_for_a_measure(name: str, quote: str, unit: str, key: str | None) -> None:
    assert measure_asked(Metric(name, "<", 1, unit, Provenance("p.md", 3, quote))) == key


def metric(name: str, op: str, target: float, unit: str, severity_: str | None = None) -> Metric:
    return Metric(name, op, target, unit, WHY, severity_)


def test_targets_are_held_beside_the_figures_of_their_severity() -> None:
    at = {"opened_at": START, "over": True}
    quick = Timings(1, severity="P0", recovered=600, acknowledged=60, **at)  # type: ignore[arg-type]
    slow = Timings(2, severity="P1", recovered=6000, acknowledged=600, **at)  # type: ignore[arg-type]
    false = Timings(3, severity="P1", recovered=60, false_alarm=True, **at)  # type: ignore[arg-type]
    own = policy(
        metrics=(
            metric("MTTR", "<", 900, "seconds", "P0"),
            metric("MTTR", "<", 900, "seconds"),
            metric("False positive rate", "<", 5, "percent"),
            metric("Runbook accuracy", ">", 95, "percent"),
            metric("Customer satisfaction", ">", 90, "percent"),
        )
    )
    found = compared(own, [quick, slow, false])
    assert [verdict(x) for x in found] == ["met", "missed", "missed", "no figure yet", "not measured"]
    assert [aim(x) for x in found][:2] == ["at most 15 min for P0", "at most 15 min"]
    assert found[1].figure is not None
    assert (found[1].figure.value, found[1].figure.counted) == (3300, 2)  # a false alarm needs no recovery


def number(found: list[Figure]) -> float | None:
    return next(f.value for f in found if f.key == "incidents")


def many() -> list[Timings]:
    def one(number: int, day: int, hour: int = 12, **more: Any) -> Timings:
        at = datetime(2026, 11, day, hour, tzinfo=UTC)
        pages = [("mira", at)] * (number % 2 + 1)
        more = {"severity": "P1", "alert": "DiskFull", "service": "db", "group": "g", "over": True} | more
        return Timings(number, opened_at=at, pages=pages, **more)

    return [
        one(1, 2, began_at=datetime(2026, 11, 2, 11, 59, tzinfo=UTC), cause="Full disk"),
        one(2, 2, 14, began_at=datetime(2026, 11, 2, 11, 59, tzinfo=UTC), cause="full  disk"),
        one(3, 3, 23, severity="P0", alert="<b>x</b>", group="h", false_alarm=True),
        one(4, 4, drill=True),
        Timings(5, severity="P1", opened_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC)),
    ]


def test_a_month_is_told_by_severity_service_month_and_person_and_drills_apart() -> None:
    found = report(policy(), many(), "2026-11", 3, ZoneInfo("Europe/Berlin"))
    assert [g.name for g in found.severities] == ["P0", "P1"]
    assert [g.name for g in found.services] == ["db"]
    assert [(m.name, number(m.figures)) for m in found.months] == [("2026-09", 0), ("2026-10", 0), ("2026-11", 4)]
    assert [(x.person, x.pages, x.at_night) for x in found.people] == [("mira", 5, 2)]
    assert [(n.morning, n.pages) for n in found.nights] == [("2026-11-04", 2)]
    assert number(found.drills) == 1
    assert next(f for f in found.figures if f.key == "detection").counted == 1
    assert [(p.kind, p.what, p.incidents) for p in found.patterns] == [
        ("repeat alert", "DiskFull · db", [1, 2]),
        ("false alarms", "<b>x</b> · db", [3]),
        ("repeat cause", "Full disk", [1, 2]),
        ("noisy service", "db", [1, 2, 3]),
    ]


def test_the_report_is_markdown_in_which_labels_stay_words() -> None:
    text = written(report(policy(), many(), "2026-11", 2, ZoneInfo("UTC")), bindings())
    assert "# Incidents in 2026-11" in text
    assert "\\<b\\>x\\</b\\>" in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "## Drills" in text
    assert "| Mira | 5 | 2 |" in text


def test_months_go_over_the_year() -> None:
    assert [earlier("2026-02", n) for n in (0, 2, 14, -11)] == ["2026-02", "2025-12", "2024-12", "2027-01"]


def test_a_quiet_month_has_a_report() -> None:
    found = report(policy(), [], "2026-11", 1, ZoneInfo("UTC"))
    assert value([], "recovery") is None
    assert "Nothing came back" in written(found, bindings())
