"""What the tests of the site ask for: the site itself, and a visitor."""

from collections.abc import Iterator

import pytest

from unit.web.site import Browser, Site, running


@pytest.fixture
def site(database: str) -> Iterator[Site]:
    """A site on a database of its own."""
    with running(database) as found:
        yield found


@pytest.fixture
def mira(site: Site) -> Browser:
    """Mira, logged in."""
    return Browser(site)
