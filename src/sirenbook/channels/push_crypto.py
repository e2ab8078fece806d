"""Web Push as its standards say: encryption for one browser (RFC 8291), and who sends (VAPID, RFC 8292)."""

import base64
import binascii
import json
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sirenbook.model.intent import Device

RECORD = 4096
LARGEST = 3993
"""Bytes of plain text that fit into the one record that push services must take."""
LIFETIME = timedelta(hours=12)
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Unusable(ValueError):
    """The keys that a browser gave cannot be used."""


class Vapid:
    """Tells push services who sends, by a key of the installation's own."""

    def __init__(self, secret: bytes, contact: str) -> None:
        number = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(number, _CURVE)
        self._contact = contact

    @property
    def public_key(self) -> str:
        """The key as browsers take it."""
        return unpadded(_point(self._key.public_key()))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header for one push service, good for half a day."""
        parts = urlsplit(endpoint)
        until = int((now + LIFETIME).timestamp())
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": until, "sub": self._contact}
        signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = unpadded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public_key}"


def encrypted(
    text: bytes, device: Device, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """One record that only this browser can read; key and salt are fresh each time. Raises Unusable."""
    if len(text) > LARGEST:
        raise ValueError(f"{len(text)} bytes do not fit into one record")
    theirs, auth = keys_of(device)
    own, salt = own or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    mine, reader = _point(own.public_key()), _point(theirs)
    shared = own.exchange(ec.ECDH(), theirs)
    secret = _derived(shared, auth, b"WebPush: info\0" + reader + mine, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine
    return header + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def keys_of(device: Device) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """The keys that a browser gave: its point, and its secret. Raises Unusable."""
    try:
        auth = padded(device.auth)
        point = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, padded(device.key))
    except (ValueError, binascii.Error) as fault:
        raise Unusable("the keys of this browser cannot be used; subscribe it again") from fault
    if len(auth) != 16:
        raise Unusable("the secret of this browser is not 16 bytes; subscribe it again")
    return point, auth


def unpadded(data: bytes) -> str:
    """Base64 for addresses, without the signs at the end."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    """What such base64 holds."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _json(claims: dict[str, object]) -> str:
    return unpadded(json.dumps(claims, separators=(",", ":")).encode())
