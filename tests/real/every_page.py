"""Every page that a browser can open, found in the routes themselves so that a new one cannot be forgotten."""

import re

from starlette.routing import Route

from sirenbook.engine.links import Wish
from sirenbook.web.app import site_routes
from sirenbook.web.figures import Figures
from sirenbook.web.login.accounts import login_url
from sirenbook.web.login.tokens import Tokens
from sirenbook.web.rendering import Pages
from sirenbook.web.static_files import StaticFiles
from unit.web.site import Browser, Site

_PROGRAMS = re.compile(
    r"/(api|static|health|metrics|events|beat|callback|status/feed)\b|.*/live$|/live$|.*\.(js|ics|json)$|/login/oidc(/back)?$"
)
"""What is asked by programs, never ends, or is a way to somewhere else."""
_AS = {"{kind:str}": "html", "{kind}": "rss", "{month}": "2023-11", "{id}": "INC-2", "{number}": "1"}


def pages(site: Site, visitor: Browser) -> list[str]:
    """The paths of all pages, each with something real in its places. Raises AssertionError for one without."""
    station = site.station
    routes = site_routes(station, Tokens(station), Figures(), Pages(station, StaticFiles()))
    asked = [r.path for r in routes if isinstance(r, Route) and "GET" in (r.methods or ())]
    found = ["/incidents/INC-1", "/no/such/page"]
    for path in dict.fromkeys(asked):
        if not _PROGRAMS.match(path):
            found.append(_filled(site, path))
    return [p for p in found if _is_page(visitor, p)]


def _filled(site: Site, path: str) -> str:
    now = site.station.now()
    if path.startswith("/a/{token}"):
        return site.station.links.acknowledge(1, "mira", now).removeprefix(site.base_url)
    if path == "/welcome/{secret}":
        return site.run(login_url(site.station, "Inés Ortega")).removeprefix(site.base_url)
    if path == "/status/incidents/{name}":
        found = re.search(r"/status/incidents/[a-z2-7]+", site.ask("GET", "/status").text)
        assert found
        return found[0]
    if path == "/status/unsubscribe/{token}":
        return path.replace("{token}", site.station.links.unsubscribe(1))
    if path == "/status/confirm/{token}":
        return path.replace("{token}", site.station.links.wish(Wish("email", "ada@reader.example", ()), now))
    for place, value in _AS.items():
        path = path.replace(place, value)
    return path


def _is_page(visitor: Browser, path: str) -> bool:
    """Whether it gives HTML that is shown, not a file to keep."""
    answer = visitor.get(path)
    if "attachment" in answer.headers.get("content-disposition", ""):
        return False
    assert path == "/no/such/page" or answer.status_code == 200 or "{" in path, (path, answer.status_code)
    return answer.headers.get("content-type", "").startswith("text/html")
