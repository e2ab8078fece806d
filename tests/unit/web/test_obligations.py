"""What a playbook obliges people to, from its text to the page and the API: fields that must be said."""

from collections.abc import Iterator
from typing import Any

import pytest

from sirenbook.engine.policies.texts import Texts
from unit.web.site import Browser, Site

TEXT = """# Incidents at the observatory

## Severity levels

### P1: no telescope works
- **Response time**: 5 minutes
- **Escalation**: immediate page to the on-call engineer
- more than 100 nights are lost

### P2: one telescope is slow
- **Response time**: 30 minutes
- **Escalation**: page the on-call engineer
- more than 3 nights are lost

## Communication

1. **Resolution notice**: Include root cause and prevention measures
2. **When you escalate** to somebody, include why you escalate and what was tried
"""
PEOPLE = """
[people.mira]
name = "Mira Kovač"
contact = [{ channel = "quiet", to = "mira@example.org" }]

[targets]
"on-call engineer" = ["mira"]
"""


@pytest.fixture
def observatory(database: str) -> Iterator[Site]:
    """A site that runs by this text."""
    site = Site(database, texts=Texts({"playbook.md": TEXT}, PEOPLE)).start()
    yield site
    site.stop()


def test_what_must_be_said_is_shown_asked_for_and_kept(observatory: Site) -> None:
    """One incident: called for by hand, solved, resolved, over the API and on the page."""
    site = observatory
    number = site.declare()
    board = site.api("GET", f"/api/incidents/{number}/updates").json()
    assert [(f["name"], f["why"]["line"]) for f in board["ending"]] == [
        ("root cause", 17),
        ("prevention measures", 17),
    ]
    assert [f["name"] for f in board["calling"]] == ["why you escalate", "what was tried"]
    mira = Browser(site)
    page = mira.get(f"/incidents/INC-{number}").text
    assert 'name="field.root cause"' in page
    assert 'name="field.what was tried"' in page
    body: dict[str, Any] = {"to": "on-call engineer", "note": "please", "by": "mira"}
    refused = site.api("POST", f"/api/incidents/{number}/escalate", body)
    assert (refused.status_code, "what was tried" in refused.json()["error"]["text"]) == (409, True)
    fields = {"why": "we escalate as it burns", "tried": "a restart"}
    assert site.api("POST", f"/api/incidents/{number}/escalate", {**body, "fields": fields}).status_code == 200
    form = f"/incidents/INC-{number}/resolve"
    assert mira.post(form, {"reason": "restarted"}).status_code == 409
    ended = mira.post(form, {"reason": "restarted", "field.root cause": "dew", "without": "later"})
    assert ended.status_code == 303
    last = site.api("GET", f"/api/incidents/{number}").json()
    assert last["status"] == "resolved"
    told = site.api("GET", f"/api/incidents/{number}/timeline").json()["entries"]
    assert any("root cause: dew (without prevention measures: later)" in x["text"] for x in told)


def test_the_form_takes_what_is_measured_and_shows_which_line_it_meets(observatory: Site) -> None:
    """The same criteria grade it as on the command line: shown first, declared then."""
    mira = Browser(observatory)
    assert 'name="fact.nights"' in mira.get("/").text
    said = {"title": "The dome is stuck", "severity": "?", "fact.nights": "12"}
    weighed = mira.post("/incidents", {**said, "way": "weigh"}).text
    assert "<b>P2</b>: nights = 12 meets a criterion of P2, in doubt" in weighed
    assert "P2: nights = 12 may meet “more than 3 nights are lost”" in weighed
    assert observatory.api("GET", "/api/incidents").json()["incidents"] == []
    assert mira.post("/incidents", {**said, "severity": "P1"}).status_code == 422
    opened = mira.get(mira.post("/incidents", said).headers["location"]).text
    assert "nights = 12 meets a criterion of P2" in opened
