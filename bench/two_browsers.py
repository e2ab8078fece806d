"""Measures how long it takes until a second person's browser shows what the first one did, beside 100 ms.

usage: two_browsers.py [--rounds N] [--only ACTION,…] [--json]
A real `sirenbook up`, two Chromium contexts, one stream each. The clock runs from the press of the button in the
one to the new entry of the timeline in the other; the parts on the way are told beside it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import percentile
from playwright.sync_api import Browser, Page, sync_playwright
from systems import HERE, Target, sink, sirenbook

LIMIT = 100.0
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PARTS = (
    ("press → told", "pressed", "told"),
    ("told → asked", "told", "asked"),
    ("asked → answered", "asked", "given"),
    ("answered → shown", "given", "shown"),
    ("press → own answer", "pressed", "answered"),
)
WATCHED = """() => {
  const now = () => performance.timeOrigin + performance.now(), Stream = EventSource;
  window.marks = {};
  const mark = name => { marks[name] ??= now(); };
  const shown = () => {
    for (const entry of document.querySelectorAll('#timeline > li')) {
      if (Number(entry.id.slice(1)) <= newest) return false;
      if (entry.textContent.includes(wanted)) return true;
    }
  };
  window.EventSource = class extends Stream {
    constructor(...all) { super(...all); this.addEventListener('message', () => mark('told')); }
  };
  document.addEventListener('click', () => mark('pressed'), true);
  new MutationObserver(() => { if (window.wanted && !marks.shown && shown()) mark('shown'); })
    .observe(document, {childList: true, subtree: true});
  new PerformanceObserver(list => { for (const e of list.getEntries()) {
    const of = e.name.includes('/live?') ? ['asked', 'given']
      : ['fetch', 'xmlhttprequest'].includes(e.initiatorType) ? ['post', 'answered'] : [];
    if (of.length && !(of[1] in marks) && performance.timeOrigin + e.startTime > (window.since ?? 0)) {
      marks[of[0]] = performance.timeOrigin + e.startTime; marks[of[1]] = performance.timeOrigin + e.responseEnd;
    }
  } }).observe({type: 'resource'});
}"""
BEGIN = """wanted => {
  window.newest = Number(document.querySelector('#timeline > li').id.slice(1));
  window.marks = {}; window.wanted = wanted; window.since = performance.timeOrigin + performance.now();
}"""

PRESS = """([fields, button]) => {
  for (const [field, words] of Object.entries(fields)) document.querySelector(field).value = words;
  const pressed = document.querySelector(button);
  for (let d = pressed.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  pressed.click();
}"""


@dataclass(frozen=True)
class Action:
    """One thing that somebody does: the fields filled in, the button, the words it leaves on the timeline."""

    fields: Callable[[int], dict[str, str]]
    button: Callable[[int], str]
    words: Callable[[int], str]


ACTIONS = {
    "note": Action(
        lambda n: {"#note": f"measured note {n}."}, lambda n: "form.note button", lambda n: f"note {n}."
    ),
    "severity": Action(
        lambda n: {"#regrade-severity": f"P{(n + 1) % 2}", "#regrade-reason": f"measured grade {n}."},
        lambda n: "#do-change button",
        lambda n: f"grade {n}.",
    ),
    "acknowledgement": Action(lambda n: {}, lambda n: "#actions form button", lambda n: "Acknowledged by"),
    "role": Action(
        lambda n: {"#role-person": ("Ona Call", "Lea Der")[n % 2], "#role-note": f"measured role {n}."},
        lambda n: "#do-roles form:has(#role-name) button",
        lambda n: f"role {n}.",
    ),
    "step": Action(
        lambda n: {},
        lambda n: f"#steps li.manual button[value={('worked', 'failed')[n % 2]}]",
        lambda n: f"Step 1 {('worked', 'did not')[n % 2]}",
    ),
    "update": Action(
        lambda n: {"#up-text-internal": f"measured update {n}."},
        lambda n: "#up-internal button[value=posted]",
        lambda n: f"update {n}.",
    ),
}


def main() -> None:
    """Read the command line, measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="of each action (default 30)")
    parser.add_argument("--only", default=",".join(ACTIONS), help=f"of {', '.join(ACTIONS)} (default all)")
    parser.add_argument("--json", action="store_true", help="print every figure")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sirenbook-bench-") as folder:
        Path(folder).chmod(0o755)  # the database may run as a user of its own
        before = os.getloadavg()[0]
        found = _measure(Path(folder), asked.rounds, asked.only.split(","))
    about = {"load before": round(before, 1), "load after": round(os.getloadavg()[0], 1), "limit ms": LIMIT}
    print(json.dumps({**about, **found}, indent=1) if asked.json else _table(found, about))


def _measure(folder: Path, rounds: int, only: list[str]) -> dict[str, dict[str, float]]:
    text = (HERE / "two_browsers.md").read_text()
    with sink(folder) as port, sirenbook(folder, port, text) as target, _chromium() as chromium:
        opened = _api(target, folder, "/api/incidents", {"title": "Bookings fail", "severity": "P0"})
        path = f"/api/incidents/{opened['id']}"
        _api(target, folder, f"{path}/runbook", {"runbook": "Bookings fail"})
        first, second = (_visitor(chromium, target, folder, name, opened["id"]) for name in ("Ona Call", "Lea Der"))
        found = {}
        for name in only:
            before, marks = _processor(target.pid), []
            for number in range(rounds):
                if name == "acknowledgement":
                    _api(target, folder, f"{path}/resolve", {"reason": "to be opened again", "at_once": True})
                    _api(target, folder, f"{path}/reopen", {"reason": "measured"})
                    first.locator(ACTIONS[name].button(number)).wait_for()
                marks.append(_seen(first, second, ACTIONS[name], number))
            found[name] = _figures(marks) | {"server ms": (_processor(target.pid) - before) * 1e3 / rounds}
        return found


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _api(target: Target, folder: Path, path: str, body: dict[str, Any]) -> dict[str, Any]:
    token = (folder / "home" / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(target.base + path, json.dumps(body).encode(), headers)  # noqa: S310 - this machine
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - this machine
        return dict(json.loads(answer.read()))


def _visitor(chromium: Browser, target: Target, folder: Path, name: str, incident: str) -> Page:
    """A browser of somebody who is logged in and looks at the incident, live."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(f"({WATCHED})()")
    page = context.new_page()
    page.goto(_api(target, folder, "/api/login-links", {"name": name, "role": "admin"})["url"])
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{target.base}/incidents/{incident}")
    page.locator("#live[data-state=on]").wait_for()
    page.wait_for_timeout(3000)
    return page


def _seen(first: Page, second: Page, action: Action, number: int) -> dict[str, float]:
    """The marks of one action."""
    first.wait_for_timeout(500)
    for page in (first, second):
        page.evaluate(BEGIN, action.words(number))
    first.evaluate(PRESS, [action.fields(number), action.button(number)])
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
    found = {}
    for name, start, end in (("whole", "pressed", "shown"), *PARTS):
        times = sorted(r[end] - r[start] for r in rounds)
        found |= {f"{name} p50": percentile(times, 50), f"{name} p90": percentile(times, 90)}
    return found | {"of the limit": found["whole p50"] / LIMIT}


def _processor(pid: int) -> float:
    """The seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _table(found: dict[str, dict[str, float]], about: dict[str, float]) -> str:
    """One column for each action; medians and 90th percentiles in milliseconds."""
    lines = [", ".join(f"{name} {value}" for name, value in about.items())]
    lines.append(f"{'p50 / p90, ms':<20}" + "".join(f"{name:>18}" for name in found))
    for part in ("whole", *(name for name, _, _ in PARTS)):
        both = (f"{f[f'{part} p50']:.1f} / {f[f'{part} p90']:.1f}" for f in found.values())
        lines.append(f"{part:<20}" + "".join(f"{text:>18}" for text in both))
    for row in ("server ms", "of the limit"):
        lines.append(f"{row:<20}" + "".join(f"{f[row]:>18.2f}" for f in found.values()))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
