"""The API of tokens: made for one purpose each, shown once, ended by name."""

import re
from datetime import timedelta

from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import fresh_secret
from sirenbook.incident.timeline import person_name
from sirenbook.store.settings import Token
from sirenbook.web.api import token_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login.accounts import audit

_NAME = re.compile(r"\w[\w .@+'-]{0,78}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")


async def tokens(call: Call) -> shapes.TokenLines:
    """Every token that still opens something; their secrets are kept nowhere."""
    found = await call.station.settings.tokens(call.station.now())
    return shapes.TokenLines([_shown(call, t) for t in found])


async def make(call: Call) -> shapes.FreshToken:
    """Make a token. Its secret is told this once."""
    body: shapes.NewToken = call.body
    name, labels = body.name.strip(), tuple(dict.fromkeys(body.labels))
    if not _NAME.fullmatch(name):
        raise Fault(422, "invalid", "a token needs a name of letters, digits and ` .@+'-`")
    if (body.scope == "runner") != bool(labels) or not all(map(_LABEL.fullmatch, labels)):
        text = "a runner's token, and no other, needs labels of lower-case letters, digits, `-` and `.`"
        raise Fault(422, "invalid", text)
    person = person_of(call.bindings, body.person.strip()) if body.person.strip() else ""
    if body.scope == "admin":
        call.must_speak_for(person)
    if body.restricted or person not in ("", call.token.person):
        call.must_see_all()
    now = call.station.now()
    expires_at = now + timedelta(days=body.days) if body.days else None
    token, secret = Token(name, body.scope, labels, person, body.restricted, expires_at), fresh_secret()
    if not await call.station.settings.new_token(secret, token, now):
        raise Fault(409, "taken", f"there is a token {name!r} already", "revoke it first, or choose another name")
    whose = f", for {token.person}" if token.person else ""
    until = f", for {body.days} days" if body.days else ""
    await audit(call.station, call.by(""), f"token {token.name} was made: {token.scope}{whose}{until}")
    return shapes.FreshToken(_shown(call, token), secret)


async def revoke(call: Call) -> shapes.TokenLines:
    """End a token by its name."""
    body: shapes.RevokeToken = call.body
    if not await call.station.settings.revoke_token(body.name.strip(), call.station.now()):
        raise unknown(f"token {body.name.strip()!r}")
    call.forget_tokens()
    await audit(call.station, call.by(""), f"token {body.name.strip()} was revoked")
    return await tokens(call)


def _shown(call: Call, token: Token) -> shapes.TokenLine:
    person = person_name(call.bindings, token.person) if token.person else ""
    return shapes.TokenLine(token.name, token.scope, list(token.labels), person, token.restricted, token.expires_at)
