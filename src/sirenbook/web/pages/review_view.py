"""The review of an incident and its action items, put together for pages and programs."""

import asyncio
from base64 import b64encode
from collections.abc import Collection, Sequence
from datetime import datetime

from sirenbook.engine.station import Station
from sirenbook.incident.after.aftermath import NOTHING_YET, outstanding
from sirenbook.incident.after.invitation import invitation
from sirenbook.incident.after.proposals import proposals
from sirenbook.incident.after.review_draft import blanks_in, draft
from sirenbook.incident.after.suggestion import patch, remarks
from sirenbook.incident.after.trackers import to_paste
from sirenbook.incident.context import Context
from sirenbook.incident.timeline import describe, person_name
from sirenbook.incident.visibility import Reader
from sirenbook.model.bindings import Bindings
from sirenbook.model.event import Entry
from sirenbook.model.incident import Incident
from sirenbook.model.review_event import ReviewWritten
from sirenbook.store.queries import Row
from sirenbook.web.admission import sight
from sirenbook.web.api import review_shapes as shapes
from sirenbook.web.api.shapes import Place
from sirenbook.web.documents import as_html
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.pages.review_pdf import as_pdf
from sirenbook.web.rendering import standalone, zone_of

MOST_ENTRIES = 5000


async def review(station: Station, row: Row, version: int = 0) -> shapes.Review:
    """The review as it stands, with the version asked for, else the newest. Raises Fault 404."""
    context, left = await station.policy_of(row.incident), row.incident.aftermath or NOTHING_YET
    written = await station.queries.reviews(row.incident.id)
    shown = version or left.version
    events = [(x, x.event) for x in written if isinstance(x.event, ReviewWritten)]
    text = next((event.text for _, event in events if event.version == shown), "")
    if version and not text:
        raise unknown(f"version {version} of this review")
    items = items_of(context, row.incident, station.links.incident(row.incident.id))
    known = {x.text.casefold() for x in items}
    name = context.bindings
    return shapes.Review(
        incident=row.incident.number,
        owner=person_name(name, left.owner) if left.owner else "",
        version=left.version,
        approved=left.approved,
        published=left.published,
        shown=shown,
        markdown=text,
        blanks=list(blanks_in(text)),
        versions=[shapes.Version(v.version, x.at, person_name(name, v.by)) for x, v in events],
        meeting_at=left.meeting.at if left.meeting else None,
        meeting_minutes=left.meeting.minutes if left.meeting else 0,
        due=due_of(context, row.incident),
        items=items,
        proposals=[p for p in proposals(text) if p.text.casefold() not in known],
    )


def due_of(context: Context, incident: Incident) -> list[shapes.Due]:
    """What the playbook still wants after the incident."""
    return [
        shapes.Due(
            key=x.key,
            what=x.what,
            due=x.due,
            overdue=x.due < context.now,
            owner=person_name(context.bindings, x.owner) if x.owner else "",
            why=Place(x.why.file, x.why.line, x.why.quote),
        )
        for x in outstanding(context, incident)
        if x.key.startswith("review.")
    ]


def items_of(context: Context, incident: Incident, url: str) -> list[shapes.ActionItem]:
    """The action items of one incident; `url` is its page."""
    return [
        shapes.ActionItem(
            incident=incident.number,
            number=x.number,
            text=x.text,
            owner=person_name(context.bindings, x.owner) if x.owner else "",
            due=x.due,
            status=x.status,
            kind=x.kind,
            overdue=x.status == "open" and x.due is not None and x.due < context.now,
            link=x.link,
            paste=to_paste(incident, x, url),
            why=Place(x.why.file, x.why.line, x.why.quote) if x.why else None,
        )
        for x in (incident.aftermath or NOTHING_YET).items
    ]


async def drafted(
    station: Station, row: Row, picks: Collection[int] | None = None, author: str = ""
) -> shapes.ReviewDraft:
    """A draft from the timeline, with the entries that were picked."""
    context, entries = await _told(station, row)
    made = draft(context, row.incident, entries, picks, author)
    return shapes.ReviewDraft(
        incident=row.incident.number,
        based_on=(row.incident.aftermath or NOTHING_YET).version,
        markdown=made.text,
        blanks=list(made.blanks),
        why=Place(made.why.file, made.why.line, made.why.quote),
        entries=[_entry(x, context.bindings, made.picks) for x in entries],
    )


def _entry(entry: Entry, bindings: Bindings, picks: Sequence[int]) -> shapes.Told:
    return shapes.Told(entry.seq, entry.at, describe(entry.event, bindings).text, entry.seq in picks)


async def _told(station: Station, row: Row) -> tuple[Context, list[Entry]]:
    context = await station.policy_of(row.incident)
    return context, await station.queries.timeline(row.incident.id, 0, MOST_ENTRIES)


async def exported(station: Station, row: Row, kind: str, version: int = 0) -> shapes.Exported:
    """The review as `md`, `html`, `pdf`, its meeting as `ics`, or what it suggests for the playbook as `patch`."""
    number = row.incident.number
    if kind in ("md", "html", "pdf"):
        found = await review(station, row, version)
        if not found.markdown:
            raise Fault(409, "refused", f"{number} has no review yet", "write one, or look at a draft")
        if kind == "pdf":
            made = await asyncio.to_thread(_as_pdf, found, station.now())
            return shapes.Exported(f"{number}-review.pdf", b64encode(made).decode(), "base64")
        return shapes.Exported(f"{number}-review.{kind}", _document(station, found, kind))
    context, entries = await _told(station, row)
    if kind == "ics":
        url = f"{station.links.incident(row.incident.id)}/review"
        text = invitation(context, row.incident, entries, url)
        if not text:
            raise Fault(409, "refused", "no meeting is scheduled", "set its time first")
        return shapes.Exported(f"{number}-review.ics", text)
    if kind == "patch":
        files = await station.settings.sources(row.incident.policy)
        return shapes.Exported(f"{number}-playbook.patch", patch(files, remarks(context, row.incident, entries)))
    raise unknown("such file of a review; there are md, html, pdf, ics and patch")


def _document(station: Station, found: shapes.Review, kind: str) -> str:
    if kind == "md":
        return f"{found.markdown}\n"
    shown = {"r": found, "body": as_html(found.markdown)}
    return standalone("review_file.html", zone_of(station), station.now(), **shown)


def _as_pdf(found: shapes.Review, now: datetime) -> bytes:
    state = "approved" if found.approved == found.shown else "not approved"
    title = f"Review of {found.incident}"
    return as_pdf(str(as_html(found.markdown)), title, f"{found.incident}, version {found.shown}, {state}", now)


async def all_items(station: Station, which: str, reader: Reader) -> list[shapes.ActionItem]:
    """The action items of what a reader may see: `open`, `overdue` or `all`; the earliest due first."""
    found = []
    for row in [await sight(station, r, reader) for r in await station.queries.with_items()]:
        url = station.links.incident(row.incident.id)
        found += items_of(await station.policy_of(row.incident), row.incident, url)
    chosen = [x for x in found if which == "all" or (x.overdue if which == "overdue" else x.status == "open")]
    return sorted(chosen, key=lambda x: (x.status != "open", x.due is None, x.due or station.now(), x.incident))
