"""The link in a page: opening it changes nothing, its forms act for one person on one incident, and no further."""

from unit.web.site import ORIGIN, Site


def link(site: Site, incident: int = 1, person: str = "mira") -> str:
    return site.station.links.acknowledge(incident, person, site.station.now()).removeprefix(ORIGIN)


def state(site: Site, incident: int = 1):
    return site.run(site.station.queries.incident(incident)).incident


def test_looking_changes_nothing_however_often(site: Site) -> None:
    site.alert("Down", service="api")
    before = site.run(site.station.queries.incident(1))
    path = link(site)
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        site.ask(method, path)
        site.ask(method, path + "/pass")
    assert site.run(site.station.queries.incident(1)) == before


def test_it_says_what_is_wrong_why_you_and_who_is_next(site: Site) -> None:
    site.alert("Down", service="api")
    site.ahead(seconds=72)
    text = site.ask("GET", link(site)).text
    for words in ("P1 Critical", "Down", "Mira Kovač, as Primary on-call", "line 13", "01:12", "pages again in"):
        assert words in text, words
    assert "At once: the primary and the secondary on-call are paged." in text


def test_the_button_acknowledges_for_that_person(site: Site) -> None:
    site.declare()
    path = link(site, person="jonas")
    answer = site.ask("POST", path, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    found = state(site)
    assert (found.status, found.acknowledged_by) == ("acknowledged", "jonas")
    assert "You have it" in site.ask("GET", path).text
    assert "Jonas Dahl has it" in site.ask("GET", link(site)).text
    assert site.ask("POST", path, headers={"Origin": ORIGIN}).status_code == 303
    assert state(site) == found


def test_passing_on_pages_whoever_is_next_with_a_note(site: Site) -> None:
    site.declare()
    path = link(site)
    answer = site.ask("POST", path + "/pass", data={"reason": "I am on a plane"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303
    assert "/pass" in site.ask("GET", path).text
    assert "Passed on" in site.ask("GET", answer.headers["location"]).text
    found = state(site)
    assert found.reached == ("first", "manager")
    assert "ines" in [p.person for p in found.pages]
    lines = site.api("GET", "/api/incidents/1/timeline").json()["entries"]
    assert any(
        "Mira Kovač cannot take it: I am on a plane" in e["text"] and e["who"] == "Mira Kovač" for e in lines
    )


def test_passing_on_when_nobody_is_left_says_so(site: Site) -> None:
    site.declare(severity="P3")
    assert "/pass" not in site.ask("GET", link(site)).text, "nothing is offered that would be refused"
    answer = site.ask("POST", link(site) + "/pass", data={}, headers={"Origin": ORIGIN})
    assert answer.status_code == 409
    assert "every level of the playbook is reached" in answer.text


def test_forged_damaged_and_old_links_are_a_clear_page(site: Site) -> None:
    site.declare()
    good = link(site)
    for bad in ("/a/x", good[:-1], good + "x", "/a/" + "x" * 10_000, "/a/%00"):
        for method in ("GET", "POST"):
            answer = site.ask(method, bad)
            assert answer.status_code == 404, bad
    assert "no longer valid" in site.ask("GET", "/a/x").text
    site.ahead(hours=25)
    assert site.ask("GET", good).status_code == 404
    assert site.ask("POST", good).status_code == 404
    assert state(site).acknowledged_by is None


def test_a_link_to_one_incident_opens_nothing_else(site: Site) -> None:
    site.declare()
    site.declare("Other")
    site.ask("POST", link(site), headers={"Origin": ORIGIN})
    assert state(site, 2).status == "unacknowledged"
    assert site.ask("GET", "/incidents/INC-1").status_code == 303


def test_another_sites_form_is_refused_even_with_the_link(site: Site) -> None:
    site.declare()
    assert site.ask("POST", link(site), headers={"Origin": "https://evil.example"}).status_code == 403
    assert state(site).status == "unacknowledged"


def test_a_resolved_incident_lets_people_sleep(site: Site) -> None:
    site.declare()
    site.api("POST", "/api/incidents/1/resolve", {})
    path = link(site)
    assert "It is over" in site.ask("GET", path).text
    assert site.ask("POST", path, headers={"Origin": ORIGIN}).status_code == 409


def test_a_link_of_somebody_who_was_not_paged_or_left_still_works(site: Site) -> None:
    site.declare()
    path = link(site, person="gone")
    assert site.ask("GET", path).status_code == 200
    assert site.ask("POST", path, headers={"Origin": ORIGIN}).status_code == 303
    assert state(site).acknowledged_by == "gone"
