"""Rows as the engine sees them, and how an incident and its timeline are written down and chained."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from sirenbook.incident.core import Decision
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.intent import Intent

GENESIS = bytes(32)
_encoder = msgspec.json.Encoder(order="deterministic")
_incidents = msgspec.json.Decoder(Incident)
_entries = msgspec.json.Decoder(Entry)
_intents = msgspec.json.Decoder(Intent)


class Held(Struct):
    """An incident row that this transaction has locked: what intake decides by, and the rest undecoded."""

    id: int
    severity_rank: int
    cleared: bool
    alerts: int
    head: bytes
    state: str
    group: str | None = None
    open: bool = True

    @property
    def incident(self) -> Incident:
        """The whole state."""
        return _incidents.decode(self.state)


class Written(Struct, frozen=True):
    """One incident to be saved after a decision: its new state, what happened, what must be done, when to wake."""

    decision: Decision
    head: bytes
    severity_rank: int


class AlertRow(Struct, frozen=True):
    """One alert to be folded into an incident, which its group or its id names."""

    incident: int
    group: str
    key: str
    status: Literal["firing", "resolved"]
    repeats: int
    body: str


class Counted(Struct, frozen=True):
    """An open incident that alerts were just counted into: as it was before, and how many alerts it has now."""

    id: int
    group: str
    severity_rank: int
    cleared: bool
    before: int
    total: int


Claim = tuple[str, int]
"""The key of an intent, and the token under which it was claimed."""


class Due(Struct, frozen=True):
    """An intent claimed for delivery: under which token, the how-manieth attempt, and the incident as it is now."""

    intent: Intent
    token: int
    attempt: int
    created_at: datetime
    incident: Incident

    @property
    def claim(self) -> Claim:
        """What the outbox knows it by while it is ours."""
        return self.intent.key, self.token


def encode_state(incident: Incident) -> str:
    """An incident as it is stored."""
    return _encoder.encode(incident).decode()


def decode_state(text: str) -> Incident:
    """A stored incident; fields that later releases added take their defaults."""
    return _incidents.decode(text)


def encode_entry(entry: Entry) -> str:
    """A timeline entry as it is stored and hashed; this text is never rewritten."""
    return _encoder.encode(entry).decode()


def decode_entry(text: str) -> Entry:
    """A stored timeline entry, of this release or any before it."""
    return _entries.decode(text)


def encode_intent(intent: Intent) -> str:
    """An intent as it waits in the outbox."""
    return _encoder.encode(intent).decode()


def decode_intent(text: str) -> Intent:
    """A waiting intent."""
    return _intents.decode(text)


def chain(head: bytes, texts: Iterable[str]) -> list[bytes]:
    """The hash of each entry: SHA-256 over the one before and the entry's stored text."""
    hashes = []
    for text in texts:
        head = hashlib.sha256(head + text.encode()).digest()
        hashes.append(head)
    return hashes


def broken_link(texts: Sequence[str], hashes: Sequence[bytes], head: bytes) -> int | None:
    """The 1-based place of the first entry that does not fit its chain; None when the chain holds to `head`."""
    for place, (text_hash, stored) in enumerate(zip(chain(GENESIS, texts), hashes, strict=True), 1):
        if text_hash != stored:
            return place
    last = hashes[-1] if hashes else GENESIS
    return None if last == head else len(hashes) + 1
