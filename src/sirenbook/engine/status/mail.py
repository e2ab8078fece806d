"""Tells subscribers and customers what is new on the status page: made once, claimed under a lease, until taken.

It keeps a queue of its own beside that of pages, so that ten thousand mails stand in no page's way; nothing of it
is begun while a page waits to be sent.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import structlog
from msgspec.structs import replace

from sirenbook.channels.email import EmailChannel
from sirenbook.engine.links import Wish
from sirenbook.engine.station import Station
from sirenbook.engine.status import board as status
from sirenbook.engine.status import customers
from sirenbook.engine.status.hooks import Hooks
from sirenbook.incident.updates import status_news
from sirenbook.incident.updates.status_news import News
from sirenbook.model.event import Entry
from sirenbook.model.intent import Receipt
from sirenbook.model.status import Letter, Maintenance
from sirenbook.model.update_event import UpdateGiven
from sirenbook.store.status import MOST_ATTEMPTS, Due, Notice

log = structlog.get_logger()

LATEST = timedelta(hours=6)
"""For how long news is still told: a process that starts later than that says nothing of it."""
LEASE = timedelta(minutes=1)
AT_ONCE = 16
FIRST_WAIT = timedelta(seconds=30)
KEPT = timedelta(days=7)
"""How long it is known what became of a message; its address is forgotten as it goes out."""
SEND_LIMIT = 30.0


async def pass_(station: Station) -> int:
    """Find what is new, spread it, and send some of what waits; answers how many were sent. Raises Away."""
    bindings = station.engine.books.bindings
    if bindings.status is None and not bindings.customers:
        return 0
    await _find(station)
    for notice in await station.status.unspread():
        addresses = await asyncio.to_thread(customers.addresses, bindings, station.home, notice.lists)
        await station.status.spread(notice, addresses, station.now())
    return await _send_some(station)


async def _find(station: Station) -> None:
    """Make news of updates that were given and of maintenance that moved on."""
    for number, entry in await station.status.unannounced(station.now() - LATEST):
        notice = await _of_update(station, number, entry)
        if notice is not None:
            await station.status.announce(notice)
    if status.page_of(station) is not None:
        for each in await station.status.maintenance(station.now() - LATEST):
            for notice in _of_maintenance(station, each):
                await station.status.announce(notice)


async def _of_update(station: Station, number: int, entry: Entry) -> Notice | None:
    event = entry.event
    if not isinstance(event, UpdateGiven) or not (event.page or event.lists):
        return None
    entries = [e for e in await station.status.story(number) if e.seq <= entry.seq]
    told = await status.story_of(station, number, entries, mailed=True)
    if told is None:
        return None
    page = status.page_of(station)
    news = status_news.of_update(page.title if page else "Status", told, told.latest, status.zone_of(station))
    place = f"/status/incidents/{station.links.public_name(number)}" if event.page else ""
    key = f"INC-{number}.{entry.seq}"
    return Notice(key, entry.at, event.components, news.subject, news.text, place, event.page, event.lists)


def _of_maintenance(station: Station, each: Maintenance) -> Iterator[Notice]:
    page, now = status.page_of(station), station.now()
    for moment, at in status_news.moments(each, now):
        if page is not None and at > now - LATEST:
            news = status_news.of_maintenance(page.title, each, moment, status.zone_of(station))
            key = f"maintenance-{each.id}.{moment}"
            yield Notice(key, at, each.components, news.subject, news.text, "/status")


async def _send_some(station: Station) -> int:
    if await _pages_wait(station):
        return 0
    now = station.now()
    claimed = await station.status.claim(now, now + LEASE, AT_ONCE)
    if claimed:
        page = status.page_of(station)
        hooks = Hooks(page.allow if page else ())
        try:
            await asyncio.gather(*(_send(station, hooks, due) for due in claimed))
        finally:
            await hooks.close()
    return len(claimed)


async def _pages_wait(station: Station) -> bool:
    """Whether a page is due: it goes first."""
    due = await station.engine.ledger.next_delivery()
    return due is not None and due <= station.now()


async def _send(station: Station, hooks: Hooks, due: Due) -> None:
    try:
        async with asyncio.timeout(SEND_LIMIT):
            receipt = await (_mail(station, due) if due.kind == "email" else _call(station, hooks, due))
    except TimeoutError:
        receipt = Receipt("failed", f"no answer within {SEND_LIMIT:g} s")
    again = receipt.outcome == "failed" and due.attempt < MOST_ATTEMPTS
    wait = FIRST_WAIT * 4 ** (due.attempt - 1)
    now = station.now()
    await station.status.settle(due, now, receipt.outcome, receipt.detail, now + wait if again else None)


async def _mail(station: Station, due: Due) -> Receipt:
    channel = station.dispatcher.channels.get("email")
    if not isinstance(channel, EmailChannel):
        return Receipt("refused", "channel email is not open")
    return await channel.mail(_letter(station, due))


def _letter(station: Station, due: Due) -> Letter:
    """The mail: news with a way out, or a question with the link that answers it."""
    key = station.links.sealed(due.key)
    if due.notice is None:
        page = status.page_of(station)
        news = status_news.to_confirm(page.title if page else "Status", due.components)
        return Letter(
            key, due.address, news.subject, news.text, station.now(), (("Confirm", _to_confirm(station, due)),)
        )
    news = News(due.notice.subject, due.notice.text)
    there = (("More", status.address_of(station, due.notice.place)),) if due.notice.place else ()
    return Letter(key, due.address, news.subject, news.text, station.now(), there, _way_out(station, due))


def _to_confirm(station: Station, due: Due) -> str:
    wish = Wish(due.kind, due.address, due.components)
    return status.address_of(station, f"/status/confirm/{station.links.wish(wish, station.now())}")


def _way_out(station: Station, due: Due) -> str:
    if due.subscriber is None:
        return ""
    return status.address_of(station, f"/status/unsubscribe/{station.links.unsubscribe(due.subscriber)}")


async def _call(station: Station, hooks: Hooks, due: Due) -> Receipt:
    secret, now = station.links.webhook_secret(due.address), station.now()
    if due.notice is not None:
        more = status.address_of(station, due.notice.place)
        notice = replace(due.notice, key=station.links.sealed(due.notice.key))
        return await hooks.tell(due.address, secret, notice, now, more=more, end=_way_out(station, due))
    wish = Wish(due.kind, due.address, due.components)
    receipt = await hooks.challenge(due.address, secret, station.links.wish(wish, now), now)
    if receipt.outcome == "accepted":
        await status.confirm(station, wish)
    return receipt
