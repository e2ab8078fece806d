"""What became of a claimed intent, and how that is put down on the timeline."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.model.command import Receive
from sirenbook.model.event import Notified
from sirenbook.model.intent import Intent
from sirenbook.store.records import Due

Outcome = Literal["accepted", "failed", "refused", "withdrawn"]


class Done(Struct, frozen=True):
    """What became of one claimed intent: the receipt (None: it was not tried), and when to try again, if at all."""

    due: Due
    receive: Receive | None
    again_at: datetime | None = None


def withdrawn(due: Due) -> str:
    """Why a page need not be sent any more; empty when it must. Nobody is paged for what is over or taken."""
    incident, intent = due.incident, due.intent
    if not intent.demands:
        return ""
    if not incident.open:
        return "resolved before it was sent"
    state = next((p for p in incident.pages if p.page == intent.page), None)
    if state is None:
        return "a newer page took its place"
    return "acknowledged before it was sent" if state.settled else ""


def went_to(done: Done, person: str, *, traced: bool) -> Done:
    """On-call may have changed hands since the page began: the timeline names whom it went to.

    `traced` when whatever it went to can tell what becomes of it.
    """
    return replace(done, receive=replace(done.receive, person=person, traced=traced)) if done.receive else done


def tried(due: Due, channel: str, outcome: Outcome, detail: str, late: int = 0, *, final: bool = True) -> Done:
    """The word on one attempt, or that there was none."""
    intent = due.intent
    receive = Receive(
        page=intent.page,
        person=intent.person,
        channel=channel,
        outcome=outcome,
        key=intent.key,
        method=intent.method,
        attempt=due.attempt,
        detail=detail[:300],
        final=final,
        late=late,
        notice=None if intent.demands or intent.moment != "called" else _notice(intent),
    )
    return Done(due, receive)


def _notice(intent: Intent) -> Notified:
    return Notified(
        page=intent.page,
        person=intent.person,
        target=intent.target,
        text=intent.text,
        why=intent.why,
        method=intent.method,
        quoted=intent.quoted,
    )
