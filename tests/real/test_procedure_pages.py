"""A procedure on the page, in Chromium: ticked and chosen without JavaScript, readable, no wider than a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from real.browsing import CONTRAST, Served, needs_chromium, visited
from sirenbook.engine.policies.texts import Texts
from unit.web.test_procedures import PLAYBOOK

pytestmark = needs_chromium


@pytest.fixture
def hall(database: str, chromium: Chromium) -> Iterator[Served]:
    """The fish auction, with an incident that has a procedure."""
    with visited(database, chromium, texts=Texts({"playbook.md": PLAYBOOK})) as found:
        found.site.declare("Bids lost")
        yield found


def test_a_procedure_is_worked_through_without_javascript(hall: Served) -> None:
    page = hall.tab(hall.context(java_script_enabled=False), "/incidents/INC-1")
    page.get_by_role("button", name="Done: step 1", exact=True).click()
    expect(page.locator("#timeline")).to_contain_text("Step 1 worked (Ask the auctioneer)")
    page.get_by_role("button", name="It is this: If the release is new").click()
    expect(page.locator("#way-2")).to_contain_text("taken")
    expect(page.locator("#way-1")).to_contain_text("another way was taken")
    expect(page.locator("#step-2")).not_to_be_visible()
    page.locator("#routine-2 > summary").click()
    page.get_by_role("button", name="Go on to Phase 2: Mend").click()
    expect(page.locator("#routine-2")).to_contain_text("now")
    page.locator("#do-resolve > summary").click()
    expect(page.locator("#act")).to_contain_text("Verify that bids arrive")
    page.locator("#resolve-reason").fill("rolled back")
    page.get_by_role("button", name="Resolve and watch").click()
    expect(page.locator("#timeline")).to_contain_text("Solved, and watched for 20 min: rolled back")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_is_readable_on_a_small_phone(hall: Served, scheme: Any) -> None:
    phone = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "is_mobile": True}
    hall.site.run(hall.site.station.command(1, _taken()))
    page = hall.tab(hall.context(color_scheme=scheme, **phone), "/incidents/INC-1")
    for each in page.locator("details > summary").all():
        if each.is_visible():
            each.evaluate("e => e.parentElement.open = true")
    hall.shoot(page, f"procedure-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(CONTRAST) == []


def _taken() -> Any:
    from sirenbook.model.command import ChooseBranch

    return ChooseBranch("mira", 2)
