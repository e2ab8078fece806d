"""The playbook's pages in Chromium: read, changed and put in force, without JavaScript and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from real.browsing import CONTRAST, Served, needs_chromium, visited
from sirenbook.engine.policies.texts import Texts, read_texts
from unit.web.test_policies import BOOK, PEOPLE, SLOWER, SWAPPED, apply

pytestmark = needs_chromium
EXAMPLE = Path(__file__).parents[2] / "examples" / "desk-studio"


@pytest.fixture
def ferry(database: str, chromium: Any, tmp_path: Path) -> Iterator[Served]:
    with visited(database, chromium, home=tmp_path, texts=Texts({"ferry.md": BOOK}, PEOPLE)) as found:
        yield found


@pytest.mark.parametrize("scripts", [True, False])
def test_a_new_text_is_compared_and_put_in_force(ferry: Served, scripts: bool, tmp_path: Path) -> None:
    ferry.site.declare("No ferry sails", "P1")
    page = ferry.tab(ferry.context(java_script_enabled=scripts), "/playbook")
    page.get_by_role("link", name="Change…").click()
    page.get_by_label("ferry.md").fill(SLOWER)
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_role("heading", name="What it changes")).to_be_visible()
    expect(page.locator("main")).to_contain_text("P1: respond within 8 min, was 5 min")
    ferry.shoot(page, f"plan-{'scripts' if scripts else 'plain'}")
    page.get_by_label("Why").fill("nights are long")
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_role("status")).to_contain_text("Version 2 is in force")
    expect(page.locator("#versions")).to_contain_text("nights are long")
    expect(page.locator("#L7")).to_contain_text("P1: respond in 8 min")
    ferry.shoot(page, "playbook-applied")


def test_files_are_chosen(ferry: Served, tmp_path: Path) -> None:
    (tmp_path / "ferry.md").write_text(SLOWER)
    (tmp_path / "sirenbook.toml").write_text(SWAPPED)
    page = ferry.tab(ferry.context(), "/playbook/plan")
    page.get_by_label("Or choose files").set_input_files([tmp_path / "ferry.md", tmp_path / "sirenbook.toml"])
    page.get_by_role("button", name="See what it changes").click()
    expect(page.locator("main")).to_contain_text("Primary On-Call reaches Bo Holm, was Ana Lima")
    expect(page.get_by_label("ferry.md")).to_have_value(SLOWER)


def test_somebody_else_was_first(ferry: Served) -> None:
    page = ferry.tab(ferry.context(), "/playbook/plan")
    page.get_by_label("ferry.md").fill(SLOWER)
    page.get_by_role("button", name="See what it changes").click()
    apply(ferry.site, BOOK.replace("15 minutes", "16 minutes"))
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_role("alert")).to_contain_text("plan again")
    expect(page.get_by_text("against version 2")).to_be_visible()
    # The browser itself reports the 409; anything else would be a complaint.
    ferry.complaints[:] = [c for c in ferry.complaints if "409" not in c]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_words_stand_out_from_their_ground(ferry: Served, scheme: Any) -> None:
    ferry.site.declare("No ferry sails", "P1")
    context = ferry.context(color_scheme=scheme)
    page = ferry.tab(context, "/playbook/plan")
    assert page.evaluate(CONTRAST) == []
    page.get_by_label("ferry.md").fill(SLOWER + "\n| P3 | Low | soon |\n")
    page.get_by_text("People and channels").click()
    page.get_by_label("Who the playbook’s names are").fill(SWAPPED.replace('"Secondary On-Call" = "bo"', ""))
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("1 new error")).to_be_visible()
    ferry.shoot(page, f"plan-{scheme}")
    assert page.evaluate(CONTRAST) == []
    page.goto(f"{ferry.url}/playbook")
    ferry.shoot(page, f"playbook-{scheme}")
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_phone(ferry: Served, width: int) -> None:
    ferry.site.declare("No ferry sails " + "x" * 100, "P1")
    phone = {"viewport": {"width": width, "height": 700}, "device_scale_factor": 2, "is_mobile": True}
    page = ferry.tab(ferry.context(**phone), "/playbook/plan")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_label("ferry.md").fill(SLOWER + "\nlong " + "y" * 300)
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_role("heading", name="What it changes")).to_be_visible()
    ferry.shoot(page, f"plan-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.goto(f"{ferry.url}/playbook")
    ferry.shoot(page, f"playbook-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_an_example_as_it_is(database: str, chromium: Any, tmp_path: Path) -> None:
    with visited(database, chromium, home=tmp_path, texts=read_texts(EXAMPLE)) as served:
        page = served.tab(served.context(), "/playbook")
        expect(page.locator("#L177")).to_contain_text("page CTO after 2 h unless resolved")
        served.shoot(page, "example-playbook")
        page.locator("#questions").scroll_into_view_if_needed()
        served.shoot(page, "example-questions")
