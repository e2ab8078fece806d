"""Words out: what every channel promises the engine, one file per channel beside this one."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sirenbook.model.intent import Notification, Receipt

Secrets = Callable[[Mapping[str, Any], str], str | None]
"""Looks up a secret, say `password`, that the settings name by `password_env` or `password_file`."""


class Channel(Protocol):
    """One way out of the house.

    A class behind the entry point group `sirenbook.channels` also has
    `from_settings(settings, secrets, folder)`: the table `[channels.<name>]`, the secrets it names, and the data
    directory. It raises ChannelFault, before anything is sent, when the settings cannot work.
    """

    name: str

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt. Never raises: whatever goes wrong is in the receipt. Only cancelling interrupts it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class ChannelFault(Exception):
    """Settings under which a channel cannot work: what is wrong, and in `help` how to mend it."""

    def __init__(self, text: str, help: str) -> None:
        super().__init__(f"{text}; {help}")
        self.text = text
        self.help = help
