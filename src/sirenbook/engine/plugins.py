"""Channels, sources and executors by their entry points: a new one is one file and one line of packaging."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from msgspec import Struct

from sirenbook.channels import Channel, ChannelFault
from sirenbook.channels.settings import secrets_from
from sirenbook.engine.people.identity import open_provider
from sirenbook.engine.status import customers
from sirenbook.executors import Executor, ExecutorFault
from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.sources import Source

CHANNELS = "sirenbook.channels"
SOURCES = "sirenbook.sources"
EXECUTORS = "sirenbook.executors"


class Opened(Struct, frozen=True):
    """The channels and executors that could be opened, and a finding for each that could not, and for lists."""

    channels: dict[str, Channel]
    diagnostics: tuple[Diagnostic, ...]
    executors: dict[str, Executor] = {}


def open_plugs(bindings: Bindings, environment: Mapping[str, str], folder: Path) -> Opened:
    """Open the channels, and the executors that the bindings name: none of them is open unasked."""
    opened = open_channels(bindings, environment, folder)
    executors, findings = open_executors(bindings.executors, environment, folder)
    findings += _without_secret(bindings, environment, folder)
    return Opened(opened.channels, (*opened.diagnostics, *findings), executors)


def _without_secret(bindings: Bindings, environment: Mapping[str, str], folder: Path) -> list[Diagnostic]:
    """What keeps people from logging in by the provider of the bindings, if they name one."""
    if bindings.oidc is None:
        return []
    try:
        open_provider(bindings.oidc, secrets_from(environment, folder), folder)
    except ChannelFault as fault:
        text = f"nobody can log in by {bindings.oidc.label}: {fault.text}"
        return [Diagnostic("SB394", "error", text, fault.help, Provenance("sirenbook.toml", 0, "[oidc]"))]
    return []


def open_executors(
    tables: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str], folder: Path
) -> tuple[dict[str, Executor], list[Diagnostic]]:
    """Open the executors of these tables, and say of each that does not open why."""
    kinds = {e.name: e for e in entry_points(group=EXECUTORS)}
    executors: dict[str, Executor] = {}
    findings: list[Diagnostic] = []
    # By name, so that what http guards goes by http and not by the shell's curl.
    for name, settings in sorted(tables.items()):
        if name not in kinds:
            mend = f"one of {', '.join(sorted(kinds))}"
            findings.append(_unbound(name, f"there is no executor {name!r}", mend))
            continue
        try:
            executors[name] = kinds[name].load().from_settings(settings, secrets_from(environment, folder), folder)
        except (ExecutorFault, ChannelFault) as fault:
            findings.append(_unbound(name, fault.text, fault.help))
    return executors, findings


def _unbound(name: str, text: str, mend: str) -> Diagnostic:
    at = Provenance("sirenbook.toml", 0, f"[executors.{name}]")
    return Diagnostic(
        "SB391", "error", f"executor {name} is not open, so its steps are texts to copy: {text}", mend, at
    )


def open_channels(bindings: Bindings, environment: Mapping[str, str], folder: Path) -> Opened:
    """Open every channel that the bindings set up; the console needs no settings."""
    kinds = {e.name: e for e in entry_points(group=CHANNELS)}
    wanted: dict[str, dict[str, Any]] = {
        "console": {},
        "ntfy": {},
        "webhook": {},
        "webpush": {},
        **bindings.channels,
    }
    channels: dict[str, Channel] = {}
    findings: list[Diagnostic] = []
    for name, settings in wanted.items():
        if name not in kinds:
            findings.append(_finding(name, f"there is no channel {name!r}", f"one of {', '.join(sorted(kinds))}"))
            continue
        try:
            channels[name] = kinds[name].load().from_settings(settings, secrets_from(environment, folder), folder)
        except ChannelFault as fault:
            if name in bindings.channels or name in _used(bindings):
                findings.append(_finding(name, fault.text, fault.help))
    return Opened(channels, (*findings, *customers.faults(bindings, folder)))


def _used(bindings: Bindings) -> set[str]:
    """The channels by which somebody is to be reached."""
    return {method.channel for person in bindings.people.values() for method in person.methods}


def _finding(name: str, text: str, mend: str) -> Diagnostic:
    at = Provenance("sirenbook.toml", 0, f"[channels.{name}]")
    return Diagnostic("SB390", "error", f"channel {name} is not open: {text}", mend, at)


def find_sources() -> dict[str, Source]:
    """Every alert source by its name."""
    return {e.name: e.load() for e in entry_points(group=SOURCES)}
