"""Updates: what each audience was promised and when, who is reminded, paged, brought in, and what was told."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.incident import security
from sirenbook.incident.context import Context, Course
from sirenbook.incident.lifecycle import AGAIN, settle
from sirenbook.incident.people import oncall
from sirenbook.incident.updates import demands, outward
from sirenbook.incident.updates.drafts import gaps_in
from sirenbook.incident.updates.promises import Owed, barred, consent, owed
from sirenbook.model.command import ApproveUpdate, Note, Refused, Tell, Unbound
from sirenbook.model.deadline import Deadline
from sirenbook.model.event import Escalated, Noted, UpdateDue
from sirenbook.model.incident import Approved, Incident, Told
from sirenbook.model.promise import OUTSIDE, Audience, Moment, Outlet
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.update_event import UpdateApproved, UpdateGiven, UpdateNudged

LONGEST_LEAD = timedelta(minutes=5)
"""How long before an update is due its owner is reminded, where a third of the time is not less."""
GRACE = 300
"""What `at once` is given, in seconds, before it counts as missed."""
PATIENCE = 4
"""How many missed updates in a row are each asked for."""
LONGEST_WAIT = 86_400
"""How long at the most, in seconds of the clock that was promised, nobody is asked for an update that is missed."""
TOGETHER = timedelta(minutes=15)
"""For how long after a reminder to everybody no other audience has one of its own; the next one names them all."""
LONGEST_PROMISE = timedelta(days=7)
_BY_WORD = default("an update promised it")


def deadlines(context: Context, incident: Incident) -> Iterator[Deadline]:
    """The next word that each audience was promised, and the reminder of it."""
    found = {o.audience: o for o in owed(context.policy, context.severity(incident))}
    stated = {t.audience: Owed(t.audience) for t in incident.told if t.next_by and t.audience not in found}
    for each in (*found.values(), *stated.values()):
        yield from _of(context, incident, each)


def _of(context: Context, incident: Incident, each: Owed) -> Iterator[Deadline]:
    told = standing(incident, each.audience)
    due = due_at(context, incident, each)
    if due is None:
        return
    attended = incident.status == "acknowledged" and not told.missed
    if attended and owner_of(incident) and told.nudged != due.at:
        yield Deadline(_reminder(incident, told, due.at), UpdateNudged(each.audience, due.at, due.why))
    missed = UpdateDue(incident.severity, due.why, each.audience, told.missed + due.periods, due.periods)
    yield Deadline(due.at, replace(missed, together=_told_with_another(incident, each.audience, due.at)))


def _told_with_another(incident: Incident, audience: Audience, at: datetime) -> bool:
    """Whether everybody was reminded of another audience a moment ago, while nobody has the incident."""
    last = incident.reminded_at
    if incident.status == "acknowledged" or last is None or incident.reminded_of == audience:
        return False
    return at < last + TOGETHER


def _reminder(incident: Incident, told: Told, at: datetime) -> datetime:
    """When the owner is reminded: in the last third of the time, at most five minutes before its end."""
    since = _since(incident, told) or at
    early = at - min(LONGEST_LEAD, (at - since) / 3)
    return max(early, incident.acknowledged_at or early)


def standing(incident: Incident, audience: Audience) -> Told:
    """What an audience has heard so far."""
    return next((t for t in incident.told if t.audience == audience), Told(audience))


def _since(incident: Incident, told: Told) -> datetime | None:
    """Since when an audience waits: words to the house put off nobody else's."""
    began = incident.update_from if told.audience == "internal" else incident.promised_from
    return told.since or began or incident.update_from


class Due(Struct, frozen=True):
    """When an audience must hear next, by which line, and how many updates it will have missed since the last."""

    at: datetime
    why: Provenance
    periods: int = 1


def due_at(context: Context, incident: Incident, each: Owed) -> Due | None:
    """When an audience must hear next; None where no clock runs for it."""
    told = standing(incident, each.audience)
    since = _since(incident, told)
    if since is None:
        return None
    return _asked_again(context, told, since, each) if told.missed else _promised(context, told, since, each)


def _promised(context: Context, told: Told, since: datetime, each: Owed) -> Due | None:
    """What the playbook promised, or an update where it named a sooner time."""
    times = []
    if clock := each.every if told.first_at else each.first or each.every:
        times.append(Due(context.later(since, clock.seconds or GRACE, clock.business), clock.why))
    if told.next_by is not None:
        times.append(Due(told.next_by, _BY_WORD))
    return min(times, default=None, key=lambda d: d.at)


def _asked_again(context: Context, told: Told, since: datetime, each: Owed) -> Due | None:
    """The next of the updates that nobody gives at which somebody is asked for it once more.

    Everyone of the first four is asked for. From then on the waits double, up to a day: each reminder that is not
    answered makes the next one less worth reading, and none ends the promise. What is missed between them counts.
    """
    clock = each.every or each.first
    if clock is None and told.next_by is None:
        return None
    seconds = each.every.seconds or GRACE if each.every else max(clock.seconds if clock else 0, AGAIN)
    periods = 1 if told.missed < PATIENCE else max(min(told.missed, LONGEST_WAIT // seconds), 1)
    business = clock is not None and clock.business
    return Due(context.later(since, seconds * periods, business), clock.why if clock else _BY_WORD, periods)


def owner_of(incident: Incident) -> str:
    """Who must tell: the role that is there for it, else who decides, else whoever has the incident."""
    held = {h.kind: h.person for h in incident.roles}
    return held.get("communications") or held.get("commander") or incident.acknowledged_by or ""


def on_update_nudged(course: Course, event: UpdateNudged) -> None:
    """Remind whoever must tell, shortly before it is due."""
    minutes = max(round((event.by - course.context.now).total_seconds() / 60), 1)
    text = f"an update to {event.audience} is due in {minutes} min"
    oncall.inform(course, owner_of(course.incident), text, event.why)


def on_update_due(course: Course, event: UpdateDue) -> None:
    """Page whoever must tell; bring in the next one when it is missed again.

    While nobody has the incident its pages go on anyway: everybody is reminded.
    """
    owned = course.incident.status == "acknowledged"
    if owned and (_bring_in(course, event) or oncall.page_owner(course, owner_of(course.incident), event.why)):
        return
    if owned or not event.together:
        names = ", ".join(dict.fromkeys((event.audience, *(() if owned else _due_by_now(course)))))
        oncall.notify_involved(course, f"an update to {names} is due", event.why)


def _due_by_now(course: Course) -> Iterator[Audience]:
    """Every audience whose word is due or missed."""
    context, incident = course.context, course.incident
    yield from (t.audience for t in incident.told if t.missed)
    for each in owed(context.policy, context.severity(incident)):
        due = due_at(context, incident, each)
        if due is not None and due.at <= context.now:
            yield each.audience


def _bring_in(course: Course, event: UpdateDue) -> bool:
    """Bring in the next level of the playbook at the second update missed, a further one at the fourth, the eighth.

    What lies between is its owner's: a missed update must not wake a director every quarter of an hour.
    """
    if event.round < 2 or event.round & (event.round - 1):
        return False
    context, incident = course.context, course.incident
    ladder = [x for x in context.levels(incident) if x.manner == "page" and x.after != 0]
    further = [x.who for x in ladder[event.round.bit_length() - 2 :] if x.key not in incident.reached]
    backup = [(context.policy.backup,)] if context.policy.backup and not ladder else []
    who = next(iter(further or backup), ())
    if who:
        note = f"the update to {event.audience} was missed {event.round} times"
        course.happen(Escalated(level="", who=who, why=event.why, note=note))
    return bool(who)


def tell(course: Course, command: Tell) -> None:
    """Record an update that was posted, or send it where the audience reads; refuse what the playbook forbids."""
    whole = words(course, command.audience, command.text, command.fields, command.state)
    text, lacking = whole.text, demands.must_be_whole(whole, command.without)
    approved = _allowed(course, command.audience, text, command.title)
    _complete(course, command, text)
    now = course.context.now
    if command.next_by is not None and not now < command.next_by <= now + LONGEST_PROMISE:
        raise Refused("promise the next update for a time within the next week")
    bound, unbound = places(course.context, course.incident, command.audience)
    own = outward.own_outlets(
        course.context, course.incident, command.audience, _outlets(course.context, command.audience)
    )
    shown = outward.shown(course, command, own)
    bound = (*bound, *map(outward.outlet_of, shown.lists))
    unbound = (*unbound, *map(outward.outlet_of, shown.broken))
    if not command.posted and not bound:
        names = f" ({', '.join(unbound)})" if unbound else ""
        reason = f"nothing is bound where {command.audience} read{names}: post the text, then say it is posted"
        raise Unbound(reason, text)
    given = UpdateGiven(
        by=command.by,
        audience=command.audience,
        text=text,
        posted=command.posted,
        outlets=() if command.posted else bound,
        left=() if command.posted else unbound,
        next_by=command.next_by,
        state=command.state,
        template=command.template,
        approved_by=approved,
        lacking=lacking,
        without=command.without.strip() if lacking else "",
        page=shown.page,
        title=shown.title,
        components=shown.components,
        impact=shown.impact,
        lists=shown.lists,
    )
    course.happen(given)
    elsewhere = {*course.incident.rooms, *own, *map(outward.outlet_of, shown.lists)}
    for name in given.outlets:
        if name not in elsewhere:
            oncall.notify(course, name, text, _why(course, command.audience), quoted=True)


def words(course: Course, audience: Audience, text: str, given: demands.Fields, state: str = "") -> demands.Words:
    """An update as it is told, with the fields that the playbook demands of it written below its text."""
    if not text.strip():
        raise Refused("an update needs words")
    context, incident = course.context, course.incident
    wanted = demands.demanded(context, incident, moment(context, incident, audience, state), audience)
    return demands.compose(wanted, text, given)


def moment(context: Context, incident: Incident, audience: Audience, state: str = "") -> Moment:
    """What the next words to an audience are: the first ones, the last ones, or some between."""
    kinds = {s.name: s.kind for s in context.policy.states}
    now = state or incident.state
    if not incident.open or kinds.get(now, now.casefold()) == "resolved":
        return "resolution"
    return "update" if standing(incident, audience).first_at else "start"


def note(course: Course, command: Note) -> None:
    """Write a line on the timeline, open or resolved; a status update holds what the playbook demands of one."""
    if not command.text.strip():
        raise Refused("a note needs words")
    text = command.text.strip()
    if command.update:
        whole = words(course, "internal", text, {})
        demands.must_be_whole(whole, "")
        text = whole.text
    course.happen(Noted(by=command.by, text=text, update=command.update))


def _allowed(course: Course, audience: Audience, text: str, title: str) -> str:
    """Who approved these words for this audience; nobody where none need to. Refuses what may not be said."""
    incident, policy = course.incident, course.context.policy
    severity = course.context.severity(incident)
    if bar := barred(policy, severity, audience):
        raise Refused(f"the playbook keeps {severity.name} in the house ({bar}: “{bar.quote}”)")
    rule = consent(policy, severity, audience, security=incident.security)
    if rule is None:
        return ""
    found = next((a for a in incident.approved if (a.audience, a.digest) == (audience, digest(text, title))), None)
    if found is None:
        who = " or ".join(security.approvers(course.context, rule)) or "somebody"
        raise Refused(f"{who} must approve these very words first ({rule.why}: “{rule.why.quote}”)")
    return found.by


def _complete(course: Course, command: Tell, text: str) -> None:
    """Refuse a draft in which a placeholder of its template is still open."""
    template = next((t for t in course.context.policy.templates if t.title == command.template), None)
    left = gaps_in(template, text) if template else ()
    if left:
        raise Refused(f"still to fill in: {', '.join(left)}")


def places(context: Context, incident: Incident, audience: Audience) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outlets of an audience that words reach from here, our own page and rooms among them; the others."""
    names = _outlets(context, audience)
    own = outward.own_outlets(context, incident, audience, names)
    bound = tuple(n for n in dict.fromkeys((*names, *own)) if n in own or context.bindings.reach(n, context.now))
    unbound = tuple(n for n in names if n not in bound)
    return bound + (incident.rooms if audience == "internal" else ()), unbound


def _outlets(context: Context, audience: Audience) -> list[str]:
    return [o.name for o in context.policy.outlets if _reads(o, audience)]


def _reads(outlet: Outlet, audience: Audience) -> bool:
    """Whether an audience reads an outlet: the public its status page, the house its channels."""
    if audience in OUTSIDE:
        return outlet.kind == "status page"
    return outlet.kind == "chat" and not outlet.pattern


def _why(course: Course, audience: Audience) -> Provenance:
    found = owed(course.context.policy, course.context.severity(course.incident))
    clocks = (o.every or o.first for o in found if o.audience == audience)
    return next((c.why for c in clocks if c), default("an update was given"))


def approve(course: Course, command: ApproveUpdate) -> None:
    """Let somebody who may consent to exactly these words for this audience."""
    incident, policy = course.incident, course.context.policy
    rule = consent(policy, course.context.severity(incident), command.audience, security=incident.security)
    if rule is None:
        raise Refused(f"words to {command.audience} need no approval here")
    security.must_be_approver(course, command.by, rule, command.token)
    text = words(course, command.audience, command.text, command.fields, command.state).text
    title = command.title.strip()
    course.happen(UpdateApproved(command.by, command.audience, digest(text, title), text, rule.why, title))


def digest(text: str, title: str = "") -> str:
    """The name of exactly these words, under exactly this title where they have one."""
    words = (title.strip(), text.strip())
    return hashlib.sha256("\n\n".join(w for w in words if w).encode()).hexdigest()


def update_due(incident: Incident, event: UpdateDue, at: datetime) -> Incident:
    """Fold a missed update: the next one is a whole period away."""
    after = replace(incident, update_from=at) if event.audience == "internal" else incident
    if incident.status != "acknowledged" and not event.together:
        after = replace(after, reminded_at=at, reminded_of=event.audience)
    return _with(after, replace(standing(incident, event.audience), since=at, missed=max(event.round, 1)))


def update_nudged(incident: Incident, event: UpdateNudged, at: datetime) -> Incident:
    """Fold a reminder: there is one for each time."""
    return _with(incident, replace(standing(incident, event.audience), nudged=event.by))


def update_given(incident: Incident, event: UpdateGiven, at: datetime) -> Incident:
    """Fold an update: kept when it went everywhere, else open until somebody confirms that it was posted."""
    state = event.state or incident.state
    if event.left:
        return replace(incident, state=state)
    told = standing(incident, event.audience)
    kept = Told(event.audience, first_at=told.first_at or at, since=at, next_by=event.next_by)
    after = replace(_with(incident, kept), state=state, pages=settle(incident.pages, event.by))
    return replace(after, update_from=at) if event.audience == "internal" else after


def update_approved(incident: Incident, event: UpdateApproved, at: datetime) -> Incident:
    """Fold a consent: it holds for these words only."""
    return replace(incident, approved=(*incident.approved, Approved(event.audience, event.digest, event.by)))


def _with(incident: Incident, told: Told) -> Incident:
    others = tuple(t for t in incident.told if t.audience != told.audience)
    return replace(incident, told=(*others, told))
