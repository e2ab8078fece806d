"""Measures how long it takes until a second person's browser shows what the first one did, beside 100 ms.

usage: two_browsers.py [--rounds N] [--json]
A real `sirenbook up`, two Chromium contexts, one stream each. The clock runs from the press of the button in the
one to the changed element in the other; the parts on the way are told beside it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from load import percentile
from playwright.sync_api import Browser, Page, sync_playwright
from systems import Target, sink, sirenbook

LIMIT = 100.0
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PARTS = (
    ("click", "pressed", "post"),
    ("request → committed and answered", "post", "answered"),
    ("pressed → told over the stream", "pressed", "told"),
    ("told → asked for what changed", "told", "asked"),
    ("asked → answered", "asked", "given"),
    ("answered → shown", "given", "shown"),
)
WATCHED = """() => {
  const now = () => performance.timeOrigin + performance.now(), Stream = EventSource;
  window.marks = {};
  const mark = name => { marks[name] ??= now(); };
  window.EventSource = class extends Stream {
    constructor(...all) { super(...all); this.addEventListener('message', () => mark('told')); }
  };
  document.addEventListener('click', () => mark('pressed'), true);
  new MutationObserver(() => { if (window.wanted && document.body?.textContent.includes(wanted)) mark('shown'); })
    .observe(document, {childList: true, subtree: true, characterData: true});
  new PerformanceObserver(list => { for (const e of list.getEntries()) {
    const of = e.name.includes('/live?') ? ['asked', 'given']
      : /notes|regrade/.test(e.name) ? ['post', 'answered'] : [];
    if (of.length && !(of[1] in marks) && performance.timeOrigin + e.startTime > (window.since ?? 0)) {
      marks[of[0]] = performance.timeOrigin + e.startTime; marks[of[1]] = performance.timeOrigin + e.responseEnd;
    }
  } }).observe({type: 'resource'});
}"""
BEGIN = """wanted => {
  window.marks = {}; window.wanted = wanted; window.since = performance.timeOrigin + performance.now();
}"""

PRESS = """([fields, button]) => {
  for (const [field, words] of Object.entries(fields)) document.querySelector(field).value = words;
  document.querySelector(button).closest('details')?.setAttribute('open', '');
  document.querySelector(button).click();
}"""


def main() -> None:
    """Read the command line, measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="of each action (default 30)")
    parser.add_argument("--json", action="store_true", help="print every figure")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sirenbook-bench-") as folder:
        Path(folder).chmod(0o755)  # the database may run as a user of its own
        before = os.getloadavg()[0]
        found = _measure(Path(folder), asked.rounds)
    about = {"load before": round(before, 1), "load after": round(os.getloadavg()[0], 1), "limit ms": LIMIT}
    print(json.dumps({**about, **found}, indent=1) if asked.json else _table(found, about))


def _measure(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    with sink(folder) as port, sirenbook(folder, port) as target, _chromium() as chromium:
        token = (folder / "home" / "token").read_text().strip()
        opened = _post(target, token, "/api/incidents", {"title": "Bookings fail", "severity": "P0"})
        first, second = (_visitor(chromium, target, token, name, opened["id"]) for name in ("Ona Call", "Lea Der"))
        before = _processor(target.pid)
        found = {
            "a note": _figures([_noted(first, second, n) for n in range(rounds)]),
            "another severity": _figures([_regraded(first, second, n) for n in range(rounds)]),
        }
        found["processor"] = {"server ms an action": (_processor(target.pid) - before) * 1e3 / (2 * rounds)}
        return found


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _post(target: Target, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(target.base + path, json.dumps(body).encode(), headers)  # noqa: S310 - this machine
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - this machine
        return dict(json.loads(answer.read()))


def _visitor(chromium: Browser, target: Target, token: str, name: str, incident: str) -> Page:
    """A browser of somebody who is logged in and looks at the incident, live."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(f"({WATCHED})()")
    page = context.new_page()
    page.goto(_post(target, token, "/api/login-links", {"name": name, "role": "admin"})["url"])
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{target.base}/incidents/{incident}")
    page.locator("#live[data-state=on]").wait_for()
    page.wait_for_timeout(3000)
    return page


def _noted(first: Page, second: Page, number: int) -> dict[str, float]:
    return _seen(first, second, {"#note": f"measured note {number}."}, "form.note button")


def _regraded(first: Page, second: Page, number: int) -> dict[str, float]:
    fields = {"#regrade-severity": f"P{(number + 1) % 2}", "#regrade-reason": f"measured grade {number}."}
    return _seen(first, second, fields, "#do-change button")


def _seen(first: Page, second: Page, fields: dict[str, str], button: str) -> dict[str, float]:
    """The marks of one action; its last field is what the second browser is to show."""
    first.wait_for_timeout(500)
    for page in (first, second):
        page.evaluate(BEGIN, [*fields.values()][-1])
    first.evaluate(PRESS, [fields, button])
    theirs, mine = _marks(second, "given", "shown"), _marks(first, "answered")
    return {**theirs, **{name: mine[name] for name in ("pressed", "post", "answered")}}


def _marks(page: Page, *wanted: str) -> dict[str, float]:
    """What a page has marked, once it has all that is wanted."""
    end = time.monotonic() + 30
    while not all(name in (found := dict(page.evaluate("marks"))) for name in wanted):
        assert time.monotonic() < end, (wanted, found)
        page.wait_for_timeout(50)
    return found


def _figures(rounds: list[dict[str, float]]) -> dict[str, float]:
    whole = sorted(r["shown"] - r["pressed"] for r in rounds)
    middle = percentile(whole, 50)
    found = {"p50": middle, "p90": percentile(whole, 90), "of the limit": middle / LIMIT}
    for name, start, end in PARTS:
        found[name] = percentile(sorted(r[end] - r[start] for r in rounds), 50)
    return found


def _processor(pid: int) -> float:
    """The seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _table(found: dict[str, dict[str, float]], about: dict[str, float]) -> str:
    lines = [", ".join(f"{name} {value}" for name, value in about.items())]
    for what, figures in found.items():
        lines += [what, *(f"  {name:<36} {value:8.2f}" for name, value in figures.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
