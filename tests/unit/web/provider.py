"""A provider of OpenID Connect that can be made to lie: real tokens, really signed, over real HTTP."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

CLIENT = "sirenbook-client"


class StandIn:
    """What it says of itself, what it signs, and with which key; a test changes any of it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.key = jwk.ECKey.generate_key("P-256", {"kid": "first"})
        self.listed = [self.key.as_dict(private=False)]
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "Vera Lind", "groups": ["oncall"]}
        self.userinfo: dict[str, Any] = {}
        self.said: dict[str, Any] = {}
        self.forged: Callable[[dict[str, Any]], str] | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.url = ""

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/leave",
            **self.said,
        }

    def consent(self, address: str) -> tuple[str, str]:
        """What a person does there: agree. Answers the code and the state that the browser brings back."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code, asked["state"]

    def exchange(self, fields: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(fields["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if asked is None or challenge.decode().rstrip("=") != asked["code_challenge"]:
            return None
        assert fields["redirect_uri"] == asked["redirect_uri"]
        now = int(self.now())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        token = self.forged(claims) if self.forged else self.signed(claims)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": token}

    def signed(self, claims: dict[str, Any]) -> str:
        algorithm = "ES256" if self.key.key_type == "EC" else "HS256"
        return jwt.encode({"alg": algorithm, "kid": self.key.kid}, claims, self.key, [algorithm])


@contextmanager
def providing(now: Callable[[], float]) -> Iterator[StandIn]:
    """A provider for as long as a test needs it."""
    stand_in = StandIn(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append(self.path)
            answers = {
                "/.well-known/openid-configuration": stand_in.metadata,
                "/jwks": lambda: {"keys": stand_in.listed},
                "/userinfo": lambda: stand_in.userinfo,
            }
            self._say(200, answers[self.path]())

        def do_POST(self) -> None:
            stand_in.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            tokens = stand_in.exchange({k: v[0] for k, v in parse_qs(body).items()})
            self._say(200 if tokens else 400, tokens or {"error": "invalid_grant"})

        def _say(self, status: int, what: dict[str, Any]) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
