"""The API of what comes after an incident: its review, what is due, and action items."""

from typing import Any

from sirenbook.engine.people.standing import person_of
from sirenbook.model import command as c
from sirenbook.web.api import review_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault
from sirenbook.web.pages import review_view as view


async def read(call: Call) -> shapes.Review:
    """The review of an incident: its newest version or the one asked for, and what is left to do."""
    return await view.review(call.station, await call.row(), call.number("version", 0))


async def draft(call: Call) -> shapes.ReviewDraft:
    """A draft of the review in the playbook's own template, from the timeline's entries that are picked."""
    text = call.text("entries")
    if text is not None and not all(x.isascii() and x.isdigit() for x in text.split(",")):
        raise Fault(400, "parameter", "entries must be numbers with commas between them, such as 1,2,7")
    picks = None if text is None else {int(x) for x in text.split(",")}
    return await view.drafted(call.station, await call.row(), picks, call.token.name)


async def export(call: Call) -> shapes.Exported:
    """The review as `md`, `html` or `pdf`, its meeting as `ics`, its suggestions for the playbook as `patch`."""
    version = call.number("version", 0)
    return await view.exported(call.station, await call.row(), call.text("format") or "md", version)


async def write(call: Call) -> shapes.Review:
    """Keep a new version of the review."""
    body: shapes.WriteReviewAs = call.body
    return await _carry_out(call, c.WriteReview(call.by(body.by), body.markdown, body.based_on))


async def approve(call: Call) -> shapes.Review:
    """Approve the newest version of the review: for whoever commands."""
    body: shapes.ApproveReviewAs = call.body
    await call.must_command()
    return await _carry_out(call, c.ApproveReview(call.by(body.by), body.version))


async def publish(call: Call) -> shapes.Review:
    """Publish the approved review."""
    await call.must_command()
    return await _carry_out(call, c.PublishReview(call.by(call.body.by), call.shared))


async def assign(call: Call) -> shapes.Review:
    """Say who writes the review."""
    body: shapes.AssignReviewTo = call.body
    return await _carry_out(call, c.AssignReview(call.by(body.by), person_of(call.bindings, body.owner)))


async def schedule(call: Call) -> shapes.Review:
    """Set the time of the meeting about the review."""
    body: shapes.ScheduleReviewAt = call.body
    if body.at.tzinfo is None:
        raise Fault(422, "invalid", "`at` needs an offset", "write 2026-11-23T14:00:00+01:00")
    return await _carry_out(call, c.ScheduleReview(call.by(body.by), body.at, body.minutes))


async def done(call: Call) -> shapes.Review:
    """Say that something due after the incident is done."""
    body: shapes.FollowUpDone = call.body
    return await _carry_out(call, c.FollowUp(call.by(body.by), body.key, body.note))


async def _carry_out(call: Call, command: Any) -> shapes.Review:
    await call.station.command(call.incident_id, command)
    return await view.review(call.station, await call.row())


async def items(call: Call) -> shapes.Items:
    """The action items of all incidents."""
    which = call.text("which") or "open"
    return shapes.Items(await view.all_items(call.station, which, call.reader))


async def add_item(call: Call) -> shapes.Items:
    """Write down an action item."""
    body: shapes.NewItem = call.body
    owner = person_of(call.bindings, body.owner) if body.owner else ""
    return await _change(call, c.AddItem(call.by(body.by), body.text, owner, body.due, body.kind))


async def change_item(call: Call) -> shapes.Items:
    """Change an action item: its owner, its date, or that it is done."""
    body: shapes.ChangedItem = call.body
    owner = person_of(call.bindings, body.owner) if body.owner else body.owner
    number = call.version_number
    return await _change(
        call, c.ChangeItem(call.by(body.by), number, body.text, owner, body.due, body.status, body.note, body.link)
    )


async def items_of(call: Call) -> shapes.Items:
    """The action items of one incident."""
    row = await call.row()
    url = call.station.links.incident(row.incident.id)
    return shapes.Items(view.items_of(await call.station.policy_of(row.incident), row.incident, url))


async def _change(call: Call, command: Any) -> shapes.Items:
    await call.station.command(call.incident_id, command)
    return await items_of(call)
