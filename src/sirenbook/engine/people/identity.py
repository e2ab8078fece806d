"""A provider of OpenID Connect: sends people there, and takes its word for them only where the word is its own."""

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import msgspec
from msgspec import Struct

from sirenbook.channels import Secrets
from sirenbook.channels.destination import DestinationRefused, NameNotFound
from sirenbook.channels.outgoing import KEYS, Answer, Post
from sirenbook.channels.settings import Settings
from sirenbook.model.identity import Oidc

SCOPES = "openid profile email groups"
LARGEST = 262_144
LEEWAY = 120
"""Seconds by which the clocks of two houses may differ."""
KEEP = 3600
"""Seconds for which what the provider says of itself is believed without asking again."""
ASK_AGAIN = 30
"""Seconds between two questions for its keys: a token with an unknown key must not make us knock without end."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
"""The event that a logout token tells of."""
LOGOUT_AGE = timedelta(minutes=5)
"""For which a logout token is taken; its name is remembered for longer, so that it is taken once."""
LONGEST_CLAIM, LONGEST_WORD = 255, 6000
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Those that are signed with a private key. `none`, and a shared secret, prove nothing about a provider."""


class Unproven(Exception):
    """The provider cannot be asked, or what came back is not its word for somebody; says which, in plain words."""


class Attempt(Struct, frozen=True):
    """A login that has begun: what must come back with it, and the account that it is to be linked to, if any."""

    nonce: str
    verifier: str
    account: int = 0


class Vouched(Struct, frozen=True):
    """Whom the provider vouches for: the subject is for ever, the name is what it calls them, with their groups.

    `sid` is what it calls its own session, where it can end that from afar; `word` is its ID token, where that is
    short enough to be told in an address.
    """

    subject: str
    name: str
    groups: Any = None
    sid: str = ""
    word: str = ""


class Leave(Struct, frozen=True):
    """Who is logged out at the provider: a subject, a session of it, or both; `once` names the word itself."""

    subject: str
    sid: str
    once: str


class Provider:
    """One provider, by the table [oidc]."""

    def __init__(self, oidc: Oidc, post: Post, secret: str | None) -> None:
        self.oidc = oidc
        self._post, self._secret = post, secret
        self._said: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._said_at = self._keys_at = 0.0

    async def address(self, attempt: Attempt, state: str, redirect: str, now: datetime) -> str:
        """Where somebody goes to say there who they are. Raises Unproven."""
        said = await self._discover(now)
        challenge = await asyncio.to_thread(_challenge, attempt.verifier)
        asked = {
            "response_type": "code",
            "client_id": self.oidc.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(s for s in SCOPES.split() if s in said.get("scopes_supported", SCOPES.split())),
            "state": state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = str(said["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    async def leaving(self, back: str, word: str, now: datetime) -> str | None:
        """Where somebody logs out there, too; None where the provider has no such place. Raises Unproven.

        `word` is the ID token by which they came, where it is known: with it few providers ask who they are.
        """
        where = (await self._discover(now)).get("end_session_endpoint")
        if not where:
            return None
        asked = {"client_id": self.oidc.client_id, "post_logout_redirect_uri": back}
        asked |= {"id_token_hint": word} if word else {}
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    async def vouched(self, code: str, attempt: Attempt, redirect: str, now: datetime) -> Vouched:
        """Whom a code stands for. It is exchanged once, whatever comes of it. Raises Unproven."""
        said = await self._discover(now)
        tokens = await self._exchange(said, code, attempt, redirect)
        word = str(tokens.get("id_token", ""))
        claims = await self._verified(said, word, tokens, attempt, now)
        more = await self._told(said, tokens, claims) if self.oidc.claim not in claims else {}
        whole = {**more, **claims}
        name = " ".join(_name_in(whole, self.oidc.name).split())[:80]
        short = word if len(word) <= LONGEST_WORD else ""
        return Vouched(claims["sub"], name, whole.get(self.oidc.claim), _text(claims, "sid"), short)

    async def left(self, token: str, now: datetime) -> Leave:
        """Who is logged out by a logout token (OpenID Connect Back-Channel Logout 1.0). Raises Unproven."""
        said = await self._discover(now)
        claims = await self._checked(said, now, lambda keys: _leaving(keys, token, self.oidc, now))
        return Leave(_text(claims, "sub"), _text(claims, "sid"), f"{self.oidc.issuer} {claims['jti']}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()

    async def _discover(self, now: datetime) -> dict[str, Any]:
        if self._said and now.timestamp() - self._said_at < KEEP:
            return self._said
        where = f"{self.oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
        said = _json(await self._get(where))
        if said.get("issuer") != self.oidc.issuer:
            itself = str(said.get("issuer"))[:200]
            raise Unproven(f"the provider calls itself {itself!r}, and [oidc] calls it {self.oidc.issuer!r}")
        for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._must_be_guarded(said.get(key), key)
        for key in ("userinfo_endpoint", "end_session_endpoint"):
            if said.get(key):
                self._must_be_guarded(said[key], key)
        self._said, self._said_at = said, now.timestamp()
        return said

    def _must_be_guarded(self, where: object, key: str) -> None:
        """An address by http is a provider's only where the whole provider is, on this machine."""
        schemes = {"https", urlsplit(self.oidc.issuer).scheme}
        if not isinstance(where, str) or urlsplit(where).scheme not in schemes:
            raise Unproven(f"the provider's {key} is {where!r}, no address by https")

    async def _exchange(self, said: dict[str, Any], code: str, attempt: Attempt, redirect: str) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": attempt.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret and "client_secret_basic" in ways:
            both = f"{quote(self.oidc.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            fields |= {"client_id": self.oidc.client_id}
            fields |= {"client_secret": self._secret} if self._secret else {}
        try:
            body = urlencode(fields).encode()
            answer = await self._post(said["token_endpoint"], body, headers, limit=LARGEST)
        except _AWAY as fault:
            raise Unproven(f"the provider does not answer ({type(fault).__name__})") from fault
        if answer.status != 200:
            raise Unproven(f"the provider refused the code ({answer.status})")
        return _json(answer)

    async def _verified(
        self, said: dict[str, Any], token: str, tokens: dict[str, Any], attempt: Attempt, now: datetime
    ) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for us, for this login, and fresh."""
        access = tokens.get("access_token")
        asked = {"nonce": attempt.nonce, "client_id": self.oidc.client_id, "access_token": access}
        return await self._checked(said, now, lambda keys: _claims(keys, token, self.oidc, asked, now))

    async def _checked(
        self, said: dict[str, Any], now: datetime, check: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """What a check makes of a token with the provider's keys, which are asked for anew once."""
        for again in (False, True):
            keys = await self._key_set(said, now, again=again)
            try:
                return await asyncio.to_thread(check, keys)
            except _UnknownKey:
                # Providers change their keys; the new ones are asked for once.
                continue
        raise Unproven("the provider's word is signed with a key that is not its own")

    async def _key_set(self, said: dict[str, Any], now: datetime, *, again: bool) -> dict[str, Any]:
        age = now.timestamp() - self._keys_at
        if not self._keys or age > KEEP or (again and age > ASK_AGAIN):
            self._keys, self._keys_at = _json(await self._get(said["jwks_uri"])), now.timestamp()
        return self._keys

    async def _told(self, said: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells of the same person beside its token."""
        where, access = said.get("userinfo_endpoint"), tokens.get("access_token")
        if not where or not isinstance(access, str):
            return {}
        told = _json(await self._get(where, {"Authorization": f"Bearer {access}"}))
        if told.get("sub") != claims["sub"]:
            raise Unproven("the provider told of somebody else")
        return told

    async def _get(self, where: str, headers: dict[str, str] | None = None) -> Answer:
        try:
            answer = await self._post.get(where, {"Accept": "application/json", **(headers or {})}, limit=LARGEST)
        except _AWAY as fault:
            raise Unproven(f"the provider does not answer ({type(fault).__name__})") from fault
        if answer.status != 200:
            raise Unproven(f"the provider answers {answer.status}")
        return answer


def open_provider(oidc: Oidc, secrets: Secrets, folder: Path) -> Provider:
    """The provider of a table [oidc]. Raises ChannelFault where its secret, or a setting, is not there."""
    settings = Settings("oidc", oidc.outward, secrets, known=KEYS, secret=("client_secret",), table="[oidc]")
    return Provider(oidc, Post.from_settings(settings, folder), settings.secret("client_secret"))


_AWAY = (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, DestinationRefused, NameNotFound, OSError)


class _UnknownKey(Exception):
    """A token is signed with a key that was not there when the keys were asked for."""


def _json(answer: Answer) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Unproven("what the provider answers is not JSON") from fault


def _challenge(verifier: str) -> str:
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    return str(create_s256_code_challenge(verifier))


def _claims(keys: dict[str, Any], token: str, oidc: Oidc, asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The claims of a token, every one of them checked. In a thread: the libraries take a while to load."""
    from authlib.oidc.core import CodeIDToken

    def validated(read: Any, wanted: dict[str, Any]) -> dict[str, Any]:
        claims = CodeIDToken(read.claims, read.header, wanted, asked)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return dict(claims)

    claims = _read(keys, token, oidc, validated)
    if not _text(claims, "sub"):
        raise Unproven("the provider's word names nobody")
    return claims


def _leaving(keys: dict[str, Any], token: str, oidc: Oidc, now: datetime) -> dict[str, Any]:
    """The claims of a logout token, every one of them checked. In a thread, as above."""
    from joserfc import jwt

    def validated(read: Any, wanted: dict[str, Any]) -> dict[str, Any]:
        wanted |= {"iat": {"essential": True}, "jti": {"essential": True}}
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY, **wanted).validate(read.claims)
        return dict(read.claims)

    claims = _read(keys, token, oidc, validated)
    events, issued = claims.get("events"), claims["iat"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict) or "nonce" in claims:
        raise Unproven("this is no logout token")
    if now.timestamp() - issued > LOGOUT_AGE.total_seconds() + LEEWAY:
        raise Unproven("this logout token is too old")
    if not _text(claims, "jti") or not (_text(claims, "sub") or _text(claims, "sid")):
        raise Unproven("this logout token has no name, or names nobody")
    return claims


def _read(
    keys: dict[str, Any],
    token: str,
    oidc: Oidc,
    validated: Callable[[Any, dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """The claims of a token that is signed by the provider, for us, and holds by what else is asked of it."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    wanted = {
        "iss": {"essential": True, "value": oidc.issuer},
        "aud": {"essential": True, "value": oidc.client_id},
    }
    try:
        return validated(jwt.decode(token, cast(Any, _key_for(token, keys)), algorithms=list(ALGORITHMS)), wanted)
    except (JoseError, ValueError, TypeError, KeyError) as fault:
        said = getattr(fault, "description", "") or str(fault)
        raise Unproven(f"the provider's word does not hold: {said[:200]}") from fault


def _text(claims: dict[str, Any], name: str) -> str:
    """A claim that is a text of a sane length; empty where it is not."""
    value = claims.get(name)
    return value if isinstance(value, str) and len(value) <= LONGEST_CLAIM else ""


def _name_in(claims: dict[str, Any], wanted: str) -> str:
    """What the provider calls somebody; an address only where it says that it has verified it."""
    usable = {k: v for k, v in claims.items() if k != "email" or claims.get("email_verified") is True}
    named = (usable.get(k) for k in (wanted or "name", "preferred_username", "sub"))
    return next(n for n in named if isinstance(n, str) and n.strip())


def _key_for(token: str, keys: dict[str, Any]) -> Any:
    """The provider's key that a token says it is signed with. Raises _UnknownKey where there is none."""
    from joserfc import jwk, jws
    from joserfc.errors import JoseError

    header = jws.extract_compact(token.encode()).headers()
    if header.get("alg") not in ALGORITHMS:
        raise ValueError(f"it is signed by {header.get('alg')!r}")
    listed = keys.get("keys")
    fitting = []
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
            continue
        if "kid" in header and each.get("kid") != header["kid"]:
            continue
        try:
            fitting.append(jwk.import_key(each))
        except (JoseError, ValueError):
            continue
    if not fitting:
        raise _UnknownKey
    if len(fitting) > 1:
        raise ValueError("it does not say which of several keys it is signed with")
    return fitting[0]
