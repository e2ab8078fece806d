"""The words of the status page's mails: an update, maintenance, the question whether somebody subscribes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.model.status import Maintenance, PublicIncident, PublicUpdate

Moment = Literal["announced", "started", "ended"]


class News(Struct, frozen=True):
    """A subject and the words under it."""

    subject: str
    text: str


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time in UTC, and by the clocks of the team's zone where these show another one."""
    utc, local = at.astimezone(UTC), at.astimezone(zone)
    told = f"{utc:%Y-%m-%d %H:%M} UTC"
    if local.utcoffset() == utc.utcoffset():
        return told
    return f"{told} ({local:%H:%M %Z})" if local.date() == utc.date() else f"{told} ({local:%Y-%m-%d %H:%M %Z})"


def of_update(page: str, incident: PublicIncident, update: PublicUpdate, zone: ZoneInfo) -> News:
    """The news of an update."""
    facts = [f"{update.state} · {moment(update.at, zone)}"]
    if update.components:
        facts.append(f"Affected: {', '.join(update.components)}")
    if update.next_by:
        facts.append(f"Next update by {moment(update.next_by, zone)}")
    return News(f"[{page}] {update.state}: {incident.title}", _paragraphs(incident.title, update.text, facts))


def of_maintenance(page: str, each: Maintenance, when: Moment, zone: ZoneInfo) -> News:
    """The news of maintenance: that it will be, that it has begun, that it is over or was called off."""
    said = {"announced": "Planned maintenance", "started": "Maintenance has begun", "ended": "Maintenance is over"}
    what = "Maintenance was called off" if when == "ended" and each.called_off else said[when]
    facts = [f"From {moment(each.start, zone)}", f"Until {moment(each.until, zone)}"]
    if each.components:
        facts.append(f"Concerns: {', '.join(each.components)}")
    text = each.text if when == "announced" else ""
    return News(f"[{page}] {what}: {each.title}", _paragraphs(f"{what}: {each.title}", text, facts))


def to_confirm(page: str, components: Sequence[str]) -> News:
    """The question whether somebody wants to hear of the page."""
    what = f" of {', '.join(components)}" if components else ""
    text = (
        f"Somebody, most likely you, asked to get mails about the state{what} from “{page}”.\n\n"
        "Nothing is sent unless you confirm it. If it was not you, there is nothing to do."
    )
    return News(f"[{page}] Do you want to hear of our status?", text)


def moments(each: Maintenance, now: datetime) -> Iterator[tuple[Moment, datetime]]:
    """What has come of maintenance by now, and when: what was over before it could be told is left out."""
    yield "announced", each.made_at
    if each.start <= now < each.end:
        yield "started", each.start
    if each.end <= now:
        yield "ended", each.end


def _paragraphs(head: str, text: str, facts: Sequence[str]) -> str:
    return "\n\n".join(p for p in (head, text, "\n".join(facts)) if p)
