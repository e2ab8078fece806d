"""The page of settings and the report of a drill, over HTTP."""

import re

from unit.web.site import Browser, Site
from unit.web.test_pages import no_script_but_ours


def test_the_four_checks_before_the_first_night(site: Site, mira: Browser) -> None:
    text = mira.get("/settings").text
    no_script_but_ours(text)
    assert text.count('<span class="chip warn">open</span>') == 4
    assert "credentials_file" in text
    site.alert("PoolExhausted")
    number = site.declare("A drill", drill=True)
    text = mira.get("/settings").text
    assert text.count('<span class="chip ok">done</span>') == 2
    assert f'href="/incidents/INC-{number}/comparison"' in text and "credentials_file" not in text


def test_what_stands_where_and_tokens_for_admins_only(site: Site, mira: Browser) -> None:
    text = mira.get("/settings").text
    for shown in ("Mira Kovač", "Primary on-call", "quiet: open", "alertmanager", "admin: 1"):
        assert shown in text, shown
    seen = Browser(site, "Tom Baker", "viewer").get("/settings").text
    assert "Primary on-call" in seen and "h-tokens" not in seen and "h-roles" not in seen
    assert "@example.org" not in seen


def test_a_drill_is_reported(site: Site, mira: Browser) -> None:
    site.declare("A drill", drill=True)
    site.deliver()
    site.ahead(minutes=2)
    mira.post("/incidents/1/acknowledge", {})
    text = mira.get("/incidents/1/comparison").text
    no_script_but_ours(text)
    assert "Drill report" in text and "Acknowledge" in text
    assert '<span class="chip ok">kept</span>' in text
    assert "Secondary on-call" in text and "accepted" in text
    assert mira.get("/incidents/7/comparison").status_code == 404


def test_what_was_understood_and_a_drill_by_one_button(site: Site, mira: Browser) -> None:
    text = mira.get("/start").text
    no_script_but_ours(text)
    policy = site.station.engine.books.policy
    for severity in policy.severities:
        assert severity.name in text
    assert f"#L{policy.levels[0].why.line}" in text and "credentials_file" in text
    fields = dict(re.findall(r'<input type="hidden" name="(title|severity|drill)" value="([^"]*)"', text))
    assert mira.post("/incidents", fields).status_code == 303
    opened = site.api("GET", "/api/incidents/1").json()
    assert (opened["drill"], opened["severity"]) == (True, fields["severity"])
    assert "Our first drill" not in mira.get("/start").text and "/comparison" in mira.get("/start").text
    assert 'name="drill"' not in Browser(site, "Tom Baker", "viewer").get("/start").text
