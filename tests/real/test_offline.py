"""The pages without a network: what is open is read, nothing pretends to be sent, nobody reads another's."""

from playwright.sync_api import Page, expect

from real.browsing import Served, needs_chromium
from real.running import eventually
from real.test_pages import an_outage
from unit.web.site import Browser

pytestmark = needs_chromium
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) if (name.startsWith('kept-'))
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found.sort();
}"""
HOLDS = "async ([path, words]) => (await (await caches.match(path)).text()).includes(words)"
WORKING = "async () => { await navigator.serviceWorker.ready; return true; }"


def kept(page: Page, *paths: str) -> None:
    """Wait until exactly these pages are kept."""
    eventually(lambda: (page.wait_for_timeout(50), page.evaluate(KEPT))[1] == sorted(paths), 30)


def calm(served: Served) -> None:
    """Forget what a browser without a network complains of."""
    served.complaints[:] = [c for c in served.complaints if not any(w in c for w in ("ERR_", "503"))]


def test_an_open_incident_is_read_without_a_network(served: Served) -> None:
    an_outage(served.site)
    secret = served.site.declare("Somebody broke in", "P1")
    served.site.api("POST", f"/api/incidents/{secret}/restrict", {"reason": "odd logins"})
    served.site.api("POST", "/api/incidents/1/runbook", {"runbook": "Bookings fail"})
    context = served.context()
    page = served.tab(context, "/incidents/INC-1")
    page.evaluate(WORKING)
    kept(page, "/incidents/INC-1")
    expect(page.locator("#live")).to_have_text("● live")
    served.site.api("POST", "/api/incidents/1/notes", {"text": "it was the certificate"})
    expect(page.locator("#timeline")).to_contain_text("it was the certificate")
    there = ["/incidents/INC-1", "it was the certificate"]
    eventually(lambda: (page.wait_for_timeout(50), page.evaluate(HOLDS, there))[1], 30)
    context.set_offline(True)
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Not sent")
    expect(page.locator("#state")).to_contain_text("unacknowledged")
    page.reload()
    expect(page.locator("#offline")).to_contain_text("offline. Nothing can be sent from here")
    expect(page.locator("#steps")).to_contain_text("kubectl")
    expect(page.locator("#timeline")).to_contain_text("it was the certificate")
    assert page.locator("form:not([inert])").count() == 0
    page.keyboard.press("a")
    served.shoot(page, "offline")
    context.set_offline(False)
    expect(page.locator("#offline")).to_have_count(0, timeout=30_000)
    expect(page.locator("#live")).to_have_text("● live", timeout=30_000)
    assert served.site.run(served.site.station.queries.incident(1)).incident.status == "unacknowledged"
    page.goto(f"{served.url}/incidents/INC-2")
    expect(page.locator("h1")).to_contain_text("Somebody broke in")
    kept(page, "/incidents/INC-1")
    page.get_by_role("link", name="All incidents").click()
    expect(page.locator("h1")).to_contain_text("2 open")
    kept(page, "/incidents/INC-1")
    calm(served)


def test_the_first_page_keeps_what_is_open_until_the_logout(served: Served) -> None:
    an_outage(served.site)
    context = served.context()
    page = served.tab(context, "/")
    page.evaluate(WORKING)
    kept(page, "/", "/incidents/INC-1")
    context.set_offline(True)
    page.goto(f"{served.url}/incidents/INC-1")
    expect(page.locator("#offline")).to_be_visible()
    page.goto(f"{served.url}/trends")
    expect(page.locator("h1")).to_have_text("Offline")
    context.set_offline(False)
    page.goto(f"{served.url}/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in", exact=True)).to_be_visible()
    kept(page)
    calm(served)


def test_another_person_finds_nothing(served: Served) -> None:
    an_outage(served.site)
    context = served.context()
    page = served.tab(context, "/")
    kept(page, "/", "/incidents/INC-1")
    cookies = Browser(served.site, "Jonas Dahl", "responder").cookies
    served.site.api("POST", "/api/incidents/1/resolve", {"reason": "restarted", "by": "mira"})
    context.add_cookies([{"name": "session", "value": cookies["session"], "url": served.url}])
    page.goto(f"{served.url}/")
    expect(page.get_by_role("link", name="Jonas Dahl")).to_be_visible()
    kept(page, "/")
