"""What the tests with real processes ask for: a mail server, an HTTP server, and a house to run Sirenbook in."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.stand_ins import HttpServer, Yard
from real.postbox import Postbox
from real.running import House


@pytest.fixture
def yard() -> Iterator[Yard]:
    """Where the far sides live."""
    place = Yard()
    yield place
    place.stop()


@pytest.fixture
def postbox(yard: Yard) -> Postbox:
    """A mail server."""
    return Postbox(yard)


@pytest.fixture
def hook(yard: Yard) -> HttpServer:
    """A web server."""
    return HttpServer(yard)


@pytest.fixture
def house(tmp_path: Path, postbox: Postbox) -> Iterator[House]:
    """A home with a playbook; nothing of it is left running, whatever the test did."""
    place = House(tmp_path, postbox.port)
    yield place
    place.kill_everything()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    from real.browsing import ARGUMENTS, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def served(database: str, chromium: Any) -> Iterator[Any]:
    """A site, and browsers that look at it."""
    from real.browsing import visited

    with visited(database, chromium) as found:
        yield found


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip, saying why, where programs of the machine are missing."""
    missing = [p for p in programs if shutil.which(p) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")
