"""Talks to the running server over its JSON API, with the standard library only: it must start at once."""

import http.client
import json
import os
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from sirenbook.cli.exits import Exit, Fault
from sirenbook.engine.home import SERVER, TOKEN, home

PATIENCE = 10.0
"""Seconds to wait for the server: an answer after a commit takes milliseconds."""
LARGEST_ANSWER = 64 * 1024 * 1024

_EXITS = {
    400: Exit.USAGE,
    401: Exit.NOT_ALLOWED,
    403: Exit.NOT_ALLOWED,
    404: Exit.NOT_FOUND,
    408: Exit.UNREACHABLE,
    409: Exit.REFUSED,
    413: Exit.USAGE,
    422: Exit.USAGE,
    429: Exit.UNREACHABLE,
    503: Exit.UNREACHABLE,
}
_MENDS = {
    Exit.NOT_ALLOWED: "Set SIRENBOOK_TOKEN, or run this as the user who runs the server.",
    Exit.NOT_FOUND: "List what there is with `sirenbook incidents --status all`.",
    Exit.UNREACHABLE: "Try again in a moment; `sirenbook doctor` looks closer.",
}
_START = "Start it with `sirenbook up PLAYBOOK.md`, or name another with --url or SIRENBOOK_URL."

Json = dict[str, Any]


class Client:
    """One server, and the token to show it."""

    def __init__(self, url: str, token: str | None, patience: float = PATIENCE) -> None:
        self.url = url.rstrip("/")
        self._parts = _address(self.url)
        self._token = token
        self._patience = patience

    def get(self, path: str, **query: Any) -> Json:
        """Read something; parameters that are None are left out."""
        wanted = {k: v for k, v in query.items() if v is not None}
        return self._ask("GET", f"{path}?{urlencode(wanted)}" if wanted else path)

    def post(self, path: str, **body: Any) -> Json:
        """Ask for something to be done; what is None, empty or False is left out."""
        return self._ask("POST", path, {k: v for k, v in body.items() if v not in (None, "", False)})

    def health(self) -> tuple[int, Json]:
        """What the server says of itself: the HTTP status and its words, 503 among them."""
        status, said = self._exchange("GET", "/health", None)
        answer = _read_json(said)
        return status, answer if isinstance(answer, dict) else {}

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        status, said = self._exchange(method, path, body)
        answer = _read_json(said)
        if 200 <= status < 300 and isinstance(answer, dict):
            return answer
        raise self._fault(status, answer, path)

    def _exchange(self, method: str, path: str, body: Json | None) -> tuple[int, bytes]:
        connection = self._connect()
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, self._parts.path + path, data, self._headers(body is not None))
            response = connection.getresponse()
            return response.status, response.read(LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Fault(
                f"the server at {self.url} does not answer ({_reason(error)})", _START, Exit.UNREACHABLE
            ) from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, self._parts.port, timeout=self._patience, context=context)
        return http.client.HTTPConnection(host, self._parts.port, timeout=self._patience)

    def _headers(self, has_body: bool) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "sirenbook-cli"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if has_body:
            headers["Content-Type"] = "application/json"
        return headers

    def _fault(self, status: int, answer: Any, path: str) -> Fault:
        """What the server said against it, in its words where it has some."""
        error = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(error, dict):
            return self._stranger(status)
        code = _EXITS.get(status, Exit.INTERNAL)
        text = str(error.get("text") or f"the server answered {status}")
        # Of tokens the server speaks to programs; a person at a terminal needs another word.
        listed = code is not Exit.NOT_FOUND or path.startswith("/api/incidents")
        own = _MENDS.get(code, "") if listed else ""
        return Fault(text, own if code is Exit.NOT_ALLOWED else str(error.get("help") or own), code)

    def _stranger(self, status: int) -> Fault:
        code = _EXITS.get(status, Exit.INTERNAL)
        if code is Exit.NOT_FOUND or (code is Exit.INTERNAL and status < 500):
            text = f"what answers at {self.url} is not Sirenbook, or not this version of it (HTTP {status})"
            return Fault(text, "Check --url and SIRENBOOK_URL.", Exit.UNREACHABLE)
        return Fault(f"the server at {self.url} answered HTTP {status}", _MENDS.get(code, ""), code)


def connect(url: str | None, home_: str | None, patience: float = PATIENCE) -> Client:
    """The server that the options, the environment or the home name. Raises Fault where there is none."""
    folder = home(home_, os.environ)
    word = running(folder)
    chosen = url or os.environ.get("SIRENBOOK_URL") or word.get("url")
    if not chosen:
        raise Fault(f"no server is known: {folder / SERVER} does not exist", _START, Exit.UNREACHABLE)
    return Client(str(chosen), _token(folder, str(chosen), word), patience)


def running(folder: Path) -> Json:
    """What the server that runs on this home, or ran there last, says of itself; empty where none did."""
    try:
        word = json.loads((folder / SERVER).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Fault(
            f"{folder / SERVER} cannot be read ({_reason(error)})",
            "Start the server again; it writes it anew.",
            Exit.UNREACHABLE,
        ) from error
    return word if isinstance(word, dict) else {}


def _token(folder: Path, url: str, word: Json) -> str | None:
    """The token to show. The one in the home is for the server of that home and shown to no other."""
    given = os.environ.get("SIRENBOOK_TOKEN")
    if given:
        return given.strip()
    if _origin(url) != _origin(str(word.get("url") or "")):
        return None
    try:
        return (folder / TOKEN).read_text().strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Fault(
            f"{folder / TOKEN} cannot be read ({_reason(error)})", _MENDS[Exit.NOT_ALLOWED], Exit.NOT_ALLOWED
        ) from error


def incident_path(number: str, *rest: str) -> str:
    """The API's path of an incident, given as INC-12, inc-12 or 12."""
    digits = number.strip().upper().removeprefix("INC-").removeprefix("#")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise Fault(f"{number!r} is not an incident", "Write INC-12, or 12.", Exit.USAGE)
    return "/".join(("/api/incidents", f"INC-{int(digits)}", *(quote(r) for r in rest)))


def _address(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        sound = False
    if not sound:
        raise Fault(f"{url!r} is not the address of a server", "Write http://host:port.", Exit.USAGE)
    return parts


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


def _read_json(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
