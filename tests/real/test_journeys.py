"""The ways of people through the pages: on call, in command, managing, owning the playbook, as a customer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from real.browsing import Served, needs_chromium, visited
from real.full_house import HARMLESS, furnish
from sirenbook.channels.email import EmailChannel
from sirenbook.channels.settings import secrets_from
from sirenbook.engine.links import Wish
from sirenbook.engine.policies.texts import Texts
from unit.web.site import Browser
from unit.web.test_policies import BOOK, PEOPLE, SWAPPED

pytestmark = needs_chromium
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
MOST_TABS = 200
TWICE = BOOK.replace("in 10 minutes\n", "in 10 minutes\n- P1 response time: 20 minutes\n")
"""A playbook that says two times of one clock."""


@pytest.fixture
def house(database: str, chromium: Any, tmp_path: Path) -> Iterator[Served]:
    with visited(database, chromium, home=tmp_path) as found:
        furnish(found.site, HARMLESS)
        yield found


def reach(page: Page, wanted: Locator) -> None:
    """Go to something as one does without a mouse."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Enter")


def write(page: Page, wanted: Locator, words: str) -> None:
    reach(page, wanted)
    page.keyboard.type(words)


def test_somebody_on_call_with_a_phone_in_the_night(served: Served) -> None:
    """From the link of the mail: why me, what ran already, take it, look at it, pass it on."""
    site = served.site
    link = site.station.links.acknowledge(site.declare(), "mira", site.station.now())
    page = served.tab(served.context(logged_in=False, **PHONE), link.removeprefix(served.url))
    expect(page.locator("blockquote")).to_contain_text("At once: the primary and the secondary on-call are paged")
    expect(page.locator("main")).to_contain_text("Ran already")
    expect(page.locator("main")).to_contain_text("kubectl get pods -n berth")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    page.get_by_role("button", name="Acknowledge").tap()
    expect(page.get_by_role("status")).to_contain_text("You have it")
    page.get_by_text("I can’t: pass on").tap()
    page.get_by_label("Why").fill("on a ferry")
    page.get_by_role("button", name="Page whoever is next").tap()
    expect(page.get_by_role("status")).to_contain_text("Passed on")
    told = site.api("GET", "/api/incidents/INC-1/timeline").json()["entries"]
    assert any("Mira Kovač cannot take it: on a ferry" in e["text"] for e in told)


def test_in_command_by_keys_alone(served: Served) -> None:
    """Declare, take, give a role, run a step, say what is known, grade anew, and end it."""
    page = served.tab(served.context(), "/")
    write(page, page.get_by_label("What is wrong"), "Bookings fail")
    press(page, page.get_by_role("button", name="Declare and page"))
    expect(page.locator("#live")).to_have_text("● live")
    timeline = page.locator("#timeline")
    page.keyboard.press("a")
    expect(page.locator("#actions")).to_contain_text("Mira Kovač has it")
    press(page, page.locator("#do-roles > summary"))
    write(page, page.locator("#role-person"), "Jonas")
    press(page, page.get_by_role("button", name="Give the role"))
    expect(timeline).to_contain_text("Harbour Master is Jonas Dahl")
    press(page, page.get_by_role("button", name="Approve and run exactly this").first)
    expect(timeline).to_contain_text("Running step 3")
    write(page, page.locator("#up-text-internal"), "The pool is full; next word soon")
    press(page, page.locator("#up-internal").get_by_role("button", name="I have posted it"))
    expect(timeline).to_contain_text("The pool is full; next word soon")
    press(page, page.locator("#do-change > summary"))
    write(page, page.locator("#regrade-severity"), "P2")
    press(page, page.locator("#do-change button"))
    expect(page.locator("#state")).to_contain_text("P2")
    page.keyboard.press("r")
    expect(page.locator("#resolve-reason")).to_be_focused()
    page.keyboard.type("the pool is larger")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("resolved")
    expect(timeline).to_contain_text("Resolved: the pool is larger")


def test_words_that_somebody_else_approves(house: Served) -> None:
    """Composed, refused until who must has approved these very words on a phone, sent, and on the status page."""
    site, words = house.site, "Some logins were not ours; bookings are safe."
    page = house.tab(house.context(), f"/incidents/INC-{site.declare('Odd logins')}")
    page.locator("#do-roles > summary").click()
    page.get_by_role("button", name="It is a security incident").click()
    form = page.locator("#up-customers")
    expect(form).to_contain_text("VP Engineering must approve these very words first")
    page.locator("#up-customers > summary").click()
    form.locator("#up-text-customers").fill(words)
    form.get_by_role("button", name="Send").click()
    expect(page.locator("#notice")).to_contain_text("VP Engineering must approve these very words first")
    theirs = house.context(logged_in=False, **PHONE)
    secret = Browser(site, "Tom Baker", "responder").cookies["session"]
    theirs.add_cookies([{"name": "session", "value": secret, "url": house.url}])
    phone = house.tab(theirs, page.url.removeprefix(house.url))
    phone.locator("#up-customers > summary").tap()
    phone.locator("#up-text-customers").fill(words)
    phone.locator("#up-customers").get_by_role("button", name="Approve these words").tap()
    expect(page.locator("#timeline")).to_contain_text(f"Approved for customers: {words}")
    expect(form.locator("#up-text-customers")).to_have_value(words)
    form.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline")).to_contain_text("approved by Tom Baker")
    public = house.tab(house.context(logged_in=False), "/status")
    expect(public.locator("main")).to_contain_text(words)
    assert "Tom" not in public.content() and "Odd logins" not in public.content()
    # The browser itself reports the 409; anything else would be a complaint.
    house.complaints[:] = [c for c in house.complaints if "409" not in c]


def test_whoever_owns_the_playbook_mends_a_contradiction(database: str, chromium: Any, tmp_path: Path) -> None:
    """The finding beside its line, mended and compared: clocks, people, the open incident; the old text is kept."""
    with visited(database, chromium, home=tmp_path, texts=Texts({"ferry.md": TWICE}, PEOPLE)) as served:
        declared = {"title": "No ferry sails", "severity": "P1"}
        incident = served.site.api("POST", "/api/incidents", declared).json()["id"]
        page = served.tab(served.context(), "/playbook")
        finding = page.locator("#L16 .finding")
        expect(finding).to_contain_text("the response is 5 minutes in ferry.md:7 and 20 minutes in ferry.md:16")
        page.get_by_role("link", name="Change…").click()
        page.get_by_label("ferry.md").fill(BOOK.replace("in 10 minutes", "in 20 minutes"))
        page.get_by_text("People and channels").click()
        page.get_by_label("Who the playbook’s names are").fill(SWAPPED)
        page.get_by_role("button", name="See what it changes").click()
        changes = page.locator("main")
        expect(changes).to_contain_text("Primary On-Call reaches Bo Holm, was Ana Lima")
        expect(changes.locator(".sides .differs").filter(has_text="20 min").first).to_be_visible()
        expect(changes.locator(".kept")).to_contain_text("No ferry sails")
        page.get_by_label("Why").fill("one time for P1")
        page.get_by_role("button", name="Put it in force").click()
        expect(page.get_by_role("status")).to_contain_text("Version 2 is in force")
        expect(page.locator(".finding").filter(has_text="20 minutes")).to_have_count(0)
        expect(page.locator("#versions")).to_contain_text("one time for P1")
        page.locator("#versions").get_by_role("link", name="1", exact=True).click()
        expect(page.locator("#L16")).to_contain_text("P1 response time: 20 minutes")
        page.goto(f"{served.url}/incidents/{incident}")
        page.locator("#why a.src").click()
        expect(page.locator("#L16")).to_contain_text("P1 response time: 20 minutes")


def test_somebody_who_manages_looks_at_a_month(house: Served) -> None:
    """Figures beside the playbook's targets, what is late, who covers the weeks ahead, and a review."""
    page = house.tab(house.context(), "/trends")
    row = page.get_by_role("row").filter(has_text="MTTA")
    expect(row.first).to_contain_text("playbook L7")
    page.get_by_role("link", name="Action items").click()
    expect(page.get_by_role("row").filter(has_text="overdue")).to_contain_text(HARMLESS)
    page.get_by_role("link", name="INC-2").first.click()
    expect(page.get_by_role("button", name="Approve version 1")).to_be_visible()
    page.get_by_role("link", name="On call", exact=True).click()
    expect(page.get_by_role("heading", name="Eight weeks ahead")).to_be_visible()
    page.get_by_role("link", name="Practices").click()
    practice = page.get_by_role("row").filter(has_text="Restore from the backup")
    expect(practice).to_contain_text("every 7 d")
    practice.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row").filter(has_text="Restore from the backup")).to_contain_text("by Mira Kovač")


def test_a_customer_without_javascript(house: Served, tmp_path: Path) -> None:
    """Reads what is wrong, subscribes and proves it, reads the feed, and hears no more."""
    site = house.site

    async def plug() -> None:
        mail = EmailChannel.from_settings({"folder": "mail"}, secrets_from({}, tmp_path), tmp_path)
        site.station.dispatcher.use({**site.station.dispatcher.channels, "email": mail})

    site.run(plug())
    site.ahead(seconds=20)
    page = house.tab(house.context(logged_in=False, java_script_enabled=False), "/status")
    expect(page.get_by_role("heading", name="A major outage")).to_be_visible()
    page.get_by_label("Address").first.fill("ada@reader.example")
    page.get_by_role("button", name="Subscribe").first.click()
    expect(page.get_by_role("heading", name="Nearly done")).to_be_visible()
    assert site.run(site.station.status.counts()) == {}
    proof = site.station.links.wish(Wish("email", "ada@reader.example"), site.station.now())
    page.goto(f"{house.url}/status/confirm/{proof}")
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert site.run(site.station.status.counts()) == {"email": 1}
    page.goto(f"{house.url}/status/unsubscribe/{site.station.links.unsubscribe(1)}")
    page.get_by_role("button", name="Unsubscribe").click()
    assert site.run(site.station.status.counts()) == {}
    page.get_by_role("link", name="To the status page").click()
    feed = page.request.get(urljoin(page.url, page.get_by_role("link", name="RSS").get_attribute("href")))
    assert feed.ok and HARMLESS in feed.text()
