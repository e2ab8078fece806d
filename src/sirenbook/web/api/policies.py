"""The API's versions of the playbook: what was in force when, what another would change, and putting it there."""

from sirenbook.engine.policies import versions
from sirenbook.engine.policies.texts import Texts
from sirenbook.engine.policies.versions import Wish, restored
from sirenbook.incident.timeline import person_name
from sirenbook.store.settings import Version
from sirenbook.web.api import shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.bodies import storable
from sirenbook.web.faults import unknown


async def policies(call: Call) -> shapes.Policies:
    """Every version of the playbook that was put in force, newest first."""
    limit = call.number("limit", 50)
    settings = call.station.settings
    found = await settings.versions(limit + 1, before=call.number("before", 0) or None)
    latest = await settings.version()
    shown = [_shown(v, latest) for v in found[:limit]]
    return shapes.Policies(shown, shown[-1].number if len(found) > limit else None)


async def policy_texts(call: Call) -> shapes.PolicyTexts:
    """One version of the playbook with its texts, as they were when it was put in force."""
    settings, number = call.station.settings, call.version_number
    version = next(iter(await settings.versions(1, before=number + 1)), None)
    if version is None or version.number != number:
        raise unknown(f"version {number} of the playbook")
    texts = restored(await settings.texts_of(number))
    bindings = texts.bindings if call.token.scope == "admin" else None
    return shapes.PolicyTexts(_shown(version, await settings.version()), texts.files, bindings)


async def plan(call: Call) -> shapes.Planned:
    """What a new playbook would change for people, clocks and open incidents; nothing is put in force."""
    found = await versions.plan(call.station, _texts(call))
    return shapes.Planned(
        number=found.number,
        digest=found.digest,
        new_digest=found.new_digest,
        same=found.plan.same,
        errors=len(found.plan.errors),
        plan=found.plan,
    )


async def apply(call: Call) -> shapes.Applied:
    """Put a playbook in force on every node; open incidents keep the one that they opened under."""
    body: shapes.ApplyPlaybook = call.body
    who = person_name(call.bindings, call.by(body.by))
    wish = Wish(_texts(call), who, "api", body.note.strip(), body.expected.strip(), body.force)
    found = await versions.apply(call.station, wish)
    return shapes.Applied(_shown(found.version, found.version), found.changed, found.plan)


def _texts(call: Call) -> Texts:
    body: shapes.NewPlaybook = call.body
    given = {storable(name): storable(text) for name, text in body.files.items()}
    return versions.succeeding(call.station, given, None if body.bindings is None else storable(body.bindings))


def _shown(version: Version, latest: Version | None) -> shapes.PolicyVersion:
    return shapes.PolicyVersion(
        number=version.number,
        digest=version.digest,
        policy=version.policy,
        applied_at=version.applied_at,
        applied_by=version.applied_by,
        via=version.via,
        note=version.note,
        in_force=latest is not None and latest.number == version.number,
    )
