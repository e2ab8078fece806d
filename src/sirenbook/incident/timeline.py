"""A timeline in words: one line a person reads for every event, and the playbook line behind it."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import review_event as r
from sirenbook.model import step_event as st
from sirenbook.model import update_event as u
from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.incident import Incident
from sirenbook.model.provenance import Provenance


class Line(Struct, frozen=True):
    """What happened in words, who did it, and where the playbook says so."""

    text: str
    who: str
    why: Provenance | None = None


def describe(event: e.Event, bindings: Bindings) -> Line:
    """The line for an event that happened, or will."""
    text, who = _WORDS[type(event)](event, bindings)
    return Line(text=text, who=who, why=getattr(event, "why", None))


def person_name(bindings: Bindings, person: str) -> str:
    """A person's name for people to read; the id where the bindings no longer know it."""
    known = bindings.people.get(person)
    return known.name if known else person


def phase(incident: Incident) -> str:
    """The state of an incident in one word for people."""
    if incident.status == "resolved":
        return "false alarm" if incident.false_alarm else "resolved"
    if incident.snoozed_until is not None:
        return "snoozed"
    watched = incident.cleared_at is not None or incident.watched_from is not None
    return "watching" if watched else incident.status


Words = tuple[str, str]
_SYSTEM = "Sirenbook"


def _opened(event: e.Opened, bindings: Bindings) -> Words:
    drill = "DRILL: " if event.drill else ""
    return f"{drill}Opened as {event.severity}: {event.title} — {event.reason}", _by(event.by, bindings)


def _regraded(event: e.Regraded, bindings: Bindings) -> Words:
    return f"Graded {event.severity}, was {event.before}: {event.reason}", _by(event.by, bindings)


def _moved(event: e.Moved, bindings: Bindings) -> Words:
    before = f", was {event.before}" if event.before else ""
    return f"Moved to {event.service}{before}{f': {event.reason}' if event.reason else ''}", _by(event.by, bindings)


def _escalated(event: e.Escalated, bindings: Bindings) -> Words:
    whom = ", ".join(person_name(bindings, who) for who in event.who)
    verb = {"page": "Escalated to", "notify": "Informing", "ticket": "Ticket for"}[event.manner]
    note = f": {event.note}" if event.note else ""
    return f"{verb} {whom}{_when(event)}{note}", _by(event.by, bindings)


def _when(event: e.Escalated) -> str:
    if event.by:
        return " by hand"
    if not event.after:
        return " at once"
    return f": not {event.until} after {span(event.after)}"


def _paged(event: e.Paged, bindings: Bindings) -> Words:
    until = f" until {event.until:%Y-%m-%d %H:%M} UTC" if event.until else ""
    shift = f", on call in rotation {event.rotation}{until}" if event.rotation else ""
    return f"Paging {_called(bindings, event.person, event.target)}{shift}", _SYSTEM


def _called(bindings: Bindings, person: str, target: str) -> str:
    """Whom a message goes to, and as what, where that is more than their own name."""
    name = person_name(bindings, person)
    return name if fold(target) in (fold(name), fold(person)) else f"{name} as {target}"


def _continued(event: e.PageContinued, bindings: Bindings) -> Words:
    name = person_name(bindings, event.person)
    person = bindings.people.get(event.person)
    if person is None or event.method >= len(person.methods):
        return f"No way left to reach {name}: {event.reason}", _SYSTEM
    return f"Paging {name} by {person.methods[event.method].channel}: {event.reason}", _SYSTEM


def _notified(event: e.Notified, bindings: Bindings) -> Words:
    return f"Informing {_called(bindings, event.person, event.target)}: {event.text}", _SYSTEM


def _unreachable(event: e.Unreachable, bindings: Bindings) -> Words:
    names = ", ".join(person_name(bindings, p) for p in event.fallback)
    then = f"the fallback is {names}" if names else "and there is no fallback"
    return f"{event.target} reaches nobody; {then}", _SYSTEM


def _silent(event: e.Silent, bindings: Bindings) -> Words:
    return f"Nobody acknowledged: paging everybody again, round {event.round}", _SYSTEM


def _update_due(event: e.UpdateDue, bindings: Bindings) -> Words:
    whom = "" if event.audience == "internal" else f" to {event.audience}"
    if event.round > 1:
        return f"The update{whom} was missed {event.round} times in a row", _SYSTEM
    return f"A status update{whom} is due for {event.severity}", _SYSTEM


def _update_nudged(event: u.UpdateNudged, bindings: Bindings) -> Words:
    return f"An update to {event.audience} is due at {event.by:%H:%M %Z}: reminding whoever gives it", _SYSTEM


def _update_given(event: u.UpdateGiven, bindings: Bindings) -> Words:
    way = "posted" if event.posted else f"sent to {', '.join(event.outlets)}"
    left = f"; still to post by hand: {', '.join(event.left)}" if event.left else ""
    approved = f", approved by {_by(event.approved_by, bindings)}" if event.approved_by else ""
    return f"Told {event.audience} ({way}{approved}{left}): {event.text}{_without(event)}", _by(event.by, bindings)


def _role_assigned(event: u.RoleAssigned, bindings: Bindings) -> Words:
    before = f", was {_by(event.before, bindings)}" if event.before else ""
    note = f" — {event.note}" if event.note else ""
    return f"{event.role} is {_by(event.person, bindings)}{before}{note}", _by(event.by, bindings)


_ARRIVALS = {
    "delivered": "is on the device",
    "shown": "is shown on the device",
    "undelivered": "did not get to the device",
}


def _role_missing(event: u.RoleMissing, bindings: Bindings) -> Words:
    if event.shared:
        return f"{event.severity} wants {event.role} dedicated, and its holder is {event.shared} too", _SYSTEM
    again = f", told {event.round} times" if event.round > 1 else ""
    return f"{event.severity} wants somebody as {event.role}, and nobody is{again}", _SYSTEM


def _delivered(event: e.Delivered, bindings: Bindings) -> Words:
    name = person_name(bindings, event.person)
    late = f", {span(event.late)} late" if event.late else ""
    detail = f": {event.detail}" if event.detail else ""
    if event.outcome == "withdrawn":
        return f"Page to {name} withdrawn{detail}", _SYSTEM
    if event.outcome in _ARRIVALS:
        return f"Message to {name} {_ARRIVALS[event.outcome]} ({event.channel}){detail}", _SYSTEM
    said = "accepted by" if event.outcome == "accepted" else f"{event.outcome} at"
    attempt = f", attempt {event.attempt}" if event.attempt > 1 else ""
    return f"Message to {name} {said} {event.channel}{attempt}{late}{detail}", _SYSTEM


def _acknowledged(event: e.Acknowledged, bindings: Bindings) -> Words:
    over = f", taking over from {_by(event.relieves, bindings)}" if event.relieves else ""
    return f"Acknowledged by {event.via}{over}", _by(event.by, bindings)


def _snoozed(event: e.Snoozed, bindings: Bindings) -> Words:
    return f"Acknowledged and snoozed until {event.until:%H:%M %Z}", _by(event.by, bindings)


def _noted(event: e.Noted, bindings: Bindings) -> Words:
    return ("Update: " if event.update else "") + event.text, _by(event.by, bindings)


def _resolved(event: e.Resolved, bindings: Bindings) -> Words:
    verdict = "False alarm" if event.false_alarm else "Resolved"
    said = "".join(f"; {name}: {value}" for name, value in event.fields)
    unwatched = " without the watch that the playbook asks for" if event.unwatched else ""
    return f"{verdict}{unwatched}: {event.reason}{said}{_without(event)}", _by(event.by, bindings)


def _without(event: e.Resolved | u.UpdateGiven) -> str:
    return f" (without {', '.join(event.lacking)}: {event.without})" if event.without else ""


def _reopened(event: e.Reopened, bindings: Bindings) -> Words:
    return f"Reopened: {event.reason or 'no reason given'}", _by(event.by, bindings)


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _approved(event: st.StepApproved, bindings: Bindings) -> Words:
    through = f" (by the token {event.token})" if event.token else ""
    return f"Approved step {event.step} on {event.target}: {_first(event.text)}{through}", _by(event.by, bindings)


def _step_started(event: st.StepStarted, bindings: Bindings) -> Words:
    verb = "Asking what step {} would do" if event.dry else "Running step {}"
    return f"{verb.format(event.step)} on {event.target}: {_first(event.text)}", _by(event.by, bindings)


_ENDS = {
    "worked": "done",
    "nothing": "found nothing",
    "failed": "failed",
    "stopped": "was stopped",
    "withdrawn": "was not begun",
}


def _step_ended(event: st.StepEnded, bindings: Bindings) -> Words:
    if event.outcome == "unknown":
        detail = f" ({event.detail})" if event.detail else ""
        return f"UNKNOWN whether step {event.step} was carried out: look before you run it again{detail}", _SYSTEM
    code = f" with exit status {event.exit}" if event.exit else ""
    took = f" after {event.seconds:.1f} s" if event.seconds else ""
    detail = f": {event.detail}" if event.detail else ""
    return f"Step {event.step} {_ENDS[event.outcome]}{code}{took}{detail}", _SYSTEM


def _step_marked(event: st.StepMarked, bindings: Bindings) -> Words:
    note = f": {event.note}" if event.note else ""
    what = f" ({_first(event.text)[:80]})" if event.text else ""
    return f"Step {event.step} {_VERDICTS[event.verdict]}{what}{note}", _by(event.by, bindings)


def _branch_chosen(event: p.BranchChosen, bindings: Bindings) -> Words:
    found = f"Found that {event.condition}" if event.condition else f"Going on with “{event.title}”"
    return found + (", and no longer what was thought before" if event.left else ""), _by(event.by, bindings)


def _phase_reached(event: p.PhaseReached, bindings: Bindings) -> Words:
    left = f"; {event.left} of the steps before are not done" if event.left else ""
    until = f", until {span(event.ends)} after the start" if event.ends else ""
    return f"Phase “{event.title}” begins{until}{left}", _by(event.by, bindings)


def _watch_began(event: p.WatchBegan, bindings: Bindings) -> Words:
    open_ = f"; not yet verified: {'; '.join(event.unverified[:5])}" if event.unverified else ""
    return f"Solved, and watched for {span(event.seconds)}: {event.reason}{open_}", _by(event.by, bindings)


def _evidence_kept(event: p.EvidenceKept, bindings: Bindings) -> Words:
    holds = f"{event.entries} entries, {event.outputs} outputs, {event.alerts} alerts"
    return f"Evidence put by: {holds}, SHA-256 {event.digest[:16]}…", _by(event.by, bindings)


def _overdue(event: r.Overdue, bindings: Bindings) -> Words:
    again = f", told {event.round} times" if event.round > 1 else ""
    return f"Overdue{again}: {event.what}{_owned(event.owner, bindings)}", _SYSTEM


_ITEMS = {"action": "Action item", "customer": "Follow-up with a customer", "ticket": "To be written"}


def _item_added(event: r.ItemAdded, bindings: Bindings) -> Words:
    what = _ITEMS[event.item_kind]
    due = f", due {event.due:%Y-%m-%d}" if event.due else ""
    return f"{what} {event.item}: {event.text}{_owned(event.owner, bindings)}{due}", _by(event.by, bindings)


def _item_changed(event: r.ItemChanged, bindings: Bindings) -> Words:
    due = f", due {event.due:%Y-%m-%d}" if event.due else ""
    note = f": {event.note}" if event.note else ""
    link = f", {event.link}" if event.link else ""
    told = f"Action item {event.item} {event.status}{_owned(event.owner, bindings)}{due}{link}{note}"
    return f"{told} ({event.text})", _by(event.by, bindings)


def _owned(owner: str, bindings: Bindings) -> str:
    return f" ({person_name(bindings, owner)})" if owner else ""


def _followed_up(event: r.FollowedUp, bindings: Bindings) -> Words:
    note = f" ({event.note})" if event.note else ""
    return f"Done: {event.what}{note}", _by(event.by, bindings)


def _scheduled(event: r.ReviewScheduled, bindings: Bindings) -> Words:
    return f"Review meeting at {event.at:%Y-%m-%d %H:%M %Z}, {event.minutes} min", _by(event.by, bindings)


_VERDICTS = {
    "worked": "worked",
    "failed": "did not work",
    "not applicable": "does not apply here",
    "wrong": "is wrong in the playbook",
}


def _first(text: str) -> str:
    """The first line of a command, and a sign that there are more."""
    line, _, rest = text.partition("\n")
    return f"{line[:300]} …" if rest or len(line) > 300 else line


def _by(person: str, bindings: Bindings) -> str:
    return person_name(bindings, person) if person else _SYSTEM


def span(seconds: int) -> str:
    """An amount of time as people say it: `45 s`, `5 min`, `1 h 30 min`, `3 d`."""
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} d" + (f" {hours} h" if hours else "")


_WORDS: dict[type[Any], Callable[[Any, Bindings], Words]] = {
    e.Opened: _opened,
    e.AlertsFolded: lambda x, b: (f"{x.total} alerts in this group by now, such as {x.sample}", _SYSTEM),
    e.AlertsCleared: lambda x, b: ("All alerts cleared; paging rests while they are watched", _SYSTEM),
    e.AlertsReturned: lambda x, b: (f"Firing again: {x.sample}", _SYSTEM),
    e.Regraded: _regraded,
    e.Moved: _moved,
    e.Escalated: _escalated,
    e.Paged: _paged,
    e.PageContinued: _continued,
    e.Notified: _notified,
    e.Unreachable: _unreachable,
    e.Silent: _silent,
    e.ResponseMissed: lambda x, b: (f"The response time of {x.severity} passed unanswered", _SYSTEM),
    e.ResolutionAtRisk: lambda x, b: (
        f"The resolution target of {x.severity} passes at {x.at:%Y-%m-%d %H:%M %Z}",
        _SYSTEM,
    ),
    e.ResolutionMissed: lambda x, b: (f"The resolution target of {x.severity} passed", _SYSTEM),
    e.UpdateDue: _update_due,
    u.UpdateNudged: _update_nudged,
    u.UpdateGiven: _update_given,
    u.UpdateApproved: lambda x, b: (f"Approved for {x.audience}: {x.text}", _by(x.by, b)),
    u.RoleAssigned: _role_assigned,
    u.RoleMissing: _role_missing,
    u.Obliged: lambda x, b: (f"{x.severity} obliges to {x.obligation}", _SYSTEM),
    u.SecurityMarked: lambda x, b: (f"A security incident: {x.reason}", _by(x.by, b)),
    u.AccessRestricted: lambda x, b: (f"Restricted to those who work on it{_because(x.reason)}", _by(x.by, b)),
    u.AccessOpened: lambda x, b: (f"Open to all again{_because(x.reason)}", _by(x.by, b)),
    u.SecurityLifted: lambda x, b: (f"No security incident: {x.reason or 'no reason given'}", _by(x.by, b)),
    u.RoomOpened: lambda x, b: (f"{'Private channel' if x.private else 'Channel'} {x.name} opened", _SYSTEM),
    e.Acknowledged: _acknowledged,
    e.Snoozed: _snoozed,
    e.SnoozeEnded: lambda x, b: ("The snooze ended; unacknowledged again", _SYSTEM),
    e.Noted: _noted,
    e.Resolved: _resolved,
    e.Reopened: _reopened,
    e.Delivered: _delivered,
    st.RunbookChosen: lambda x, b: (f"Runbook “{x.runbook}”: {x.reason}", _by(x.by, b)),
    st.ValueGiven: lambda x, b: (f"{x.name} is {x.value}" + (f", by {x.source}" if x.source else ""), _by(x.by, b)),
    st.StepApproved: _approved,
    st.ApprovalLapsed: lambda x, b: (f"The approval of step {x.step} by {_by(x.by, b)} lapsed unused", _SYSTEM),
    st.StepStarted: _step_started,
    st.StepEnded: _step_ended,
    st.StepMarked: _step_marked,
    r.DueSoon: lambda x, b: (f"Due at {x.at:%Y-%m-%d %H:%M %Z}: {x.what}{_owned(x.owner, b)}", _SYSTEM),
    r.Overdue: _overdue,
    r.FollowedUp: _followed_up,
    r.ReviewAssigned: lambda x, b: (f"{person_name(b, x.owner)} writes the review", _by(x.by, b)),
    r.ReviewScheduled: _scheduled,
    r.ReviewWritten: lambda x, b: (f"Review written, version {x.version}", _by(x.by, b)),
    r.ReviewApproved: lambda x, b: (f"Review approved, version {x.version}", _by(x.by, b)),
    r.ReviewPublished: lambda x, b: (f"Review published, version {x.version}", _by(x.by, b)),
    r.ItemAdded: _item_added,
    r.ItemChanged: _item_changed,
    p.BranchChosen: _branch_chosen,
    p.PhaseReached: _phase_reached,
    p.WatchBegan: _watch_began,
    p.EvidenceKept: _evidence_kept,
}
