"""What SMS and voice share: an account at Twilio, or at a gateway that speaks like it, and its signed callbacks."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape

import httpx2
import msgspec
from msgspec.structs import replace

from sirenbook.channels import Callback, ChannelFault, Heard, House, NotGenuine, Reply, Secrets, Word
from sirenbook.channels.answer import TOO_MANY, accepted, caught, failed, from_fault, from_status, refused
from sirenbook.channels.destination import Lookup, resolve
from sirenbook.channels.escaping import link, one_line
from sirenbook.channels.outgoing import KEYS, Answer, Post
from sirenbook.channels.settings import Settings
from sirenbook.model.intent import Notification, Receipt

SERVER = "https://api.twilio.com"
MOST_FIELDS = 100
# Numbers that cost whoever calls them: nobody is on call there.
_PREMIUM = re.compile(r"\+1900|\+44(?:9|87)|\+49(?:900|137)|\+33(?:89)")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'
# Nothing is wrong with the number or the account: it is worth another attempt.
_PASSING = frozenset({14107, 20429, 30001, 30022, 63038})

# The connection was there, and ended or stayed silent: what was asked may have been done.
_UNSURE = (TimeoutError, httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError)


class Account(msgspec.Struct, frozen=True):
    """Whose account, the secret that both sides sign with, and what it sends from."""

    sid: str
    token: str
    sender: str


class Gateway:
    """Calls the gateway, and tells its callbacks from those of anybody else."""

    def __init__(self, post: Post, server: str, account: Account) -> None:
        self._post = post
        self._server = server.rstrip("/")
        self.account = account
        self.house: House | None = None

    @classmethod
    def from_settings(
        cls, channel: str, settings: Mapping[str, Any], secrets: Secrets, folder: Path, lookup: Lookup = resolve
    ) -> Self:
        """Reads account, auth_token_env or auth_token_file, from, server, allow, ca_file, timeout."""
        read = Settings(
            channel, settings, secrets, known=("account", "from", "server", *KEYS), secret=("auth_token",)
        )
        server = read.text("server", SERVER)
        if not link(server):
            raise ChannelFault(
                f"{read.table} has server = {server!r}", f'write server = "{SERVER}", or leave it out'
            )
        sid = read.text("account")
        if not re.fullmatch(r"[A-Za-z0-9-]{2,64}", sid):
            raise ChannelFault(f"{read.table} has account = {sid!r}", 'write the account SID: account = "AC…"')
        token = read.secret("auth_token")
        if token is None:
            raise ChannelFault(f"{read.table} has no auth_token", 'write auth_token_env = "TWILIO_AUTH_TOKEN"')
        account = Account(sid, token, _sender(read))
        return cls(Post.from_settings(read, folder, lookup), server, account)

    async def create(self, kind: str, to: str, fields: Mapping[str, str], notification: Notification) -> Receipt:
        """Have a message or a call made. The number has been checked."""
        url = f"{self._server}/2010-04-01/Accounts/{self.account.sid}/{kind}.json"
        named = "MessagingServiceSid" if self.account.sender.startswith("MG") else "From"
        body = urlencode({"To": to, named: self.account.sender, **fields}).encode()
        basic = base64.b64encode(f"{self.account.sid}:{self.account.token}".encode()).decode()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"}
        try:
            return self._receipt(await self._post(url, body, sent), notification)
        except _UNSURE as fault:  # a gateway knows no names of messages: whatever it took once it would take twice
            return replace(from_fault(fault), unsure=True)

    def _receipt(self, answer: Answer, notification: Notification) -> Receipt:
        said = _fields(answer.body)
        if 200 <= answer.status < 300:
            return accepted(
                f"{said.get('status') or 'taken'} as {said.get('sid', '')}", name=str(said.get("sid", ""))
            )
        code, words = said.get("code"), one_line(str(said.get("message", "")), 160)
        reason = f"{code} {words}".strip() if code else words
        reason = reason.replace(self.account.token, "…")
        if code in _PASSING and answer.status < TOO_MANY:
            return failed(f"answered {answer.status}: {reason}")
        return from_status(answer.status, answer.headers, notification.at, reason)

    def calls_back(self, url: str) -> bool:
        """Whether the gateway can call an address of ours: one that only this machine knows would be refused."""
        return bool(url) and (not self._server.startswith("https:") or _public(url))

    def checked(self, callback: Callback) -> dict[str, str]:
        """The fields of a callback that the gateway signed. Raises NotGenuine."""
        pairs = _pairs(callback)
        given = callback.headers.get("x-twilio-signature", "").encode()
        urls = _variants(callback.url)
        if not any(hmac.compare_digest(signature(self.account.token, u, pairs).encode(), given) for u in urls):
            raise NotGenuine("the signature is not of this account, or not for this address")
        fields = {**dict(parse_qsl(urlsplit(callback.url).query)), **dict(pairs)}
        if fields.get("AccountSid", self.account.sid) != self.account.sid:
            raise NotGenuine("it is of another account")
        return fields

    async def hear(self, channel: str, word: Word) -> Heard:
        """Have a word heard by the house."""
        if self.house is None:
            return Heard("unknown", "")
        return await self.house.hear(channel, word)

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


class Telephone:
    """What a channel to telephone numbers is, whether it writes or calls."""

    name: ClassVar[str]

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads its table: account, auth_token_env or _file, from, server, allow, ca_file, timeout."""
        return cls(Gateway.from_settings(cls.name, settings, secrets, folder, lookup))

    def join(self, house: House) -> None:
        """Learn of the house."""
        self._gateway.house = house

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt, where the number is one."""
        to = number(notification.to)
        return await caught(self.deliver(to, notification)) if to else no_number()

    async def deliver(self, to: str, notification: Notification) -> Receipt:
        """Have the gateway bring it to a checked number."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of connections."""
        await self._gateway.close()


def number(text: str) -> str:
    """A telephone number as gateways take it, or nothing."""
    plain = re.sub(r"[\s().\-/]", "", text) if len(text) <= 40 else ""
    return plain if _NUMBER.fullmatch(plain) and not _PREMIUM.match(plain) else ""


def no_number() -> Receipt:
    """The receipt for an address that cannot be called."""
    return refused("not a telephone number that can be called: write it with its country, such as +14155550123")


def signature(token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """What Twilio signs: the address, then every field of the form with its value, in the order of the names."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def twiml(*parts: str) -> Reply:
    """An answer that the gateway carries out; the parts are XML already."""
    return Reply(_TWIML.format("".join(parts)).encode(), "text/xml; charset=utf-8")


def spoken(text: str) -> str:
    """Untrusted text as XML text: letters that XML cannot hold are left out."""
    return escape("".join(c for c in text if c in "\t\n" or c.isprintable()))


def _variants(url: str) -> list[str]:
    """The address as it may have been signed: with the port that its scheme has anyway, and without."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.port == usual:
        return [url, url.replace(parts.netloc, parts.netloc.rpartition(":")[0], 1)]
    return [url] if parts.port else [url, url.replace(parts.netloc, f"{parts.netloc}:{usual}", 1)]


def _pairs(callback: Callback) -> list[tuple[str, str]]:
    if callback.method != "POST":
        return []
    try:
        return parse_qsl(callback.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as fault:
        raise NotGenuine("the form cannot be read") from fault


def _public(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "https" and ip_address(parts.hostname or "").is_global
    except ValueError:
        return parts.scheme == "https" and "." in (parts.hostname or "")


def _sender(read: Settings) -> str:
    text = read.text("from")
    sender = text if re.fullmatch(r"MG[0-9a-fA-F]{32}", text) else number(text)
    if not sender:
        raise ChannelFault(
            f"{read.table} has from = {text!r}", 'write the number that it sends from: "+14155550123"'
        )
    return sender


def _fields(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}
