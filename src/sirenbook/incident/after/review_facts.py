"""What the timeline knows that a review asks for: times, durations, deeds, words, and which steps worked."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.markdown import escaped, table
from sirenbook.incident.measures.timings import timings
from sirenbook.incident.timeline import describe, person_name, span
from sirenbook.incident.updates.drafts import ZONES
from sirenbook.model import event as e
from sirenbook.model import step_event as st
from sirenbook.model.incident import Incident
from sirenbook.model.update_event import UpdateGiven

_LEFT_OUT = (
    *("Delivered", "Notified", "Paged", "PageContinued", "AlertsFolded", "Unreachable", "Silent"),
    *("UpdateDue", "UpdateNudged", "UpdateApproved", "ResolutionAtRisk"),
    *("ValueGiven", "StepApproved", "ApprovalLapsed", "StepStarted", "DueSoon", "Overdue", "FollowedUp"),
    *("ItemAdded", "ItemChanged"),
    *("ReviewAssigned", "ReviewScheduled", "ReviewWritten", "ReviewApproved", "ReviewPublished"),
)
"""What a review's timeline leaves out until somebody ticks it: how people were reached, and the review itself."""


class Moment(Struct, frozen=True):
    """One row of a review's timeline; what it says is Markdown."""

    at: datetime
    text: str


class Facts(Struct, frozen=True):
    """Everything that a draft can be filled with. Words in it are as people wrote them."""

    incident: Incident
    service: str
    zone: tzinfo
    moments: tuple[Moment, ...]
    author: str
    people: tuple[str, ...]
    roles: dict[str, str]
    resolution: str
    record: tuple[str, ...]

    def clock(self, at: datetime, zone: str = "") -> str:
        """A time of day, in the zone that a template names or the team's; with its date if that is another day."""
        known = ZONES.get(zone)
        local = at.astimezone(ZoneInfo(known) if known else self.zone)
        began = self.incident.opened_at
        same = began is not None and local.date() == began.astimezone(local.tzinfo).date()
        return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"

    @property
    def day(self) -> str:
        """The day on which it began."""
        began = self.incident.opened_at
        return f"{began.astimezone(self.zone):%Y-%m-%d}" if began else ""

    @property
    def lasted(self) -> str:
        """From the beginning to the end."""
        began, end = self.incident.opened_at, self.incident.resolved_at
        return span(round((end - began).total_seconds())) if began and end else ""


def told_by_default(entries: Iterable[e.Entry]) -> list[int]:
    """The entries that a review's timeline shows unless people tick others."""
    return [x.seq for x in entries if type(x.event).__name__ not in _LEFT_OUT]


def facts(
    context: Context, incident: Incident, entries: Sequence[e.Entry], picks: Collection[int], author: str
) -> Facts:
    """What is known of an incident; the timeline shows the entries that were picked."""
    zone = ZoneInfo(context.hours.zone)
    ended = [x.event for x in entries if isinstance(x.event, e.Resolved) and x.event.by]
    return Facts(
        incident=incident,
        service=incident.service,
        zone=zone,
        moments=tuple(Moment(x.at, _said(context, x)) for x in entries if x.seq in picks),
        author=person_name(context.bindings, author) if author else "",
        people=tuple(_people(context, entries)),
        roles={held.kind: person_name(context.bindings, held.person) for held in incident.roles},
        resolution=ended[-1].reason if ended else "",
        record=tuple(_record(context, incident, entries)),
    )


def _said(context: Context, entry: e.Entry) -> str:
    line = describe(entry.event, context.bindings)
    who = f" — {line.who}" if line.who and line.who != "Sirenbook" else ""
    return escaped(f"{line.text}{who}")


def _people(context: Context, entries: Iterable[e.Entry]) -> dict[str, list[str]]:
    """Who did something, and what, in the order of its beginning."""
    done: dict[str, list[str]] = {}
    for entry in entries:
        by = getattr(entry.event, "by", "")
        deed = _DEEDS.get(type(entry.event).__name__)
        if by and deed:
            deeds = done.setdefault(person_name(context.bindings, by), [])
            if deed not in deeds:
                deeds.append(deed)
    return done


_DEEDS = {
    "Opened": "declared it",
    "Acknowledged": "acknowledged",
    "Snoozed": "acknowledged",
    "Escalated": "escalated",
    "Regraded": "graded it",
    "Moved": "moved it",
    "Noted": "wrote notes",
    "UpdateGiven": "told people",
    "RoleAssigned": "gave roles",
    "BranchChosen": "worked through the runbook",
    "StepApproved": "approved steps",
    "StepStarted": "ran steps",
    "StepMarked": "worked through the runbook",
    "Resolved": "resolved it",
    "Reopened": "reopened it",
}


def _record(context: Context, incident: Incident, entries: Sequence[e.Entry]) -> Iterable[str]:
    """Durations, deeds, words and steps, as Markdown: what the record has whatever the template asks."""
    found = timings(context, incident.id, entries)
    taken = (
        ("Detected after", found.detected),
        ("Acknowledged after", found.acknowledged),
        ("First update after", found.first_update),
        ("Recovered after", found.recovered),
    )
    rows = [(name, span(round(seconds))) for name, seconds in taken if seconds is not None]
    zone = context.hours.zone
    yield from (f"Times of day are in {escaped(zone)} unless another zone stands beside them.", "")
    if rows:
        yield from ("### Times", "", *table(("What", "Took"), rows), "")
    people = _people(context, entries)
    if people:
        deeds = [(escaped(name), ", ".join(each)) for name, each in people.items()]
        yield from ("### Who did what", "", *table(("Who", "What"), deeds), "")
    yield from _words(context, entries)
    yield from _steps(entries)


def _words(context: Context, entries: Iterable[e.Entry]) -> Iterable[str]:
    """What was said in updates."""
    said = [
        x for x in entries if isinstance(x.event, UpdateGiven) or (isinstance(x.event, e.Noted) and x.event.update)
    ]
    if said:
        zone = ZoneInfo(context.hours.zone)
        rows = [(f"{x.at.astimezone(zone):%Y-%m-%d %H:%M}", _said(context, x)) for x in said]
        yield from ("### What was said", "", *table(("When", "Update"), rows), "")


def _steps(entries: Iterable[e.Entry]) -> Iterable[str]:
    """What became of each step of the runbook; people's word stands over that of a run."""
    texts: dict[int, str] = {}
    ends: dict[int, str] = {}
    by_people: set[int] = set()
    for event in (x.event for x in entries):
        if isinstance(event, st.StepStarted) and not event.dry:
            texts[event.step] = event.text
        elif isinstance(event, st.StepEnded) and event.step in texts and event.step not in by_people:
            ends[event.step] = event.outcome
        elif isinstance(event, st.StepMarked):
            texts.setdefault(event.step, event.text)
            by_people.add(event.step)
            ends[event.step] = event.verdict
    rows = [(str(n), escaped(texts[n].partition("\n")[0][:200]), ends[n]) for n in sorted(ends)]
    if rows:
        yield from ("### Steps", "", *table(("Step", "Command", "Outcome"), rows), "")
