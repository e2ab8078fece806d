"""What `sirenbook doctor` looks at, one check after the other; each says what is so and how to mend it."""

import asyncio
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple

from sirenbook.channels import Channel
from sirenbook.channels.chat import Chat, Found
from sirenbook.cli.client import Client, connect, running
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.playbooks import place
from sirenbook.engine.home import SERVER, TOKEN
from sirenbook.engine.policies.reading import Loaded

Verdict = Literal["ok", "warn", "fail"]
OLDEST_PYTHON = (3, 11)
OLDEST_ZONES = "2025"
ENOUGH_SPACE = 512 << 20


class Check(NamedTuple):
    """One thing looked at: the verdict, what is so, and how to mend it."""

    name: str
    verdict: Verdict
    text: str
    mend: str = ""


def machine() -> Iterator[Check]:
    """Python, Sirenbook and the time zones in use."""
    from importlib.metadata import version

    here = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < OLDEST_PYTHON
    mend = "Install Python 3.11 or newer." if old else ""
    yield Check("python", "fail" if old else "ok", f"Python {here}, Sirenbook {version('sirenbook')}", mend)
    yield _zones()


def _zones() -> Check:
    try:
        tzdata = import_module("tzdata")
    except ImportError:
        text = "the package tzdata is not installed: zones are whatever the machine has"
        return Check("zones", "fail", text, "Run pip install tzdata.")
    zones = str(tzdata.IANA_VERSION)
    if zones < OLDEST_ZONES:
        return Check("zones", "warn", f"tzdata {zones} is old", "Run pip install --upgrade tzdata.")
    return Check("zones", "ok", f"tzdata {zones}{_overridden()}")


def _overridden() -> str:
    """Python looks into the machine's own zones before the package's, unless it was told not to."""
    from zoneinfo import TZPATH

    first = next((p for p in TZPATH if (Path(p) / "UTC").exists()), None)
    return f", but the machine's own zones in {first} come first" if first else ""


def folder(home: Path) -> Iterator[Check]:
    """The home: whether it can be written, has space, and keeps its secrets."""
    if not home.exists():
        yield Check("home", "warn", f"{home} does not exist yet", "`sirenbook up PLAYBOOK.md` makes it.")
        return
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        mend = f"Give it back with chown -R $USER {home}, or choose another with --home."
        yield Check("home", "fail", f"{home} cannot be written", mend)
        return
    space = os.statvfs(home)
    free = space.f_bavail * space.f_frsize
    if free < ENOUGH_SPACE:
        yield Check("home", "warn", f"{home}: only {free >> 20} MiB free", "Make space; a full disk stops paging.")
    else:
        yield Check("home", "ok", f"{home}, {free >> 30} GiB free")
    yield from _secrets(home)


def _secrets(home: Path) -> Iterator[Check]:
    for name in (TOKEN, "intake-token", SERVER):
        path = home / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            mend = f"Run chmod 600 {path}; if anybody else uses this machine, change the token."
            yield Check("secrets", "fail", f"{path} can be read by others", mend)


def server(url: str | None, home_: str | None, home: Path) -> Iterator[Check]:
    """Whether a server answers, and whether pages flow there."""
    asked_for = bool(url or os.environ.get("SIRENBOOK_URL"))
    try:
        if not asked_for and not running(home):
            yield Check("server", "warn", "no server runs on this home", "Start one: sirenbook up PLAYBOOK.md")
            return
        client = connect(url, home_)
        status, health = client.health()
    except Fault as fault:
        yield Check("server", "fail", fault.text, fault.mend)
        return
    yield _health(client, status, health)
    taken = _token(client)
    yield taken
    if taken.verdict == "ok":
        yield from _runners(client)


def _health(client: Client, status: int, health: dict[str, object]) -> Check:
    if status == 200 and health.get("ok", True):
        return Check("server", "ok", f"{client.url} answers and pages flow")
    faults = health.get("faults")
    told = "; ".join(map(str, faults)) if isinstance(faults, list) and faults else f"HTTP {status}"
    return Check("server", "fail", f"{client.url} is not well: {told}", "Its log says more.")


def _token(client: Client) -> Check:
    try:
        client.get("/api/incidents", limit=1)
    except Fault as fault:
        return Check("token", "fail" if fault.code is Exit.NOT_ALLOWED else "warn", fault.text, fault.mend)
    return Check("token", "ok", "the server takes this user's token")


def _runners(client: Client) -> Iterator[Check]:
    """Whether for each kind of tool that goes to runners one is connected, and which steps wait for one."""
    try:
        found = client.get("/api/runners")
    except Fault as fault:
        yield Check("runners", "warn", f"of runners nothing is known: {fault.text}", fault.mend)
        return
    there = [set(r["labels"]) for r in found["runners"] if r["connected"]]
    for kind, labels in found["bound"].items():
        named = ", ".join(labels)
        if any(set(labels) <= each for each in there):
            yield Check("runners", "ok", f"{kind} goes to runners labelled {named}, and one is connected")
        else:
            mend = f"Start one where {kind} works: sirenbook runner --connect URL --labels {','.join(labels)}"
            yield Check("runners", "fail", f"{kind} goes to runners labelled {named}, and none is connected", mend)
    for each in found["waiting"]:
        text = f"{each['incident']} waits since {each['since']} for a runner labelled {', '.join(each['labels'])}"
        yield Check("runners", "warn" if each["connected"] else "fail", text, "`sirenbook steps` shows the step.")


def playbook(loaded: Loaded, home: Path) -> Iterator[Check]:
    """Whether the playbook is understood, its channels open, and its people reachable."""
    names = ", ".join(loaded.policy.files)
    count = len(loaded.policy.severities)
    found = [d for d in loaded.diagnostics if d.grade != "note"]
    if not found:
        yield Check("playbook", "ok", f"{names}: {count} severities, {len(loaded.policy.levels)} escalation levels")
    for each in found:
        verdict: Verdict = "fail" if each.grade == "error" else "warn"
        yield Check("playbook", verdict, f"{place(each.at)}: {each.code} {each.text}", each.help)
    yield from _channels(loaded, home)


def _channels(loaded: Loaded, home: Path) -> Iterator[Check]:
    from sirenbook.engine.plugins import open_channels

    opened = open_channels(loaded.bindings, os.environ, home)
    for each in opened.diagnostics:
        verdict: Verdict = "fail" if each.grade == "error" else "warn"
        where = f"{place(each.at)}: {each.code} " if each.at.line else ""
        yield Check("channels", verdict, f"{where}{each.text}", each.help)
    used = {m.channel for p in loaded.bindings.people.values() for m in p.methods}
    working = sorted(used & opened.channels.keys())
    if working:
        yield Check("channels", "ok", f"open and used: {', '.join(working)}")
    yield from _reachable(loaded, set(opened.channels))
    yield from _chats(opened.channels)


def _chats(channels: Mapping[str, Channel]) -> Iterator[Check]:
    """What the chats themselves say of their tokens and permissions."""
    for name, channel in channels.items():
        if isinstance(channel, Chat):
            for found in asyncio.run(_asked(channel)):
                yield Check(name, found.verdict, found.text, found.mend)


async def _asked(chat: Chat) -> list[Found]:
    try:
        return await chat.check()
    finally:
        await chat.close()


def _reachable(loaded: Loaded, channels: set[str]) -> Iterator[Check]:
    """People all of whose contact methods lead to channels that are not open."""
    for person in loaded.bindings.people.values():
        ways = {m.channel for m in person.methods}
        if ways and not ways & channels:
            text = f"{person.name} can be reached by {', '.join(sorted(ways))} only, and nothing of it is open"
            yield Check("people", "fail", text, f"Mend the channel, or give [people.{person.id}] another contact.")
