"""What whoever asks may know: the gate before everything about one incident, and the veil over those in lists."""

from sirenbook.engine.people.standing import person_of, role_in
from sirenbook.engine.station import Station
from sirenbook.incident.visibility import Reader, may_see, veiled
from sirenbook.model.bindings import Bindings
from sirenbook.model.rights import AccountRole, allows
from sirenbook.store.accounts import Account
from sirenbook.store.queries import Row, Which
from sirenbook.store.settings import Token
from sirenbook.web.faults import Fault, unknown


def reader_by_token(bindings: Bindings, token: Token) -> Reader:
    """Who asks with a token: the person whose it is; one that is shared sees what it was made to see."""
    return Reader(person_of(bindings, token.person) if token.person else "", token.restricted)


def reader_by_account(bindings: Bindings, account: Account) -> Reader:
    """Who asks from a page: the person of that name; admins see everything."""
    return Reader(person_of(bindings, account.name), account.role == "admin")


def must_be(role: str, least: AccountRole) -> None:
    """Refuse whoever has less than this role. Raises Fault 403."""
    if not allows(role, least):
        raise Fault(403, "forbidden", f"a {role} may not do this; a {least} may", "ask an admin for that role")


async def must_command(station: Station, incident_id: int, role: str, person: str) -> None:
    """Refuse whoever is no commander by role, by a team, or of this incident itself. Raises Fault, or Away."""
    row = await station.queries.incident(incident_id)
    held = {h.person for h in row.incident.roles if h.kind == "commander"} if row else set()
    if person not in held:
        must_be(await role_in(station, incident_id, role, person), "commander")


async def admit(station: Station, incident_id: int, reader: Reader) -> Row:
    """The incident, for whoever may see it. Raises Fault 403 or 404, or Away."""
    row = await station.queries.incident(incident_id)
    if row is None:
        raise unknown(f"incident INC-{incident_id}")
    if not await _sees(station, row, reader):
        help_ = "whoever has it can give you a role in it"
        raise Fault(403, "restricted", f"INC-{incident_id} is restricted to those who work on it", help_)
    return row


async def sees(station: Station, incident_id: int, reader: Reader) -> bool:
    """Whether a reader may see this incident. Raises Away."""
    row = await station.queries.incident(incident_id)
    return row is not None and await _sees(station, row, reader)


async def sight(station: Station, row: Row, reader: Reader) -> Row:
    """An incident as a reader may see it. Raises Away."""
    return row if await _sees(station, row, reader) else Row(veiled(row.incident), 0, None)


async def _sees(station: Station, row: Row, reader: Reader) -> bool:
    return not row.incident.confidential or may_see(await station.policy_of(row.incident), row.incident, reader)


async def listed(
    station: Station,
    which: Which,
    reader: Reader,
    *,
    severity: str | None = None,
    text: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """Incidents as a reader may see them, newest first; a search does not tell that it met a restricted one."""
    found: list[Row] = []
    while True:
        rows = await station.queries.incidents(which, severity=severity, text=text, before=before, limit=limit)
        seen = [(row, await sight(station, row, reader)) for row in rows]
        found += [own for row, own in seen if own is row or text is None]
        if len(rows) < limit or len(found) >= limit:
            return found[:limit]
        before = rows[-1].incident.id
