"""The page on which people make their telephone ready: pushes for its browser, codes and tests."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sirenbook.channels.escaping import link, one_line
from sirenbook.channels.push_crypto import Unusable, keys_of
from sirenbook.engine.people import reach
from sirenbook.engine.people.standing import person_of
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.intent import Device
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import Visitor, posted
from sirenbook.web.rendering import Pages
from sirenbook.web.visits import Visits

_WORKER = """'use strict';
addEventListener('push', e => {
  const m = e.data ? e.data.json() : {title: 'Sirenbook', body: 'Somebody is paged', open: '/'};
  const show = registration.showNotification(m.title, {
    body: m.body, tag: m.tag, renotify: true, requireInteraction: !!m.demands, data: {open: m.open}});
  e.waitUntil(show.then(() => m.shown && fetch(m.shown, {method: 'POST', keepalive: true}).catch(() => 0)));
});
addEventListener('notificationclick', e => {
  e.notification.close();
  const to = new URL(e.notification.data.open, location.origin);
  if (to.origin === location.origin) e.waitUntil(clients.openWindow(to.href));
});
"""


class PhonePage:
    """Shows somebody how they are reached, and lets them prove it."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._station = pages.station
        self._visits = visits

    def routes(self) -> list[Route]:
        """Where it is served."""
        signed_in, anybody = self._visits.signed_in, self._visits.anybody
        return [
            Route("/phone", signed_in(self.show), methods=["GET"]),
            Route("/phone/worker.js", anybody(self.worker), methods=["GET"]),
            Route("/phone/devices", signed_in(self.subscribe), methods=["POST"]),
            Route("/phone/devices/{device:int}/end", signed_in(self.end), methods=["POST"]),
            Route("/phone/code", signed_in(self.send_code), methods=["POST"]),
            Route("/phone/verify", signed_in(self.verify), methods=["POST"]),
            Route("/phone/test", signed_in(self.test), methods=["POST"]),
        ]

    async def worker(self, request: Request) -> Response:
        """What the browser runs when a push comes, also while no page is open."""
        return Response(_WORKER, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """The page."""
        return await self._page(visitor)

    async def subscribe(self, request: Request, visitor: Visitor) -> Response:
        """Let this browser take pushes."""
        fields = await posted(request, visitor)
        device = Device(0, fields.get("endpoint", ""), fields.get("key", ""), fields.get("auth", ""))
        try:
            keys_of(device)
        except Unusable as error:
            raise Fault(422, "invalid", str(error)) from None
        if not link(device.endpoint):
            raise Fault(422, "invalid", "this browser gave no address to push to")
        label = one_line(fields.get("label", "") or "a browser", 60)
        if not await self._station.contacts.subscribe(self._me(visitor), device, label, self._station.now()):
            raise Fault(409, "too-many", "ten browsers take pushes for you already", "remove one of them first")
        return RedirectResponse("/phone", 303)

    async def end(self, request: Request, visitor: Visitor) -> Response:
        """Send nothing to one of one's browsers any more."""
        await posted(request, visitor)
        await self._station.contacts.lose(request.path_params["device"], self._station.now(), self._me(visitor))
        return RedirectResponse("/phone", 303)

    async def send_code(self, request: Request, visitor: Visitor) -> Response:
        """Send a code by one contact method."""
        person, method = self._chosen(await posted(request, visitor), visitor)
        receipt = await reach.send_code(self._station, person, method)
        sent = receipt.outcome == "accepted"
        notice = "" if sent else f"The code could not be sent: {receipt.detail}"
        return await self._page(visitor, notice=notice, asked=sent, status=200 if sent else 502)

    async def verify(self, request: Request, visitor: Visitor) -> Response:
        """Take a code."""
        fields = await posted(request, visitor)
        person = self._person(visitor)
        if person is None or await reach.confirm(self._station, person, fields.get("code", "")[:40]) is None:
            notice = "This is not the newest code, or it is older than 15 minutes."
            return await self._page(visitor, notice=notice, asked=True, status=422)
        return RedirectResponse("/phone", 303)

    async def test(self, request: Request, visitor: Visitor) -> Response:
        """Send a test by one contact method."""
        person, method = self._chosen(await posted(request, visitor), visitor)
        await reach.send_test(self._station, person, method)
        return RedirectResponse("/phone", 303)

    def _chosen(self, fields: dict[str, str], visitor: Visitor) -> tuple[Person, ContactMethod]:
        person = self._person(visitor)
        method = reach.method_of(person, fields.get("channel", ""), fields.get("address", "")) if person else None
        if person is None or method is None:
            raise Fault(422, "invalid", "you have no such contact method", "it stands in sirenbook.toml")
        return person, method

    async def _page(
        self, visitor: Visitor, *, notice: str = "", asked: bool = False, status: int = 200
    ) -> Response:
        me = self._me(visitor)
        push = self._station.dispatcher.channel("webpush")
        return self._pages.page(
            "phone.html",
            visitor,
            status=status,
            notice=notice,
            asked=asked,
            me=me,
            known=self._person(visitor) is not None,
            ways=[w for w in await reach.ways(self._station) if w.person == me],
            devices=await self._station.contacts.subscribed(me),
            public_key=getattr(push, "public_key", ""),
        )

    def _me(self, visitor: Visitor) -> str:
        return person_of(self._station.engine.books.bindings, visitor.account.name)

    def _person(self, visitor: Visitor) -> Person | None:
        return self._station.engine.books.bindings.people.get(self._me(visitor))
