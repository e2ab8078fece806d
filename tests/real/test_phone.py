"""A real browser: it subscribes on the page of its person, shows a page that is pushed to it, and says so."""

import json

from msgspec.structs import replace

from contracts.push_stand_in import Browser as Telephone
from real.browsing import Served, needs_chromium
from real.running import eventually
from sirenbook.channels.webpush import WebPushChannel, content
from sirenbook.model.bindings import ContactMethod
from sirenbook.model.event import Delivered

pytestmark = needs_chromium

REGISTER = """async () => {
  const found = await navigator.serviceWorker.register('/phone/worker.js', {scope: '/phone/'});
  const worker = found.installing || found.waiting || found.active;
  await new Promise(done => worker.state === 'activated' ? done() : worker.addEventListener('statechange',
    () => worker.state === 'activated' && done()));
  return (await found.getNotifications()).length;
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.getRegistration('/phone/')).getNotifications())
  .map(n => [n.title, n.body, n.data.open, n.requireInteraction])"""


def plugged(served: Served, sent: list[dict]) -> None:
    """Mira is reached by push; what would be sent is kept, decrypted, and no push service is asked."""
    station = served.site.station

    async def plug() -> None:
        from sirenbook.channels.settings import secrets_from

        channel = WebPushChannel.from_settings({}, secrets_from({}, station.home), station.home)

        async def push(house, vapid, device, notification):
            from sirenbook.channels.answer import accepted

            sent.append(content(notification, channel._shown_at(notification, device.id)))
            return accepted("kept")

        channel._push = push  # type: ignore[method-assign]
        station.dispatcher.use({"webpush": channel})
        bound = station.engine.books.bindings
        mira = replace(bound.people["mira"], methods=(ContactMethod("webpush", "mira"),))
        station.engine.books.put_in_force(
            station.engine.books.policy, replace(bound, people={**bound.people, "mira": mira})
        )

    served.site.run(plug())


def test_a_push_is_shown_and_says_so(served: Served) -> None:
    sent: list[dict] = []
    plugged(served, sent)
    context = served.context(permissions=["notifications"])
    page = served.tab(context, "/phone")
    assert page.get_by_role("button", name="Let this browser take pushes").is_enabled()
    page.evaluate(REGISTER)
    device = Telephone("https://push.example").device
    page.evaluate(
        """([endpoint, key, auth]) => { const form = document.querySelector('#subscription'), f = form.elements;
        f.endpoint.value = endpoint; f.key.value = key; f.auth.value = auth; form.submit(); }""",
        [device.endpoint, device.key, device.auth],
    )
    page.get_by_role("rowheader", name="My phone").wait_for()
    served.site.declare()
    served.site.deliver()
    [pushed] = sent
    session = context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda e: registrations.extend(r["registrationId"] for r in e["registrations"]),
    )
    session.send("ServiceWorker.enable")
    eventually(lambda: (page.wait_for_timeout(50), registrations)[1], 15)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": served.url, "registrationId": registrations[-1], "data": json.dumps(pushed)},
    )

    def outcomes() -> list[str]:
        page.wait_for_timeout(50)
        entries = served.site.run(served.site.station.queries.latest(1))
        return [
            e.event.outcome
            for e in reversed(entries)
            if isinstance(e.event, Delivered) and e.event.person == "mira"
        ]

    eventually(lambda: "shown" in outcomes(), 30)
    [[title, body, opens, demands]] = page.evaluate(SHOWN)
    assert title == "P1 Critical: Bookings fail" and body == "INC-1: page for Mira Kovač" and demands
    assert served.site.ask("GET", opens).status_code == 200 and opens.startswith("/a/")
    assert outcomes() == ["accepted", "shown"]
