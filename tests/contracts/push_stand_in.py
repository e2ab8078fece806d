"""A push service and the browser behind it: checks who sends and how, and decrypts as RFC 8291 says."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.stand_ins import HttpServer, Yard
from sirenbook.model.intent import Device

CURVE = ec.SECP256R1()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Somebody's browser: its keys, and what it could read."""

    def __init__(self, endpoint: str, number: int = 1) -> None:
        self.key, self.auth = ec.generate_private_key(CURVE), b"0123456789abcdef"
        self.endpoint = f"{endpoint}/push/{number}"
        self.id = number
        self.read: list[dict[str, Any]] = []

    @property
    def device(self) -> Device:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Device(self.id, self.endpoint, b64(point), b64(self.auth))

    def decrypt(self, body: bytes) -> bytes:
        """The words of one push, as a browser that follows the standard reads them."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65 and 18 <= size <= 4096 and len(sealed) <= size and len(body) <= 4096
        mine = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        secret = HKDF(SHA256(), 32, self.auth, b"WebPush: info\x00" + mine + theirs).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert text[-1:] == b"\x02"
        return text[:-1]


class PushService(HttpServer):
    """Takes pushes for browsers that subscribed with one key; `gone` are the numbers of those that did no more."""

    def __init__(self, yard: Yard) -> None:
        super().__init__(yard)

    def reset(self) -> None:
        super().reset()
        self.browsers: dict[str, Browser] = {}
        self.gone: dict[int, int] = {}
        self.limited = 0
        self.now = 0.0
        self.headers: list[Any] = []

    def browser(self) -> Browser:
        made = Browser(self.url, len(self.browsers) + 1)
        self.browsers[f"/push/{made.id}"] = made
        return made

    async def _take(self, request: Request) -> Response:
        body, browser = await request.body(), self.browsers.get(request.url.path)
        self.requests.append((request, body))
        if browser is None:
            return Response("no such subscription", 404)
        if browser.id in self.gone:
            return Response("subscription has expired", self.gone[browser.id])
        if self.limited:
            self.limited -= 1
            return Response("slow down", 429, {"Retry-After": "11"})
        if fault := judged(request, len(body), self.now):
            return JSONResponse({"message": fault}, 403 if "vapid" in fault else 400)
        browser.read.append(json.loads(browser.decrypt(body)))
        self.headers.append(request.headers)
        return Response(status_code=201, headers={"Location": f"{self.url}/message/1"})


def judged(request: Request, size: int, now: float) -> str:
    """What is wrong with a push before anybody tries to read it."""
    headers = request.headers
    if size > 4096 or headers.get("content-encoding") != "aes128gcm":
        return "the body is too long, or of no known encoding"
    if not headers.get("ttl", "").isdigit() or headers.get("urgency") not in ("very-low", "low", "normal", "high"):
        return "TTL or Urgency is missing"
    if len(headers.get("topic", "")) > 32 or not headers.get("topic", "a").isalnum():
        return "Topic is too long or has odd letters"
    return _vapid(headers.get("authorization", ""), request, now)


def _vapid(authorization: str, request: Request, now: float) -> str:
    scheme, _, rest = authorization.partition(" ")
    parts = dict(p.strip().split("=", 1) for p in rest.split(",")) if scheme == "vapid" else {}
    if not {"t", "k"} <= parts.keys():
        return "vapid authorization is missing"
    head, claims, signature = parts["t"].split(".")
    raw = unb64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(parts["k"]))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    said = json.loads(unb64(claims))
    here = urlsplit(str(request.url))
    sound = json.loads(unb64(head))["alg"] == "ES256" and said["aud"] == f"{here.scheme}://{here.netloc}"
    fresh = now < said["exp"] <= now + 86_400 and said["sub"].startswith(("mailto:", "https://"))
    return "" if sound and fresh and len(raw) == 64 else "vapid claims are wrong"
