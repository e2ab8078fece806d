"""Evidence: whatever is changed in a bundle is found, and an untouched one is never doubted."""

import hashlib
import json
from random import Random

import pytest

from sirenbook.store.evidence import CHAIN, MANIFEST, STATE, TIMELINE, Stored, bundle, examine
from sirenbook.store.records import GENESIS, chain, encode_entry, encode_state
from upgrade import samples

AT = "2026-11-21T10:00:00+00:00"
Files = dict[str, bytes]


def stored(last: int | None = None) -> Stored:
    """The sample incident, or its first entries."""
    entries = samples.timeline()[:last]
    texts = [encode_entry(e) for e in entries]
    hashes = chain(GENESIS, texts)
    state = encode_state(samples.fold(samples.NUMBER, entries))
    return Stored(samples.NUMBER, state, hashes[-1], texts, hashes, ['{"name":"DeskDown"}'])


def files(what: Stored | None = None) -> Files:
    made = bundle(what or stored(), {"playbook.md": "# Desk\n"}, AT, "mira")
    return {name: text.encode() for name, text in made.items()}


def test_an_untouched_bundle_is_as_it_was() -> None:
    found = examine(files(), stored().head.hex())
    assert (found.faults, found.incident, found.entries) == ((), samples.NUMBER, len(samples.timeline()))
    assert (found.exported_at, found.exported_by) == (AT, "mira")


def _resealed(changed: Files, what: Stored) -> Files:
    """What somebody would do who knows the manifest, but not how to rewrite a chain."""
    sums = files(what)
    manifest = json.loads(changed[MANIFEST])
    manifest["sha256"] = {n: hashlib.sha256(b).hexdigest() for n, b in changed.items() if n != MANIFEST}
    manifest["entries"] = changed[TIMELINE].count(b"\n")
    return {**sums, **changed, MANIFEST: json.dumps(manifest).encode()}


def _mutated(rows: list[bytes], random: Random) -> list[bytes]:
    """One entry edited, removed, moved, doubled, or the end cut off."""
    place = random.randrange(len(rows))
    kind = random.randrange(5)
    if kind == 0:
        row = bytearray(rows[place])
        spot = random.randrange(len(row))
        row[spot] = row[spot] ^ 1 if row[spot] ^ 1 != 10 else row[spot] ^ 2
        return [*rows[:place], bytes(row), *rows[place + 1 :]]
    if kind == 1:
        return [*rows[:place], *rows[place + 1 :]]
    if kind == 2:
        other = (place + 1 + random.randrange(len(rows) - 1)) % len(rows)
        swapped = list(rows)
        swapped[place], swapped[other] = swapped[other], swapped[place]
        return swapped
    if kind == 3:
        return [*rows[: place + 1], rows[place], *rows[place + 1 :]]
    return rows[:place]


@pytest.mark.parametrize("seed", range(20))
def test_a_changed_timeline_is_found_even_under_a_new_manifest(seed: int) -> None:
    random = Random(seed)
    for _ in range(50):
        whole = files()
        rows = whole[TIMELINE].split(b"\n")[:-1]
        changed = _mutated(rows, random)
        if changed == rows:
            continue
        whole[TIMELINE] = b"".join(r + b"\n" for r in changed)
        assert examine(_resealed(whole, stored())).faults


def test_the_first_changed_entry_is_named() -> None:
    whole = files()
    rows = whole[TIMELINE].split(b"\n")
    rows[6] = rows[6].replace(b"lucas", b"vikra")
    whole[TIMELINE] = b"\n".join(rows)
    faults = examine(_resealed(whole, stored())).faults
    assert faults == ("entry 7 was edited, removed or moved: its hash is not the noted one",)


def test_a_tail_cut_off_with_its_hashes_is_found_by_the_manifest_and_by_the_noted_hash() -> None:
    short = stored(-3)
    cut = files(short)
    assert examine({**cut, MANIFEST: files()[MANIFEST]}).faults
    assert examine(cut).faults == (), "a rewritten chain is whole in itself"
    assert "another one" in examine(cut, stored().head.hex()).faults[0]


@pytest.mark.parametrize("name", [TIMELINE, CHAIN, STATE, "alerts.jsonl", "playbook/playbook.md"])
def test_a_file_that_is_missing_changed_or_put_in_is_named(name: str) -> None:
    whole = files()
    body = whole.pop(name)
    assert f"{name} is missing" in examine(whole).faults
    assert f"{name} was changed" in examine({**whole, name: body + b" "}).faults
    assert examine({**files(), "note.txt": b""}).faults == ("note.txt was put in",)


def test_a_state_that_the_timeline_does_not_tell_is_found() -> None:
    whole = files()
    whole[STATE] = whole[STATE].replace(b'"P1"', b'"P2"')
    assert examine(_resealed(whole, stored())).faults == (f"{STATE} is not what the timeline tells",)


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[]", b"\xff", b'{"format":1}', b"nul"])
def test_what_is_no_bundle_is_refused_in_words(manifest: bytes) -> None:
    with pytest.raises(ValueError, match=MANIFEST):
        examine({**files(), MANIFEST: manifest})
    with pytest.raises(ValueError, match="no evidence"):
        examine({})
