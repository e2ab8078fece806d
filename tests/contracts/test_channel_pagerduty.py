"""PagerDuty: one alert for each incident, from its trigger to its end, within what Events v2 takes."""

import json
from pathlib import Path

import pytest

from contracts.channel_harness import a_page, deliver, pagerduty_channel
from contracts.pagerduty_stand_in import ROUTING_KEY, PagerDuty
from sirenbook.channels import ChannelFault
from sirenbook.model.intent import Notification

THREAD = "here.INC-12"


def told(moment: str, **more: object) -> Notification:
    return a_page(to="default", thread=THREAD, moment=moment, demands=moment == "called", **more)


def test_an_incident_is_one_alert_that_ends_with_it(pagerduty: PagerDuty, tmp_path: Path) -> None:
    channel = pagerduty_channel(pagerduty.url, tmp_path)
    deliver(channel, told("called"), told("called", key="again"))
    assert pagerduty.alerts == {THREAD: "triggered"}
    deliver(pagerduty_channel(pagerduty.url, tmp_path), told("acknowledged"))
    assert pagerduty.alerts == {THREAD: "acknowledged"}
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), told("resolved"))
    assert pagerduty.alerts == {} and (receipt.outcome, receipt.provider_id) == ("accepted", THREAD)


def test_what_demands_nothing_wakes_nobody(pagerduty: PagerDuty, tmp_path: Path) -> None:
    deliver(pagerduty_channel(pagerduty.url, tmp_path), a_page(to="default", demands=False))
    assert [kind for kind, _ in pagerduty.sound] == ["change"] and pagerduty.alerts == {}


@pytest.mark.parametrize(
    ("severity", "rank", "word"),
    [
        ("P0 Critical", 0, "critical"),
        ("P1", 1, "error"),
        ("P2 Low", 2, "warning"),
        ("P9", 9, "info"),
        ("Sev X", 3, "error"),
    ],
)
def test_severities_are_told_in_its_words(
    pagerduty: PagerDuty, tmp_path: Path, severity: str, rank: int, word: str
) -> None:
    channel = pagerduty_channel(pagerduty.url, tmp_path, severities={"sev x": "error"})
    deliver(channel, a_page(to="default", severity=severity, rank=rank))
    assert pagerduty.sound[0][1]["payload"]["severity"] == word


def test_a_key_that_is_unknown_there_is_refused_without_telling_it(pagerduty: PagerDuty, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("w" * 32)
    services = {"database": {"routing_key_file": "key"}}
    channel = pagerduty_channel(pagerduty.url, tmp_path, services=services)
    known, foreign, unknown = deliver(channel, a_page(to="default"), a_page(to="database"), a_page(to="nowhere"))
    assert [r.outcome for r in (known, foreign, unknown)] == ["accepted", "refused", "refused"]
    assert "'routing_key' is invalid" in foreign.detail and "nowhere" in unknown.detail
    assert ROUTING_KEY not in foreign.detail + unknown.detail and len(pagerduty.requests) == 2


def test_too_many_are_sent_again_when_it_says_so(pagerduty: PagerDuty, tmp_path: Path) -> None:
    pagerduty.limited = 1
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), a_page(to="default"))
    assert (receipt.outcome, receipt.retry_after, receipt.provider_down) == ("failed", 7.0, False)


def test_an_event_stays_far_below_the_limit(pagerduty: PagerDuty, tmp_path: Path) -> None:
    long = "👩‍👩‍👧" * 50_000
    page = a_page(to="default", title=long, text=long, person=long, facts=((long, long),) * 99, thread=long)
    (receipt,) = deliver(pagerduty_channel(pagerduty.url, tmp_path), page)
    [(_, body)] = pagerduty.requests
    assert receipt.outcome == "accepted" and len(body) < 100_000 and json.loads(body)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"routing_key_env": "OLD"}, "32 letters"),
        ({"services": ["x"]}, "services"),
        ({"services": {"x": {"routing_key": "canary"}}}, "itself"),
        ({"severities": {"P1": "bad"}}, "severities"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, object], word: str) -> None:
    with pytest.raises(ChannelFault, match=word) as fault:
        pagerduty_channel("http://127.0.0.1:1", tmp_path, **settings)
    assert fault.value.help and "canary" not in str(fault.value)
