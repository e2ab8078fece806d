"""What `just pictures` writes: the pictures of the documents, taken from the real pages of an incident."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Page, expect, sync_playwright
from psycopg.conninfo import make_conninfo

from real.browsing import ARGUMENTS, CHROMIUM, Served, visited
from sirenbook.engine.policies.texts import read_texts
from sirenbook.store.embedded import EmbeddedPostgres
from sirenbook.store.migrate import migrate
from unit.web.site import INTAKE, QuietChannel, Site

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "examples" / "desk-studio"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 700}, "is_mobile": True}


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    with EmbeddedPostgres.start(folder / "postgres") as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create database pictures")
        dsn = make_conninfo(server.dsn, dbname="pictures")
        migrate(dsn, datetime(2026, 1, 1, tzinfo=UTC))
        yield dsn


def _happen(site: Site) -> None:
    """An alert that pages somebody, a word about it, and eight minutes."""
    site.station.dispatcher.use({"email": QuietChannel()})
    said = {"summary": "97 of 100 connections in use; one request in ten fails"}
    labels = {"alertname": "DatabaseConnectionsHigh", "severity": "critical", "service": "deal-desk-api"}
    alert = {"status": "firing", "labels": labels, "annotations": said}
    assert site.api("POST", "/in/alertmanager", {"version": "4", "alerts": [alert]}, INTAKE).status_code == 202
    site.deliver()
    site.ahead(minutes=2)
    titles = site.api("GET", "/api/incidents/1/steps").json()["runbooks"]
    wanted = next(t for t in titles if "onnection" in t)
    site.api("POST", "/api/incidents/1/runbook", {"runbook": wanted, "by": "aiko"})


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")


def _pictures(served: Served) -> None:
    site = served.site
    _happen(site)
    link = site.station.links.acknowledge(1, "lucas", site.station.now()).removeprefix(served.url)
    _take(served.tab(served.context(logged_in=False, **PHONE), link), "page")
    for text in ("The pool is full: a job of the nightly import holds 60 sessions", "Stopping the import"):
        site.api("POST", "/api/incidents/1/acknowledge", {"by": "lucas"})
        site.api("POST", "/api/incidents/1/notes", {"text": text, "by": "lucas"})
        site.ahead(minutes=3)
    desk = served.tab(served.context(**DESK), "/incidents/INC-1")
    expect(desk.locator("#live")).to_have_text("● live")
    _take(desk, "incident")
    light = served.tab(served.context(color_scheme="light", **DESK), "/incidents/INC-1/comparison")
    _take(light, "comparison")
    light.goto(f"{served.url}/playbook#L24")
    _take(light, "playbook")


def main() -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as dsn, sync_playwright() as playwright:
        chromium: Any = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with visited(dsn, chromium, texts=read_texts(EXAMPLE), home=Path(folder)) as served:
            _pictures(served)
        chromium.close()


if __name__ == "__main__":
    main()
