"""What is handed over as evidence of one incident, and the check that nothing in it was changed since.

The check needs nothing but the files: each entry of the timeline is hashed together with the hash before it, so an
entry that was edited, removed or moved shows at its place. Whoever rewrites the whole chain is found out by a hash
that was noted elsewhere: every export prints it.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from sirenbook.incident.core import fold
from sirenbook.store.records import GENESIS, chain, decode_entry, decode_state

FORMAT = "sirenbook.evidence/1"
MANIFEST = "manifest.json"
TIMELINE = "timeline.jsonl"
CHAIN = "chain.txt"
STATE = "incident.json"
ALERTS = "alerts.jsonl"
PLAYBOOK = "playbook/"
KEPT = "evidence/"
_PARTS = (TIMELINE, CHAIN, STATE, ALERTS)


class Stored(Struct, frozen=True):
    """An incident as the database holds it: its state, the texts of its timeline, their hashes, and its alerts.

    `kept` is what was put by while it went on, by hash.
    """

    id: int
    state: str
    head: bytes
    texts: Sequence[str]
    hashes: Sequence[bytes]
    alerts: Sequence[str] = ()
    kept: Mapping[str, str] = {}


class Manifest(Struct, frozen=True):
    """What belongs to a bundle: the hash of every file, and the last hash of the timeline."""

    format: str
    incident: int
    head: str
    entries: int
    exported_at: str
    exported_by: str
    sha256: dict[str, str]


class Examined(Struct, frozen=True):
    """What a check of a bundle found: nothing in `faults` means that it is as it was exported."""

    incident: int
    head: str
    entries: int
    exported_at: str
    exported_by: str
    faults: tuple[str, ...]


def bundle(stored: Stored, playbook: Mapping[str, str], at: str, by: str) -> dict[str, str]:
    """The files of a bundle, by name; `at` is when it is made, in ISO 8601, and `by` whom it is made for."""
    files = {
        TIMELINE: "".join(f"{text}\n" for text in stored.texts),
        CHAIN: "".join(f"{each.hex()}\n" for each in stored.hashes),
        STATE: stored.state,
        ALERTS: "".join(f"{text}\n" for text in stored.alerts),
        **{PLAYBOOK + name: text for name, text in playbook.items()},
        **{f"{KEPT}{digest}.json": text for digest, text in stored.kept.items()},
    }
    sums = {name: _sum(text.encode()) for name, text in files.items()}
    manifest = Manifest(FORMAT, stored.id, stored.head.hex(), len(stored.texts), at, by, sums)
    return {**files, MANIFEST: msgspec.json.format(msgspec.json.encode(manifest)).decode()}


def examine(files: Mapping[str, bytes], head: str = "") -> Examined:
    """Check a bundle, against a noted last hash too where one is given. Raises ValueError where it is no bundle."""
    if MANIFEST not in files:
        raise ValueError(f"there is no {MANIFEST} in it: this is no evidence of Sirenbook")
    try:
        manifest = msgspec.json.decode(files[MANIFEST], type=Manifest)
    except msgspec.DecodeError as error:
        raise ValueError(f"{MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise ValueError(f"it has the format {manifest.format[:40]!r}, and this Sirenbook reads {FORMAT}")
    faults = [*_files(manifest, files), *_timeline(manifest, files)]
    if head and not _same(manifest.head, head):
        faults.append(f"the last hash is {manifest.head}, and not the noted {head}: the timeline is another one")
    about = (manifest.incident, manifest.head, manifest.entries, manifest.exported_at, manifest.exported_by)
    return Examined(*about, tuple(faults))


def _same(head: str, noted: str) -> bool:
    return len(noted) >= 12 and head.startswith(noted.strip().lower())


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _files(manifest: Manifest, files: Mapping[str, bytes]) -> list[str]:
    """Files that are missing, that were changed, or that were put in."""
    found = []
    for name in dict.fromkeys((*_PARTS, *manifest.sha256)):
        if name not in files:
            found.append(f"{name} is missing")
        elif _sum(files[name]) != manifest.sha256.get(name):
            found.append(f"{name} was changed")
    strangers = sorted(set(files) - set(manifest.sha256) - {MANIFEST})
    return [*found, *(f"{name} was put in" for name in strangers)]


def _timeline(manifest: Manifest, files: Mapping[str, bytes]) -> list[str]:
    """What the chain says of the timeline, and the timeline of the state."""
    if TIMELINE not in files or CHAIN not in files:
        return []
    texts = files[TIMELINE].decode(errors="replace").split("\n")[:-1]
    noted = files[CHAIN].decode(errors="replace").split("\n")[:-1]
    faults = list(_links(texts, noted))
    if len(texts) != manifest.entries:
        faults.append(f"the timeline has {len(texts)} entries, and had {manifest.entries} when it was exported")
    if (noted[-1] if noted else GENESIS.hex()) != manifest.head:
        faults.append("the last entries of the timeline are missing, or the manifest is another one's")
    if not faults and STATE in files:
        faults += _told(manifest.incident, texts, files[STATE])
    return faults


def _links(texts: Sequence[str], noted: Sequence[str]) -> list[str]:
    """Where the chain breaks first: beyond that place nothing can be said."""
    for place, computed in enumerate(chain(GENESIS, texts)[: len(noted)], 1):
        if computed.hex() != noted[place - 1]:
            return [f"entry {place} was edited, removed or moved: its hash is not the noted one"]
    if len(texts) != len(noted):
        return [f"there are {len(texts)} entries, and {len(noted)} hashes"]
    return []


def _told(incident: int, texts: Sequence[str], state: bytes) -> list[str]:
    try:
        same = fold(incident, map(decode_entry, texts)) == decode_state(state.decode())
    except Exception as error:  # whatever an altered text makes the reader stumble over is the finding
        return [f"the timeline cannot be read: {error}"]
    return [] if same else [f"{STATE} is not what the timeline tells"]
