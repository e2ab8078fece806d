"""The pages of what comes after an incident, in Chromium: with and without scripts, and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from real.browsing import CONTRAST, Served, needs_chromium, visited
from unit.web.test_review import PAGE, reviewed
from unit.web.test_trends import lived

pytestmark = needs_chromium


@pytest.fixture
def served(database: str, chromium: Any) -> Iterator[Served]:
    with visited(database, chromium) as found:
        yield found


@pytest.mark.parametrize("scripts", [True, False])
def test_a_review_from_the_draft_to_its_items(served: Served, scripts: bool) -> None:
    reviewed(served.site)
    page = served.tab(served.context(java_script_enabled=scripts), "/incidents/INC-1")
    page.get_by_role("link", name="Review and action items").click()
    page.get_by_role("link", name="Draft from the timeline").click()
    page.get_by_label("Acknowledged").uncheck()
    page.get_by_role("button", name="Draft again").click()
    text = page.get_by_label("Markdown")
    assert "Acknowledged by" not in text.input_value().partition("## Impact")[0]
    served.shoot(page, f"review-draft-{scripts}")
    text.fill(text.input_value().replace("[to fill in: Action]", "Watch the queue"))
    page.get_by_role("button", name="Keep as version 1").click()
    page.get_by_label("Watch the queue").check()
    page.get_by_role("button", name="Track those that are ticked").click()
    expect(page.get_by_text("1. Watch the queue")).to_be_visible()
    page.get_by_role("button", name="Approve version 1").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("published", exact=True)).to_be_visible()
    served.shoot(page, f"review-{scripts}")
    assert page.evaluate(CONTRAST) == []


def test_trends_on_a_phone_and_a_desk(served: Served) -> None:
    lived(served.site)
    desk = served.tab(served.context(color_scheme="light"), "/trends")
    expect(desk.get_by_role("img", name="Incidents. ")).to_be_visible()
    served.shoot(desk, "trends")
    assert desk.evaluate(CONTRAST) == []
    phone = served.tab(served.context(viewport={"width": 390, "height": 800}), "/trends")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    served.shoot(phone, "trends-phone")
    for path in (PAGE, "/items"):
        phone.goto(served.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
