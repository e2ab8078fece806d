"""What every release stored is understood by today's code, and means the same."""

from datetime import timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines, fold
from sirenbook.incident.timeline import describe
from sirenbook.model.alert import Alert
from sirenbook.model.bindings import Bindings
from sirenbook.model.event import Event
from sirenbook.model.policy import Policy
from sirenbook.store.records import (
    GENESIS,
    broken_link,
    chain,
    decode_entry,
    decode_intent,
    decode_state,
    encode_entry,
    encode_intent,
    encode_state,
)
from upgrade import samples

RELEASES = sorted(samples.GOLDEN.iterdir())


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of one release."""
    return Path(request.param)


def lines(release: Path) -> list[str]:
    return (release / "timeline.jsonl").read_text().splitlines()


def text(release: Path, name: str) -> str:
    return (release / name).read_text().removesuffix("\n")


def test_every_kind_of_event_is_in_the_golden_timeline_of_this_version() -> None:
    stored = lines(samples.GOLDEN / samples.version())
    assert {type(decode_entry(line).event) for line in stored} == set(get_args(Event))


def test_this_version_still_stores_what_its_golden_files_say() -> None:
    folder = samples.GOLDEN / samples.version()
    assert samples.stored() == {f.name: f.read_text() for f in folder.iterdir()}


def test_entries_decode_and_are_written_the_same(release: Path) -> None:
    for line in lines(release):
        assert encode_entry(decode_entry(line)) == line


def test_the_chain_holds(release: Path) -> None:
    stored, head = lines(release), bytes.fromhex(text(release, "head.txt"))
    assert broken_link(stored, chain(GENESIS, stored), head) is None


def test_the_timeline_folds_to_the_stored_incident(release: Path) -> None:
    folded = fold(samples.NUMBER, map(decode_entry, lines(release)))
    assert folded == decode_state(text(release, "incident.json"))
    assert encode_state(folded) == text(release, "incident.json")


def test_every_entry_can_be_told_in_words(release: Path) -> None:
    for line in lines(release):
        assert describe(decode_entry(line).event, Bindings()).text


def test_a_waiting_intent_and_a_stored_alert_decode(release: Path) -> None:
    assert encode_intent(decode_intent(text(release, "intent.json"))) == text(release, "intent.json")
    stored = text(release, "alert.json")
    assert msgspec.json.encode(msgspec.json.decode(stored, type=Alert)).decode() == stored


def test_an_open_incident_goes_on_under_its_stored_policy(release: Path) -> None:
    policy = msgspec.json.decode(text(release, "policy.json"), type=Policy)
    incident = decode_state(text(release, "incident.json"))
    ahead = deadlines(Context(policy, Bindings(), samples.START + timedelta(minutes=1)), incident)
    assert [type(d.event).__name__ for d in ahead], "nothing would ever page for this incident again"
