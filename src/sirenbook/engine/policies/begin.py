"""Which playbook a starting process runs by: the one that was given, or the one that is in force already."""

from datetime import datetime

from msgspec import Struct

from sirenbook.engine.policies.plan import Plan
from sirenbook.engine.policies.reading import Loaded, bind
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import Stumbled, Wish, compared, compiled, following, keep, restored
from sirenbook.store.ledger import Conflict
from sirenbook.store.queries import Queries
from sirenbook.store.settings import Settings, Version

RELEASE = "release"
"""The way by which a version came that another release of ours read otherwise from the same texts."""


class NothingToRun(Exception):
    """`up` without a playbook on a home that has never run one."""


class Begun(Struct, frozen=True):
    """What a process begins with: the version, what it changed (None: nothing new), and why not what was given."""

    loaded: Loaded
    number: int
    plan: Plan | None = None
    kept: str = ""


class _Chosen(Struct, frozen=True):
    """The texts to run by, in which way they came, and why they are not the ones that were given."""

    texts: Texts
    via: str = "up"
    kept: str = ""


async def begin(settings: Settings, queries: Queries, texts: Texts | None, by: str, now: datetime) -> Begun:
    """Put the given playbook in force, or go on with the one that is. Raises NothingToRun, Stumbled or Away."""
    while True:
        latest = await settings.version()
        chosen = await _choose(settings, latest, texts)
        try:
            loaded = await compiled(chosen.texts)
        except Stumbled as stumbled:
            if latest is None:
                raise
            return Begun(await _old(settings, latest), latest.number, kept=f"{stumbled}; {_stays(latest)}")
        if latest is not None and (latest.digest, latest.policy) == (loaded.texts.digest, loaded.policy.digest):
            return Begun(loaded, latest.number, kept=chosen.kept)
        plan = await compared(queries, settings, await _old(settings, latest), loaded, now) if latest else None
        version = following(latest, loaded, Wish(loaded.texts, by or "up", chosen.via), now)
        try:
            await keep(settings, version, loaded)
        except Conflict:  # another node started at the same moment
            continue
        return Begun(loaded, version.number, plan, chosen.kept)


async def _choose(settings: Settings, latest: Version | None, given: Texts | None) -> _Chosen:
    """What was given, unless it is what `up` was given before and another was applied since: that one stays.

    A service that starts again with the file on its disk must not take back what people applied meanwhile. What is
    in force and is only read otherwise by a newer release came by that release, not by `up`.
    """
    if latest is None:
        return _Chosen(given or await _of_older_release(settings))
    if given is None:
        return _Chosen(await _texts(settings, latest), RELEASE)
    last = await settings.version("up")
    if last is None or last.number == latest.number or last.digest != given.digest:
        return _Chosen(given)
    word = f"this playbook is version {last.number} and did not change since; {_stays(latest)}"
    return _Chosen(await _texts(settings, latest), RELEASE, word)


def _stays(version: Version) -> str:
    by = f", applied by {version.applied_by} on {version.applied_at:%Y-%m-%d %H:%M %Z}"
    return f"version {version.number}{by}, stays in force"


async def _texts(settings: Settings, version: Version) -> Texts:
    return restored(await settings.texts_of(version.number))


async def _of_older_release(settings: Settings) -> Texts:
    """What ran here before versions were kept. Raises NothingToRun."""
    kept = await settings.get("playbook")
    if kept is None:
        raise NothingToRun("no playbook has run here yet; give one: sirenbook up PLAYBOOK.md")
    return restored(kept)


async def _old(settings: Settings, version: Version) -> Loaded:
    """A version as it was compiled then, without the reader."""
    return bind(await _texts(settings, version), await settings.policy(version.policy))
