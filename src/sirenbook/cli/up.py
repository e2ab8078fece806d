"""`sirenbook up`: run a playbook."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import psycopg

from sirenbook.cli.exits import Exit, Fault
from sirenbook.engine.home import home as home_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sirenbook.engine.policies.texts import Texts
    from sirenbook.engine.serve import Options, Started
    from sirenbook.engine.station import Station
    from sirenbook.engine.watchdog import Alarm
    from sirenbook.store.embedded import EmbeddedPostgres

WATCHDOG = "watchdog.json"
"""Where `up` leaves word for the watchdog, in the home."""


def say(text: str = "") -> None:
    """Words for the person at the terminal."""
    click.echo(text, err=True)


@click.command()
@click.argument("playbook", required=False, type=click.Path(path_type=Path))
@click.option("--home", help="Where the database and mail folder live (SIRENBOOK_HOME).")
@click.option("--database-url", envvar="SIRENBOOK_DATABASE_URL", help="An external PostgreSQL 15 or newer.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=8642, show_default=True, type=click.IntRange(0, 65535), help="0 = any free one.")
@click.option("--public-url", envvar="SIRENBOOK_PUBLIC_URL", help="How people reach this server from their phones.")
@click.option("--demo", is_flag=True, help="Invent people for names that nobody stands behind; mail to a folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when ready.")
def up(playbook: Path | None, home: str | None, demo: bool, **how: Any) -> None:
    """Run PLAYBOOK (a Markdown file or a folder); without it, resume what ran here last."""
    from sirenbook.engine.logs import set_up_logging
    from sirenbook.engine.policies.texts import Unreadable, read_texts

    set_up_logging(debug=bool(os.environ.get("SIRENBOOK_DEBUG")))
    folder = home_of(home, os.environ)
    try:
        texts = read_texts(playbook, demo=demo) if playbook else None
    except Unreadable as error:
        raise Fault(str(error), code=Exit.USAGE) from error
    with ExitStack() as stack:
        stack.enter_context(_terminated_as_interrupt())
        try:
            _run(stack, folder, texts, Wish(**how))
        except KeyboardInterrupt:
            say("Stopped before it was up.")
            raise SystemExit(130) from None
    say("Stopped cleanly.")


class Wish(NamedTuple):
    """The options of the command as they were given."""

    database_url: str | None
    host: str
    port: int
    public_url: str | None
    as_json: bool


def _listen(folder: Path, wish: Wish) -> socket.socket:
    from sirenbook.engine.listening import listen

    try:
        folder.mkdir(parents=True, exist_ok=True)
        return listen(wish.host, wish.port)
    except OSError as error:
        raise Fault(_cannot_listen(error, folder, wish.host, wish.port), code=Exit.UNREACHABLE) from error


def _cannot_listen(error: OSError, folder: Path, host: str, port: int) -> str:
    if error.filename:
        return f"the home {folder} cannot be made: {error.strerror}; give another with --home"
    return f"cannot serve on {host}:{port}: {error.strerror}; give another --port, or 0 for any free one"


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Until the server has its own handlers, SIGTERM ends the start as Ctrl-C does: with the database stopped."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(stack: ExitStack, folder: Path, texts: Texts | None, wish: Wish) -> None:
    """Start everything, serve until told to stop, and leave everything stopped."""
    import uvloop

    from sirenbook.engine import serve
    from sirenbook.engine.policies.begin import NothingToRun
    from sirenbook.engine.policies.versions import Stumbled
    from sirenbook.web.app import create_app

    listening = _listen(folder, wish)
    embedded, dsn = _database(stack, folder, wish.database_url)
    options = serve.Options(folder, dsn, texts, wish.host, wish.public_url, _starter())

    async def started(ready: Started) -> None:
        await _started(ready, options, stack, wish.as_json)

    try:
        uvloop.run(serve.run(options, listening, embedded, create_app, started))
    except NothingToRun as error:
        raise Fault(str(error), code=Exit.USAGE) from error
    except Stumbled as error:
        raise Fault(str(error), "set SIRENBOOK_DEBUG=1 to see where", Exit.FINDINGS) from error


def _starter() -> str:
    """Who started it, for the list of versions."""
    from sirenbook.cli.options import person

    with suppress(Fault):
        return person(None)
    return ""


def _database(stack: ExitStack, folder: Path, url: str | None) -> tuple[EmbeddedPostgres | None, str]:
    """A database that is up to date: the one given, or our own."""
    from sirenbook.engine.clock import wall_clock
    from sirenbook.store.embedded import EmbeddedFault, EmbeddedPostgres
    from sirenbook.store.migrate import MigrationFault, migrate

    embedded = None
    try:
        if url is None:
            embedded = stack.enter_context(EmbeddedPostgres.start(folder / "postgres", on_progress=say))
        dsn = url or (embedded.dsn if embedded else "")
        migrate(dsn, wall_clock(), on_progress=say)
    except (EmbeddedFault, MigrationFault) as fault:
        raise Fault(str(fault), code=Exit.UNREACHABLE) from fault
    except psycopg.OperationalError as error:
        word = f"the database does not answer: {str(error).strip()}"
        raise Fault(word, "check --database-url", Exit.UNREACHABLE) from error
    return embedded, dsn


async def _started(ready: Started, options: Options, stack: ExitStack, as_json: bool) -> None:
    from sirenbook.engine import serve
    from sirenbook.web.login.accounts import welcome_url

    serve.announce(ready.station, ready.local_url, options.dsn)
    _, intake = await serve.local_tokens(ready.station)
    welcome = await welcome_url(ready.station)
    stack.enter_context(_watchdog(options, ready))
    if as_json:
        word = {"url": ready.url, "welcome": welcome, "intake_token": intake, "pid": os.getpid()}
        click.echo(json.dumps(word))
        sys.stdout.flush()
    else:
        _tell(ready, options, welcome, intake)


@contextmanager
def _watchdog(options: Options, ready: Started) -> Iterator[None]:
    """The watchdog beside this process; it outlives a kill, and says so."""
    station, word = ready.station, options.home / WATCHDOG
    calls = _calls(station.loaded.bindings.watchdog, options.home)
    for name in calls.keys() - {"ping", *ready.findings.channels}:
        say(f"The watchdog cannot call by {name}: that channel is not open. Set it up in [channels.{name}].")
    _brief(word, station, options.dsn)
    station.on_rebound = lambda: _brief(word, station, options.dsn)
    command = [sys.executable, "-m", "sirenbook", "watchdog", "--home", str(options.home)]
    # It outlives us, so it must not hold our output open: whoever reads that waits for its end.
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(5)


def _brief(file: Path, station: Station, dsn: str) -> None:
    """Leave word for the watchdog what to watch and whom to call; again whenever a playbook changes that."""
    from sirenbook.engine.serve import write_private

    loaded = station.loaded
    word = {
        "dsn": dsn,
        "url": station.links.base_url,
        "bindings": loaded.texts.bindings,
        "watchdog": loaded.bindings.watchdog,
    }
    try:
        write_private(file, json.dumps(word))
    except OSError as error:
        say(f"The watchdog is not told of the new bindings: {file} cannot be written ({error.strerror}).")


def _calls(table: dict[str, Any], folder: Path) -> dict[str, str]:
    """Where the watchdog pings and calls: as written, or where the settings say that it stands."""
    from sirenbook.channels.settings import secrets_from

    lookup = secrets_from(os.environ, folder)
    found = {name: table.get(name) or lookup(table, name) for name in ("ping", "webhook", "email")}
    return {name: str(to) for name, to in found.items() if to}


@click.command(hidden=True)
@click.option("--home", required=True)
def watchdog(home: str) -> None:
    """Watch whether pages flow; started by `up`, which leaves word in the home what to watch."""
    from sirenbook.engine.watchdog import Watch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(home)
    word = _Word(folder / WATCHDOG)
    _replace_older(folder)
    watch = Watch(
        dsn=word.latest["dsn"],
        alarms=lambda: _alarms(word.latest, folder),
        ping=lambda: _calls(word.latest["watchdog"], folder).get("ping"),
        url=lambda: str(word.latest["url"]),
        say=lambda text: say(f"watchdog: {text}"),
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(watch.run())


class _Word:
    """What `up` left in the home, read anew each time, since people change; the last word holds if it is gone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: dict[str, Any] = json.loads(file.read_bytes())

    @property
    def latest(self) -> dict[str, Any]:
        """The newest word that can be read."""
        with suppress(OSError, ValueError):
            self._last = json.loads(self._file.read_bytes())
        return self._last


def _alarms(word: dict[str, Any], folder: Path) -> list[Alarm]:
    """The ways to call for help, opened only when it is needed: until then the watchdog is small."""
    from sirenbook.engine import plugins
    from sirenbook.engine.policies.texts import BINDINGS
    from sirenbook.engine.watchdog import Alarm
    from sirenbook.playbook.bindings.reader import read_bindings

    bindings, _ = read_bindings(word["bindings"], BINDINGS)
    opened = plugins.open_channels(bindings, os.environ, folder)
    calls = _calls(word["watchdog"], folder)
    return [Alarm(opened.channels[n], to) for n, to in calls.items() if n in opened.channels]


def _replace_older(folder: Path) -> None:
    """End the watchdog that a killed process left behind on this home; it would report the past."""
    word = folder / "watchdog.pid"
    with suppress(OSError, ValueError):
        older = int(word.read_text())
        command = Path(f"/proc/{older}/cmdline").read_bytes()
        if b"sirenbook" in command and b"watchdog" in command:
            os.kill(older, signal.SIGTERM)
    word.write_text(str(os.getpid()))


def _tell(ready: Started, options: Options, welcome: str | None, intake: str) -> None:
    """What was understood, what was not, and one next step."""
    from sirenbook.cli.welcome import briefing, news
    from sirenbook.engine.clock import wall_clock

    for line in briefing(ready.station.loaded, wall_clock().date()):
        say(line)
    for line in news(ready.begun):
        say(line)
    say()
    say(f"  Serving {ready.url}   (Ctrl-C stops it; data in {options.home})")
    say(f"  Alertmanager: POST {ready.url}/in/alertmanager with bearer token {intake}")
    say()
    if welcome:
        say(f"Next: open {welcome} once, to become its admin.")
    else:
        say(f"Next: open {ready.url}")
