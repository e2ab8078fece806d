"""The review and the action items over HTTP: the API, the pages without a script, the files."""

import re
from datetime import timedelta
from typing import Any

import pytest

from sirenbook.model.policy import Clock, ReviewDeadline
from unit.web.site import READ, Browser, Site, at, policy
from unit.web.test_pages import HOSTILE, no_script_but_ours

ONE = "/api/incidents/INC-1"
PAGE = "/incidents/INC-1/review"


def reviewed(site: Site) -> Site:
    """A site whose playbook wants a report, with one incident that is over."""
    wanted = policy(reviews=(ReviewDeadline("Report within 48 hours", Clock(172_800, at(12))),), digest="other")
    books = site.station.engine.books
    books.put_in_force(wanted, books.bindings)
    site.declare()
    site.api("POST", f"{ONE}/acknowledge", {"by": "mira"})
    site.api("POST", f"{ONE}/resolve", {"by": "mira", "reason": "restarted"})
    return site


def told(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_from_the_draft_to_the_published_review(site: Site) -> None:
    reviewed(site)
    draft = told(site.api("GET", f"{ONE}/review/draft"))
    assert draft["markdown"].startswith("# Review: Bookings fail")
    assert draft["why"]["line"] == 0
    assert [x["key"] for x in told(site.api("GET", f"{ONE}/review"))["due"]] == ["review.0"]
    found = told(site.api("POST", f"{ONE}/review", {"markdown": draft["markdown"], "by": "mira"}))
    assert (found["version"], found["approved"], found["versions"][0]["by"]) == (1, 0, "Mira Kovač")
    assert found["blanks"] == draft["blanks"]
    assert site.api("POST", f"{ONE}/review", {"markdown": "x", "based_on": 0}).status_code == 409
    assert site.api("POST", f"{ONE}/review/publish", {}).status_code == 409
    found = told(site.api("POST", f"{ONE}/review/approve", {"version": 1}))
    assert (found["approved"], found["due"]) == (1, [])
    assert told(site.api("POST", f"{ONE}/review/publish", {}))["published"] == 1
    assert told(site.api("POST", f"{ONE}/review", {"markdown": "# Two", "based_on": 1}))["approved"] == 1
    assert told(site.api("GET", f"{ONE}/review?version=1"))["markdown"] == draft["markdown"].strip()
    assert site.api("GET", f"{ONE}/review?version=7").status_code == 404


def test_a_late_report_is_told_and_done_is_done(site: Site) -> None:
    reviewed(site)
    assert [a["kind"] for a in told(site.api("GET", ONE))["next"]] == ["DueSoon"]
    site.ahead(hours=49)
    texts = [x["text"] for x in told(site.api("GET", f"{ONE}/timeline"))["entries"]]
    assert any(x.startswith("Overdue: Report within 48 hours") for x in texts)
    assert told(site.api("GET", f"{ONE}/review"))["due"][0]["overdue"] is True
    assert told(site.api("POST", f"{ONE}/review/done", {"key": "review.0"}))["due"] == []
    assert site.api("POST", f"{ONE}/review/done", {"key": "review.0"}).status_code == 409
    shown = {f["key"]: f for f in site.api("GET", "/api/metrics").json()["figures"]}
    assert (shown["reviews"]["value"], shown["reviews"]["counted"]) == (0, 1)


def test_action_items_by_api(site: Site) -> None:
    reviewed(site)
    site.api("POST", f"{ONE}/items", {"text": "Call them", "kind": "customer"})
    day = (site.station.now() + timedelta(days=3)).date().isoformat()
    found = told(site.api("POST", f"{ONE}/items", {"text": "Watch it", "owner": "Jonas Dahl", "due": day}))["items"]
    assert [(x["number"], x["owner"], x["kind"]) for x in found] == [
        (1, "", "customer"),
        (2, "Jonas Dahl", "action"),
    ]
    assert found[1]["due"].startswith(f"{day}T17:00")
    assert [x["number"] for x in told(site.api("GET", "/api/items"))["items"]] == [2, 1]
    site.ahead(days=6)
    assert [x["number"] for x in told(site.api("GET", "/api/items?which=overdue"))["items"]] == [2]
    shown = {f["key"]: f for f in site.api("GET", "/api/metrics").json()["figures"]}
    assert (shown["items_overdue"]["value"], shown["items"]["value"]) == (1, 0)
    gauges = site.api("GET", "/metrics", token=READ).text
    assert "sirenbook_action_items_open 2.0" in gauges
    assert "sirenbook_action_items_overdue 1.0" in gauges
    told(site.api("POST", f"{ONE}/items/2", {"status": "done", "note": "it is watched"}))
    assert [x["number"] for x in told(site.api("GET", "/api/items"))["items"]] == [1]
    for path, body, status in (
        ("items/7", {"status": "done"}, 409),
        ("items/x", {}, 404),
        ("items", {"text": "x", "due": "soon"}, 422),
        ("items/1", {"status": "gone"}, 422),
        ("review/schedule", {"at": "2026-11-23T10:00:00"}, 422),
    ):
        assert site.api("POST", f"{ONE}/{path}", body).status_code == status, path
    assert site.api("POST", f"{ONE}/items", {"text": "x"}, READ).status_code == 403
    assert site.api("GET", "/api/items?which=some").status_code == 400
    assert site.api("GET", f"{ONE}/review/draft?entries=1,x").status_code == 400


def test_the_files(site: Site, mira: Browser) -> None:
    reviewed(site)
    assert site.api("GET", f"{ONE}/review/export").status_code == 409
    assert site.api("GET", f"{ONE}/review/export?format=ics").status_code == 409
    assert site.api("GET", f"{ONE}/review/export?format=exe").status_code == 400
    site.api("POST", f"{ONE}/review", {"markdown": "# It <script>x</script> broke\n\n[a](javascript:x) ![i](//x)"})
    when = (site.station.now() + timedelta(days=1)).isoformat()
    site.api("POST", f"{ONE}/review/schedule", {"at": when, "minutes": 30})
    html = told(site.api("GET", f"{ONE}/review/export?format=html"))
    assert html["name"] == "INC-1-review.html"
    assert "<script" not in html["text"]
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html["text"])
    assert "<img" not in html["text"]
    assert told(site.api("GET", f"{ONE}/review/export"))["text"].startswith("# It <script>")
    assert "BEGIN:VEVENT" in mira.get(f"{PAGE}.ics").text
    assert mira.get(f"{PAGE}.patch").status_code == 200
    assert mira.get(f"{PAGE}.md").headers["content-disposition"] == 'attachment; filename="INC-1-review.md"'


def test_the_page_without_a_script(site: Site, mira: Browser) -> None:
    reviewed(site)
    page = mira.get(PAGE).text
    no_script_but_ours(page)
    assert "Report within 48 hours" in page
    draft = mira.get(f"{PAGE}/draft").text
    ticked = re.findall(r'name="e" value="(\d+)" checked', draft)
    assert ticked
    again = mira.get(f"{PAGE}/draft?e={ticked[-1]}").text
    assert re.findall(r'name="e" value="(\d+)" checked', again) == [ticked[-1]]
    text = "# Review\n\n## Action items\n- [ ] Watch the queue (Owner: Tom Baker, Due: 2023-12-01)\n- [ ] Other"
    assert mira.post(f"{PAGE}/write", {"markdown": text, "based_on": "0"}).status_code == 303
    refused = mira.post(f"{PAGE}/write", {"markdown": "# Lost?", "based_on": "0"})
    assert (refused.status_code, "# Lost?" in refused.text) == (409, True)
    page = mira.get(PAGE).text
    assert 'name="tick0" value="Watch the queue"' in page
    mira.post(f"{PAGE}/tick", {"tick0": "Watch the queue", "owner0": "Tom Baker", "due0": "2023-12-01"})
    mira.post(f"{PAGE}/items", {"text": "Write to them", "kind": "customer"})
    mira.post(f"{PAGE}/change", {"item": "2", "status": "done"})
    mira.post(f"{PAGE}/assign", {"owner": "jonas"})
    mira.post(f"{PAGE}/schedule", {"at": "2024-01-05T14:00", "minutes": "30"})
    mira.post(f"{PAGE}/approve", {"version": "1"})
    mira.post(f"{PAGE}/publish", {})
    found = told(site.api("GET", f"{ONE}/review"))
    assert [(x["text"], x["owner"], x["status"]) for x in found["items"]] == [
        ("Watch the queue", "Tom Baker", "open"),
        ("Write to them", "", "done"),
    ]
    assert (found["owner"], found["published"], found["meeting_minutes"]) == ("Jonas Dahl", 1, 30)
    assert found["meeting_at"].startswith("2024-01-05T14:00")
    assert [p["text"] for p in found["proposals"]] == ["Other"]
    page = mira.get("/items").text
    no_script_but_ours(page)
    assert "Watch the queue" in page
    assert "Write to them" not in page
    assert "Write to them" in mira.get("/items?all=1").text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(site: Site, mira: Browser, text: str) -> None:
    reviewed(site)
    site.api("POST", f"{ONE}/items", {"text": f"x {text}", "owner": text[:100]})
    site.api("POST", f"{ONE}/review", {"markdown": f"# {text}\n\n## Action items\n- [ ] {text}"})
    for path in (PAGE, f"{PAGE}/draft", "/items"):
        answer = mira.get(path)
        assert answer.status_code == 200
        no_script_but_ours(answer.text)
        assert "<img src=x" not in answer.text
        assert "<svg onload" not in answer.text


def test_forms_that_make_no_sense(site: Site, mira: Browser) -> None:
    reviewed(site)
    for action, fields, status in (
        ("nonsense", {}, 404),
        ("schedule", {"at": "soon"}, 422),
        ("items", {"text": "x", "due": "soon"}, 422),
        ("items", {"text": ""}, 409),
        ("change", {"item": "x"}, 409),
        ("approve", {"version": "1"}, 409),
    ):
        assert mira.post(f"{PAGE}/{action}", fields).status_code == status, action
    assert site.ask("GET", PAGE).status_code == 303
    assert mira.post(f"{PAGE}/publish", {}, form_token="0" * 8).status_code == 403
