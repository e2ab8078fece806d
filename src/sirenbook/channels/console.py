"""Writes pages to the terminal: for a first try, and as the last trace when nothing else is set up."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from sirenbook.channels import Secrets
from sirenbook.channels.answer import accepted, caught
from sirenbook.channels.escaping import one_line
from sirenbook.channels.settings import Settings
from sirenbook.channels.wording import facts, heading, lateness, links, manner, why
from sirenbook.model.intent import Notification, Receipt

Write = Callable[[str], object]


def _to_stderr(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


class ConsoleChannel:
    """One line per page, through `write`."""

    name = "console"

    def __init__(self, write: Write = _to_stderr) -> None:
        self._write = write

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path) -> Self:
        """Reads `[channels.console]`, which has no lines."""
        Settings(cls.name, settings, secrets)
        return cls()

    async def send(self, notification: Notification) -> Receipt:
        """Write the line."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        self._write(line(notification) + "\n")
        return accepted("written to the terminal")

    async def close(self) -> None:
        """Nothing to let go of."""


def line(notification: Notification) -> str:
    """The whole page on one line on which no letter moves the cursor, changes colours or turns the text around."""
    parts = [
        f"{manner(notification).upper()} {one_line(notification.incident, 40)} {heading(notification)}",
        f"for {one_line(notification.person, 80)} ({one_line(notification.to, 120)})",
        f"why {why(notification)}",
        *(f"{label.lower()} {url}" for label, url in links(notification)),
        *(f"{label}={value}" for label, value in facts(notification)),
        lateness(notification),
        one_line(notification.text, 500),
    ]
    return " | ".join(part for part in parts if part)
