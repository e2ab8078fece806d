"""The API of who is on call: now, in the weeks ahead, and the overrides that people make."""

import asyncio
from datetime import UTC, datetime, timedelta

from sirenbook.engine.people import oncall
from sirenbook.engine.people.coverage import Proof
from sirenbook.engine.people.handoffs import brief_now
from sirenbook.engine.people.oncall import Calendar, Watch
from sirenbook.engine.people.oncall_calendar import feed, wanted_from
from sirenbook.engine.people.reach import prove_here
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings, OnCall
from sirenbook.store.letters import Kept
from sirenbook.store.overrides import Made, Wanted
from sirenbook.web.api import oncall_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.api.query import LARGEST_ID, moment
from sirenbook.web.faults import unknown

MOST_LISTED = 500


async def who(call: Call) -> shapes.WhoIsOnCall:
    """Who is on call now, or with `at` at another time: by rotation, and for every name of the playbook."""
    at = _moment(call, "at")
    return shapes.WhoIsOnCall(
        at,
        [_rotation(call, w) for w in oncall.watches(call.bindings, at)],
        [shapes.CalledNow(c.target, [_person(p) for p in c.people]) for c in oncall.called(call.station, at)],
    )


async def shifts(call: Call) -> shapes.Shifts:
    """The shifts of a rotation in the weeks ahead; `place` 1 for the secondary."""
    start, name, place = _moment(call, "at"), _rotation_name(call), call.number("place", 0)
    if not name:
        return shapes.Shifts("", place, [])
    end = start + timedelta(weeks=call.number("weeks", 4))
    found = oncall.calendar(call.bindings, name, place, start, end)
    return shapes.Shifts(found.rotation, found.place, _shifts(call.bindings, found))


async def coverage(call: Call) -> Proof:
    """Who is paged for every severity in the weeks ahead, by which working way, and what is wrong with that."""
    return await prove_here(call.station, call.number("weeks", 8))


async def handoffs(call: Call) -> shapes.HandoffList:
    """The last hand-offs with their briefs, and whom these reached."""
    kept = await call.station.letters.latest("handoff", call.number("limit", 20))
    return shapes.HandoffList(
        [shapes.HandoffLine(k.about, k.at, k.title, k.body, _briefed(call.bindings, k)) for k in kept]
    )


def _briefed(bindings: Bindings, kept: Kept) -> list[shapes.BriefedPerson]:
    return [
        shapes.BriefedPerson(p.person, person_name(bindings, p.person), p.sent_at, p.detail) for p in kept.people
    ]


async def brief(call: Call) -> shapes.Brief:
    """What whoever came in now would be told: incidents, known issues, what lies ahead, whether pages flow."""
    name = _rotation_name(call)
    return shapes.Brief(*(await brief_now(call.station, name) if name else ("", "")))


async def overrides(call: Call) -> shapes.OverrideList:
    """Every override that was made, newest first, with who made and who ended it."""
    found = await call.station.overrides.list(call.number("limit", 100))
    return shapes.OverrideList([_made(call.bindings, m) for m in found])


async def make(call: Call) -> shapes.OverrideList:
    """Put somebody on call in place of another; several at once make a swap."""
    body: shapes.MakeOverrides = call.body
    wanted = [
        Wanted(o.kind, o.rotation, o.person, _aware(o.start), _aware(o.end), o.instead_of, o.note.strip())
        for o in body.overrides
    ]
    return await _made_by(call, wanted, body.by)


async def from_calendar(call: Call) -> shapes.OverrideList:
    """Put people on call as a calendar says; the same event, given again, takes the former one's place."""
    body: shapes.FromCalendar = call.body
    return await _made_by(
        call,
        await asyncio.to_thread(wanted_from, call.bindings, body.text, body.rotation, call.station.now()),
        body.by,
    )


async def end(call: Call) -> shapes.OverrideList:
    """End an override now, or take it back before it begins."""
    body: shapes.EndOverride = call.body
    text = call.request.path_params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not 0 < number <= LARGEST_ID or not await oncall.end(call.station, number, call.by(body.by)):
        raise unknown(f"override {text} that could be ended")
    return await overrides(call)


async def exported(call: Call) -> shapes.Calendar:
    """The shifts of a rotation as a calendar, and the address to subscribe to it by."""
    name, place = _rotation_name(call), call.number("place", 0)
    if not name:
        return shapes.Calendar("", "")
    return shapes.Calendar(feed(call.station, name, place), call.station.links.feed(name, place))


def _rotation_name(call: Call) -> str:
    """The rotation that is asked for, else the first; empty where there is none at all."""
    return call.text("rotation") or next(iter(call.bindings.rotations), "")


async def _made_by(call: Call, wanted: list[Wanted], by: str) -> shapes.OverrideList:
    numbers = await oncall.make(call.station, wanted, call.by(by), "api")
    found = await call.station.overrides.list(MOST_LISTED)
    return shapes.OverrideList([_made(call.bindings, m) for m in found if m.override.id in numbers])


def _moment(call: Call, name: str) -> datetime:
    return moment(call.text(name) or "") or call.station.now()


def _aware(at: datetime) -> datetime:
    """The instant; one without an offset is in UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _person(each: OnCall) -> shapes.OnCallNow:
    return shapes.OnCallNow(each.person.id, each.person.name, each.rotation, each.until)


def _rotation(call: Call, watch: Watch) -> shapes.RotationNow:
    rotation, following = watch.rotation, watch.following
    return shapes.RotationNow(
        name=rotation.name,
        zone=rotation.layers[0].zone,
        members=[person_name(call.bindings, m) for m in rotation.members],
        primary=[_person(p) for p in watch.line],
        secondary=[_person(p) for p in watch.second],
        next_at=following.start if following else None,
        next_person=person_name(call.bindings, following.person) if following else None,
        feed=call.station.links.feed(rotation.name, 0),
    )


def _shifts(bindings: Bindings, found: Calendar) -> list[shapes.ShiftLine]:
    lines = [shapes.ShiftLine(s.start, s.end, s.person, person_name(bindings, s.person)) for s in found.shifts]
    lines += [shapes.ShiftLine(g.start, g.end, None, "nobody") for g in found.gaps]
    return sorted(lines, key=lambda line: line.start)


def _made(bindings: Bindings, made: Made) -> shapes.OverrideLine:
    o = made.override
    return shapes.OverrideLine(
        number=o.id,
        kind=made.kind,
        rotation=o.rotation,
        person=o.person,
        name=person_name(bindings, o.person),
        instead_of=o.instead_of,
        start=o.start,
        end=o.end,
        note=o.note,
        made_at=made.made_at,
        made_by=person_name(bindings, made.made_by),
        via=made.via,
        ended_at=made.ended_at,
        ended_by=person_name(bindings, made.ended_by),
    )
