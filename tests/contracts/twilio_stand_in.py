"""Twilio's messages and calls as far as it judges what is sent, and its own signed calls back."""

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.stand_ins import HttpServer, Yard
from sirenbook.channels import Callback, Reply

ACCOUNT = "AC" + "0" * 32
AUTH_TOKEN = "canary-twilio-auth-token"
SENDER = "+15005550006"
REFUSED = {
    "+15005550001": (400, 21211, "The 'To' number +15005550001 is not a valid phone number."),
    "+15005550004": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (400, 21614, "'To' number is not a valid mobile number"),
    "+15005550429": (429, 20429, "Too Many Requests"),
}
"""What is refused, as Twilio's own numbers for tests are."""


class Twilio(HttpServer):
    """Takes messages and calls: `messages` and `calls` are the fields of those that were taken."""

    def __init__(self, yard: Yard) -> None:
        super().__init__(yard)

    def reset(self) -> None:
        super().reset()
        self.messages: list[dict[str, str]] = []
        self.calls: list[dict[str, str]] = []

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((request, body))
        basic = base64.b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return _fault(401, 20003, "Authentication Error - invalid username")
        kind = re.fullmatch(rf"/2010-04-01/Accounts/{ACCOUNT}/(Messages|Calls)\.json", request.url.path)
        if kind is None or request.headers["content-type"] != "application/x-www-form-urlencoded":
            return _fault(404, 20404, "The requested resource was not found")
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
        if fault := judged(kind[1], fields):
            return _fault(*fault)
        taken = self.messages if kind[1] == "Messages" else self.calls
        taken.append(fields)
        sid = f"{'SM' if kind[1] == 'Messages' else 'CA'}{len(taken):032d}"
        return JSONResponse({"sid": sid, "status": "queued", "to": fields["To"], "error_code": None}, 201)


def said(twiml: str) -> str:
    """The words of an answer that Twilio accepts: well-formed, known verbs, and not too many letters."""
    root = ElementTree.fromstring(twiml)
    assert root.tag == "Response" and {e.tag for e in root.iter()} <= {"Response", "Say", "Gather", "Message"}
    words = [e.text or "" for e in root.iter() if e.tag in ("Say", "Message")]
    assert all(len(w) <= 4096 for w in words)
    return "\n".join(words)


def judged(kind: str, fields: dict[str, str]) -> tuple[int, int, str] | None:
    """What is wrong with a message or a call: the status, Twilio's own number for it, and its words."""
    to = fields.get("To", "")
    if to in REFUSED:
        return REFUSED[to]
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", to):
        return 400, 21211, f"The 'To' number {to} is not a valid phone number."
    if fields.get("From") != SENDER:
        return 400, 21606, "The From phone number is not a valid, SMS-capable number"
    for name in ("Url", "StatusCallback"):
        if name in fields and (len(fields[name]) > 4000 or not urlsplit(fields[name]).hostname):
            return 400, 21609 if name == "StatusCallback" else 21205, f"{name} is not valid"
    return _message(fields) if kind == "Messages" else _call(fields)


def _message(fields: dict[str, str]) -> tuple[int, int, str] | None:
    size = len(fields.get("Body", "").encode("utf-16-le")) // 2
    if not size:
        return 400, 21602, "Message body is required."
    return (400, 21617, "The concatenated message body exceeds the 1600 character limit.") if size > 1600 else None


def _call(fields: dict[str, str]) -> tuple[int, int, str] | None:
    if ("Url" in fields) == ("Twiml" in fields):
        return 400, 21213, "Url or Twiml is required, one of them"
    if len(fields.get("Twiml", "")) > 4000:
        return 400, 21218, "Twiml is too long"
    return None


def _fault(status: int, code: int, message: str) -> Response:
    said = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    headers = {"Retry-After": "1"} if status == 429 else {}
    return JSONResponse({**said, "status": status}, status, headers)


def signed(url: str, fields: dict[str, str], token: str = AUTH_TOKEN) -> str:
    """The signature of a call back, by Twilio's own words: the address, then each field in order."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def calling(url: str, rest: str, fields: dict[str, str], at: Any, **headers: str) -> Callback:
    """A call back as a channel gets it."""
    from urllib.parse import urlencode

    sent = {"AccountSid": ACCOUNT, **fields}
    found = {"x-twilio-signature": signed(url, sent), **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Callback("POST", url, rest, found, urlencode(sent).encode(), at)


def words(reply: Reply) -> str:
    assert reply.media.startswith("text/xml")
    return said(reply.body.decode())
