"""What is handed over as evidence of one incident, and the check that nothing in it was changed since.

The check needs nothing but the files: each entry of the timeline is hashed together with the hash before it, so an
entry that was edited, removed or moved shows at its place. What was put by while the incident went on is named by
its hash in the timeline. The manifest has the hash of every file, and the seal is the hash of the manifest: whoever
rewrites all of it is found out by the seal that was noted elsewhere. Every export prints it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from sirenbook.incident.core import fold
from sirenbook.model.event import Entry
from sirenbook.model.progress_event import EvidenceKept
from sirenbook.store.records import GENESIS, chain, decode_entry, decode_state

FORMAT = "sirenbook.evidence/2"
MANIFEST = "manifest.json"
SEAL = "seal.txt"
TIMELINE = "timeline.jsonl"
CHAIN = "chain.txt"
STATE = "incident.json"
ALERTS = "alerts.jsonl"
PLAYBOOK = "playbook/"
KEPT = "evidence/"
_JSON = ".json"
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
    seal: str
    entries: int
    exported_at: str
    exported_by: str
    faults: tuple[str, ...]


def bundle(stored: Stored, playbook: Mapping[str, str], at: str, by: str) -> dict[str, str]:
    """The files of a bundle, by name; `at` is when it is made, in ISO 8601, and `by` whom it is made for.

    What was put by as the process died, before the timeline could say so, is no evidence and stays out.
    """
    known = named(map(decode_entry, stored.texts))
    files = {
        TIMELINE: "".join(f"{text}\n" for text in stored.texts),
        CHAIN: "".join(f"{each.hex()}\n" for each in stored.hashes),
        STATE: stored.state,
        ALERTS: "".join(f"{text}\n" for text in stored.alerts),
        **{PLAYBOOK + name: text for name, text in playbook.items()},
        **{f"{KEPT}{digest}{_JSON}": text for digest, text in stored.kept.items() if digest in known},
    }
    sums = {name: _sum(text.encode()) for name, text in files.items()}
    manifest = Manifest(FORMAT, stored.id, stored.head.hex(), len(stored.texts), at, by, sums)
    text = msgspec.json.format(msgspec.json.encode(manifest)).decode()
    return {**files, MANIFEST: text, SEAL: f"{_sum(text.encode())}\n"}


def examine(files: Mapping[str, bytes], noted: str = "") -> Examined:
    """Check a bundle, against a noted seal or last hash too if one is given. Raises ValueError for no bundle."""
    if MANIFEST not in files:
        raise ValueError(f"there is no {MANIFEST} in it: this is no evidence of Sirenbook")
    try:
        manifest = msgspec.json.decode(files[MANIFEST], type=Manifest)
    except msgspec.DecodeError as error:
        raise ValueError(f"{MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise ValueError(f"it has the format {manifest.format[:40]!r}, and this Sirenbook reads {FORMAT}")
    seal = _sum(files[MANIFEST])
    faults = [*_files(manifest, files), *_timeline(manifest, files)]
    if files.get(SEAL) != f"{seal}\n".encode():
        faults.append(f"{SEAL} is not the hash of {MANIFEST}: one of them was changed")
    if noted and not _same(seal, noted) and not _same(manifest.head, noted):
        told = f"the seal is {seal}, and the last hash {manifest.head}"
        faults.append(f"{told}; neither is the noted {noted}: this is another bundle, or it was written anew")
    about = (manifest.entries, manifest.exported_at, manifest.exported_by)
    return Examined(manifest.incident, manifest.head, seal, *about, tuple(faults))


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
    strangers = sorted(set(files) - set(manifest.sha256) - {MANIFEST, SEAL})
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
        faults += _told(manifest.incident, texts, files)
    return faults


def _links(texts: Sequence[str], noted: Sequence[str]) -> list[str]:
    """Where the chain breaks first: beyond that place nothing can be said."""
    for place, computed in enumerate(chain(GENESIS, texts)[: len(noted)], 1):
        if computed.hex() != noted[place - 1]:
            return [f"entry {place} was edited, removed or moved: its hash is not the noted one"]
    if len(texts) != len(noted):
        return [f"there are {len(texts)} entries, and {len(noted)} hashes"]
    return []


def _told(incident: int, texts: Sequence[str], files: Mapping[str, bytes]) -> list[str]:
    """What the timeline tells otherwise than the state, and than what was put by."""
    try:
        entries = [decode_entry(text) for text in texts]
        same = fold(incident, entries) == decode_state(files[STATE].decode())
    except Exception as error:  # whatever an altered text makes the reader stumble over is the finding
        return [f"the timeline cannot be read: {error}"]
    kept = {name[len(KEPT) : -len(_JSON)]: body for name, body in files.items() if name.startswith(KEPT)}
    return [*([] if same else [f"{STATE} is not what the timeline tells"]), *unlike(entries, kept)]


def named(entries: Iterable[Entry]) -> set[str]:
    """The hashes of all that a timeline says was put by."""
    return {x.event.digest for x in entries if isinstance(x.event, EvidenceKept)}


def unlike(entries: Iterable[Entry], kept: Mapping[str, bytes]) -> Iterator[str]:
    """How what was put by differs from what the timeline says of it: missing, changed, or never noted there."""
    noted = named(entries)
    for digest in sorted(noted | kept.keys()):
        if digest not in noted:
            yield f"the timeline knows nothing of the evidence {digest}"
        elif digest not in kept:
            yield f"the evidence {digest} is missing, which the timeline says was put by"
        elif _sum(kept[digest]) != digest:
            yield f"the evidence {digest} was changed since it was put by"
