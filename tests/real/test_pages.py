"""The pages in Chromium: live in every tab, light on a slow phone, whole without JavaScript, no script but ours."""

import pytest
from playwright.sync_api import Page, expect

from real.browsing import Served, needs_chromium
from sirenbook.web.login.accounts import login_url
from unit.web.site import INTAKE, Site

HEAVIEST, MOST_REQUESTS = 50 * 1024, 6
pytestmark = needs_chromium


def an_outage(site: Site) -> None:
    """Three alerts of one group, a minute and 52 seconds ago."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "PoolExhausted", "severity": "P1", "service": "booking-api", "pod": f"api-{i}"},
            "annotations": {"summary": "100 of 100 connections in use; 34 % of bookings fail"},
            "generatorURL": "http://prom.example/graph",
        }
        for i in range(3)
    ]
    assert site.api("POST", "/in/alertmanager", {"version": "4", "alerts": alerts}, INTAKE).status_code == 202
    site.deliver()
    site.ahead(seconds=112)


def weight(page: Page, path: str, url: str) -> tuple[int, int]:
    """Requests and bytes over the wire of one fresh visit."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    seen, received = [], []
    session.on("Network.requestWillBeSent", lambda e: seen.append(e["request"]["url"]))
    session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    page.goto(url + path)
    expect(page.locator("#live")).to_have_text("● live")
    page.wait_for_timeout(500)
    return len([u for u in seen if not u.startswith("data:")]), int(sum(received))


@pytest.mark.parametrize("path", ["/", "/incidents/INC-1"])
def test_a_page_is_light(served: Served, path: str) -> None:
    an_outage(served.site)
    context = served.context()
    # What is kept for a time without a network is fetched later, once the page is used.
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    requests, size = weight(served.tab(context, "/login"), path, served.url)
    assert requests <= MOST_REQUESTS
    assert size <= HEAVIEST


def test_a_change_appears_in_every_tab_over_one_stream(served: Served) -> None:
    an_outage(served.site)
    context = served.context()
    home, first, second = (served.tab(context, p) for p in ("/", "/incidents/INC-1", "/incidents/INC-1"))
    for page in (home, first, second):
        expect(page.locator("#live")).to_have_text("● live")
    assert served.site.station.changes.count == 1
    first.keyboard.press("a")
    expect(second.locator("#state")).to_contain_text("acknowledged")
    expect(second.locator("#actions")).to_contain_text("Mira Kovač has it")
    expect(home.locator("#card-INC-1")).to_contain_text("Mira Kovač has it")
    expect(second.locator("#timeline li").first).to_contain_text("Acknowledged by web")
    assert second.locator("#timeline li", has_text="Acknowledged by web").count() == 1
    served.shoot(first, "incident-desktop-dark")


def test_the_next_tab_takes_the_stream_over(served: Served) -> None:
    an_outage(served.site)
    context = served.context()
    first, second = served.tab(context, "/incidents/INC-1"), served.tab(context, "/incidents/INC-1")
    expect(second.locator("#live")).to_have_text("● live")
    first.close()
    served.site.api("POST", "/api/incidents/1/notes", {"text": "after the hand-over"})
    expect(second.locator("#timeline")).to_contain_text("after the hand-over")


def test_a_stream_that_broke_loses_nothing(served: Served) -> None:
    an_outage(served.site)
    context = served.context()
    page = served.tab(context, "/incidents/INC-1")
    expect(page.locator("#live")).to_have_text("● live")
    context.set_offline(True)
    served.site.api("POST", "/api/incidents/1/notes", {"text": "while you were away"})
    page.wait_for_timeout(300)
    context.set_offline(False)
    expect(page.locator("#timeline")).to_contain_text("while you were away", timeout=15_000)
    served.complaints[:] = [c for c in served.complaints if "DISCONNECTED" not in c]


def test_half_typed_words_and_opened_parts_stay(served: Served) -> None:
    an_outage(served.site)
    page = served.tab(served.context(), "/incidents/INC-1")
    expect(page.locator("#live")).to_have_text("● live")
    page.locator("#note").fill("half a no")
    page.locator("#update-text").fill("half an upd")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("e")
    expect(page.locator("#escalate-to")).to_be_focused()
    page.locator("#escalate-to").select_option("CTO")
    page.locator("#escalate-note").press_sequentially("half a rea")
    served.site.api("POST", "/api/incidents/1/acknowledge", {"by": "Jonas Dahl"})
    served.site.api("POST", "/api/incidents/1/regrade", {"severity": "P2"})
    expect(page.locator("#state")).to_contain_text("P2")
    expect(page.locator("#actions")).not_to_contain_text("Acknowledge A")
    for field, words in (("#note", "half a no"), ("#update-text", "half an upd"), ("#escalate-note", "half a rea")):
        expect(page.locator(field)).to_have_value(words)
    expect(page.locator("#escalate-to")).to_have_value("CTO")
    expect(page.locator("#escalate-note")).to_be_visible()
    expect(page.locator("#escalate-note")).to_be_focused()


def test_a_refusal_is_read_out_and_an_action_empties_its_form(served: Served) -> None:
    an_outage(served.site)
    page = served.tab(served.context(), "/incidents/INC-1")
    page.locator("#note").fill("   ")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("a note needs words")
    page.locator("#note").fill("seen")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#timeline li").first).to_contain_text("seen")
    expect(page.locator("#note")).to_have_value("")
    expect(page.locator("#notice")).to_be_empty()
    # The browser itself reports the 409; anything else would be a complaint.
    served.complaints[:] = [c for c in served.complaints if "409" not in c]


def test_keys_can_be_switched_off(served: Served) -> None:
    an_outage(served.site)
    page = served.tab(served.context(), "/incidents/INC-1")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert served.site.run(served.site.station.queries.incident(1)).incident.status == "unacknowledged"
    page.keyboard.press("?")
    page.locator("#keys-on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#actions")).to_contain_text("Mira Kovač has it")


def test_the_whole_journey_without_javascript(served: Served) -> None:
    site = served.site
    link = site.run(login_url(site.station, "Inés Ortega"))
    page = served.tab(served.context(logged_in=False, java_script_enabled=False), "/login")
    page.goto(link)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Nothing is open")).to_be_visible()
    page.get_by_label("What is wrong").fill("Nordlink is down")
    page.get_by_label("Severity, by your playbook").select_option("P1")
    page.get_by_role("button", name="Declare and page").click()
    expect(page.get_by_role("heading", name="Nordlink is down")).to_be_visible()
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.locator("#actions")).to_contain_text("Inés Ortega has it")
    page.locator("#actions").get_by_role("link", name="Escalate").click()
    expect(page.locator("#escalate-note")).to_be_visible()
    page.locator("#escalate-note").fill("need a hand")
    page.get_by_role("button", name="Page them").click()
    expect(page.locator("#timeline")).to_contain_text("need a hand")
    page.locator("#note").fill("it was the certificate")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#timeline")).to_contain_text("it was the certificate")
    page.locator("#actions").get_by_role("link", name="Resolve").click()
    page.locator("#resolve-reason").fill("renewed")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("#timeline")).to_contain_text("Resolved: renewed")
    page.get_by_role("link", name="All incidents").click()
    expect(page.get_by_role("heading", name="Nothing is open")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in", exact=True)).to_be_visible()


def test_the_call_on_a_phone(served: Served) -> None:
    an_outage(served.site)
    link = served.site.station.links.acknowledge(1, "mira", served.site.station.now())
    phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}
    page = served.tab(served.context(logged_in=False, **phone), link.removeprefix(served.url))
    button = page.get_by_role("button", name="Acknowledge")
    served.shoot(page, "acknowledge-phone")
    assert (button.bounding_box() or {})["height"] >= 80
    button.click()
    expect(page.get_by_role("status")).to_contain_text("You have it")
    page.get_by_text("I can’t: pass on").click()
    page.get_by_label("Why").fill("on a train")
    page.get_by_role("button", name="Page whoever is next").click()
    expect(page.get_by_role("status")).to_contain_text("Passed on")


def test_hostile_text_opens_no_dialog_and_breaks_no_policy(served: Served) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>\u202egnp"
    labels = {"alertname": evil, "severity": "P1", evil: evil}
    alerts = [
        {
            "status": "firing",
            "labels": labels,
            "annotations": {"summary": evil, "runbook_url": "javascript:alert(1)"},
        }
    ]
    served.site.api("POST", "/in/alertmanager", {"version": "4", "alerts": alerts}, INTAKE)
    context = served.context()
    page = served.tab(context, "/incidents/INC-1")
    expect(page.locator("#live")).to_have_text("● live")
    served.site.api("POST", "/api/incidents/1/notes", {"text": evil, "by": evil})
    expect(page.locator("#timeline li").first).to_contain_text("⟨U+202E⟩gnp")
    served.tab(context, "/").wait_for_timeout(300)
    served.tab(context, "/playbook").wait_for_timeout(100)


def test_two_browsers_and_twenty_tabs_see_what_one_does(served: Served) -> None:
    """A second person's browser is told at once; however many tabs a browser has, it holds one stream."""
    an_outage(served.site)
    mine, theirs = served.context(), served.context()
    first = served.tab(mine, "/incidents/INC-1")
    tabs = [served.tab(theirs, "/incidents/INC-1") for _ in range(20)]
    for page in (first, tabs[0], tabs[-1]):
        expect(page.locator("#live")).to_have_text("● live", timeout=30_000)
    assert served.site.station.changes.count == 2
    first.keyboard.press("a")
    for page in tabs:
        expect(page.locator("#actions")).to_contain_text("Mira Kovač has it", timeout=30_000)
    assert served.site.station.changes.count == 2
