"""The API of the status page: what stands on it and by whom, maintenance, its files, how many subscribe."""

import re
from datetime import UTC

from sirenbook.engine.status import board as status
from sirenbook.incident.timeline import person_name
from sirenbook.incident.updates.status_board import Board
from sirenbook.model.status import Maintenance, PublicIncident, PublicUpdate
from sirenbook.store.status import Planned
from sirenbook.web.admission import sees
from sirenbook.web.api import status_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.static_files import text_of
from sirenbook.web.status.pages import files_of, site_of


async def read(call: Call) -> shapes.StatusNow:
    """The status page as it is now, with who told and who approved what, and how far its news has come."""
    page = status.page_of(call.station)
    if page is None:
        raise unknown("status page: write [status] in sirenbook.toml")
    site = await site_of(call.station, page)
    board, told = site.board, await call.station.status.told()
    return shapes.StatusNow(
        title=board.title,
        url=status.address_of(call.station, "/status"),
        condition=board.condition,
        words=board.words,
        components=_components(call, board),
        incidents=[await _incident(call, i) for i in (*board.open, *board.past)],
        maintenance=[_line(call, m) for m in (*board.maintenance, *board.maintained)],
        subscribers=await call.station.status.counts(),
        news=[shapes.NewsLine(t.subject, t.at, t.sent, t.failed, t.waiting) for t in told],
    )


def _components(call: Call, board: Board) -> list[shapes.ComponentLine]:
    page = status.page_of(call.station)
    services = {c.name: list(c.services) for c in page.components} if page else {}
    return [shapes.ComponentLine(x.name, x.condition, services.get(x.name, []), x.uptime) for x in board.lines]


async def _incident(call: Call, incident: PublicIncident) -> shapes.PublicLine:
    seen = await sees(call.station, incident.id, call.reader)
    return shapes.PublicLine(
        id=f"INC-{incident.id}",
        title=incident.title,
        url=status.address_of(call.station, f"/status/incidents/{call.station.links.public_name(incident.id)}"),
        impact=incident.latest.impact,
        components=list(incident.components),
        began_at=incident.began,
        over_at=incident.over_at,
        next_by=incident.next_by,
        updates=[_update(call, u, seen) for u in reversed(incident.updates)],
    )


def _update(call: Call, update: PublicUpdate, seen: bool) -> shapes.ToldOutside:
    """Words with those who stand behind them, for whoever may see the incident."""
    people = (update.by, update.approved_by)
    by, approved_by = (person_name(call.bindings, x) if x and seen else "" for x in people)
    return shapes.ToldOutside(update.at, update.state, update.text, by, approved_by)


def _line(call: Call, each: Maintenance) -> shapes.MaintenanceLine:
    return shapes.MaintenanceLine(
        number=each.id,
        title=each.title,
        text=each.text,
        components=list(each.components),
        start=each.start,
        end=each.end,
        state=each.state(call.station.now()),
        by=person_name(call.bindings, each.made_by),
    )


async def export(call: Call) -> shapes.StatusFiles:
    """The whole page as files that work from any web server."""
    return shapes.StatusFiles(await files_of(call.station, text_of("status.css")))


async def maintenance(call: Call) -> shapes.Maintenances:
    """Maintenance that was announced, the newest first."""
    return shapes.Maintenances([_line(call, m) for m in await status.ahead(call.station)])


async def announce(call: Call) -> shapes.Maintenances:
    """Announce maintenance: it is shown on the page, and subscribers are told. Alerts page as ever."""
    body: shapes.AnnounceMaintenance = call.body
    if body.start.tzinfo is None or body.end.tzinfo is None:
        raise Fault(422, "invalid", "write both times with their zone, such as 2026-03-02T09:00:00Z")
    start, end = (at.astimezone(UTC) for at in (body.start, body.end))
    planned = Planned(body.title, body.text, tuple(body.components), start, end)
    await status.announce(call.station, planned, call.by(body.by))
    return await maintenance(call)


async def end(call: Call) -> shapes.Maintenances:
    """End maintenance now, or call it off before it begins."""
    body: shapes.EndMaintenance = call.body
    number = call.request.path_params["number"]
    if not re.fullmatch(r"\d{1,18}", number, re.ASCII) or not await call.station.status.end(
        int(number), call.by(body.by), call.station.now()
    ):
        raise unknown("such maintenance ahead or under way")
    return await maintenance(call)


async def forget(call: Call) -> shapes.Subscribers:
    """Forget a subscriber who asked for it. Whether there was one is not said."""
    body: shapes.ForgetSubscriber = call.body
    await call.station.status.forget(body.address.strip())
    return shapes.Subscribers(await call.station.status.counts())
