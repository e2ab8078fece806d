"""The API's questions: incidents, timelines, the policy in force and the playbook it came from."""

import asyncio

import structlog
from msgspec.structs import replace

from sirenbook.store.evidence import SEAL, bundle
from sirenbook.store.queries import Which
from sirenbook.store.records import decode_state
from sirenbook.web.admission import listed
from sirenbook.web.api import shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import unknown
from sirenbook.web.view import detail, line, summary

log = structlog.get_logger()
LARGEST_TIMELINE = 1000
_WHICH: dict[str, Which] = {"open": "open", "resolved": "resolved", "all": "all"}


async def incidents(call: Call) -> shapes.Listing:
    """Incidents, newest first."""
    which = _WHICH[call.text("status") or "open"]
    limit = call.number("limit", 50)
    rows = await listed(
        call.station,
        which,
        call.reader,
        severity=call.text("severity"),
        text=call.text("q"),
        before=call.number("before", 0) or None,
        limit=limit + 1,
    )
    shown = await asyncio.gather(*(summary(call.station, r) for r in rows[:limit]))
    return shapes.Listing(list(shown), rows[limit - 1].incident.id if len(rows) > limit else None)


async def incident(call: Call) -> shapes.Detail:
    """One incident whole."""
    return await detail(call.station, await call.row())


async def timeline(call: Call) -> shapes.Timeline:
    """What happened to one incident, oldest first, at most a thousand entries at a time."""
    row = await call.row()
    after = call.number("after", 0)
    entries = await call.station.queries.timeline(row.incident.id, after, LARGEST_TIMELINE)
    return shapes.Timeline([line(e, call.bindings) for e in entries])


async def evidence(call: Call) -> shapes.Evidence:
    """An incident as evidence: its timeline with its hashes, its alerts, its playbook, to be checked anywhere."""
    stored = await call.station.queries.stored(call.incident_id)
    if stored is None:
        raise unknown(f"INC-{call.incident_id}")
    alerts = await call.station.queries.alert_texts(call.incident_id)
    playbook = await call.station.settings.sources(decode_state(stored.state).policy)
    at, by = call.station.now().isoformat(timespec="seconds"), call.token.name
    kept = await call.station.settings.kept_evidence(call.incident_id)
    files = await asyncio.to_thread(bundle, replace(stored, alerts=alerts, kept=kept), playbook, at, by)
    log.info("evidence exported", incident=stored.id, by=by, head=stored.head.hex())
    return shapes.Evidence(f"INC-{stored.id}", stored.head.hex(), files[SEAL].strip(), files)


async def policy(call: Call) -> shapes.PolicyInForce:
    """The policy in force, with what is wrong with the playbook and what it leaves open."""
    loaded, found = call.station.loaded, call.station.engine.books.policy
    return shapes.PolicyInForce(
        digest=found.digest,
        title=found.title,
        files=list(found.files),
        severities=list(found.severities),
        levels=list(found.levels),
        questions=list(found.questions),
        diagnostics=list(loaded.diagnostics),
    )


async def playbook(call: Call) -> shapes.Playbook:
    """The texts of the playbook in force."""
    return shapes.Playbook(call.station.engine.books.policy.digest, call.station.loaded.texts.files)
