"""The runbook of an incident over the API and on its page."""

from typing import Any

from unit.incident.grounds import DELETE, PODS, SCALE
from unit.web.site import Browser, Site


def steps(site: Site, number: int) -> Any:
    return site.api("GET", f"/api/incidents/INC-{number}/steps").json()


def test_an_incident_has_its_runbook_with_every_step(site: Site) -> None:
    found = steps(site, site.declare())
    assert (found["runbook"], found["runbooks"]) == ("Bookings fail", ["Bookings fail"])
    told = [(s["risk"], s["state"], s["approvals"]) for s in found["steps"]]
    assert told == [
        ("reads", "running", 0),
        ("reads", "by hand", 0),
        ("changes", "needs approval", 1),
        ("destroys", "by hand", 2),
        ("changes", "by hand", 1),
    ]
    assert found["steps"][0]["text"] == PODS
    assert found["steps"][0]["target"] == "cluster west"
    assert [p["value"] for p in found["steps"][1]["parameters"]] == [None]


def test_a_parameter_is_filled_in_for_every_step(site: Site) -> None:
    number = site.declare()
    said = site.api(
        "POST", f"/api/incidents/{number}/values", {"name": "pod-name", "value": "quay-1", "by": "mira"}
    )
    assert said.status_code == 200
    filled = [p for s in said.json()["steps"] for p in s["parameters"]]
    assert {(p["value"], p["source"]) for p in filled} == {("quay-1", "said by mira")}
    refused = site.api("POST", f"/api/incidents/{number}/values", {"name": "pod-name", "value": "--all"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused")


def test_a_change_takes_the_digest_of_what_was_shown(site: Site) -> None:
    number = site.declare()
    at = f"/api/incidents/{number}/steps"
    refused = site.api("POST", at, {"step": 3})
    assert refused.status_code == 409
    digest = steps(site, number)["steps"][2]["digest"]
    said = site.api("POST", at, {"step": 3, "digest": digest, "by": "mira"}).json()
    assert said["steps"][2]["state"] == "running"
    assert site.api("POST", at, {"step": 3, "digest": digest, "by": "jonas"}).status_code == 409


def test_destroying_takes_two_people_whatever_names_a_shared_token_says(site: Site, mira: Browser) -> None:
    number = site.declare()
    at = f"/api/incidents/{number}/steps"
    site.api("POST", f"/api/incidents/{number}/values", {"name": "pod-name", "value": "quay-1"})
    digest = steps(site, number)["steps"][3]["digest"]
    said = site.api("POST", at, {"step": 4, "digest": digest, "by": "mira"}).json()
    assert said["steps"][3]["state"] == "needs approval, 1 of 2"
    assert said["steps"][3]["approved_by"] == ["Mira Kovač (by the token robot)"]
    for name in ("Mira Kovač", "jonas", "", "robot"):
        refused = site.api("POST", at, {"step": 4, "digest": digest, "by": name})
        assert refused.status_code == 409
        assert "sirenbook token new NAME --person PERSON" in refused.json()["error"]["text"]
    assert mira.post(f"/incidents/{number}/steps", {"step": "4", "digest": digest}).status_code == 409
    jonas = Browser(site, "Jonas Dahl")
    assert "Approve and run exactly this" in jonas.get(f"/incidents/INC-{number}").text
    assert jonas.post(f"/incidents/{number}/steps", {"step": "4", "digest": digest}).status_code == 303
    found = steps(site, number)["steps"][3]
    assert (found["state"], found["runs"][0]["by"]) == ("running", "Jonas Dahl")
    told = site.api("GET", f"/api/incidents/{number}/timeline").json()
    approved = [e["text"] for e in told["entries"] if e["text"].startswith("Approved step 4")]
    assert ["(by the token robot)" in text for text in approved] == [True, False]


def test_a_verdict_is_kept(site: Site) -> None:
    number = site.declare()
    said = site.api("POST", f"/api/incidents/{number}/marks", {"step": 5, "verdict": "wrong", "by": "mira"})
    assert said.json()["steps"][4]["verdict"] == "wrong"
    assert site.api("POST", f"/api/incidents/{number}/marks", {"step": 5, "verdict": "great"}).status_code == 422


def test_a_reader_may_look_and_not_run(site: Site) -> None:
    number = site.declare()
    assert site.api("GET", f"/api/incidents/{number}/steps", token="read-canary-5ecret").status_code == 200
    said = site.api("POST", f"/api/incidents/{number}/steps", {"step": 1}, token="read-canary-5ecret")
    assert said.status_code == 403


def test_the_page_shows_the_exact_text_and_the_target(site: Site, mira: Browser) -> None:
    number = site.declare()
    page = mira.get(f"/incidents/INC-{number}").text
    assert f'<pre class="command">{SCALE}</pre>' in page
    assert "Approve and run exactly this" in page
    assert "on cluster west" in page
    assert "&lt;pod-name&gt;" in page


def test_the_pages_buttons_fill_in_approve_and_tick(site: Site, mira: Browser) -> None:
    number = site.declare()
    at = f"/incidents/INC-{number}"
    assert mira.post(f"{at}/values", {"name": "pod-name", "value": "quay-1"}).status_code == 303
    assert DELETE.replace("<pod-name>", "quay-1") in mira.get(at).text
    digest = steps(site, number)["steps"][2]["digest"]
    assert mira.post(f"{at}/steps", {"step": "3", "digest": digest}).status_code == 303
    assert mira.post(f"{at}/marks", {"step": "5", "verdict": "not applicable"}).status_code == 303
    found = steps(site, number)["steps"]
    assert (found[2]["state"], found[4]["state"]) == ("running", "not applicable")
    assert mira.post(f"{at}/steps", {"step": "x"}).status_code == 422


def test_the_live_part_brings_the_steps_only_when_they_changed(site: Site, mira: Browser) -> None:
    number = site.declare()
    page = mira.get(f"/incidents/INC-{number}").text
    live = page.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    site.api("POST", f"/api/incidents/{number}/notes", {"text": "looking"})
    assert 'id="steps"' not in mira.get(live).text
    site.api("POST", f"/api/incidents/{number}/values", {"name": "pod-name", "value": "quay-1"})
    assert 'id="steps"' in mira.get(live).text


def test_a_playbook_without_runbooks_says_so(site: Site, mira: Browser) -> None:
    number = site.declare("Something else")
    found = steps(site, number)
    assert (found["runbook"], found["steps"]) == (None, [])
    assert "No runbook names this alert" in mira.get(f"/incidents/INC-{number}").text
    said = site.api("POST", f"/api/incidents/{number}/runbook", {"runbook": "bookings"})
    assert said.json()["runbook"] == "Bookings fail"


def test_a_runbook_chosen_on_the_page_is_filled_in_by_the_alert_too(site: Site, mira: Browser) -> None:
    site.alert("Whatever", pod="quay-7f3")
    assert steps(site, 1)["runbook"] is None
    assert mira.post("/incidents/INC-1/runbook", {"runbook": "Bookings fail"}).status_code == 303
    [said] = {(p["value"], p["source"]) for s in steps(site, 1)["steps"] for p in s["parameters"]}
    assert said == ("quay-7f3", "label pod")


def test_accuracy_is_told_by_line_and_runbook(site: Site) -> None:
    assert site.api("GET", "/api/runbooks/accuracy").json()["accuracy"] is None
    for verdict in ("worked", "wrong", "not applicable"):
        number = site.declare()
        site.api("POST", f"/api/incidents/{number}/marks", {"step": 5, "verdict": verdict})
    found = site.api("GET", "/api/runbooks/accuracy?days=7").json()
    assert (found["accuracy"], found["runbooks"]) == (0.5, {"Bookings fail": 0.5})
    [line] = found["lines"]
    assert (line["tried"], line["worked"], line["wrong"], line["not_applicable"]) == (2, 1, 1, 1)
    assert line["why"]["line"] == 17
    # Which runbook was tried in an incident that few may see tells what it is about.
    site.api("POST", f"/api/incidents/{number}/marks", {"step": 4, "verdict": "failed"})
    counted = site.api("GET", "/api/runbooks/accuracy").json()["lines"]
    site.api("POST", f"/api/incidents/{number}/restrict", {"reason": "odd logins"})
    assert len(counted) == 2 and len(site.api("GET", "/api/runbooks/accuracy").json()["lines"]) == 1
