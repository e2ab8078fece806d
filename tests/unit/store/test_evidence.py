"""Evidence: whatever is changed in a bundle is found, and an untouched one is never doubted."""

import hashlib
import json
from contextlib import suppress
from random import Random

import pytest
from msgspec.structs import replace

from sirenbook.model.progress_event import EvidenceKept
from sirenbook.store.evidence import ALERTS, CHAIN, KEPT, MANIFEST, SEAL, STATE, TIMELINE, Stored, bundle, examine
from sirenbook.store.records import GENESIS, chain, encode_entry, encode_state
from upgrade import samples

AT = "2026-11-21T10:00:00+00:00"
Files = dict[str, bytes]


KEPT_BODY = '{"format":"sirenbook.snapshot/1","outputs":["a stranger logged in"]}'
KEPT_AS = hashlib.sha256(KEPT_BODY.encode()).hexdigest()
KEPT_FILE = f"{KEPT}{KEPT_AS}.json"


def stored(last: int | None = None) -> Stored:
    """The sample incident, or its first entries, with the evidence that its timeline names."""
    entries = [
        replace(x, event=replace(x.event, digest=KEPT_AS)) if isinstance(x.event, EvidenceKept) else x
        for x in samples.timeline()[:last]
    ]
    kept = {KEPT_AS: KEPT_BODY} if any(isinstance(x.event, EvidenceKept) for x in entries) else {}
    texts = [encode_entry(e) for e in entries]
    hashes = chain(GENESIS, texts)
    state = encode_state(samples.fold(samples.NUMBER, entries))
    return Stored(samples.NUMBER, state, hashes[-1], texts, hashes, ['{"name":"DeskDown"}'], kept)


def files(what: Stored | None = None) -> Files:
    made = bundle(what or stored(), {"playbook.md": "# Desk\n"}, AT, "mira")
    return {name: text.encode() for name, text in made.items()}


def test_an_untouched_bundle_is_as_it_was() -> None:
    found = examine(files(), stored().head.hex())
    assert (found.faults, found.incident, found.entries) == ((), samples.NUMBER, len(samples.timeline()))
    assert (found.exported_at, found.exported_by) == (AT, "mira")


def _resealed(changed: Files) -> Files:
    """What somebody would do who knows manifest and seal, but not how to rewrite a chain."""
    manifest = json.loads(changed[MANIFEST])
    own = (MANIFEST, SEAL)
    manifest["sha256"] = {n: hashlib.sha256(b).hexdigest() for n, b in changed.items() if n not in own}
    manifest["entries"] = changed.get(TIMELINE, b"").count(b"\n")
    manifest["head"] = (changed.get(CHAIN, b"").split() or [b""])[-1].decode(errors="replace")
    text = json.dumps(manifest).encode()
    return {**changed, MANIFEST: text, SEAL: hashlib.sha256(text).hexdigest().encode() + b"\n"}


def _mutated(body: bytes, other: bytes, random: Random) -> bytes | None:
    """A file edited in one byte, cut short, with a row less, doubled, put in or moved, another's, or removed."""
    rows = body.splitlines(keepends=True)
    place, spot = random.randrange(len(rows)), random.randrange(len(body))
    rest = [*rows[:place], *rows[place + 1 :]]
    elsewhere = random.randrange(len(rest) + 1)
    return random.choice(
        (
            body[:spot] + bytes([body[spot] ^ 1 << random.randrange(8)]) + body[spot + 1 :],
            body[:spot],
            body[:spot] + b"x" + body[spot:],
            b"".join(rest),
            b"".join([*rest[:elsewhere], rows[place], *rest[elsewhere:]]),
            b"".join([*rows[:place], rows[place], *rows[place:]]),
            other,
            None,
        )
    )


def test_a_thousand_mutations_are_found() -> None:
    """Of any file; and again under a manifest and a seal written anew, by what the timeline tells and the seal."""
    random, whole, other = Random(41), files(), files(stored(-5))
    seal = examine(whole).seal
    tried = 0
    while tried < 1000:
        name = random.choice(sorted(whole))
        body = _mutated(whole[name], other.get(name, b"{}\n"), random)
        if body == whole[name]:
            continue
        tried += 1
        changed = {n: b for n, b in whole.items() if n != name} | ({} if body is None else {name: body})
        if name == MANIFEST:
            with suppress(ValueError):
                assert examine(changed).faults, changed[name]
            continue
        assert examine(changed).faults, (name, body)
        anew = _resealed(changed)
        assert name == SEAL or examine(anew, seal).faults, (name, body)
        if name in (TIMELINE, CHAIN, KEPT_FILE):
            assert examine(anew).faults, (name, body)


def test_evidence_is_held_to_what_the_timeline_says() -> None:
    whole = files()
    body = whole[KEPT_FILE].replace(b"stranger", b"friend")
    assert (
        f"the evidence {KEPT_AS} was changed since it was put by"
        in examine(_resealed({**whole, KEPT_FILE: body})).faults
    )
    renamed = {n: b for n, b in whole.items() if n != KEPT_FILE}
    digest = hashlib.sha256(body).hexdigest()
    assert set(examine(_resealed({**renamed, f"{KEPT}{digest}.json": body})).faults) == {
        f"the timeline knows nothing of the evidence {digest}",
        f"the evidence {KEPT_AS} is missing, which the timeline says was put by",
    }


def test_whatever_is_written_anew_is_found_by_the_noted_seal() -> None:
    whole, seal = files(), examine(files()).seal
    for name in (ALERTS, "playbook/playbook.md", STATE):
        anew = _resealed({**whole, name: whole[name].replace(b"Desk", b"Dusk").replace(b"P1", b"P2")})
        assert examine(anew, seal).faults, name
    assert examine(whole, seal).faults == ()
    assert examine(whole, "abc").faults, "too short to say anything"


def test_the_first_changed_entry_is_named() -> None:
    whole = files()
    rows = whole[TIMELINE].split(b"\n")
    rows[6] = rows[6].replace(b"lucas", b"vikra")
    whole[TIMELINE] = b"\n".join(rows)
    faults = examine(_resealed(whole)).faults
    assert faults == ("entry 7 was edited, removed or moved: its hash is not the noted one",)


def test_a_tail_cut_off_with_its_hashes_is_found_by_the_manifest_and_by_the_noted_hash() -> None:
    short = stored(-3)
    cut = files(short)
    assert examine({**cut, MANIFEST: files()[MANIFEST]}).faults
    assert examine(cut).faults == (), "a rewritten chain is whole in itself"
    assert "another bundle" in examine(cut, stored().head.hex()).faults[0]


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
    assert examine(_resealed(whole)).faults == (f"{STATE} is not what the timeline tells",)


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[]", b"\xff", b'{"format":1}', b"nul"])
def test_what_is_no_bundle_is_refused_in_words(manifest: bytes) -> None:
    with pytest.raises(ValueError, match=MANIFEST):
        examine({**files(), MANIFEST: manifest})
    with pytest.raises(ValueError, match="no evidence"):
        examine({})
