"""Reads [rotations] of sirenbook.toml: who takes turns and when; what is left out there the playbook says."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from sirenbook.model import policy
from sirenbook.model.bindings import Duty, Person, fold
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.rotation import HOLIDAY, SHORTEST, Layer, Rotation, Window
from sirenbook.model.wall import DAY, local
from sirenbook.playbook.bindings.days_off import days_off
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import Kind, dotted, people_ids, read_table, read_texts, read_value
from sirenbook.playbook.bindings.toml_text import TomlText, suggestion
from sirenbook.playbook.bindings.values import day_of, hand_off, hours_of_day, turn_seconds, weekdays, zone_name

_WEEK = 7 * 86_400
_MONDAY = date(2024, 1, 1)
"""The day from which turns count where no start is given."""
_PLACES = {"primary": 0, "secondary": 1, "tertiary": 2}
_LAYER = ("members", "start", "period", "handoff", "zone", "hours")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What people write for the clocks of a place. Abbreviations of several places are not here: the finding asks.
_CLOCKS = {
    "America/New_York": ("ET", "EST", "EDT", "Eastern"),
    "America/Chicago": ("CT", "CDT", "Central"),
    "America/Denver": ("MT", "MDT", "Mountain"),
    "America/Los_Angeles": ("PT", "PST", "PDT", "Pacific"),
    "Europe/Berlin": ("CET", "CEST", "MEZ", "MESZ"),
    "Europe/London": ("BST",),
    "Asia/Tokyo": ("JST",),
    "Australia/Sydney": ("AEST", "AEDT"),
    "UTC": ("UTC", "GMT", "Z"),
}

_PERIOD = Kind(turn_seconds, 'Write period = "1 week", or "2 days", or "12 hours": an hour is the shortest.')
_HANDOFF = Kind(hand_off, 'Write handoff = "Monday 09:00", or "09:00".')
_ZONE = Kind(zone_name, 'Write zone = "Europe/Berlin", or "UTC".', "SB306")
_START = Kind(day_of, 'Write start = "2026-11-23": a day on which the first member is on call.')
_HOURS = 'Write hours = ["Mon-Fri 09:00-17:00", "Sat-Sun", "holidays"].'


class Turning(NamedTuple):
    """How a layer turns: what its own lines, those around it, or the playbook say, each with its place."""

    start: date
    period: int
    weekday: int
    minute: int
    zone: str
    period_why: Provenance
    handoff_why: Provenance


def read_rotations(
    toml: TomlText, table: dict[str, Any], people: dict[str, Person], stated: policy.Rotation | None, zone: str
) -> dict[str, Rotation]:
    """The table [rotations]; `stated` is what the playbook says of its rotation, `zone` that of business hours."""
    usual = _usual(toml, stated, zone) if table else None
    read = ((name, _rotation(toml, name, value, people, usual)) for name, value in table.items() if usual)
    return {name: rotation for name, rotation in read if rotation is not None}


def _usual(toml: TomlText, stated: policy.Rotation | None, zone: str) -> Turning:
    """How turns are taken where the table does not say."""
    said = stated or policy.Rotation()
    why = said.why or default("the playbook does not say")
    hour, minute = map(int, (said.handoff_time or "09:00").split(":"))
    if hour > 23 or minute > 59:  # no time of day, whatever it was meant to be
        return _usual(toml, replace(said, handoff_time=None), zone)
    return Turning(
        start=_MONDAY,
        period=max(said.period_seconds or _WEEK, SHORTEST),
        weekday=_DAYS.index(said.handoff_weekday) if said.handoff_weekday in _DAYS else 0,
        minute=hour * 60 + minute,
        zone=_stated_zone(toml, said.handoff_zone, zone),
        period_why=why if said.period_seconds else default("a turn lasts a week"),
        handoff_why=why if said.handoff_time else default("Monday 09:00"),
    )


def _stated_zone(toml: TomlText, said: str | None, zone: str) -> str:
    """The zone that the playbook means; that of business hours, with a finding, where it cannot be told."""
    meant = next((name for name, words in _CLOCKS.items() if said in words), said)
    try:
        return zone_name(meant) if meant else zone
    except ValueError:
        text = f'The playbook hands over by the clocks of "{said}", which is no zone; {zone} is taken.'
        toml.report("SB306", ("rotations",), text, 'Write zone = "Europe/Berlin" under [rotations.…].', "warning")
        return zone


def _rotation(
    toml: TomlText, name: str, value: object, people: dict[str, Person], usual: Turning | None
) -> Rotation | None:
    """One rotation; None, with a finding, where nobody takes turns in it."""
    path: Path = ("rotations", name)
    assert usual is not None
    if not _NAME.fullmatch(name):
        text = f'"{name}" cannot be the name of a rotation.'
        toml.report("SB303", path, text, 'Write letters, digits, "-" and "_", such as [rotations.platform].')
        return None
    table = read_table(toml, path, value, (*_LAYER, "holidays", "layers"))
    turning = _turning(toml, path, table, usual)
    more = table.get("layers", [])
    tables: list[tuple[Path, object]] = [(path, {k: v for k, v in table.items() if k in _LAYER})]
    tables += [((*path, "layers", n), t) for n, t in enumerate(more if isinstance(more, list) else [more])]
    layers = [_layer(toml, where, each, people, turning) for where, each in tables]
    if not any(layers):
        text = f"rotations.{name} has no members, so nobody is ever on call in it."
        toml.report("SB313", path, text, 'Write members = ["mira", "jon"], in the order of their turns.')
        return None
    if any(x and len(x.members) > 1 for x in layers):
        _assumed(toml, path, table, turning)
    return Rotation(name, tuple(x for x in layers if x), tuple(read_holidays(toml, path, table)))


def _assumed(toml: TomlText, path: Path, table: dict[str, Any], turning: Turning) -> None:
    """Say what is taken for granted of turns that nobody describes."""
    if "start" not in table:
        text = f"rotations.{path[1]} does not say who is on call now; turns count from {_MONDAY:%-d %B %Y}."
        toml.report("SB315", path, text, _START.help, "warning")
    if "period" not in table and not turning.period_why.stated:
        text = f"rotations.{path[1]} says as little as the playbook of how long a turn is; a week is taken."
        toml.report("SB315", path, text, _PERIOD.help, "warning")


def _turning(toml: TomlText, path: Path, table: dict[str, Any], usual: Turning) -> Turning:
    """How turns are taken by this table, and where it says nothing as usual."""
    period = read_value(toml, (*path, "period"), table, _PERIOD)
    handoff = read_value(toml, (*path, "handoff"), table, _HANDOFF)
    zone = read_value(toml, (*path, "zone"), table, _ZONE)
    start = read_value(toml, (*path, "start"), table, _START)
    weekday, minute = handoff or (usual.weekday, usual.minute)
    return Turning(
        start=start or usual.start,
        period=period or usual.period,
        weekday=usual.weekday if weekday is None else weekday,
        minute=minute,
        zone=zone or usual.zone,
        period_why=toml.at((*path, "period")) if period else usual.period_why,
        handoff_why=toml.at((*path, "handoff")) if handoff else usual.handoff_why,
    )


def _layer(toml: TomlText, path: Path, value: object, people: dict[str, Person], usual: Turning) -> Layer | None:
    """One layer; None where it has no members: the rotation's own table need not have any."""
    table = read_table(toml, path, value, _LAYER)
    members = people_ids(toml, read_texts(toml, (*path, "members"), table.get("members", [])), people)
    turning = _turning(toml, path, table, usual) if "layers" in path else usual
    windows = tuple(_windows(toml, path, table))
    if not members or ("hours" in table and not windows):
        return None
    return Layer(
        members=members,
        period=turning.period,
        anchor=_anchor(turning),
        zone=turning.zone,
        windows=windows,
        period_why=turning.period_why,
        handoff_why=turning.handoff_why,
    )


def _anchor(turning: Turning) -> datetime:
    """The hand-off with which the first member's turn begins: on the day of the start, or last before it."""
    back = (turning.start.weekday() - turning.weekday) % 7 if turning.period % _WEEK == 0 else 0
    return local(turning.start - timedelta(days=back), turning.minute)


def _windows(toml: TomlText, path: Path, table: dict[str, Any]) -> Iterator[Window]:
    """The hours in which a layer holds; what cannot be read is left out with a finding."""
    for where, words in read_texts(toml, (*path, "hours"), table.get("hours", [])):
        try:
            yield _window(words)
        except ValueError as error:
            toml.report("SB310", where, f"{words!r}: {error}.", _HOURS)


def _window(words: str) -> Window:
    found = re.fullmatch(r"(?P<days>\D*?)\s*(?P<hours>\d.*)?", words.strip())
    if found is None:
        raise ValueError("these are no hours")
    names = [w.strip() for w in found["days"].split(",") if w.strip()]
    plain = [n for n in names if n.lower() not in ("holiday", "holidays")]
    days = weekdays(plain) if plain else ()
    if len(plain) < len(names):
        days = (*days, HOLIDAY)
    start, end = hours_of_day(found["hours"]) if found["hours"] else (0, DAY)
    return Window(days or tuple(range(HOLIDAY + 1)), start, end)


def read_holidays(toml: TomlText, path: Path, table: dict[str, Any]) -> Iterator[date]:
    """The days off that a table lists; one that is no day is a finding."""
    said = table.get("holidays", [])
    for number, each in enumerate(said if isinstance(said, list) else [said]):
        where: Path = (*path, "holidays", number)
        try:
            yield from days_off(each)
        except ValueError as error:
            help_ = 'Write ["2026-12-25"], or a country or part of one: ["AT"], ["DE-BY"].'
            toml.report("SB310", where, f"{dotted(path)}.holidays: {error}.", help_)


def read_duty(toml: TomlText, where: Path, word: str, rotations: dict[str, Rotation]) -> Duty | None:
    """What `rotation:platform.secondary` stands for; None, with a finding, where there is no such rotation."""
    said = word.partition(":")[2].strip()
    name, _, place = said.partition(".")
    if name in rotations and place in ("", *_PLACES):
        return Duty(name, _PLACES.get(place, 0))
    known = ", ".join(rotations) or "none"
    text = f'There is no rotation "{said}".'
    if name in rotations:
        text = f'"{place}" is no place in a rotation.'
        help_ = f"{suggestion(place, _PLACES)}Write rotation:{name}, or one of {', '.join(_PLACES)} after it."
    else:
        help_ = f"{suggestion(name, rotations)}Rotations here: {known}. Add [rotations.{fold(name) or 'platform'}]."
    toml.report("SB314", where, text, help_)
    return None


def is_duty(word: str, people: dict[str, Person]) -> bool:
    """Whether a target is bound to a rotation rather than to a person."""
    return word.lower().startswith("rotation:") and word not in people
