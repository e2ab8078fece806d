"""The API's commands: what people and programs do to an incident; each answers the incident after it."""

from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from sirenbook.engine.durations import parse_duration
from sirenbook.engine.people.standing import person_of
from sirenbook.incident.timeline import person_name
from sirenbook.model import command as c
from sirenbook.web.admission import sight
from sirenbook.web.api import shapes
from sirenbook.web.api.calls import Call, find
from sirenbook.web.faults import Fault
from sirenbook.web.grading import grade
from sirenbook.web.login.accounts import audit, login_url
from sirenbook.web.view import detail


async def declare(call: Call) -> shapes.Detail:
    """Open an incident by hand."""
    body: shapes.Declare = call.body
    policy = call.station.engine.books.policy
    choice = grade(policy, body.severity, body.facts, body.title, body.impact)
    decision = await call.station.declare(
        c.Open(
            title=body.title.strip() or "Untitled",
            severity=choice.severity,
            reason=body.reason or choice.reason,
            why=choice.why,
            by=call.by(body.by),
            drill=body.drill,
            impact=body.impact,
            service=body.service.strip(),
        )
    )
    row = await find(call.station, decision.incident.id)
    return await detail(call.station, await sight(call.station, row, call.reader))


async def acknowledge(call: Call) -> shapes.Detail:
    """Take the incident."""
    return await _carry_out(call, c.Acknowledge(by=call.by(call.body.by), via="API"))


async def snooze(call: Call) -> shapes.Detail:
    """Take the incident and be reminded."""
    return await _carry_out(call, c.Snooze(by=call.by(call.body.by), until=_until(call)))


def _until(call: Call) -> datetime:
    body: shapes.SnoozeFor = call.body
    if (body.span is UNSET) == (body.until is UNSET):
        raise Fault(422, "invalid", "give either `for`, such as 30m, or `until`, an instant")
    if isinstance(body.until, datetime):
        return body.until if body.until.tzinfo else body.until.replace(tzinfo=UTC)
    span = parse_duration(str(body.span))
    if span is None:
        raise Fault(422, "invalid", "`for` is no amount of time", "write it as 30m, 2h or 1h30m")
    return call.station.now() + span


async def escalate(call: Call) -> shapes.Detail:
    """Bring somebody in by hand."""
    body: shapes.EscalateTo = call.body
    command = c.Escalate(call.by(body.by), body.to or None, body.note, body.fields, body.without, body.relief)
    return await _carry_out(call, command)


async def regrade(call: Call) -> shapes.Detail:
    """Give the incident another severity."""
    body: shapes.RegradeTo = call.body
    return await _carry_out(call, c.Regrade(by=call.by(body.by), severity=body.severity, reason=body.reason))


async def move(call: Call) -> shapes.Detail:
    """Make the incident another service's or team's."""
    body: shapes.MoveTo = call.body
    return await _carry_out(call, c.Move(by=call.by(body.by), service=body.service, reason=body.reason))


async def resolve(call: Call) -> shapes.Detail:
    """End the incident."""
    body: shapes.ResolveAs = call.body
    command = c.Resolve(call.by(body.by), body.reason, body.false_alarm, body.at_once, body.fields, body.without)
    return await _carry_out(call, command)


async def reopen(call: Call) -> shapes.Detail:
    """Take a resolved incident up again."""
    return await _carry_out(call, c.Reopen(by=call.by(call.body.by), reason=call.body.reason))


async def note(call: Call) -> shapes.Detail:
    """Write on the timeline."""
    body: shapes.NoteDown = call.body
    return await _carry_out(call, c.Note(by=call.by(body.by), text=body.text, update=body.update))


async def login_link(call: Call) -> shapes.LoginLink:
    """Make a link that logs somebody in once, within a quarter of an hour."""
    name = call.body.name.strip() or person_name(call.bindings, call.token.person)
    call.must_speak_for(person_of(call.bindings, name))
    if not call.token.person:
        call.must_see_all()
    link = await login_url(call.station, name, call.body.role)
    await audit(call.station, call.by(""), f"a login link was made for {name or 'whoever opens it'}")
    return shapes.LoginLink(link)


async def _carry_out(call: Call, command: Any) -> shapes.Detail:
    await call.station.command(call.incident_id, command)
    return await detail(call.station, await call.row())
