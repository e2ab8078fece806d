"""Who is on call, over the API and on the page: overrides, covers, swaps, calendars out and in."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sirenbook.engine import passes
from sirenbook.engine.people import letters
from sirenbook.engine.policies.texts import Texts
from sirenbook.model.intent import Receipt
from sirenbook.store.overrides import Overrides, Wanted
from unit.web.site import READ, Browser, QuietChannel, Site, running

PLAYBOOK = """\
# Harbour incidents

## Severities

### P1 - Critical
- **Response Time**: 5 minutes
- **Escalation**: Page the primary on-call

## On-Call Rotation

- **Primary**: weekly rotation
- Handoff: Monday 9:00 AM ET
"""
PERSON = '[people.{0}]\nname = "{1}"\ncontact = [{{channel = "quiet", to = "{0}@example.org"}}]\n'
BINDINGS = "\n".join(
    [
        'fallback = ["mira"]',
        *(PERSON.format(*p) for p in (("mira", "Mira Kovač"), ("ravi", "Ravi Menon"), ("sofia", "Sofia Lind"))),
        '[people.mute]\nname = "Silent Bob"',
        "[channels.quiet]",
        '[targets]\n"primary on-call" = "rotation:platform"',
        '[rotations.platform]\nmembers = ["mira", "ravi", "sofia"]\nstart = "2023-11-13"',
    ]
)


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    with running(database, texts=Texts({"playbook.md": PLAYBOOK}, BINDINGS)) as running_:
        yield running_


def make(site: Site, *overrides: dict[str, Any], **more: Any) -> Any:
    return site.api("POST", "/api/oncall/overrides", {"overrides": list(overrides), "by": "Mira Kovač", **more})


def override(person: str, start: str, end: str, **more: str) -> dict[str, Any]:
    return {"person": person, "start": f"{start}:00Z", "end": f"{end}:00Z", **more}


def primary(site: Site, at: str | None = None) -> list[str]:
    query = f"?at={at}:00Z" if at else ""
    return [p["person"] for p in site.api("GET", f"/api/oncall{query}").json()["rotations"][0]["primary"]]


def test_who_is_on_call_and_who_follows(site: Site) -> None:
    found = site.api("GET", "/api/oncall", token=READ).json()
    [rotation] = found["rotations"]
    assert [p["name"] for p in rotation["primary"]] == ["Mira Kovač"]
    assert rotation["primary"][0]["until"] == "2023-11-20T14:00:00Z"
    assert (rotation["next_person"], rotation["next_at"]) == ("Ravi Menon", "2023-11-20T14:00:00Z")
    assert [p["name"] for p in rotation["secondary"]] == ["Ravi Menon"]
    assert rotation["zone"] == "America/New_York"
    called = {c["target"]: [p["person"] for p in c["people"]] for c in found["targets"]}
    assert called["primary on-call"] == ["mira"]
    assert primary(site, "2023-11-20T14:00") == ["ravi"]


def test_shifts_with_their_hand_offs(site: Site) -> None:
    found = site.api("GET", "/api/oncall/shifts?weeks=3&rotation=platform").json()["shifts"]
    assert [s["person"] for s in found] == ["mira", "ravi", "sofia", "mira"]
    assert found[1]["start"] == "2023-11-20T14:00:00Z"


def test_an_override_holds_pages_and_is_ended(site: Site) -> None:
    answer = make(site, override("sofia", "2023-11-14T20:00", "2023-11-15T20:00", note="dentist"))
    assert answer.status_code == 201
    [line] = answer.json()["overrides"]
    assert (line["name"], line["made_by"], line["via"], line["note"]) == (
        "Sofia Lind",
        "Mira Kovač",
        "api",
        "dentist",
    )
    assert primary(site) == ["sofia"]
    number = site.declare()
    people = site.api("GET", f"/api/incidents/INC-{number}").json()["people"]
    assert [p["person"] for p in people] == ["sofia"]
    timeline = site.api("GET", f"/api/incidents/INC-{number}/timeline").json()["entries"]
    assert any("on call in rotation platform until 2023-11-15 20:00 UTC" in e["text"] for e in timeline)
    ended = site.api("POST", f"/api/oncall/overrides/{line['number']}/end", {"by": "ravi"}).json()["overrides"][0]
    assert (ended["ended_by"], ended["end"]) == ("Ravi Menon", "2023-11-15T20:00:00Z")
    assert primary(site) == ["mira"]
    assert site.api("POST", f"/api/oncall/overrides/{line['number']}/end", {}).status_code == 404


def test_a_cover_and_a_swap(site: Site) -> None:
    cover = override("ravi", "2023-11-16T00:00", "2023-11-17T00:00", instead_of="mira", kind="cover")
    back = override("mira", "2023-11-21T00:00", "2023-11-22T00:00", instead_of="ravi", kind="swap")
    assert make(site, {**cover, "kind": "swap"}, back).status_code == 201
    assert primary(site, "2023-11-16T12:00") == ["ravi"]
    assert primary(site, "2023-11-21T12:00") == ["mira"]
    assert primary(site, "2023-11-22T12:00") == ["ravi"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"person": "zoe"}, "nobody is called 'zoe'"),
        ({"person": "mute"}, "has no contact method"),
        ({"rotation": "nights"}, "there is no rotation 'nights'"),
        ({"instead_of": "mute"}, "takes no turns"),
        ({"instead_of": "sofia"}, "cannot stand in for themselves"),
        ({"end": "2023-11-14T20:30:00Z"}, "end in the future"),
        ({"end": "2025-11-14T20:30:00Z"}, "a year at most"),
    ],
)
def test_what_cannot_be_is_refused_whole(site: Site, change: dict[str, str], said: str) -> None:
    sound = override("sofia", "2023-11-14T20:00", "2023-11-15T20:00")
    answer = make(site, sound, {**sound, **change})
    assert answer.status_code == 422
    assert said in answer.json()["error"]["text"]
    assert site.api("GET", "/api/oncall/overrides").json()["overrides"] == []


def test_reading_tokens_change_nothing(site: Site) -> None:
    body = {"overrides": [override("sofia", "2023-11-14T20:00", "2023-11-15T20:00")]}
    assert site.api("POST", "/api/oncall/overrides", body, READ).status_code == 403


def test_another_node_hears_of_it(site: Site) -> None:
    """What is kept is what every node takes over."""
    make(site, override("sofia", "2023-11-14T20:00", "2023-11-15T20:00"))
    kept = site.run(site.station.overrides.in_force(site.station.now()))
    assert [(o.person, o.start) for o in kept] == [("sofia", datetime(2023, 11, 14, 20, tzinfo=UTC))]


def test_a_node_that_is_told_takes_overrides_over(site: Site) -> None:
    """Another node makes one; the database says so, and the next pass has it."""
    heard = site.station.engine.signals.playbook
    wanted = Wanted(
        "override", "platform", "sofia", datetime(2023, 11, 14, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    )
    site.run(Overrides(site.station.queries._ledger).make([wanted], "ravi", "api", site.station.now()))
    site.run(asyncio.wait_for(heard.wait(), 20))
    assert primary(site) == ["mira"]
    site.run(passes.playbook_step(site.station))
    assert primary(site) == ["sofia"]


def test_a_calendar_out_with_names_that_last(site: Site) -> None:
    found = site.api("GET", "/api/oncall/calendar?rotation=platform").json()
    path = found["feed"].removeprefix(site.base_url)
    served = site.ask("GET", path)
    assert served.headers["content-type"].startswith("text/calendar")
    assert served.text.replace("\r\n", "\n") == found["text"].replace("\r\n", "\n")
    assert "DTSTART:20231120T140000Z" in found["text"]
    assert "SUMMARY:Ravi Menon on call (platform)" in found["text"]
    uids = re.findall(r"UID:(.*)\r", served.text)
    assert len(set(uids)) == len(uids)
    site.ahead(days=1)
    assert set(re.findall(r"UID:(.*)\r", site.ask("GET", path).text)) >= set(uids[6:-1])
    assert site.ask("GET", path.replace(".ics", "x.ics")).status_code == 404


CALENDAR = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:holiday-1
DTSTART:20231116T000000Z
DTEND:{end}
SUMMARY:Sofia Lind for Mira's holiday
ATTENDEE;CN=Sofia:mailto:sofia@example.org
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_in_given_twice_is_taken_once(site: Site) -> None:
    for end in ("20231117T000000Z", "20231118T000000Z"):
        body = {"text": CALENDAR.format(end=end), "rotation": "platform", "by": "mira"}
        assert site.api("POST", "/api/oncall/calendar", body).status_code == 201
    assert primary(site, "2023-11-17T12:00") == ["sofia"]
    lines = site.api("GET", "/api/oncall/overrides").json()["overrides"]
    assert [bool(line["ended_at"]) for line in lines] == [False, True]


def test_a_calendar_that_names_nobody_is_refused(site: Site) -> None:
    text = CALENDAR.format(end="20231117T000000Z").replace("ATTENDEE", "X-NOTE").replace("Sofia Lind", "Somebody")
    answer = site.api("POST", "/api/oncall/calendar", {"text": text.replace("Mira", "her")})
    assert answer.status_code == 422
    assert "names nobody" in answer.json()["error"]["text"]


def test_the_page_shows_the_week_and_takes_an_override(site: Site) -> None:
    mira = Browser(site)
    page = mira.get("/oncall").text
    assert "On call now" in page
    assert page.count("Mira Kovač") > 5
    fields = {"person": "sofia", "instead_of": "", "rotation": "platform", "note": "<b>ill</b>"}
    answer = mira.post("/oncall/overrides", {**fields, "start": "2023-11-14T12:00", "end": "2023-11-15T12:00"})
    assert answer.status_code == 303
    page = mira.get("/oncall").text
    assert "&lt;b&gt;ill&lt;/b&gt;" in page
    assert primary(site) == ["sofia"]
    [number] = re.findall(r'action="/oncall/overrides/(\d+)/end"', page)
    assert mira.post(f"/oncall/overrides/{number}/end", {}).status_code == 303
    assert primary(site) == ["mira"]


async def shut(site: Site) -> None:
    """Have no channel open any more."""
    site.station.dispatcher.use({})


def test_coverage_is_proven_for_the_page_the_api_and_the_metrics(site: Site) -> None:
    """Mira is the fallback too, so in her weeks all hangs on her; then a channel is shut."""
    proof = site.api("GET", "/api/oncall/coverage?weeks=8", token=READ).json()
    [alone] = proof["findings"]
    assert (alone["code"], alone["times"][1][0][:16]) == ("SB332", "2023-12-04T14:00")
    assert "hangs on Mira Kovač alone" in alone["text"]
    [p1] = proof["severities"]
    assert p1["stretches"][0]["steps"][0]["people"] == [{"person": "mira", "name": "Mira Kovač", "ways": ["quiet"]}]
    assert [s["end"] for s in p1["stretches"]][:2] == ["2023-11-20T14:00:00Z", "2023-11-27T14:00:00Z"]
    site.run(shut(site))
    proof = site.api("GET", "/api/oncall/coverage?weeks=1").json()
    assert "SB330" in [f["code"] for f in proof["findings"]]
    assert "SB333" in Browser(site).get("/oncall").text
    metrics = site.api("GET", "/metrics").text
    assert 'sirenbook_coverage_gap_seconds{severity="P1"} 604800.0' in metrics
    assert 'sirenbook_coverage_findings{code="SB333"} 3.0' in metrics


def test_the_page_says_what_is_wrong(site: Site) -> None:
    mira = Browser(site)
    answer = mira.post("/oncall/overrides", {"person": "sofia", "start": "soon", "end": "later"})
    assert answer.status_code == 422
    assert "say from when" in answer.text
    assert site.ask("GET", "/oncall").status_code == 303
    assert mira.get("/oncall?week=2026-03-09").status_code == 200
    assert mira.get("/oncall?week=9999-99-99").status_code == 200


def test_at_a_hand_off_both_read_what_is_going_on(site: Site) -> None:
    """Once, whoever asks how often; and whoever starts long after a hand-off says nothing of it."""
    sent: list[Any] = []

    class Listening(QuietChannel):
        async def send(self, notification: Any) -> Receipt:
            sent.append(notification)
            return Receipt("accepted", "heard")

    async def listen() -> None:
        site.station.dispatcher.use({"quiet": Listening()})

    site.run(listen())
    assert site.run(letters.pass_(site.station)) == 0
    site.declare("Bookings <fail>")
    make(site, override("sofia", "2023-11-21T00:00", "2023-11-22T00:00"))
    site.station.clock.set(datetime(2023, 11, 20, 14, 0, 1, tzinfo=UTC))
    assert site.run(letters.pass_(site.station)) == 2
    assert site.run(letters.pass_(site.station)) == 0
    assert {n.person for n in sent} == {"Mira Kovač", "Ravi Menon"}
    [brief] = {n.text for n in sent}
    assert "INC-1 P1 Critical: Bookings <fail> (unacknowledged, for 5 d" in brief
    assert "response time passed" not in brief
    assert "Sofia Lind is on call from Tue 21 Nov 00:00 to Wed 22 Nov 00:00 (UTC)" in brief
    assert sent[0].title == "platform: Mira Kovač to Ravi Menon"
    assert (sent[0].demands, sent[0].why.line) == (False, 9)
    [line] = site.api("GET", "/api/oncall/handoffs").json()["handoffs"]
    assert [(p["name"], bool(p["sent_at"])) for p in line["people"]] == [("Mira Kovač", True), ("Ravi Menon", True)]
    assert "Bookings &lt;fail&gt;" in Browser(site).get("/oncall").text
    assert site.api("GET", "/api/oncall/brief").json()["title"] == "platform: Ravi Menon"


def test_a_brief_that_does_not_go_out_is_tried_again(site: Site) -> None:
    async def deaf() -> None:
        site.station.dispatcher.use({})

    site.run(deaf())
    site.station.clock.set(datetime(2023, 11, 20, 14, 30, tzinfo=UTC))
    assert site.run(letters.pass_(site.station)) == 0
    [line] = site.api("GET", "/api/oncall/handoffs").json()["handoffs"]
    assert all(p["detail"] == "refused: channel quiet is not set up" for p in line["people"])

    async def hearing() -> None:
        site.station.dispatcher.use({"quiet": QuietChannel()})

    site.run(hearing())
    assert site.run(letters.pass_(site.station)) == 0
    site.station.clock.set(datetime(2023, 11, 20, 14, 31, 1, tzinfo=UTC))
    assert site.run(letters.pass_(site.station)) == 2


def test_a_process_that_starts_long_after_a_hand_off_is_quiet(site: Site) -> None:
    site.station.clock.set(datetime(2023, 11, 20, 15, 30, tzinfo=UTC))
    assert site.run(letters.pass_(site.station)) == 0
    assert site.api("GET", "/api/oncall/handoffs").json()["handoffs"] == []


WEEKLY = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:desk
DTSTART;TZID=America/New_York:20231115T090000
DTEND;TZID=America/New_York:20231115T170000
RRULE:FREQ=WEEKLY;COUNT=5
{more}SUMMARY:Sofia Lind at the desk
END:VEVENT
END:VCALENDAR
"""


def test_what_repeats_in_a_calendar_is_taken_each_time_and_anew_when_given_again(site: Site) -> None:
    for more in ("", "EXDATE;TZID=America/New_York:20231122T090000\n"):
        body = {"text": WEEKLY.format(more=more), "rotation": "platform", "by": "mira"}
        assert site.api("POST", "/api/oncall/calendar", body).status_code == 201
    found = [
        primary(site, f"2023-{day}T15:00") == ["sofia"] for day in ("11-15", "11-22", "11-29", "12-06", "12-13")
    ]
    assert found == [True, False, True, True, True]
    lines = site.api("GET", "/api/oncall/overrides").json()["overrides"]
    assert [bool(line["ended_at"]) for line in lines] == [False] * 4 + [True] * 5
    site.ahead(days=60)
    answer = site.api("POST", "/api/oncall/calendar", {"text": WEEKLY.format(more="")})
    assert answer.status_code == 422
    assert "within half a year" in answer.json()["error"]["text"]


def test_in_a_long_incident_whoever_takes_over_is_one_tap_away(database: str) -> None:
    book = PLAYBOOK + "\n## Roles\n\n### Secondary on-call\n\n- Takes over in extended incidents\n"
    bound = BINDINGS.replace("[targets]\n", '[targets]\n"secondary on-call" = "rotation:platform.secondary"\n')
    with running(database, texts=Texts({"playbook.md": book}, bound)) as site:
        site.declare()
        assert site.api("POST", "/api/incidents/INC-1/acknowledge", {"by": "mira"}).json()["relief"] is None
        site.ahead(hours=4)
        relief = site.api("GET", "/api/incidents/INC-1").json()["relief"]
        assert (relief["people"], relief["why"]["line"]) == (["Ravi Menon"], 18)
        mira = Browser(site)
        assert "Call Secondary on-call" in mira.get("/incidents/INC-1").text
        assert mira.post("/incidents/INC-1/escalate", {"relief": "yes"}).status_code == 303
        told = site.api("GET", "/api/incidents/INC-1").json()
        assert told["relief"] is None
        assert "ravi" in [p["person"] for p in told["people"]]
        assert site.api("POST", "/api/incidents/INC-1/escalate", {"relief": True, "by": "mira"}).status_code == 409
