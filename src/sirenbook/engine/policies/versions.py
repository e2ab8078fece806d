"""Versions of the playbook: planned, put in force, and taken over by every node. Open incidents keep theirs.

The newest row of `policy_version` is in force. Whoever applies inserts the next number, so two who apply at once
are told apart by the database; every process then runs by the newest, one after the other, never backwards.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine import failpoints, plugins
from sirenbook.engine.delivery.attempt import close_all
from sirenbook.engine.policies.plan import Plan, compare, distinct
from sirenbook.engine.policies.reading import Loaded, bind, load
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.rehearsal.whatif import Running
from sirenbook.engine.station import Station
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.incident.intake import relevant_labels
from sirenbook.incident.visibility import unless_confidential
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy
from sirenbook.store.ledger import Away, Conflict
from sirenbook.store.queries import Queries
from sirenbook.store.settings import Settings, Version

log = structlog.get_logger()

LATELY = timedelta(days=30)
MOST_INCIDENTS = 200
MOST_TRIES = 8
SHORTEST_DIGEST = 6


class Stumbled(Exception):
    """The reader broke on a text. What was in force stays."""


class Overtaken(Exception):
    """Another playbook was put in force than the one that was planned against."""


class Faulty(Exception):
    """A playbook that brings errors is put in force only when that is insisted on; they are in `errors`.

    Errors that the one in force has too do not count: whoever mends one of two must not be kept from it.
    """

    def __init__(self, errors: Sequence[Diagnostic]) -> None:
        super().__init__(f"the new playbook brings {len(errors)} error{'s' if len(errors) != 1 else ''}")
        self.errors = tuple(errors)


class Planned(Struct, frozen=True):
    """A plan, and the version that it was made against: its number and the digest to apply it by."""

    number: int
    digest: str
    new_digest: str
    plan: Plan


class Applied(Struct, frozen=True):
    """What became of an application: the version in force now, and whether it is a new one."""

    version: Version
    changed: bool
    plan: Plan


class Wish(Struct, frozen=True):
    """Which texts to put in force, for whom, in which way, and on what conditions.

    `expected` is the digest that must be in force still, or its beginning; `force` puts up with errors.
    """

    texts: Texts
    by: str
    via: str
    note: str = ""
    expected: str = ""
    force: bool = False


class _Ready(Struct, frozen=True):
    """A playbook that could run here: compiled, with its channels open."""

    loaded: Loaded
    opened: plugins.Opened
    ground: OwnGround


def stored(texts: Texts) -> dict[str, Any]:
    """Texts as they are kept."""
    return {"files": texts.files, "bindings": texts.bindings, "demo": texts.demo}


def restored(kept: Mapping[str, Any]) -> Texts:
    """Texts as they were kept."""
    return Texts(dict(kept["files"]), kept["bindings"], kept["demo"])


def succeeding(station: Station, files: dict[str, str], bindings: str | None) -> Texts:
    """Texts that are to follow the ones in force; without bindings of their own they take over those."""
    now = station.loaded.texts
    return Texts(files, now.bindings if bindings is None else bindings, now.demo)


async def compiled(texts: Texts) -> Loaded:
    """Compile texts beside the passes. Raises Stumbled for whatever breaks in there."""
    try:
        return await asyncio.to_thread(load, texts)
    except Exception as error:
        log.exception("the reader stumbled over a playbook")
        raise Stumbled(f"this text could not be compiled ({type(error).__name__})") from error


async def plan(station: Station, texts: Texts) -> Planned:
    """What would change if these texts were put in force. Raises Stumbled or Away."""
    ready = await _prepare(station, texts)
    await close_all(ready.opened.channels)
    await keep_up(station)
    found = await _compared(station, ready.loaded)
    return Planned(station.number, station.loaded.texts.digest, texts.digest, found)


async def apply(station: Station, wish: Wish) -> Applied:
    """Put texts in force, here at once and everywhere within seconds. Raises Stumbled, Overtaken, Faulty, Away."""
    ready = await _prepare(station, wish.texts)
    try:
        applied = await _commit(station, wish, ready.loaded)
    except BaseException:
        await close_all(ready.opened.channels)
        raise
    if applied.changed and await _take_over(station, applied.version, ready):
        log.info("another playbook is in force", version=applied.version.number, by=wish.by, via=wish.via)
    else:
        await close_all(ready.opened.channels)
    return applied


async def _prepare(station: Station, texts: Texts) -> _Ready:
    return await _open(await compiled(texts), station)


async def _open(loaded: Loaded, station: Station) -> _Ready:
    """Open the channels; those that do not open are findings like any other."""
    opened = plugins.open_plugs(loaded.bindings, os.environ, station.home)
    ground = OwnGround(opened.executors, loaded.bindings.runners)
    await asyncio.to_thread(ground.warm, loaded.policy)
    return _Ready(replace(loaded, diagnostics=(*loaded.diagnostics, *opened.diagnostics)), opened, ground)


async def _commit(station: Station, wish: Wish, new: Loaded) -> Applied:
    """Write the next version down; again from the newest one when another was first."""
    settings, digest = station.settings, new.texts.digest
    for _ in range(MOST_TRIES):
        await keep_up(station)
        latest = await settings.version()
        _check_expected(wish.expected, latest.digest if latest else station.loaded.texts.digest)
        found = await _compared(station, new)
        if latest is not None and (latest.digest, latest.policy) == (digest, new.policy.digest):
            return Applied(latest, False, found)
        if found.errors and not wish.force:
            raise Faulty(found.errors)
        version = following(latest, new, wish, station.now())
        try:
            await keep(settings, version, new)
        except Conflict:
            continue
        return Applied(version, True, found)
    raise Away(f"another playbook was put in force, {MOST_TRIES} times in a row")


def _check_expected(expected: str, digest: str) -> None:
    if expected and not (len(expected) >= SHORTEST_DIGEST and digest.startswith(expected)):
        raise Overtaken(f"the playbook in force is {digest[:12]} by now, not {expected[:12]}")


def following(latest: Version | None, new: Loaded, wish: Wish, now: datetime) -> Version:
    """The version after the latest one."""
    return Version(
        number=latest.number + 1 if latest else 1,
        digest=new.texts.digest,
        policy=new.policy.digest,
        applied_at=now,
        applied_by=wish.by,
        via=wish.via,
        note=wish.note,
    )


async def keep(settings: Settings, version: Version, new: Loaded) -> None:
    """Store a version with its policy and texts, for ever. Raises Conflict where its number is taken."""
    await settings.put_policy(new.policy, new.texts.files, version.applied_at)
    failpoints.reach("K21")
    await settings.put_version(version, stored(new.texts))


async def keep_up(station: Station) -> None:
    """Run by the newest version; where that cannot be, stay with the old one, say so, and try again later."""
    latest = await station.settings.version()
    if latest is None or latest.number <= station.number:
        return
    try:
        texts = restored(await station.settings.texts_of(latest.number))
        policy = await station.settings.policy(latest.policy)
        ready = await _open(await asyncio.to_thread(bind, texts, policy), station)
    except Away:
        raise
    except Exception as error:
        if not station.behind:
            log.exception("the playbook in force cannot run here; the older one stays", version=latest.number)
        station.behind = f"version {latest.number} of the playbook cannot run here ({type(error).__name__})"
        return
    if not await _take_over(station, latest, ready):
        await close_all(ready.opened.channels)


async def _take_over(station: Station, version: Version, ready: _Ready) -> bool:
    """Run by this version from now on, unless a newer one runs here already."""
    if version.number <= station.number:
        return False
    loaded, rebound = ready.loaded, ready.loaded.bindings != station.loaded.bindings
    # Nothing is awaited here: no pass may see one half of a version.
    station.number, station.loaded, station.behind = version.number, loaded, ""
    station.engine.books.put_in_force(loaded.policy, loaded.bindings, ready.ground)
    station.links.base_url = (station.address.url(loaded.bindings) or station.links.base_url).rstrip("/")
    station.dispatcher.use(ready.opened.channels)
    station.changes.publish([0])
    if rebound:
        if station.on_rebound is not None:
            station.on_rebound()
        await station.settings.rouse(station.now())
        station.engine.signals.wake.set()
    return True


async def _compared(station: Station, new: Loaded) -> Plan:
    return await compared(station.queries, station.settings, station.loaded, new, station.now())


async def compared(queries: Queries, settings: Settings, old: Loaded, new: Loaded, now: datetime) -> Plan:
    """What differs when `new` follows `old`, for the incidents that are open and the alerts of late.

    A plan is shown, logged and printed: restricted incidents stand in it veiled.
    """
    rows = await queries.gravest(MOST_INCIDENTS)
    policies = {old.policy.digest: old.policy, new.policy.digest: new.policy}
    incidents = [unless_confidential(r.incident) for r in rows]
    running = [Running(x, await _policy(settings, policies, x.policy)) for x in incidents]
    wanted = dict.fromkeys((*relevant_labels(old.bindings), *relevant_labels(new.bindings)))
    seen = distinct(await queries.labels_since(now - LATELY), tuple(wanted))
    return await asyncio.to_thread(compare, old, new, running, seen, now)


async def _policy(settings: Settings, known: dict[str, Policy], digest: str) -> Policy:
    if digest not in known:
        known[digest] = await settings.policy(digest)
    return known[digest]
