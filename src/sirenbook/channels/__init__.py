"""Words out: what every channel promises the engine, one file per channel beside this one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from sirenbook.model.intent import Device, Notification, Receipt

Secrets = Callable[[Mapping[str, Any], str], str | None]
"""Looks up a secret, say `password`, that the settings name by `password_env` or `password_file`."""


class Channel(Protocol):
    """One way out of the house.

    A class behind the entry point group `sirenbook.channels` also has
    `from_settings(settings, secrets, folder)`: the table `[channels.<name>]`, the secrets it names, and the data
    directory. It raises ChannelFault, before anything is sent, when the settings cannot work.

    Three things more are looked for, each only where it is there. `follows = True`: whoever was paged by it is told
    by it, too, that the incident was acknowledged or resolved (`Notification.moment`). `join(house)`: it is given
    the house once it is open. `called(callback)`, as in TwoWay: it has an address under /callback/<name>/.
    """

    name: str

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt. Never raises: whatever goes wrong is in the receipt. Only cancelling interrupts it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Callback(Struct, frozen=True):
    """What somebody sent to a channel's address: nothing of it is believed before the channel checked it.

    `url` is the address in public, with its query, since that is what providers sign; `rest` is what follows
    `/callback/<name>/` in it. Header names are in small letters.
    """

    method: str
    url: str
    rest: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class Reply(Struct, frozen=True):
    """What a callback is answered with."""

    body: bytes = b""
    media: str = "text/plain; charset=utf-8"
    status: int = 200


class User(Struct, frozen=True):
    """Somebody as the other side knows them: the e-mail address that it vouches for, and the name it shows."""

    email: str = ""
    name: str = ""


class Word(Struct, frozen=True):
    """Something that came back through a channel, from a person or the provider; the channel has verified it.

    `once` is the other side's own name for it: the same word is not heard twice. It answers the message of `token`
    (the last part of `Notification.answer_url`), or else the one with `code` that went to the address `sender`,
    or else it is of the incident of a `thread`, said by a user; `whom` is the one to whom they gave it.
    """

    kind: Literal["acknowledge", "pass_on", "resolve", "assign", "delivered", "shown", "undelivered"]
    once: str
    token: str = ""
    sender: str = ""
    code: str = ""
    detail: str = ""
    thread: str = ""
    by: User = User()
    whom: User = User()


class Heard(Struct, frozen=True):
    """What became of a word, with a sentence for whoever said it."""

    outcome: Literal["done", "repeated", "refused", "unknown"]
    text: str


class House(Protocol):
    """What a channel may ask of the installation that it is part of."""

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose, the same on every node and after every start."""
        ...

    async def hear(self, channel: str, word: Word) -> Heard:
        """Act on a verified word, once. Raises what the store raises while it is away: the sender comes again."""
        ...

    async def devices(self, address: str) -> Sequence[Device]:
        """The browsers that take pushes for an address."""
        ...

    async def lose(self, device: int) -> None:
        """Send nothing to a browser any more: it is gone."""
        ...

    async def seen(self, device: int) -> None:
        """Note that a browser showed something just now."""
        ...


class TwoWay(Channel, Protocol):
    """A channel through which something comes back."""

    def join(self, house: House) -> None:
        """Learn of the house; called before anything is sent or comes back."""
        ...

    async def called(self, callback: Callback) -> Reply:
        """Verify a callback, have what it says heard, and answer it. Raises NotGenuine."""
        ...


class NotGenuine(Exception):
    """A callback that whom it claims to be from did not send; why stays in the log."""


class ChannelFault(Exception):
    """Settings under which a channel cannot work: what is wrong, and in `help` how to mend it."""

    def __init__(self, text: str, help: str) -> None:
        super().__init__(f"{text}; {help}")
        self.text = text
        self.help = help
