"""Keeps up the chat room of each incident: made, people brought in, its topic and card current, its life told.

What should be is compared with what was left, so that a crash or an outage of the chat costs nothing but time: the
next pass brings the room to how the incident is by then.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec
import structlog

from sirenbook.channels.chat import Card, Chat, ChatFault, NameTaken
from sirenbook.engine.chat.cards import incident_card, neutral_card
from sirenbook.engine.station import Station
from sirenbook.incident.context import Context
from sirenbook.incident.timeline import describe
from sirenbook.incident.updates import rooms
from sirenbook.model import event as e
from sirenbook.model import update_event as u
from sirenbook.model.bindings import Person
from sirenbook.model.command import OpenRoom
from sirenbook.model.incident import Incident
from sirenbook.model.step_event import StepApproved
from sirenbook.store.chats import KeptRoom
from sirenbook.store.ledger import Away

log = structlog.get_logger()

GATHER = 0.3
HOLD = timedelta(seconds=60)
BUSY = 5.0
LONG = 3600.0
"""Seconds after which what the chat refused is tried again: somebody may have given the app a permission."""
MOST_NAMES = 9
MOST_LINES = 20
MOST_ENTRIES = 200
_TOLD = (
    e.Regraded,
    e.Moved,
    e.Escalated,
    e.Acknowledged,
    e.Snoozed,
    e.SnoozeEnded,
    e.Noted,
    e.Silent,
    e.UpdateDue,
    StepApproved,
    e.Resolved,
    e.Reopened,
    u.UpdateGiven,
    u.RoleAssigned,
    u.SecurityMarked,
    u.SecurityLifted,
)
"""What people in a room want to read as it happens; everything else is on the incident's page."""


async def step(station: Station) -> None:
    """Keep rooms up as incidents change, as long as the same chats are open."""
    chats, again = station.dispatcher.chats, dict[int, float]()
    loop = asyncio.get_running_loop()
    with station.changes.subscribe() as heard:
        changed = {0} if chats else set[int]()
        while station.dispatcher.chats == chats:
            due = {i for i, at in again.items() if at <= loop.time()}
            for incident in await _affected(station, changed | due) if chats else ():
                again.pop(incident.id, None)
                wait = await _kept_up(station, chats, incident)
                if wait is not None:
                    again[incident.id] = loop.time() + wait
            changed = await _next(heard)


async def _next(heard: "asyncio.Queue[int]") -> set[int]:
    """What changes next, gathered for a moment; nothing after a second."""
    found = set[int]()
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            found.add(await heard.get())
            await asyncio.sleep(GATHER)
    while not heard.empty():
        found.add(heard.get_nowait())
    return found


async def _affected(station: Station, ids: set[int]) -> list[Incident]:
    if 0 in ids:
        return [row.incident for row in await station.queries.gravest()]
    rows = [await station.queries.incident(i) for i in sorted(ids)]
    return [row.incident for row in rows if row is not None]


async def _kept_up(station: Station, chats: Sequence[Chat], incident: Incident) -> float | None:
    """Bring an incident's room to how things are; answers in how many seconds to try again, if something failed."""
    context = await station.policy_of(incident)
    outlet = rooms.wanted(context, incident)
    if outlet is None or not (incident.open or incident.rooms):
        return None
    chat = next((c for c in chats if c.title.casefold() == outlet.product.casefold()), chats[0])
    now = station.now()
    kept = await station.chats.hold(incident.id, chat.name, now, now + HOLD)
    if kept is None:
        return BUSY
    try:
        await _Keeping(station, chat, context, incident, kept).run(outlet.name)
    except ChatFault as fault:
        log.warning("a room is not kept up", incident=incident.number, chat=chat.name, fault=str(fault))
        return LONG if fault.again is None else max(fault.again, 1.0)
    except Away:
        raise
    except Exception:  # one incident must not keep the rooms of the others from being kept up
        log.exception("a room is not kept up", incident=incident.number, chat=chat.name)
        return LONG
    finally:
        await station.chats.release(kept)
    return None


class _Keeping:
    """One room being brought to how its incident is."""

    def __init__(self, station: Station, chat: Chat, context: Context, incident: Incident, kept: KeptRoom) -> None:
        self._station = station
        self._chat = chat
        self._context = context
        self._incident = incident
        self._kept = kept

    async def run(self, pattern: str) -> None:
        """Make the room if there is none; then people, topic, card, and what happened since."""
        if not self._kept.room:
            await self._open(pattern)
        await self._invite()
        hushed = rooms.hushed(self._incident, private=self._kept.private)
        number = self._incident.number
        await self._topic(f"{number}: restricted" if hushed else rooms.topic(self._context, self._incident))
        await self._card(
            neutral_card(self._incident, self._station.links)
            if hushed
            else incident_card(self._context, self._incident, self._station.links)
        )
        while not hushed and await self._tell():
            pass

    async def _save(self) -> None:
        await self._station.chats.keep(self._kept)

    async def _open(self, pattern: str) -> None:
        kept, wanted = self._kept, self._chat.room_name(rooms.room_name(pattern, self._incident))
        private = self._incident.confidential
        # A name that was noted before may be ours already, made just before a crash.
        room = await self._chat.own_room(kept.name) if kept.name else None
        for number in range(1, MOST_NAMES + 1):
            if room is not None:
                break
            kept.name = wanted if number == 1 else self._chat.room_name(f"{wanted[:70]}-{number}")
            kept.private = private
            await self._save()
            with suppress(NameTaken):
                room = await self._chat.open_room(kept.name, private=private)
        if room is None:
            raise ChatFault(f"every name like {wanted} is taken")
        kept.room = room.id
        await self._save()
        await self._station.command(self._incident.id, OpenRoom(self._chat.name, room.id, room.name, kept.private))

    async def _invite(self) -> None:
        people = self._context.bindings.people
        found = [people[p] for p in rooms.responders(self._incident) if p in people]
        users = [u for p in found if (u := await self._user(p)) and u not in self._kept.invited]
        if users:
            await self._chat.invite(self._kept.room, list(dict.fromkeys(users)))
            self._kept.invited += users
            await self._save()

    async def _user(self, person: Person) -> str:
        """Who a person is in the chat: by their address in it, else by mail; a room is nobody."""
        ways = sorted(person.methods, key=lambda m: m.channel != self._chat.name)
        for method in ways:
            if method.channel in (self._chat.name, "email") and (user := await self._chat.user_of(method.to)):
                return user
        return ""

    async def _topic(self, topic: str) -> None:
        if topic != self._kept.topic:
            await self._chat.set_topic(self._kept.room, topic)
            self._kept.topic = topic
            await self._save()

    async def _card(self, card: Card) -> None:
        shown = hashlib.sha256(msgspec.json.encode(card)).hexdigest()
        if shown == self._kept.carded:
            return
        if self._kept.card:
            await self._chat.change(self._kept.room, self._kept.card, card)
        else:
            self._kept.card = await self._chat.post(self._kept.room, card, self._key("card"))
        self._kept.carded = shown
        await self._save()

    async def _tell(self) -> bool:
        """Tell what happened since, in one message, and answer whether there is more.

        Which entries it is about is noted first: after a crash the same are told under the same key.
        """
        kept = self._kept
        last = max(kept.telling, kept.told)
        entries = await self._station.queries.timeline(self._incident.id, kept.told, MOST_ENTRIES)
        if last == kept.told:
            last = entries[-1].seq if entries else kept.told
            kept.telling = last
            await self._save()
        fresh = [x for x in entries if x.seq <= last and isinstance(x.event, _TOLD)]
        if fresh:
            lines = [self._line(x) for x in fresh[-MOST_LINES:]]
            await self._chat.post(self._kept.room, Card(lines[-1][:150], "\n".join(lines)), self._key(str(last)))
        if last != kept.told:
            kept.told = last
            await self._save()
        return len(entries) == MOST_ENTRIES

    def _line(self, entry: e.Entry) -> str:
        line = describe(entry.event, self._context.bindings)
        return f"{entry.at:%H:%M} {line.text} — {line.who}"

    def _key(self, what: str) -> str:
        return f"{self._station.dispatcher.installation}.{self._incident.number}.room.{what}"
