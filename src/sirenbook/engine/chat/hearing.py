"""Hears what people do in chats and carries it out as the commands that the API and the pages carry out.

Whoever acts is a person of the bindings, found by the chat's id or by the e-mail address that the chat vouches for;
nobody else is answered but politely. What a chat tells twice counts once.
"""

import asyncio
from contextlib import suppress

import structlog

from sirenbook.channels.chat import Chat, ChatFault, Deed, Feedback, Hear
from sirenbook.engine.chat import verbs
from sirenbook.engine.chat.asked import Asked, Puzzled, Right, person_behind
from sirenbook.engine.chat.words import LONGEST
from sirenbook.engine.handle import Repeated, UnknownIncident
from sirenbook.engine.people.standing import role_of
from sirenbook.engine.station import Station
from sirenbook.model.bindings import Person
from sirenbook.model.command import Note, Refused
from sirenbook.store.ledger import Away

log = structlog.get_logger()

LOOK_AGAIN = 5.0
KEEPING = Right("responder")
"""What keeping a message as a note takes: it is a note."""
_AWAY = "Sirenbook cannot reach its database. Nothing was changed; try again in a moment, or page by hand."


async def listen_step(station: Station) -> None:
    """Listen to every chat that is open, until others are."""
    chats = station.dispatcher.chats
    listening = [asyncio.create_task(chat.listen(_ear(station, chat))) for chat in chats]
    try:
        while station.dispatcher.chats == chats:
            for task in listening:
                if task.done():  # a chat broke its promise to listen for ever
                    task.result()
            await station.dispatcher.other_channels(LOOK_AGAIN)
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


def _ear(station: Station, chat: Chat) -> Hear:
    async def hear(deed: Deed) -> Feedback | None:
        return await take(station, chat, deed)

    return hear


async def take(station: Station, chat: Chat, deed: Deed) -> Feedback | None:
    """Carry out one thing that somebody did; None where it was heard before, or nothing is to be said."""
    try:
        return await _answer(station, chat, deed)
    except Repeated:
        return None
    except Away:
        if deed.kind == "keep":
            raise  # the chat tells it again
        return Feedback(_AWAY)
    except UnknownIncident as unknown:
        return Feedback(f"There is no incident {unknown}.")
    except (Refused, Puzzled) as refusal:
        return Feedback(_sentence(str(refusal)))


async def _answer(station: Station, chat: Chat, deed: Deed) -> Feedback | None:
    try:
        person = await person_behind(chat, deed.user, station.engine.books.bindings)
    except ChatFault as fault:
        return Feedback(
            f"Who you are cannot be looked up now ({fault}). Nothing was changed; try again in a moment."
        )
    if person is None:
        log.info("somebody unknown in a chat was refused", chat=chat.name, user=deed.user)
        return None if deed.kind == "keep" else Feedback(_stranger(chat, deed.user))
    role = await role_of(station, person)
    if not role:
        return None if deed.kind == "keep" else Feedback("Your account is closed, so nothing was changed.")
    room = await station.chats.incident_of(chat.name, deed.room) if deed.room else None
    asked = Asked(station, chat, deed, person, role, room, KEEPING)
    if deed.kind == "keep":
        return await _keep(asked)
    return await verbs.carry_out(asked)


def _stranger(chat: Chat, user: str) -> str:
    contact = f'{{channel = "{chat.name}", to = "{user}"}}'
    return (
        "Sorry, Sirenbook does not know who you are, so nothing was changed. Whoever looks after sirenbook.toml "
        f"can add this contact to your entry in [people]: {contact}, or the e-mail address of your account here."
    )


async def _keep(asked: Asked) -> Feedback | None:
    """Keep a message of an incident's room as a note; what is said elsewhere belongs to no incident."""
    deed = asked.deed
    if asked.room is None or not deed.words.strip():
        return None
    incident = await asked.incident(asked.room)
    said_by = asked.person if deed.author == deed.user else await _author(asked, deed.author)
    name = "" if said_by == asked.person else f"{said_by.name if said_by else deed.author} in {asked.chat.title}: "
    await asked.do(incident, Note(asked.person.id, f"{name}{deed.words}"[:LONGEST]))
    return None


async def _author(asked: Asked, user: str) -> Person | None:
    with suppress(ChatFault):
        return await person_behind(asked.chat, user, asked.station.engine.books.bindings)
    return None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
