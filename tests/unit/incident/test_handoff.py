"""The brief at a hand-off: maintenance of the shift, duties of whoever is on call, checks that fail."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sirenbook.incident.people.handoff import Handoff, Known, duties_of, maintenance_lines, words
from sirenbook.model.bindings import Bindings, Duty
from sirenbook.model.promise import Duty as Owed
from sirenbook.model.promise import Role
from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Stated
from sirenbook.model.status import Maintenance
from unit.incident.scenes import level, policy, severity

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
LINE = Provenance("playbook.md", 12, "Acknowledge within 5 minutes")
HANDOFF = Handoff("desk", NOW, ("mira",), ("theo",), NOW + timedelta(days=7), LINE)
HOUR = timedelta(hours=1)


def planned(number: int, start: timedelta, last: timedelta, ended_at: datetime | None = None) -> Maintenance:
    return Maintenance(
        number, f"work {number}", "", ("Booking",), NOW + start, NOW + start + last, NOW, "", ended_at
    )


def test_maintenance_of_the_shift_the_earliest_first() -> None:
    told = maintenance_lines(
        [
            planned(1, timedelta(days=2), HOUR),
            planned(2, -HOUR, 2 * HOUR),
            planned(3, timedelta(days=8), HOUR),
            planned(4, -2 * HOUR, HOUR),
            planned(5, HOUR, HOUR, ended_at=NOW - HOUR),
        ],
        HANDOFF,
        ZoneInfo("America/New_York"),
    )
    assert list(told) == [
        "work 2 (Booking), from Mon 23 Nov 08:00 to Mon 23 Nov 10:00 (America/New_York)",
        "work 1 (Booking), from Wed 25 Nov 09:00 to Wed 25 Nov 10:00 (America/New_York)",
    ]


def test_duties_are_those_of_the_names_that_the_rotation_answers_to() -> None:
    roles = (
        Role("The Primary On-Call", "responsible", LINE, (Owed("acknowledges within 5 minutes", LINE),)),
        Role("Secondary", "responsible", LINE, (Owed("takes over", LINE),)),
    )
    book = policy(level("1", 0), severities=[severity()], roles=roles)
    bindings = Bindings(targets={"primary on-call": (Duty("desk"),), "secondary": (Duty("desk", 1),)})
    assert [d.text for d in duties_of(book, bindings, HANDOFF)] == [
        "The Primary On-Call: acknowledges within 5 minutes"
    ]


def test_the_whole_brief() -> None:
    quiet = words(Known(watched=3))
    assert "Scheduled maintenance: none is announced." in quiet
    assert "Environment health: all 3 checks are well." in quiet
    assert "Duties" not in quiet
    assert "nothing is watched" in words(Known())
    told = words(
        Known(
            maintenance=("work 1",), duties=(Stated("Primary: acknowledges", LINE),), environment=("api is down",)
        )
    )
    assert "Scheduled maintenance:\n- work 1" in told
    assert "Environment health:\n- api is down" in told
    assert "Duties by the playbook:\n- Primary: acknowledges [playbook.md:12]" in told
