"""Versions of the playbook by the API: planned, put in force, refused, and kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sirenbook.engine.policies import versions
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import Wish
from unit.web.site import READ, Site, running

BOOK = """# Ferry desk

## Severity levels

| Severity | Meaning | Response time |
|---|---|---|
| P1 | No ferry sails | 5 minutes |
| P2 | One ferry is late | 15 minutes |

## Escalation

### P1

- Page the Primary On-Call at once
- Secondary On-Call if not acknowledged in 10 minutes

### P2

- Page the Primary On-Call at once
"""
PEOPLE = """fallback = ["ana"]
[people.ana]
name = "Ana Lima"
contact = [
  {channel = "email", to = "ana@ferry.example"},
  {channel = "email", to = "ana2@ferry.example", after = "2m"},
]
[people.bo]
name = "Bo Holm"
contact = [{channel = "email", to = "bo@ferry.example"}]
[targets]
"Primary On-Call" = "ana"
"Secondary On-Call" = "bo"
[channels.email]
folder = "mail"
"""
SLOWER = BOOK.replace("| 5 minutes", "| 8 minutes").replace("in 10 minutes", "in 20 minutes")
SWAPPED = PEOPLE.replace('"Primary On-Call" = "ana"', '"Primary On-Call" = "bo"')


@pytest.fixture
def site(database: str, tmp_path: Path) -> Iterator[Site]:
    """A site that runs the ferry desk."""
    with running(database, home=tmp_path, texts=Texts({"ferry.md": BOOK}, PEOPLE)) as found:
        yield found


def files(text: str) -> dict[str, Any]:
    return {"files": {"ferry.md": text}}


def plan(site: Site, text: str, **more: Any) -> dict[str, Any]:
    answer = site.api("POST", "/api/policies/plan", {**files(text), **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def apply(site: Site, text: str, **more: Any) -> Any:
    return site.api("POST", "/api/policies", {**files(text), **more})


def in_force(site: Site) -> list[int]:
    listed = site.api("GET", "/api/policies", token=READ).json()["policies"]
    return [v["number"] for v in listed if v["in_force"]]


def test_a_plan_tells_what_differs_and_changes_nothing(site: Site) -> None:
    site.declare("No ferry sails", "P1")
    found = plan(site, SLOWER)
    assert (found["same"], found["errors"], found["number"]) == (False, 0, 1)
    assert [(c["severity"], c["after"]["seconds"]) for c in found["plan"]["clocks"]] == [("P1", 480)]
    [level] = found["plan"]["levels"]
    assert (level["before"]["after"], level["after"]["after"]) == (600, 1200)
    [incident] = found["plan"]["incidents"]
    assert incident["id"] == "INC-1"
    assert any("Secondary On-Call" in a["text"] for a in incident["instead"])
    assert incident["really"] == []
    assert in_force(site) == [1]
    assert plan(site, BOOK)["same"]


def test_applied_it_holds_for_new_incidents_and_not_for_open_ones(site: Site) -> None:
    site.declare("opened before", "P1")
    answer = apply(site, SLOWER, note="too early at night", by="ana")
    assert answer.status_code == 200, answer.text
    version = answer.json()["version"]
    assert (version["number"], version["applied_by"], version["via"]) == (2, "Ana Lima", "api")
    assert version["note"] == "too early at night"
    site.declare("opened after", "P1")
    told = [site.api("GET", f"/api/incidents/{n}").json() for n in (1, 2)]
    assert told[0]["policy"] != told[1]["policy"]
    seconds = [next(a["in_seconds"] for a in t["next"] if a["kind"] == "ResponseMissed") for t in told]
    assert seconds == [pytest.approx(300, abs=30), pytest.approx(480, abs=30)], "its own clock, little of it gone"
    assert site.api("GET", "/api/policy").json()["severities"][0]["response"]["seconds"] == 480
    assert in_force(site) == [2]


def test_people_hold_for_open_incidents_too(site: Site) -> None:
    site.declare("No ferry sails", "P1")
    found = plan(site, BOOK, bindings=SWAPPED)
    assert [(t["target"], t["before"], t["after"]) for t in found["plan"]["targets"]] == [
        ("Primary On-Call", ["Ana Lima"], ["Bo Holm"])
    ]
    assert apply(site, BOOK, bindings=SWAPPED).json()["changed"]
    site.api("POST", "/api/incidents/1/escalate", {"to": "Primary On-Call"})
    assert "Bo Holm" in {p["name"] for p in site.api("GET", "/api/incidents/1").json()["people"]}


def test_a_way_to_a_person_that_goes_is_told_and_goes(site: Site) -> None:
    """An open incident would have tried Ana's second address; without it that page has no way left."""
    site.declare("No ferry sails", "P1")
    alone = PEOPLE.replace('  {channel = "email", to = "ana2@ferry.example", after = "2m"},\n', "")
    [incident] = plan(site, BOOK, bindings=alone)["plan"]["incidents"]
    assert any("Ana Lima" in a["text"] and a["would"] is None for a in incident["really"])
    assert incident["instead"] == []
    before = site.api("GET", "/api/incidents/1").json()["next"]
    apply(site, BOOK, bindings=alone)
    site.ahead(seconds=1)
    after = site.api("GET", "/api/incidents/1").json()["next"]
    assert any(a["kind"] == "PageContinued" for a in before)
    assert not any(a["kind"] == "PageContinued" for a in after)


def test_a_stale_plan_is_refused(site: Site) -> None:
    found = plan(site, SLOWER)
    assert apply(site, BOOK.replace("5 minutes", "6 minutes")).status_code == 200
    answer = apply(site, SLOWER, expected=found["digest"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "overtaken")
    assert in_force(site) == [2]
    again = plan(site, SLOWER)
    assert apply(site, SLOWER, expected=again["digest"]).status_code == 200
    assert in_force(site) == [3]


def test_of_two_who_apply_at_once_both_are_kept_in_turn(site: Site) -> None:
    """Without an expectation the second follows the first; with one it is refused."""
    import asyncio

    async def both() -> list[Any]:
        wishes = [
            Wish(Texts({"ferry.md": BOOK.replace("15 minutes", f"{n} minutes")}, PEOPLE), "x", "api")
            for n in (16, 17)
        ]
        return await asyncio.gather(*(versions.apply(site.station, w) for w in wishes))

    applied = site.run(both())
    assert sorted(a.version.number for a in applied) == [2, 3]
    assert site.station.number == 3


def test_errors_need_force_unless_they_were_there_before(site: Site) -> None:
    unbound = PEOPLE.replace('"Secondary On-Call" = "bo"', "")
    answer = apply(site, BOOK, bindings=unbound)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "faulty")
    assert "Secondary On-Call" in answer.json()["error"]["text"]
    assert in_force(site) == [1]
    assert apply(site, BOOK, bindings=unbound, force=True).status_code == 200
    assert apply(site, SLOWER, bindings=unbound).status_code == 200
    assert in_force(site) == [3]


def test_what_is_in_force_already_is_no_new_version(site: Site) -> None:
    answer = apply(site, BOOK)
    assert (answer.json()["changed"], in_force(site)) == (False, [1])


def test_versions_are_kept_with_their_texts(site: Site) -> None:
    for minutes in (6, 7, 8):
        apply(site, BOOK.replace("| 5 minutes", f"| {minutes} minutes"))
    listed = site.api("GET", "/api/policies?limit=2").json()
    assert ([v["number"] for v in listed["policies"]], listed["next"]) == ([4, 3], 3)
    rest = site.api("GET", "/api/policies?limit=2&before=3").json()
    assert ([v["number"] for v in rest["policies"]], rest["next"]) == ([2, 1], None)
    first = site.api("GET", "/api/policies/1").json()
    assert (first["files"], first["bindings"]) == ({"ferry.md": BOOK}, PEOPLE)
    assert site.api("GET", "/api/policies/1", token=READ).json()["bindings"] is None
    for missing in ("9", "0", "x", "9" * 30):
        assert site.api("GET", f"/api/policies/{missing}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"files": {}},
        {"files": {"": "x"}},
        {"files": {"a.md": 1}},
        {"files": "x"},
        {"files": {"a.md": ""}, "x": 1},
        {"files": {f"{i}.md": "" for i in range(201)}},
    ],
)
def test_bodies_that_cannot_be(site: Site, body: Any) -> None:
    for path in ("/api/policies", "/api/policies/plan"):
        assert site.api("POST", path, body).status_code == 422


@pytest.mark.parametrize("text", ["", "\x00", "# \x1b[31m", "| a |\n|---|\n" * 50, "```\n" * 9, "\ufffd" * 300])
def test_any_text_gets_a_plan(site: Site, text: str) -> None:
    assert plan(site, text)["plan"]["before"]


def test_a_text_that_breaks_the_reader_harms_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(texts: Texts) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr(versions, "load", stumble)
    for path in ("/api/policies", "/api/policies/plan"):
        answer = site.api("POST", path, files(SLOWER))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unreadable")
    monkeypatch.undo()
    assert in_force(site) == [1]


def test_bodies_of_some_megabytes_are_taken(site: Site) -> None:
    found = plan(site, BOOK, bindings=f"{PEOPLE}# {'x' * (2 << 20)}\n")["plan"]["found"]
    assert "SB301" in {d["code"] for d in found}, "taken, and then found to be longer than bindings may be"
    assert site.api("POST", "/api/policies/plan", files("x" * (17 << 20))).status_code == 413
