"""A site behind a real server, and Chromium to look at it with."""

import asyncio
import os
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from unit.web.site import Browser, Site, running

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = os.environ.get("SIRENBOOK_SHOTS")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")


PATIENCE = 30_000
"""Milliseconds after which a page hangs; a machine with much to do is only slow."""
expect.set_options(timeout=PATIENCE)


class Served:
    """A site behind a real server, and the browsers that look at it."""

    def __init__(self, site: Site, chromium: Chromium) -> None:
        self.site, self.url = site, site.base_url
        self.chromium = chromium
        self.visitor = Browser(site)
        self.complaints: list[str] = []

    def context(self, *, logged_in: bool = True, **options: Any) -> BrowserContext:
        options = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", **options}
        context = self.chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        if logged_in:
            secret = self.visitor.cookies["session"]
            context.add_cookies([{"name": "session", "value": secret, "url": self.url}])
        return context

    def tab(self, context: BrowserContext, path: str) -> Page:
        page = context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.on("dialog", lambda d: (self.complaints.append(f"dialog {d.message}"), d.dismiss()))
        page.goto(self.url + path)
        return page

    def shoot(self, page: Page, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.wait_for_timeout(500)
            page.screenshot(path=f"{SHOTS}/{name}.png")


@contextmanager
def visited(database: str, chromium: Chromium, host: str = "127.0.0.1", **more: Any) -> Iterator[Served]:
    """A site to look at; whatever a browser complains of fails the test."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://{host}:{listening.getsockname()[1]}"
    with running(database, address, **more) as site, serving(site, listening):
        found = Served(site, chromium)
        yield found
        for context in chromium.contexts:
            context.close()
    assert not found.complaints, found.complaints


@contextmanager
def serving(site: Site, listening: socket.socket) -> Iterator[None]:
    options = uvicorn.Config(
        site.app, lifespan="off", access_log=False, log_config=None, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(options)
    ended: Future[None] = asyncio.run_coroutine_threadsafe(server._serve([listening]), site.loop)
    try:
        yield
    finally:
        server.should_exit = True
        ended.result(10)


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = c => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = c;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = v => v <= 10 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.map(linear); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] > 250) return c;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest('.skip,.sr,option,dialog')) continue;
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${e.tagName} ${e.className} ${ratio.toFixed(2)} ${e.textContent.trim()}`);
  }
  return poor;
}"""
