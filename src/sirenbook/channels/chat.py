"""What a chat gives beside a channel: people who answer back in it, and rooms of their own for incidents."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from sirenbook.model.intent import Notification, Receipt

Verdict = Literal["ok", "warn", "fail"]


class Button(Struct, frozen=True):
    """Something to press: `action` and `value` come back with the press; `ask` is asked before it counts."""

    action: str
    value: str
    label: str
    grave: bool = False
    ask: str = ""


class Card(Struct, frozen=True):
    """Words to post, all of them untrusted text, with buttons and one link."""

    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    url: str = ""


class Blank(Struct, frozen=True):
    """One field of a form."""

    name: str
    label: str
    value: str = ""
    long: bool = False


class Form(Struct, frozen=True):
    """What somebody is asked to fill in; `memo` comes back unchanged with what they wrote."""

    name: str
    title: str
    memo: str
    blanks: tuple[Blank, ...]


class Deed(Struct, frozen=True):
    """One thing that somebody did in the chat; `id` is the same however often the chat tells it.

    `words` are those of a command with its name, the action of a button, the name of a form, or the text of a
    message that is to be kept; `value` comes with a button, `memo` with a form. `author` wrote the message.
    """

    id: str
    kind: Literal["command", "press", "form", "keep"]
    user: str
    room: str
    words: str
    value: str = ""
    memo: str = ""
    fields: dict[str, str] = {}
    author: str = ""


class Feedback(Struct, frozen=True):
    """What the person reads in return: words, a card, a form to fill in, or what is wrong with the one filled in.

    `settles` when what was pressed is done: its buttons go, and the words stand in their place.
    """

    text: str = ""
    cards: tuple[Card, ...] = ()
    form: Form | None = None
    wrong: dict[str, str] = {}
    settles: bool = False


class Room(Struct, frozen=True):
    """A room of the chat: the chat's own id, and its name as people write it."""

    id: str
    name: str


class Found(Struct, frozen=True):
    """One thing that was looked at: whether it is well, what is so, and how to mend it."""

    verdict: Verdict
    text: str
    mend: str = ""


class ChatFault(Exception):
    """What the chat would not do; `again` in how many seconds it may, None where it never will."""

    def __init__(self, text: str, again: float | None = None, code: str = "") -> None:
        super().__init__(text)
        self.again = again
        self.code = code


class NameTaken(ChatFault):
    """A room of this name exists."""


Hear = Callable[[Deed], Awaitable[Feedback | None]]


@runtime_checkable
class Chat(Protocol):
    """A channel that people answer in. All but `send` raise ChatFault where the chat refuses."""

    name: str
    title: str

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt, as any channel."""
        ...

    async def listen(self, hear: Hear) -> None:
        """Hear what people do, for ever: connect, come back after every break, answer each in time."""
        ...

    def room_name(self, wanted: str) -> str:
        """A name as rooms can have it."""
        ...

    async def open_room(self, name: str, *, private: bool) -> Room:
        """Make a room. Raises NameTaken."""
        ...

    async def own_room(self, name: str) -> Room | None:
        """The room of this name, if it was made by us."""
        ...

    async def invite(self, room: str, users: Sequence[str]) -> None:
        """Bring people in; whoever is there already stays."""
        ...

    async def set_topic(self, room: str, topic: str) -> None:
        """Say in one line what the room is about now."""
        ...

    async def post(self, room: str, card: Card, key: str) -> str:
        """Post to a room, once for each key; answers the message's id."""
        ...

    async def change(self, room: str, message: str, card: Card) -> None:
        """Put other words in the place of a message's."""
        ...

    async def user_of(self, address: str) -> str:
        """Who is behind an address of a contact method, or an e-mail address; empty where nobody is."""
        ...

    async def email_of(self, user: str) -> str:
        """The e-mail address that the chat vouches for; empty where it does not."""
        ...

    async def check(self) -> list[Found]:
        """What `doctor` says of the settings, by asking the chat."""
        ...

    def bridge(self, incident: str) -> str:
        """Where people of an incident talk; empty where nothing is bound."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
