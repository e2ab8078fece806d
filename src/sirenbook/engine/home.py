"""Where an installation keeps its things on this machine, so that every command finds the running server."""

from collections.abc import Mapping
from pathlib import Path

SERVER = "server.json"
"""What the running server says of itself: `url`, `pid`, `database`, `playbook`."""
TOKEN = "token"  # noqa: S105 - a file name
"""The token of the person whose machine this is; readable by them alone."""


def home(given: str | None, environment: Mapping[str, str]) -> Path:
    """The data folder: as given, else SIRENBOOK_HOME, else `sirenbook` in the user's data folder."""
    chosen = given or environment.get("SIRENBOOK_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    data = Path(environment.get("XDG_DATA_HOME", ""))
    # The XDG specification has relative paths ignored.
    folder = data if data.is_absolute() else Path.home() / ".local" / "share"
    return folder / "sirenbook"
