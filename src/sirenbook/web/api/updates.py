"""The API of updates and roles: what is owed to whom, drafts, telling, approving, and who does what."""

from datetime import datetime
from typing import Any

from sirenbook.engine.durations import parse_duration
from sirenbook.model import command as c
from sirenbook.model.incident import Incident
from sirenbook.web.api import update_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault
from sirenbook.web.pages.updates_view import updates


async def read(call: Call) -> shapes.Updates:
    """How every audience stands, with a draft of the next words for it."""
    return await _updates(call, (await call.row()).incident)


async def tell(call: Call) -> shapes.Updates:
    """Give an update, confirm one that was posted by hand, or approve its words."""
    body: shapes.TellAs = call.body
    by = call.by(body.by)
    if body.way == "approve":
        words = (body.audience, body.text, body.fields, body.state)
        return await _carry_out(call, c.ApproveUpdate(by, *words, token=call.shared, title=body.title))
    command = c.Tell(
        by=by,
        audience=body.audience,
        text=body.text,
        posted=body.way == "posted",
        next_by=promised(body.next, call.station.now()),
        state=body.state,
        template=body.template,
        fields=body.fields,
        without=body.without,
        title=body.title,
        components=None if body.components is None else tuple(body.components),
        impact=body.impact,
        lists=None if body.lists is None else tuple(body.lists),
    )
    return await _carry_out(call, command)


def promised(after: str, now: datetime) -> datetime | None:
    """The time that an amount (`30m`) promises; None where none is given. Raises Fault 422."""
    if not after.strip():
        return None
    span = parse_duration(after)
    if span is None:
        raise Fault(422, "invalid", "`next` is no amount of time", "write it as 30m, 2h or 1h30m")
    return now + span


async def give_role(call: Call) -> shapes.Updates:
    """Give somebody a role, or hand it over."""
    body: shapes.GiveRole = call.body
    return await _carry_out(call, c.AssignRole(call.by(body.by), body.role, body.person, body.note))


async def mark_security(call: Call) -> shapes.Updates:
    """Say that the incident is one of security, or, for whoever commands it, that it is none."""
    body: shapes.MarkSecure = call.body
    if body.lift:
        await call.must_command()
    return await _carry_out(call, c.MarkSecurity(call.by(body.by), body.reason, body.lift, call.shared))


async def restrict(call: Call) -> shapes.Updates:
    """Show the incident to those only who work on it, or, for whoever commands it, to all again."""
    body: shapes.RestrictTo = call.body
    if body.lift:
        await call.must_command()
    return await _carry_out(call, c.Restrict(call.by(body.by), body.reason, body.lift))


async def _carry_out(call: Call, command: Any) -> shapes.Updates:
    decision = await call.station.command(call.incident_id, command)
    return await _updates(call, decision.incident)


async def _updates(call: Call, incident: Incident) -> shapes.Updates:
    alerts = await call.station.queries.alerts(incident.id, 1)
    return await updates(call.station, incident, alerts[0].alert.labels if alerts else {})
