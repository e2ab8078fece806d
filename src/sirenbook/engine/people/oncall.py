"""Who is on call now and in the weeks ahead, and the overrides that people make over the rotations."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.station import Station
from sirenbook.model.bindings import Bindings, OnCall, fold
from sirenbook.model.rotation import Rotation, Segment, Shift
from sirenbook.playbook.bindings.reachability import distinct_targets
from sirenbook.store.overrides import Wanted

LONGEST = timedelta(days=366)
PLACES = ("primary", "secondary", "tertiary")


class Unsound(ValueError):
    """An override that cannot be: the text says why, and what to give instead."""


class Called(Struct, frozen=True):
    """A name of the playbook and who answers to it."""

    target: str
    people: tuple[OnCall, ...]


class Watch(Struct, frozen=True):
    """One rotation at an instant: who is primary and secondary, two where shifts overlap, and who follows."""

    rotation: Rotation
    line: tuple[OnCall, ...]
    second: tuple[OnCall, ...]
    following: Shift | None


class Calendar(Struct, frozen=True):
    """The shifts of one duty over a while, and the gaps in which nobody has it."""

    rotation: str
    place: int
    shifts: tuple[Shift, ...]
    gaps: tuple[Segment, ...]


def called(station: Station, at: datetime) -> list[Called]:
    """Who answers to every name of the playbook at an instant."""
    books = station.engine.books
    return [Called(t, books.bindings.answering(t, at)) for t in distinct_targets(books.policy)]


def watches(bindings: Bindings, at: datetime) -> list[Watch]:
    """Every rotation at an instant."""
    return [_watch(bindings, rotation, at) for rotation in bindings.rotations.values()]


def _watch(bindings: Bindings, rotation: Rotation, at: datetime) -> Watch:
    first, second = (_holders(bindings, rotation, at, place) for place in (0, 1))
    ahead = rotation.shifts(at, at + timedelta(days=31), 0, bindings.overrides)
    following = next((s for s in ahead if s.start > at), None)
    return Watch(rotation, first, second, following)


def _holders(bindings: Bindings, rotation: Rotation, at: datetime, place: int) -> tuple[OnCall, ...]:
    overrides = bindings.overrides
    known = (p for p in rotation.holders(at, place, overrides) if p in bindings.people)
    return tuple(OnCall(bindings.people[p], rotation.name, rotation.until(at, p, place, overrides)) for p in known)


def calendar(bindings: Bindings, rotation: str, place: int, start: datetime, end: datetime) -> Calendar:
    """The shifts of a duty. Raises Unsound for a rotation that there is not."""
    found = rotation_of(bindings, rotation)
    gaps = [s for s in found.segments(start, end, bindings.overrides) if not s.holders(place)]
    return Calendar(rotation, place, found.shifts(start, end, place, bindings.overrides), tuple(gaps))


def rotation_of(bindings: Bindings, name: str) -> Rotation:
    """A rotation by name. Raises Unsound where there is none of it."""
    found = bindings.rotations.get(name)
    if found is None:
        known = ", ".join(bindings.rotations) or "none; add [rotations.…] to sirenbook.toml"
        raise Unsound(f"there is no rotation {name!r}; rotations here: {known}")
    return found


async def refresh(station: Station) -> None:
    """Take over the overrides that were made on any node."""
    station.engine.books.put_overrides(await station.overrides.in_force(station.now()))


async def make(station: Station, wanted: Sequence[Wanted], by: str, via: str) -> list[int]:
    """Make overrides, all or none, in force here at once. Raises Unsound or Away."""
    bindings, now = station.engine.books.bindings, station.now()
    sound = [_sound(bindings, each, now) for each in wanted]
    made = await station.overrides.make(sound, by, via, now)
    await _tell(station)
    return made


async def end(station: Station, number: int, by: str) -> bool:
    """End an override; False where there is none to end."""
    ended = await station.overrides.end(number, by, station.now())
    await _tell(station)
    return ended


async def _tell(station: Station) -> None:
    await refresh(station)
    station.changes.publish([0])


def _sound(bindings: Bindings, wanted: Wanted, now: datetime) -> Wanted:
    """The override with people by their ids. Raises Unsound where it could not do what is wanted."""
    rotations = [rotation_of(bindings, wanted.rotation)] if wanted.rotation else list(bindings.rotations.values())
    if not rotations:
        raise Unsound("there are no rotations; add [rotations.…] to sirenbook.toml")
    person = _person(bindings, wanted.person)
    away = _person(bindings, wanted.instead_of) if wanted.instead_of else ""
    if not bindings.people[person].methods:
        raise Unsound(f"{wanted.person} has no contact method and could not be paged")
    if away and not any(away in r.members for r in rotations):
        named = " or ".join(r.name for r in rotations)
        raise Unsound(f"{wanted.instead_of} takes no turns in {named}, so there is nothing to cover")
    if person == away:
        raise Unsound(f"{wanted.person} cannot stand in for themselves")
    if not now < wanted.end or not wanted.start < wanted.end:
        raise Unsound("it must begin before it ends, and end in the future")
    if wanted.end - wanted.start > LONGEST:
        raise Unsound("it may last a year at most; change the rotation instead")
    return replace(wanted, person=person, instead_of=away)


def _person(bindings: Bindings, word: str) -> str:
    """The id of somebody called by id or name."""
    found = [p.id for p in bindings.people.values() if fold(word) in (fold(p.id), fold(p.name))]
    if len(found) != 1:
        known = ", ".join(_some(p.name for p in bindings.people.values())) or "nobody"
        raise Unsound(f"{'several people are' if found else 'nobody is'} called {word!r}; there are {known}")
    return found[0]


def _some(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return listed if len(listed) <= 20 else [*listed[:20], "…"]
