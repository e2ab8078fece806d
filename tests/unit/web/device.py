"""A device that keeps passkeys, as a browser speaks for it: real keys and signatures, and any lie."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """One key; `told` is what the browser says that it was asked, and by whom."""

    def __init__(self, name: bytes = b"key-1", host: str = "sirenbook.test") -> None:
        self.name, self.host, self.origin = name, host, f"https://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count, self.flags, self.user = 0, PRESENT | VERIFIED, b""

    def made(self, options: dict[str, Any]) -> str:
        """A new key, for what `/account/passkeys/begin` asks."""
        asked = options["publicKey"]
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        assert asked["authenticatorSelection"]["residentKey"] == "required"
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.name, public)
        data = AuthenticatorData.create(self._host_hash, self.flags | ATTESTED, self.count, credential)
        client = self._client("webauthn.create", asked["challenge"])
        response = {"attestationObject": websafe_encode(AttestationObject.create("none", data, {}))}
        return self._answer(client, response)

    def proven(self, options: dict[str, Any], **lies: Any) -> str:
        """That the key is there, for what `/login/passkey/begin` asks."""
        asked = options["publicKey"]
        assert asked["userVerification"] == "required" and asked["rpId"] == "sirenbook.test"
        assert not asked.get("allowCredentials")
        self.count += lies.get("steps", 1)
        data = AuthenticatorData.create(self._host_hash, self.flags, self.count)
        client = self._client(lies.get("type", "webauthn.get"), lies.get("challenge", asked["challenge"]))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        response |= {"userHandle": websafe_encode(self.user)} if self.user else {}
        return self._answer(client, response)

    @property
    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, client: bytes, response: dict[str, Any]) -> str:
        name = websafe_encode(self.name)
        whole = {"clientDataJSON": websafe_encode(client), **response}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": whole})
