"""Sends pages by mail through a relay, or writes them into a folder for somebody who has no mail account yet."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.answer import accepted, caught, failed, refused
from sirenbook.channels.escaping import digest, one_line
from sirenbook.channels.letter import write
from sirenbook.channels.mail import compose
from sirenbook.channels.settings import DEFAULT_TIMEOUT, Settings
from sirenbook.channels.smtp import Relay, Smtp
from sirenbook.model.intent import Notification, Receipt
from sirenbook.model.status import Letter

PORTS = {"none": 25, "starttls": 587, "implicit": 465}
RELAY_KEYS = ("host", "port", "tls", "username", "ca_file", "timeout")

_PLAIN = r"""[^\s@,;:<>()\[\]\\"]"""
_ADDRESS = re.compile(rf"({_PLAIN}{{1,64}})@({_PLAIN}{{1,189}})")

Transport = Callable[[EmailMessage, str], Awaitable[Receipt]]


class EmailChannel:
    """Composes a mail per page and hands it to a relay or a folder."""

    name = "email"

    def __init__(self, sender: Address, transport: Transport) -> None:
        self._sender = sender
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path) -> Self:
        """Reads `[channels.email]`: from and either folder, or host with port, tls, username, password_env, …"""
        read = Settings(cls.name, settings, secrets, known=("from", "folder", *RELAY_KEYS), secret=("password",))
        into = read.path("folder", folder)
        if into is not None:
            if both := [key for key in RELAY_KEYS if read.has(key)]:
                raise ChannelFault(f"{read.table} has folder and {both[0]}", "keep the one that is meant")
            return cls(_sender(read, "sirenbook@localhost"), Folder(into))
        relay = _relay(read, folder)
        return cls(_sender(read), Smtp(relay))

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt."""
        return await caught(self._deliver(notification))

    async def _deliver(self, notification: Notification) -> Receipt:
        to = address(notification.to)
        if to is None:
            return refused("not a mail address: one plain address, such as ada@example.com")
        return await self._transport(compose(notification, self._sender, to), notification.key)

    async def mail(self, letter: Letter) -> Receipt:
        """Send words to somebody outside, in one attempt. Never raises."""
        return await caught(self._post(letter))

    async def _post(self, letter: Letter) -> Receipt:
        to = address(letter.to)
        if to is None:
            return refused("not a mail address")
        return await self._transport(write(letter, self._sender, to), letter.key)

    async def close(self) -> None:
        """Nothing to let go of: every mail has its own connection."""


class Folder:
    """Writes mails as files; the same key writes the same file, and a half-written one is never seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, mail: EmailMessage, key: str) -> Receipt:
        """Write one mail, off the event loop."""
        try:
            file = await asyncio.to_thread(self._write, key, mail.as_bytes())
        except OSError as fault:
            return failed(f"cannot write the mail: {fault.strerror}", down=True)
        return accepted(f"written to {file.name}", name=file.name)

    def _write(self, key: str, content: bytes) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / file_name(key)
        half = file.with_suffix(f".{os.getpid()}.tmp")
        with half.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)
        return file


def address(text: str) -> Address | None:
    """A single plain mail address, or None: no list, no second header, no name in front."""
    found = _ADDRESS.fullmatch(text)
    if found is None or one_line(text, 254) != text:
        return None
    try:
        return Address(username=found[1], domain=found[2])
    except (ValueError, IndexError, MessageError):
        return None


def file_name(key: str) -> str:
    """A file name for a mail: readable, safe, and the key's own."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:60]
    return f"{readable or 'mail'}-{digest(key)[:12]}.eml"


def _sender(read: Settings, default: str | None = None) -> Address:
    text = read.text("from", default)
    name, plain = parseaddr(text)
    found = address(plain)
    if found is None or re.search(r"[\x00-\x1f\x7f]", text):
        raise ChannelFault(f"{read.table} has from = {text!r}", 'write from = "Sirenbook <siren@example.com>"')
    return Address(display_name=name, addr_spec=found.addr_spec)


def _relay(read: Settings, folder: Path) -> Relay:
    host = read.text("host") if read.has("host") else ""
    if not host:
        raise ChannelFault(
            f"{read.table} has no relay", 'write host = "smtp.example.com", or folder = "mail" to try it out'
        )
    tls = read.choice("tls", "starttls", tuple(PORTS))
    username = read.text("username") if read.has("username") else None
    if username and tls == "none" and not _own(host):
        raise ChannelFault(
            f"{read.table} would send the password unencrypted", 'write tls = "starttls" or "implicit"'
        )
    return Relay(
        host=host,
        port=int(read.number("port", PORTS[tls], low=1, high=65535)),
        tls=tls,
        timeout=read.number("timeout", DEFAULT_TIMEOUT, low=0.05, high=10),
        username=username,
        password=read.secret("password"),
        ca_file=read.path("ca_file", folder),
    )


def _own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
