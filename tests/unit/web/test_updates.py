"""Updates and roles over the API and on the page: what is owed, drafts, telling, approving."""

from typing import Any

from unit.web.site import READ, Browser, Site

SAID = "Bookings are disturbed; we are on it."


def board(site: Site, number: int) -> Any:
    return site.api("GET", f"/api/incidents/INC-{number}/updates").json()


def customers(found: Any) -> Any:
    return next(a for a in found["audiences"] if a["audience"] == "customers")


def tell(site: Site, number: int, **body: Any) -> Any:
    body = {"audience": "customers", "text": SAID, "by": "mira", **body}
    return site.api("POST", f"/api/incidents/{number}/updates", body)


def test_what_is_owed_comes_with_a_draft_in_the_playbooks_words(site: Site) -> None:
    found = board(site, site.declare(impact="nobody can book"))
    owed = customers(found)
    assert (owed["told_at"], owed["missed"], owed["why"]["line"]) == (None, 0, 7)
    assert 1700 < owed["in_seconds"] <= 1800
    assert owed["draft"]["text"].startswith("Bookings are disturbed since ")
    assert "nobody can book.\nWe write again at " in owed["draft"]["text"]
    assert (owed["draft"]["gaps"], owed["draft"]["template"]) == ([], "Status page")
    assert owed["draft"]["next_by"] is not None
    assert owed["outlets"] == [{"name": "status.harbour.example", "bound": False}]
    assert found["states"] == ["Investigating", "Identified", "Monitoring", "Resolved"]


def test_a_gap_is_told_with_its_line(site: Site) -> None:
    draft = customers(board(site, site.declare()))["draft"]
    assert draft["gaps"] == [{"name": "IMPACT", "words": "[IMPACT]", "line": 8, "choices": []}]


def test_posted_by_hand_keeps_the_promise_and_sending_into_nothing_does_not(site: Site) -> None:
    number = site.declare()
    refused = tell(site, number, way="send")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused")
    assert "status.harbour.example" in refused.json()["error"]["text"]
    told = customers(tell(site, number, way="posted", next="20m", state="Identified").json())
    assert told["told_at"] is not None
    assert 1100 < told["in_seconds"] <= 1200
    assert board(site, number)["state"] == "Identified"
    entry = site.api("GET", f"/api/incidents/{number}/timeline").json()["entries"][-1]
    assert (entry["kind"], entry["who"]) == ("UpdateGiven", "Mira Kovač")


def test_a_draft_with_an_open_placeholder_is_refused(site: Site) -> None:
    number = site.declare()
    words = customers(board(site, number))["draft"]["text"]
    refused = tell(site, number, text=words, template="Status page")
    assert (refused.status_code, "[IMPACT]" in refused.json()["error"]["text"]) == (409, True)


def test_a_security_incident_waits_for_the_role_that_the_playbook_names(site: Site) -> None:
    number = site.declare()
    assert site.api("POST", f"/api/incidents/{number}/security", {"by": "mira"}).json()["security"] is True
    owed = customers(board(site, number))
    assert (owed["approvers"], owed["approval"]["line"]) == (["VP Engineering"], 16)
    assert tell(site, number).status_code == 409
    assert tell(site, number, way="approve").status_code == 409
    refused = tell(site, number, way="approve", by="Tom Baker")
    assert (refused.status_code, "shared token robot" in refused.json()["error"]["text"]) == (409, True)
    body = {"audience": "customers", "text": SAID, "way": "approve"}
    tom = site.api("POST", "/api/tokens", {"name": "Tom's", "person": "tom"}).json()["secret"]
    assert site.api("POST", f"/api/incidents/{number}/updates", body, tom).status_code == 200
    assert customers(tell(site, number).json())["told_at"] is not None


def test_a_role_is_given_and_shown(site: Site) -> None:
    number = site.declare()
    body = {"role": "harbour master", "person": "Jonas Dahl", "note": "two carriers", "by": "mira"}
    said = site.api("POST", f"/api/incidents/{number}/roles", body).json()
    assert [(r["name"], r["person_name"], r["duties"]) for r in said["roles"]][0] == (
        "Harbour Master",
        "Jonas Dahl",
        ["decides"],
    )
    refused = site.api("POST", f"/api/incidents/{number}/roles", {"role": "cook", "person": "jonas"})
    assert refused.status_code == 409


def test_bad_bodies_are_refused_with_a_reason(site: Site) -> None:
    number = site.declare()
    assert tell(site, number, audience="the moon").status_code == 422
    assert tell(site, number, next="soon").status_code == 422
    assert tell(site, number, text="  ").status_code == 409
    assert site.api("POST", f"/api/incidents/{number}/updates", {"text": "x"}, READ).status_code == 403


def test_the_page_composes_without_javascript(site: Site, mira: Browser) -> None:
    number = site.declare(impact="nobody <b>can</b> book")
    page = mira.get(f"/incidents/INC-{number}").text
    assert "nobody &lt;b&gt;can&lt;/b&gt; book" in page
    assert "To post by hand: status.harbour.example" in page
    at = f"/incidents/INC-{number}"
    posted = {"audience": "customers", "text": SAID, "way": "posted", "next": "30m", "state": "Identified"}
    assert mira.post(f"{at}/updates", posted).status_code == 303
    assert customers(board(site, number))["told_at"] is not None
    assert mira.post(f"{at}/roles", {"role": "Scribe", "person": "Jonas Dahl"}).status_code == 303
    assert '<span class="chip ok">Jonas Dahl</span>' in mira.get(at).text
    assert mira.post(f"{at}/updates", {"audience": "x", "text": SAID}).status_code == 422
    assert mira.post(f"{at}/updates", {**posted, "next": "never"}).status_code == 422


def test_the_page_approves_and_says_who_must(site: Site, mira: Browser) -> None:
    number = site.declare()
    at = f"/incidents/INC-{number}"
    assert mira.post(f"{at}/security", {"reason": "keys"}).status_code == 303
    page = mira.get(at).text
    assert ("VP Engineering must approve these very words first" in page, "security incident" in page) == (
        True,
        True,
    )
    refused = mira.post(f"{at}/updates", {"audience": "customers", "text": SAID, "way": "approve"})
    assert (refused.status_code, "only VP Engineering may approve" in refused.text) == (409, True)
    tom = Browser(site, "Tom Baker")
    assert tom.post(f"{at}/updates", {"audience": "customers", "text": SAID, "way": "approve"}).status_code == 303
    assert mira.post(f"{at}/updates", {"audience": "customers", "text": SAID, "way": "posted"}).status_code == 303
