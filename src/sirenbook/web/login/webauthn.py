"""The arithmetic of passkeys (WebAuthn): what a browser is asked, and whether what it answers proves anything.

The library takes a while to load; every function that needs it is called in a thread.
"""

import base64
import json
import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct


class Unsound(Exception):
    """What a browser answered proves nothing."""


class Party(Struct, frozen=True):
    """Who asks: the name of the host that keys are bound to, and the one origin that may ask for them."""

    host: str
    origin: str


class Proof(Struct, frozen=True):
    """A key, and how often it was used: `data` is its public half, as it is kept."""

    credential: bytes
    data: bytes
    count: int


def party(base_url: str) -> Party | None:
    """Who asks under this address; None where browsers keep no keys: by http, or without a name."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Party(host, f"{parts.scheme}://{parts.netloc}".lower())


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def challenge_in(answer: str) -> tuple[dict[str, Any], str]:
    """A browser's answer, with the challenge that it says it answers. Raises Unsound."""
    try:
        told = json.loads(answer)
        client = json.loads(_bytes(told["response"]["clientDataJSON"]))
        challenge = client["challenge"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unsound("this is no answer of a browser") from fault
    if not isinstance(challenge, str) or not re.fullmatch(r"[\w-]{20,200}", challenge, re.ASCII):
        raise Unsound("this is no answer of a browser")
    return told, challenge


def creation(party: Party, user: bytes, name: str, known: Sequence[bytes], challenge: str) -> dict[str, Any]:
    """What a browser is asked, to make a key on a device that has none of ours."""
    from fido2.webauthn import (
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options, _ = _server(party).register_begin(
        PublicKeyCredentialUserEntity(name=name, id=user, display_name=name),
        [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=c) for c in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_bytes(challenge),
    )
    return dict(options)


def request(party: Party, challenge: str) -> dict[str, Any]:
    """What a browser is asked, to prove any key that it has of ours: nobody says a name."""
    from fido2.webauthn import UserVerificationRequirement

    options, _ = _server(party).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=_bytes(challenge)
    )
    return dict(options)


def made(party: Party, challenge: str, answer: dict[str, Any]) -> Proof:
    """The key that a device made for us. Raises Unsound."""
    try:
        data = _server(party).register_complete(_state(challenge), answer)
        if data.credential_data is None:
            raise ValueError("there is no key in it")
        return Proof(data.credential_data.credential_id, bytes(data.credential_data), data.counter)
    except Exception as fault:  # a library that reads hostile bytes fails in many ways
        raise Unsound(str(fault)[:200] or type(fault).__name__) from fault


def credential_of(answer: dict[str, Any]) -> bytes:
    """What the device calls the key that it answers by. Raises Unsound."""
    try:
        return _bytes(answer["rawId"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Unsound("this is no answer of a browser") from fault


def proven(party: Party, challenge: str, answer: dict[str, Any], data: bytes, user: bytes) -> int:
    """How often a key was used, by its own word, once it has proven that it is this one. Raises Unsound."""
    try:
        from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

        _server(party).authenticate_complete(_state(challenge), [AttestedCredentialData(data)], answer)
        read = AuthenticationResponse.from_dict(answer).response
    except Exception as fault:  # as above
        raise Unsound(str(fault)[:200] or type(fault).__name__) from fault
    if read.user_handle and read.user_handle != user:
        raise Unsound("the key was made for somebody else")
    return int(read.authenticator_data.counter)


def _server(party: Party) -> Any:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    entity = PublicKeyCredentialRpEntity(name="Sirenbook", id=party.host)
    return Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)


def _state(challenge: str) -> dict[str, str]:
    return {"challenge": challenge, "user_verification": "required"}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
