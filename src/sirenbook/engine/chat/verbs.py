"""What can be asked in a chat: the verbs of /incident, /pager alert, the buttons and the forms, as commands."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.channels.chat import Feedback
from sirenbook.engine.chat.asked import Asked, Puzzled, Right, person_behind
from sirenbook.engine.chat.cards import ESCALATION, escalation_blanks, form, incident_card, neutral_card, step_cards
from sirenbook.engine.chat.words import Said, mentioned, read
from sirenbook.engine.durations import parse_duration
from sirenbook.incident.criteria import stated
from sirenbook.incident.severity import Choice, by_hand, named
from sirenbook.incident.timeline import person_name
from sirenbook.incident.updates import communication, demands
from sirenbook.model import command as c
from sirenbook.model.event import Escalated, Noted
from sirenbook.model.incident import Incident
from sirenbook.model.promise import Audience
from sirenbook.model.step_event import StepStarted
from sirenbook.model.update_event import RoleAssigned

Filled = dict[str, str] | None
"""What was filled in, where a form was sent."""
YES = ("yes", "true", "1")
MISSING = "this must be said"


class Verb(Struct, frozen=True):
    """One verb: how it is written, what it takes by name, who may, and what it does with what was filled in."""

    usage: str
    names: tuple[str, ...]
    right: Right
    do: Callable[[Asked, Said, Filled], Awaitable[Feedback]]


async def carry_out(asked: Asked) -> Feedback:
    """Do what was asked. Raises Refused, Puzzled, Repeated, UnknownIncident or Away: then nothing was changed."""
    deed = asked.deed
    if deed.kind == "press":
        return await _pressed(asked)
    command, _, text = ("", "", deed.memo) if deed.kind == "form" else deed.words.partition(" ")
    verbs = PAGER if "pager" in command else INCIDENT
    said = read(text, {name: v.names for name, v in verbs.items()})
    verb = verbs.get(said.verb)
    if verb is None:
        return Feedback("\n".join([f"{command} knows:", *(f"{command} {v.usage}" for v in verbs.values())]))
    may = replace(asked, right=verb.right)
    return await verb.do(may, said, deed.fields if deed.kind == "form" else None)


async def _pressed(asked: Asked) -> Feedback:
    button = BUTTONS.get(asked.deed.words)
    number, *values = asked.deed.value.split() or [""]
    if button is None or len(values) != button.values:
        raise Puzzled("this button is of another version; open the incident's page")
    may = replace(asked, right=button.right)
    return await button.do(may, await may.incident(read(f"press {number}", {}).incident), *values)


class Pressed(Struct, frozen=True):
    """One button: who may press it, how many values come with it beside the incident, and what it does."""

    right: Right
    values: int
    do: Callable[..., Awaitable[Feedback]]


async def _take(asked: Asked, incident: Incident) -> Feedback:
    await asked.do(incident, c.Acknowledge(asked.person.id, asked.chat.title))
    return Feedback(f"{incident.number} acknowledged by {asked.person.name} at {_clock(asked)}.", settles=True)


async def _rest(asked: Asked, incident: Incident, span: str) -> Feedback:
    until = asked.station.now() + _amount(span)
    await asked.do(incident, c.Snooze(asked.person.id, until))
    return Feedback(f"{incident.number} snoozed by {asked.person.name} until {until:%H:%M} UTC.", settles=True)


async def _run(asked: Asked, incident: Incident, step: str, digest: str) -> Feedback:
    if not step.isdecimal():
        raise Puzzled("this button is of another version; open the incident's page")
    decision = await asked.do(incident, c.RunStep(asked.person.id, int(step), digest))
    if any(isinstance(entry.event, StepStarted) for entry in decision.entries):
        return Feedback(f"Step {step} of {incident.number} is running, by {asked.person.name}.", settles=True)
    return Feedback(f"{asked.person.name} approved step {step} of {incident.number}; another person must, too.")


async def _declare(asked: Asked, said: Said, filled: Filled) -> Feedback:
    title = said.given.get("title") or said.rest
    if not title:
        raise Puzzled('what is wrong? write /incident declare severity=P1 title="Checkout answers 5xx"')
    return await _open(asked, title, _graded(asked, said.given.get("severity", ""), title), said)


def _graded(asked: Asked, severity: str, text: str) -> Choice:
    policy = asked.station.engine.books.policy
    try:
        return by_hand(policy, severity, stated({}, text))
    except KeyError:
        names = ", ".join(s.name for s in policy.severities)
        raise Puzzled(f"the playbook has no severity {severity!r}; it has {names}") from None


async def _open(asked: Asked, title: str, choice: Choice, said: Said) -> Feedback:
    drill = said.given.get("drill", "").lower() in YES
    impact, service = said.given.get("impact", ""), said.given.get("service", "")[:200]
    graded = (choice.severity, choice.reason, choice.why)
    opened = c.Open(title, *graded, asked.person.id, drill=drill, impact=impact, service=service)
    incident = (await asked.declare(opened)).incident
    about = "restricted" if asked.aloof(incident) else f"({choice.reason}): {incident.title}"
    return Feedback(
        f"Declared {incident.number} as {incident.severity} {about}\n"
        f"Whoever the playbook names is paged now. {asked.link(incident)}"
    )


async def _alert(asked: Asked, said: Said, filled: Filled) -> Feedback:
    """Page: whoever would be next for the incident of this room, else whoever is on call for a new one."""
    if not said.rest:
        raise Puzzled('what shall the page say? write /pager alert "CRITICAL: checkout is down"')
    if asked.room is not None or said.incident is not None:
        incident = await asked.incident(said.incident)
        await asked.do(incident, c.Escalate(asked.person.id, None, said.rest))
        return Feedback(f"{incident.number}: whoever is next by the playbook is paged, with your words.")
    books, word = asked.station.engine.books, said.rest.partition(":")[0].strip()
    asked_for = said.given.get("severity", "")
    by_word = named(books.policy, books.bindings, {"severity": word.lower()}) if ":" in said.rest else None
    if by_word is not None:
        by_word = replace(by_word, reason=f"the page begins with {word}")
    choice = None if asked_for else by_word or named(books.policy, books.bindings, {"severity": word})
    return await _open(asked, said.rest, choice or _graded(asked, asked_for, said.rest), said)


async def _acknowledge(asked: Asked, said: Said, filled: Filled) -> Feedback:
    return await _take(asked, await asked.incident(said.incident))


async def _snooze(asked: Asked, said: Said, filled: Filled) -> Feedback:
    return await _rest(asked, await asked.incident(said.incident), said.rest or "30m")


def _amount(text: str) -> timedelta:
    span = parse_duration(text)
    if span is None:
        raise Puzzled(f"{text!r} is no amount of time; write it as 30m, 2h or 1h30m")
    return span


async def _update(asked: Asked, said: Said, filled: Filled) -> Feedback:
    incident = await asked.incident(said.incident)
    audience, state = _audience(said, "internal"), said.given.get("state", "")
    if (form_ := await _unsaid(asked, said, incident, filled, audience)) is not None:
        return form_
    after, posted = said.given.get("next", ""), said.given.get("posted", "").lower() in YES
    next_by = asked.station.now() + _amount(after) if after else None
    fields = filled or {}
    told = c.Tell(asked.person.id, audience, said.rest, posted, next_by=next_by, state=state, fields=fields)
    try:
        await asked.do(incident, told)
    except c.Unbound as unbound:
        again = f"/incident update {incident.number} audience={audience} posted=yes"
        return Feedback(f"Not told yet: {unbound}, by {again} and the same text. It is:\n\n{unbound.words}")
    return Feedback(f"{incident.number}: {audience} is told.")


async def _approve(asked: Asked, said: Said, filled: Filled) -> Feedback:
    """Consent to words outside: those that are told later must be the very same."""
    incident = await asked.incident(said.incident)
    audience, state = _audience(said, "customers"), said.given.get("state", "")
    if (form_ := await _unsaid(asked, said, incident, filled, audience)) is not None:
        return form_
    await asked.do(incident, c.ApproveUpdate(asked.person.id, audience, said.rest, filled or {}, state))
    return Feedback(f"{incident.number}: {asked.person.name} approved exactly these words to {audience}.")


def _audience(said: Said, usual: Audience) -> Audience:
    known: tuple[Audience, ...] = get_args(Audience)
    name = said.given.get("audience", usual)
    audience = next((a for a in known if a == name), None)
    if audience is None:
        raise Puzzled(f"there is no audience {name!r}; there are {', '.join(known)}")
    return audience


async def _unsaid(
    asked: Asked, said: Said, incident: Incident, filled: Filled, audience: Audience
) -> Feedback | None:
    """What the playbook wants said to an audience now, and was not."""
    context = await asked.context(incident)
    moment = communication.moment(context, incident, audience, said.given.get("state", ""))
    wanted = demands.demanded(context, incident, moment, audience)
    return _still(asked, said, incident, filled, demands.compose(wanted, said.rest, filled or {}))


def _still(asked: Asked, said: Said, incident: Incident, filled: Filled, words: demands.Words) -> Feedback | None:
    """What the playbook wants said and was not: asked for by a form, or marked in the one that was sent."""
    if not words.lacking:
        return None
    if filled is not None:
        return Feedback(demands.missing(words.lacking), wrong={f.name: MISSING for f in words.lacking})
    blanks = [(f.name, f.name[:1].upper() + f.name[1:]) for f in words.lacking]
    return Feedback(form=form(said.verb, incident, said.again(incident.id), blanks, {}))


async def _note(asked: Asked, said: Said, filled: Filled) -> Feedback:
    if not said.rest:
        raise Puzzled("what is to be written down? write /incident note pool is exhausted on db-2")
    incident = await asked.incident(said.incident)
    await asked.do(incident, c.Note(asked.person.id, said.rest))
    return Feedback(f"{incident.number}: written down.")


async def _resolve(asked: Asked, said: Said, filled: Filled) -> Feedback:
    incident = await asked.incident(said.incident)
    false_alarm = said.given.get("false_alarm", "").lower() in YES
    wanted = () if false_alarm else demands.demanded(await asked.context(incident), incident, "resolution")
    if (
        form_ := _still(asked, said, incident, filled, demands.compose(wanted, said.rest, filled or {}))
    ) is not None:
        return form_
    done = await asked.do(incident, c.Resolve(asked.person.id, said.rest, false_alarm, fields=filled or {}))
    if done.incident.open:
        return Feedback(f"{incident.number} is held to be solved, and watched before it is resolved.")
    return Feedback(f"{incident.number} is resolved.")


async def _escalate(asked: Asked, said: Said, filled: Filled) -> Feedback:
    """Escalate with all that must be said; what is missing is asked for by a form."""
    incident = await asked.incident(said.incident)
    blanks = escalation_blanks(await asked.context(incident), incident)
    given = {**({"to": said.rest} if said.rest else {}), **said.given} if filled is None else filled
    wrong = {name: MISSING for name, _ in blanks if not given.get(name, "").strip()}
    if wrong and filled is None:
        return Feedback(form=form("escalate", incident, said.again(incident.id), blanks, given))
    if wrong:
        return Feedback(f"Still to be said: {', '.join(wrong)}.", wrong=wrong)
    whom = await _whom(asked, given["to"])
    fields = {name: text for name, text in given.items() if name != "to"}
    to = None if whom.lower() == "next" else whom
    try:
        done = await asked.do(incident, c.Escalate(asked.person.id, to, "", fields))
    except c.Refused as refusal:
        return Feedback(f"{refusal}.", wrong={"to": str(refusal)})
    names = [_name(asked, who) for x in done.entries if isinstance(x.event, Escalated) for who in x.event.who]
    called = ", ".join(names) or _name(asked, whom)
    return Feedback(f"{incident.number} is escalated to {called}, with what you said. {asked.link(incident)}")


def _name(asked: Asked, who: str) -> str:
    return person_name(asked.station.engine.books.bindings, who)


async def _whom(asked: Asked, text: str) -> str:
    """Whom a mention or a name means."""
    user = mentioned(text)
    if not user:
        return text.strip().removeprefix("@")
    person = await person_behind(asked.chat, user, asked.station.engine.books.bindings)
    if person is None:
        raise Puzzled("whoever you mention is nobody that sirenbook.toml knows")
    return person.id


async def _role(asked: Asked, said: Said, filled: Filled) -> Feedback:
    role, _, whom = said.rest.rpartition(" ")
    if not role:
        raise Puzzled("who gets which role? write /incident role commander @sam")
    incident = await asked.incident(said.incident)
    person = asked.person.id if whom.lower() == "me" else await _whom(asked, whom)
    done = await asked.do(incident, c.AssignRole(asked.person.id, role, person))
    given = next((x.event for x in done.entries if isinstance(x.event, RoleAssigned)), None)
    held, holder = (given.role, given.person) if given else (role, person)
    return Feedback(f"{incident.number}: {held} is {_name(asked, holder)}.")


async def _bridge(asked: Asked, said: Said, filled: Filled) -> Feedback:
    incident = await asked.incident(said.incident)
    url = asked.chat.bridge(incident.number)
    if not url:
        table = f"[channels.{asked.chat.name}]"
        raise Puzzled(f'no call is bound: {table} needs bridge = "https://meet.example.org/{{incident}}-{{word}}"')
    told = await asked.station.queries.latest(incident.id)
    if not any(isinstance(entry.event, Noted) and url in entry.event.text for entry in told):
        await asked.do(incident, c.Note(asked.person.id, f"Call opened: {url}"))
    return Feedback(f"{incident.number}: join the call at {url}")


async def _steps(asked: Asked, said: Said, filled: Filled) -> Feedback:
    incident = await asked.incident(said.incident)
    if asked.aloof(incident):
        return Feedback("", (neutral_card(incident, asked.station.links),))
    cards = tuple(step_cards(await asked.context(incident), incident))
    if not cards:
        return Feedback(f"{incident.number} has no step that could run now. {asked.link(incident)}")
    return Feedback(f"{incident.number}: what could run now. All of it: {asked.link(incident)}", cards)


async def _status(asked: Asked, said: Said, filled: Filled) -> Feedback:
    incident = await asked.incident(said.incident)
    if asked.aloof(incident):
        return Feedback("", (neutral_card(incident, asked.station.links),))
    return Feedback("", (incident_card(await asked.context(incident), incident, asked.station.links),))


def _clock(asked: Asked) -> str:
    return f"{asked.station.now():%H:%M} UTC"


READ, WORK = Right("viewer"), Right("responder")
CALLED = Right("responder", called=True)
"""What the link in a page lets whoever was called do, too: take it, rest it, hand it on."""
_DECLARED = ("severity", "title", "impact", "drill", "service")
INCIDENT = {
    "declare": Verb('declare severity=P1 title="…"', _DECLARED, WORK, _declare),
    "ack": Verb("ack [INC-7]", (), CALLED, _acknowledge),
    "snooze": Verb("snooze [INC-7] 30m", (), CALLED, _snooze),
    "update": Verb(
        "update [INC-7] [audience=customers] [next=30m] [posted=yes] text",
        ("audience", "next", "state", "posted"),
        WORK,
        _update,
    ),
    "approve": Verb("approve [INC-7] [audience=customers] text", ("audience", "state"), WORK, _approve),
    "note": Verb("note [INC-7] text", (), WORK, _note),
    "escalate": Verb(
        'escalate [INC-7] to=@sam status="…" why="…" help="…"', tuple(n for n, _ in ESCALATION), CALLED, _escalate
    ),
    "role": Verb("role [INC-7] commander @sam", (), WORK, _role),
    "steps": Verb("steps [INC-7]", (), READ, _steps),
    "bridge": Verb("bridge [INC-7]", (), WORK, _bridge),
    "resolve": Verb("resolve [INC-7] [false_alarm=yes] reason", ("false_alarm",), WORK, _resolve),
    "status": Verb("status [INC-7]", (), READ, _status),
}
PAGER = {"alert": Verb('alert [severity=P1] "CRITICAL: …"', ("severity",), WORK, _alert)}
BUTTONS = {
    "acknowledge": Pressed(CALLED, 0, _take),
    "snooze": Pressed(CALLED, 1, _rest),
    "run": Pressed(WORK, 2, _run),
}
