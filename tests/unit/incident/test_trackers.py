"""Tickets: opened by the playbook's lines, written by people, and never a reason to call the review done."""

from msgspec.structs import replace

from sirenbook.incident.after.trackers import to_paste
from sirenbook.model import command as c
from sirenbook.model.promise import Outlet, Use
from sirenbook.model.provenance import Provenance
from sirenbook.model.review import Item
from sirenbook.model.review_event import ItemAdded
from unit.incident.scenes import Scene, level, policy

LINE = Provenance("playbook.md", 88, "a ticket for each incident")
URL = "https://siren.example/incidents/INC-1"
LINEAR = Outlet("tracker", "Linear", (Use(LINE),), "Linear")
FOR_P0 = Outlet("tracker", "ticket", (Use(replace(LINE, line=34), severities=("P0",)),))
DECLARE = Outlet("tracker", "/incident declare", (Use(LINE),))


def scene(*outlets: Outlet) -> Scene:
    """P1 pages Mira at once; P0 and P2 are at hand."""
    levels = (level("1", 0), level("0", 0, severity="P0"), level("2", 0, severity="P2"))
    return Scene(policy(*levels, outlets=outlets))


def items(found: Scene) -> tuple[Item, ...]:
    left = found.incident.aftermath
    return left.items if left else ()


def test_a_ticket_is_owed_once_and_by_its_severity() -> None:
    found = scene(LINEAR, FOR_P0, DECLARE)
    assert [(x.text, x.kind, x.why) for x in items(found)] == [("Ticket in Linear", "ticket", LINE)]
    found.do(1, c.Regrade("mira", "P0")).do(2, c.Regrade("mira", "P1"))
    assert [x.text for x in items(found)] == ["Ticket in Linear", "Ticket"]
    assert len([e for e in found.entries if isinstance(e.event, ItemAdded)]) == 2


def test_it_is_open_until_somebody_says_which_it_is() -> None:
    found = scene(LINEAR)
    text = to_paste(found.incident, items(found)[0], URL)
    assert text.splitlines()[0] == "INC-1: disk full" and URL in text and "Severity: P1" in text
    found.do(5, c.ChangeItem("mira", 1, link=" https://linear.app/ops/OPS-41 "))
    [ticket] = items(found)
    assert (ticket.link, ticket.status) == ("https://linear.app/ops/OPS-41", "done")
    assert to_paste(found.incident, ticket, URL) == ""
    found.do(6, c.ChangeItem("mira", 1, link=""))
    assert (items(found)[0].link, items(found)[0].status) == ("", "open")


def test_of_a_restricted_incident_it_tells_nothing() -> None:
    found = scene(LINEAR).do(1, c.Restrict("mira", "talks with a partner"))
    text = to_paste(found.incident, items(found)[0], URL)
    assert "disk full" not in text and text.startswith("INC-1: Restricted incident")


def test_any_item_may_be_tracked_elsewhere() -> None:
    found = scene().do(1, c.AddItem("mira", "Alert sooner")).do(2, c.ChangeItem("mira", 1, link="OPS-42"))
    assert [(x.link, x.status) for x in items(found)] == [("OPS-42", "open")]
