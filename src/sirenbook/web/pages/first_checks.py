"""The four checks before the first night: a phone, a chat, an alert that came, a drill."""

from datetime import datetime

from msgspec import Struct

from sirenbook.engine.people import reach
from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import Station
from sirenbook.model.policy import Policy
from sirenbook.store.queries import Row
from sirenbook.web.admission import listed, reader_by_account
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import Visitor

_LOOKED_AT = 200
"""Incidents among which the last drill is looked for."""


class FirstChecks(Struct, frozen=True):
    """What is done of them: by whoever looks, and by this process.

    `drill_as` is the severity that a first drill is declared with: the least that pages anybody at once.
    """

    phone: bool
    chats: tuple[str, ...]
    last_alert: datetime | None
    drill: Row | None
    drill_as: str

    @property
    def left(self) -> int:
        """How many are still open; pages flow without a chat, so that one does not count."""
        return sum(not done for done in (self.phone, self.last_alert, self.drill))


async def first_checks(station: Station, visitor: Visitor, figures: Figures) -> FirstChecks:
    """How they stand now."""
    bindings = station.engine.books.bindings
    me = person_of(bindings, visitor.account.name)
    reader = reader_by_account(bindings, visitor.account)
    rows = await listed(station, "all", reader, limit=_LOOKED_AT)
    return FirstChecks(
        phone=any(w.person == me and w.state == "works" for w in await reach.ways(station)),
        chats=tuple(sorted(c.name for c in station.dispatcher.chats)),
        last_alert=figures.last_alert_at,
        drill=next((r for r in rows if r.incident.drill), None),
        drill_as=_mildest(station.engine.books.policy),
    )


def _mildest(policy: Policy) -> str:
    pages_at_once = [
        s.name
        for s in policy.severities
        if s.name not in (*policy.quiet, *policy.patient)
        and any(x.manner == "page" and x.after == 0 for x in policy.levels_of(s.name))
    ]
    return (pages_at_once or [s.name for s in policy.severities])[-1]
