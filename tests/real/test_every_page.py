"""Every page in Chromium with hostile words: no script runs, axe finds nothing, it fits a phone, keys reach it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from real.browsing import Served, needs_chromium, visited
from real.every_page import pages
from real.full_house import furnish

pytestmark = needs_chromium
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
FAULTS = """async rules => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations
  .map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.any.map(c => c.message)).join(' | ')}`)"""
EVERYTHING: dict[str, Any] = {}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that another scheme of colours can change at the same size."""
FOREIGN = """() => [...document.querySelectorAll('a[href],form[action],button[formaction],[src]')]
  .map(e => new URL(e.getAttribute('href') ?? e.getAttribute('action') ?? e.getAttribute('formaction')
    ?? e.getAttribute('src'), location.href))
  .filter(u => u.origin !== location.origin && u.href !== 'https://ok.example/%3Cb%3E'
    && u.host !== 'grafana.ferry.example' && u.host !== 'weather.example' && u.protocol !== 'data:')
  .map(u => u.href)"""
WATCHED = """() => {
  const reached = new Set(), unseen = [];
  const all = [...document.querySelectorAll('a[href],button,input,select,textarea,summary')]
    .filter(e => !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 && e.checkVisibility());
  document.addEventListener('focusin', e => {
    const style = getComputedStyle(e.target), box = e.target.getBoundingClientRect();
    reached.add(e.target);
    const ringed = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none';
    if (!ringed && style.boxShadow === 'none') unseen.push(e.target.outerHTML.slice(0, 160));
    if (box.bottom < 0 || box.top > innerHeight) unseen.push('outside: ' + e.target.outerHTML.slice(0, 160));
  });
  document.activeElement?.blur();
  window.missed = () => [...unseen, ...all.filter(e => !reached.has(e) && !(e.type === 'radio' && e.name))
    .map(e => 'not reached: ' + e.outerHTML.slice(0, 160))];
  return all.length + 8 * document.querySelectorAll('input[type=datetime-local],input[type=date]').length
    + document.querySelectorAll('[tabindex="0"]').length + 4;
}"""


@pytest.fixture
def house(database: str, chromium: Any) -> Iterator[Served]:
    with visited(database, chromium) as found:
        furnish(found.site)
        yield found


def seen(page: Page, where: str) -> list[str]:
    """What is wrong with the page as it is shown: on a desk and a small phone, light and dark."""
    wrong = []
    page.evaluate(AXE)
    for size, scheme, rules in (
        (DESK, "dark", EVERYTHING),
        (DESK, "light", COLOURS),
        (PHONE, "light", EVERYTHING),
        (PHONE, "dark", COLOURS),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{where} at {size['width']}, {scheme}: {each}" for each in page.evaluate(FAULTS, rules)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    wrong += [f"{where} is {wide} wide"] if wide != PHONE["width"] else []
    return wrong + [f"{where} leads to {each}" for each in page.evaluate(FOREIGN)]


def worked_by_keys(page: Page, where: str) -> list[str]:
    """What the Tab key does not reach, or reaches without showing it."""
    page.set_viewport_size(DESK)
    for _ in range(page.evaluate(WATCHED)):
        page.keyboard.press("Tab")
    return [f"{where}: {each}" for each in page.evaluate("missed()")]


def test_every_page_for_everybody(house: Served) -> None:
    page = house.tab(house.context(), "/login")
    wrong: list[str] = []
    found = pages(house.site, house.visitor)
    for path in found:
        page.goto(house.url + path)
        wrong += [*seen(page, path), *worked_by_keys(page, path)]
        house.shoot(page, path.strip("/").replace("/", "-")[:40] or "home")
    assert wrong == []
    # The browser itself reports the pages that are not there.
    house.complaints[:] = [c for c in house.complaints if "404" not in c and "410" not in c]
    assert len(found) > 20
