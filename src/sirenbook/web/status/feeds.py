"""The status page for programs: JSON, RSS 2.0 and Atom; every text stays text."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from sirenbook.incident.updates.status_board import Board
from sirenbook.incident.updates.status_news import of_maintenance, of_update
from sirenbook.model.status import Maintenance, PublicIncident

MOST_ITEMS = 50
_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, however it is escaped.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Feed(Struct, frozen=True):
    """What feeds are made of; `name_of` is what the public calls an incident."""

    board: Board
    incidents: Sequence[PublicIncident]
    url: str
    name_of: Callable[[int], str]
    zone: ZoneInfo

    def link(self, incident: PublicIncident) -> str:
        """The permalink of an incident."""
        return f"{self.url}/incidents/{self.name_of(incident.id)}"


class _Item(Struct, frozen=True):
    name: str
    title: str
    text: str
    link: str
    at: datetime


def _items(feed: Feed) -> list[_Item]:
    """Every piece of news, the newest first."""
    return sorted((*_updates(feed), *_planned(feed)), key=lambda i: i.at, reverse=True)[:MOST_ITEMS]


def _updates(feed: Feed) -> Iterator[_Item]:
    for incident in feed.incidents:
        for number, update in enumerate(incident.updates, 1):
            news = of_update(feed.board.title, incident, update, feed.zone)
            name = f"{feed.link(incident)}#{number}"
            title = f"{update.state}: {incident.title}"
            yield _Item(name, title, news.text, feed.link(incident), update.at)


def _planned(feed: Feed) -> Iterator[_Item]:
    for each in (*feed.board.maintenance, *feed.board.maintained):
        news = of_maintenance(feed.board.title, each, "announced", feed.zone)
        yield _Item(
            f"{feed.url}#maintenance-{each.id}", f"Maintenance: {each.title}", news.text, feed.url, each.made_at
        )


def as_rss(feed: Feed) -> str:
    """RSS 2.0."""
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    _put(channel, "title", feed.board.title)
    _put(channel, "link", feed.url)
    _put(channel, "description", feed.board.words)
    _put(channel, "lastBuildDate", format_datetime(feed.board.now.astimezone(UTC)))
    for each in _items(feed):
        item = ElementTree.SubElement(channel, "item")
        _put(item, "title", each.title)
        _put(item, "link", each.link)
        _put(item, "guid", each.name, isPermaLink="false")
        _put(item, "pubDate", format_datetime(each.at.astimezone(UTC)))
        _put(item, "description", each.text)
    return _xml(rss)


def as_atom(feed: Feed) -> str:
    """Atom 1.0."""
    items = _items(feed)
    root = ElementTree.Element("feed", xmlns=_ATOM)
    _put(root, "id", f"{feed.url}/feed.atom")
    _put(root, "title", feed.board.title)
    _put(root, "updated", _iso(items[0].at if items else feed.board.now))
    ElementTree.SubElement(root, "link", href=feed.url)
    ElementTree.SubElement(root, "link", rel="self", href=f"{feed.url}/feed.atom")
    _put(ElementTree.SubElement(root, "author"), "name", feed.board.title)
    for each in items:
        entry = ElementTree.SubElement(root, "entry")
        _put(entry, "id", each.name)
        _put(entry, "title", each.title)
        _put(entry, "updated", _iso(each.at))
        ElementTree.SubElement(entry, "link", href=each.link)
        _put(entry, "content", each.text, type="text")
    return _xml(root)


def _put(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _UNFIT.sub("\ufffd", text)


def _xml(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def as_json(feed: Feed) -> str:
    """The page as JSON."""
    board = feed.board
    body = {
        "page": {"title": board.title, "url": feed.url, "updated_at": _iso(board.now)},
        "status": {"condition": board.condition, "words": board.words},
        "components": [
            {
                "name": line.name,
                "condition": line.condition,
                "uptime_90_days": None if line.uptime is None else round(line.uptime, 6),
            }
            for line in board.lines
        ],
        "incidents": [_incident(feed, i) for i in (*board.open, *board.past)],
        "maintenance": [_maintenance(m, board.now) for m in (*board.maintenance, *board.maintained)],
    }
    return msgspec.json.encode(body).decode()


def _incident(feed: Feed, incident: PublicIncident) -> dict[str, Any]:
    return {
        "id": feed.name_of(incident.id),
        "title": incident.title,
        "url": feed.link(incident),
        "state": incident.latest.state,
        "impact": incident.latest.impact,
        "components": list(incident.components),
        "began_at": _iso(incident.began),
        "over_at": _iso(incident.over_at) if incident.over_at else None,
        "next_update_by": _iso(incident.next_by) if incident.next_by else None,
        "updates": [{"at": _iso(u.at), "state": u.state, "text": u.text} for u in reversed(incident.updates)],
    }


def _maintenance(each: Maintenance, now: datetime) -> dict[str, Any]:
    return {
        "title": each.title,
        "text": each.text,
        "components": list(each.components),
        "from": _iso(each.start),
        "until": _iso(each.end),
        "state": each.state(now),
    }
