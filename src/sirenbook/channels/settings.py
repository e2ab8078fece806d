"""Reads the table `[channels.<name>]` strictly: a misspelt line is found at start, not at three at night."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sirenbook.channels import ChannelFault, Secrets

# In seconds, for one whole attempt; the engine gives an attempt little more before it moves on.
DEFAULT_TIMEOUT = 10.0


class Settings:
    """One channel's settings: every key is known, every value has its type, every secret stands elsewhere."""

    def __init__(
        self,
        channel: str,
        values: Mapping[str, Any],
        lookup: Secrets,
        *,
        known: tuple[str, ...] = (),
        secret: tuple[str, ...] = (),
        table: str = "",
    ) -> None:
        self.table = table or f"[channels.{channel}]"
        self._values = values
        self._lookup = lookup
        self._refuse_literals(secret)
        self._refuse_unknown({*known, *(f"{s}_{how}" for s in secret for how in ("env", "file"))})

    def _refuse_literals(self, secret: tuple[str, ...]) -> None:
        for key in secret:
            if key in self._values:
                raise ChannelFault(
                    f"{self.table} holds the {key} itself",
                    f'put it in an environment variable and write {key}_env = "NAME", '
                    f'or in a file and write {key}_file = "PATH"',
                )

    def _refuse_unknown(self, known: set[str]) -> None:
        for key in self._values:
            if key not in known:
                raise ChannelFault(
                    f"{self.table} has a line {key!r} that this channel does not know",
                    f"it knows: {', '.join(sorted(known)) or 'none'}",
                )

    def has(self, key: str) -> bool:
        """Whether the table has this line."""
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A line of text; without a default it must be there."""
        value = self._values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise ChannelFault(f"{self.table} needs {key} as text", f'write {key} = "…"')
        return value.strip()

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number within bounds."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ChannelFault(f"{self.table} has {key} = {value!r}", f"write a number from {low} to {high}")
        return float(value)

    def choice(self, key: str, default: str, options: tuple[str, ...]) -> str:
        """One word of a few."""
        value = self._values.get(key, default)
        if value not in options:
            raise ChannelFault(f"{self.table} has {key} = {value!r}", f"write one of {', '.join(options)}")
        return str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when the line is absent."""
        value = self._values.get(key, [])
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ChannelFault(f"{self.table} has {key} = {value!r}", f'write a list: {key} = ["…"]')
        return tuple(value)

    def path(self, key: str, folder: Path) -> Path | None:
        """A path, relative ones within the data directory; None when the line is absent."""
        return folder / self.text(key) if self.has(key) else None

    def secret(self, key: str) -> str | None:
        """The secret that `<key>_env` or `<key>_file` names; None when neither line is there."""
        named = [line for line in (f"{key}_env", f"{key}_file") if self.has(line)]
        if not named:
            return None
        found = self._lookup(self._values, key)
        if not found:
            place = self._values[named[0]]
            raise ChannelFault(
                f"{self.table} {named[0]} = {place!r} leads to nothing",
                "set that variable, or fill that file, before starting",
            )
        return found


def secrets_from(environment: Mapping[str, str], folder: Path) -> Secrets:
    """Makes the lookup that channels get: environment variables first, then files (relative to `folder`)."""

    def lookup(settings: Mapping[str, Any], name: str) -> str | None:
        variable, file = settings.get(f"{name}_env"), settings.get(f"{name}_file")
        if variable and (value := environment.get(str(variable))):
            return value
        return _read(folder / str(file)) if file else None

    return lookup


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
