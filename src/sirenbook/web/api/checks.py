"""The API of health checks: what is looked at, and how it stands."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sirenbook.engine.checks import Line
from sirenbook.engine.links import Links
from sirenbook.incident.checks import target
from sirenbook.model.check import Heartbeat
from sirenbook.model.provenance import Provenance
from sirenbook.web.api.calls import Call


class CheckLine(Struct, frozen=True):
    """A check: what it looks at, and how it stands since when; `hindrance` says why it is not looked at.

    `kind` is http, tcp, tls, dns, postgres, redis, command or heartbeat. `failing` has failed, but not yet
    `failures` times in a row. `beat` is the address that a heartbeat calls; only admins are told it.
    """

    name: str
    kind: str
    target: str
    standing: Literal["new", "well", "failing", "down", "unwatched"]
    critical: bool
    detail: str
    hindrance: str
    since: datetime | None
    looked_at: datetime | None
    seconds: float
    failed: int
    failures: int
    period: int
    beat_at: datetime | None
    beat: str
    why: Provenance


class CheckList(Struct, frozen=True):
    """Every check; `well` while none that is looked at is down."""

    well: bool
    checks: list[CheckLine]


async def checks(call: Call) -> CheckList:
    """Every health check, and how it stands."""
    lines = await call.station.checker.lines()
    links = call.station.links if call.token.scope == "admin" else None
    return CheckList(all(each.stand.standing != "down" for each in lines), [shape(each, links) for each in lines])


def shape(line: Line, links: Links | None) -> CheckLine:
    """A check as it is told; with `links`, also where its heartbeat calls."""
    check, stand = line.check, line.stand
    beats = isinstance(check.probe, Heartbeat) and links is not None
    return CheckLine(
        name=check.name,
        kind=check.kind,
        target=target(check),
        standing="unwatched" if line.hindrance else stand.standing,
        critical=check.critical,
        detail=stand.detail,
        hindrance=line.hindrance,
        since=stand.since,
        looked_at=stand.looked_at,
        seconds=stand.seconds,
        failed=stand.failures,
        failures=check.failures,
        period=check.period,
        beat_at=stand.beat_at,
        beat=links.beat(check.name) if beats and links else "",
        why=check.why,
    )
