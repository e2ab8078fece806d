"""What every alert source must do with what its system sends, and with what nobody should send."""

import json
from importlib.metadata import entry_points
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.plugins import SOURCES, find_sources
from sirenbook.sources import Malformed, Source, alertmanager, grafana

ALERTMANAGER: dict[str, Any] = {
    "version": "4",
    "groupKey": "{}:{}",
    "truncatedAlerts": 2,
    "status": "firing",
    "receiver": "sirenbook",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "DeskDown", "severity": "P1"},
            "annotations": {"summary": "Desk 1 does not answer"},
            "startsAt": "2026-03-02T09:51:03.157Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus/graph",
            "fingerprint": "c6eadffa33fcdf37",
        },
        {"status": "resolved", "labels": {"alertname": "DeskSlow"}, "startsAt": "0001-01-01T00:00:00Z"},
    ],
}
GRAFANA: dict[str, Any] = {
    "version": "1",
    "orgId": 3,
    "groupKey": "{}:{}",
    "truncatedAlerts": 2,
    "state": "alerting",
    "title": "[FIRING:1]",
    "message": "",
    "alerts": [
        {
            **ALERTMANAGER["alerts"][0],
            "silenceURL": "http://grafana/alerting/silence/new",
            "dashboardURL": "http://grafana/d/desks",
            "panelURL": "http://grafana/d/desks?viewPanel=2",
            "values": {"B": 44.25, "C": 1, "D": None},
        },
        {**ALERTMANAGER["alerts"][1], "annotations": None, "values": None},
    ],
}
SENT = {"alertmanager": (alertmanager.parse, ALERTMANAGER), "grafana": (grafana.parse, GRAFANA)}
every = pytest.mark.parametrize("source", SENT)


def parts(source: str) -> tuple[Source, dict[str, Any]]:
    """How a source reads, and what its system sends."""
    return SENT[source]


def test_every_source_that_is_installed_is_held_to_this() -> None:
    """A further source adds what its system sends to this file."""
    ours = {e.name for e in entry_points(group=SOURCES) if e.value.startswith("sirenbook.")}
    assert ours == set(SENT)
    assert {name: find_sources()[name] for name in ours} == {name: parse for name, (parse, _) in SENT.items()}


@every
def test_what_is_sent_is_read(source: str) -> None:
    """In its order, with its identity, words, time and link; what was left out is told."""
    parse, sent = parts(source)
    read = parse(json.dumps(sent).encode())
    first, second = read.alerts
    assert (read.truncated, first.status, second.status) == (2, "firing", "resolved")
    assert (first.name, first.summary) == ("DeskDown", "Desk 1 does not answer")
    assert first.key.startswith(f"{source}:") and first.key.endswith(":c6eadffa33fcdf37")
    assert first.starts_at is not None and first.starts_at.isoformat() == "2026-03-02T09:51:03.157000+00:00"
    assert first.link.startswith("http://") and second.starts_at is None
    assert second.key == parse(json.dumps(sent).encode()).alerts[1].key != first.key


@every
def test_what_the_store_cannot_hold_is_shown(source: str) -> None:
    """A NUL in any text becomes U+FFFD."""
    parse, sent = parts(source)
    alert = {**sent["alerts"][0], "fingerprint": "", "generatorURL": "http://x\0", "labels": {"a\0": "b\0"}}
    alert |= {k: f"http://{k}\0" for k in ("panelURL", "dashboardURL") if k in alert}
    alert["annotations"] = {"summary": "\0"}
    read = parse(json.dumps({**sent, "alerts": [alert]}).encode()).alerts[0]
    assert "\0" not in f"{read.key}{read.labels}{read.annotations}{read.link}"
    assert read.labels == {"a\ufffd": "b\ufffd"} and read.annotations["summary"] == "\ufffd"


@every
def test_another_version_is_turned_down(source: str) -> None:
    """With the version that is understood."""
    parse, sent = parts(source)
    with pytest.raises(Malformed, match=f"version '99'; this understands version {sent['version']}"):
        parse(json.dumps({**sent, "version": "99"}).encode())


@every
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"alerts": {}}', b'{"alerts": [{"labels": {}}]}', b"\xff\xfe", b"[" * 100_000],
)
def test_what_it_never_sends_is_turned_down(source: str, body: bytes) -> None:
    """Nothing but Malformed leaves a source, and it says of which system it speaks."""
    with pytest.raises(Malformed, match=rf"(?i)not an? {source} webhook"):
        parts(source)[0](body)


@every
@given(anything=st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=8))
def test_anything_in_any_field(source: str, anything: object) -> None:
    """Whatever stands in a field, it is read or turned down."""
    parse, sent = parts(source)
    for field in sent["alerts"][0]:
        body = {**sent, "alerts": [{**sent["alerts"][0], field: anything}]}
        try:
            parse(json.dumps(body).encode())
        except Malformed:
            continue


def test_grafana_shows_figures_and_the_panel() -> None:
    """The figures have no unit; the panel says more than the rule does."""
    first = grafana.parse(json.dumps(GRAFANA).encode()).alerts[0]
    assert first.annotations == {"summary": "Desk 1 does not answer", "value B": "44.25", "value C": "1"}
    assert first.link == "http://grafana/d/desks?viewPanel=2"
    elsewhere = grafana.parse(json.dumps({**GRAFANA, "orgId": 4}).encode()).alerts[0]
    assert elsewhere.key != first.key, "fingerprints are unique within an organisation only"


def test_grafana_says_which_rule_it_cannot_judge() -> None:
    """Such an alert has a name of Grafana's own."""
    labels = {"alertname": "DatasourceNoData", "rulename": "Desk errors", "ref_id": "A"}
    alert = {"status": "firing", "labels": labels, "fingerprint": "1"}
    read = grafana.parse(json.dumps({"version": "1", "alerts": [alert]}).encode()).alerts[0]
    assert read.summary == "Desk errors: no data"
