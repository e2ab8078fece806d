"""Puts by what steps wrote and alerts said, with the timeline and its hashes, before anything is changed."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from sirenbook.model.command import KeepEvidence
from sirenbook.store.evidence import Stored
from sirenbook.store.queries import Queries
from sirenbook.store.records import decode_state
from sirenbook.store.runs import Written
from sirenbook.store.settings import Settings

FORMAT = "sirenbook.snapshot/1"
LARGEST_OUTPUT = 4 * 1024 * 1024


class Snapshot(Struct, frozen=True):
    """What is put by: the timeline as stored with its hashes, every output so far, every alert."""

    format: str
    incident: int
    taken_at: str
    taken_by: str
    head: str
    timeline: tuple[str, ...]
    hashes: tuple[str, ...]
    outputs: tuple[Written, ...]
    alerts: tuple[str, ...]


async def snapshot(queries: Queries, settings: Settings, incident: int, by: str, now: datetime) -> KeepEvidence:
    """Put by what there is of an incident; answers the command that notes it down. Raises LookupError or Away."""
    stored = await queries.stored(incident)
    if stored is None:
        raise LookupError(f"INC-{incident}")
    procedure = decode_state(stored.state).procedure
    numbers = [r.run for r in procedure.runs] if procedure else []
    outputs = await queries.outputs(incident, numbers, LARGEST_OUTPUT)
    alerts = await queries.alert_texts(incident)
    body, digest = await asyncio.to_thread(_written, stored, outputs, alerts, by, now)
    await settings.keep_evidence(incident, digest, body, now)
    size = len(body.encode())
    return KeepEvidence(by, digest, stored.head.hex(), len(stored.texts), len(outputs), len(alerts), size)


def _written(
    stored: Stored, outputs: Sequence[Written], alerts: Sequence[str], by: str, now: datetime
) -> tuple[str, str]:
    made = Snapshot(
        format=FORMAT,
        incident=stored.id,
        taken_at=now.isoformat(timespec="seconds"),
        taken_by=by,
        head=stored.head.hex(),
        timeline=tuple(stored.texts),
        hashes=tuple(each.hex() for each in stored.hashes),
        outputs=tuple(outputs),
        alerts=tuple(alerts),
    )
    body = msgspec.json.encode(made, order="deterministic")
    return body.decode(), hashlib.sha256(body).hexdigest()
