"""The rooms that chats have for incidents, and how far each is kept up."""

from datetime import datetime

from msgspec import Struct

from sirenbook.store.keeping import Keeping

_FIELDS = "incident_id, chat, name, room, private, invited, topic, card, carded, told, telling"


class KeptRoom(Struct):
    """The room of one incident in one chat, as it was left.

    `name` is noted before it is made, and `room` is empty until then. `invited` are people of the chat, `carded`
    names what the `card`, a message, shows. What happened is told up to the entry `told`, and is being told up to
    `telling`.
    """

    incident: int
    chat: str
    name: str = ""
    room: str = ""
    private: bool = False
    invited: list[str] = []
    topic: str = ""
    card: str = ""
    carded: str = ""
    told: int = 0
    telling: int = 0


class Chats(Keeping):
    """The keeping of chats."""

    async def hold(self, incident: int, chat: str, now: datetime, until: datetime) -> KeptRoom | None:
        """Take a room to keep it up until then; None while another process does."""
        query = f"""insert into chat_room (incident_id, chat, busy_until) values (%s, %s, %s)
            on conflict (incident_id, chat) do update set busy_until = excluded.busy_until
            where chat_room.busy_until <= %s returning {_FIELDS}"""
        rows = await self._run(query, incident, chat, until, now)
        return KeptRoom(*rows[0]) if rows else None

    async def keep(self, kept: KeptRoom) -> None:
        """Note how far a room is kept up."""
        query = """update chat_room set name = %s, room = %s, private = %s, invited = %s, topic = %s, card = %s,
            carded = %s, told = %s, telling = %s where incident_id = %s and chat = %s"""
        told = (kept.card, kept.carded, kept.told, kept.telling)
        place = (kept.name, kept.room, kept.private, kept.invited, kept.topic)
        await self._run(query, *place, *told, kept.incident, kept.chat)

    async def release(self, kept: KeptRoom) -> None:
        """Let others keep it up."""
        query = "update chat_room set busy_until = '-infinity' where incident_id = %s and chat = %s"
        await self._run(query, kept.incident, kept.chat)

    async def incident_of(self, chat: str, room: str) -> int | None:
        """Whose room it is."""
        rows = await self._run("select incident_id from chat_room where chat = %s and room = %s", chat, room)
        return rows[0][0] if rows else None
