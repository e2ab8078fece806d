"""Hands one mail to a relay, and says what the relay's answer means for the page."""

import asyncio
import re
import socket
from contextlib import suppress
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
from msgspec import Struct

from sirenbook.channels.answer import accepted, failed, from_fault, refused
from sirenbook.channels.certificates import trust
from sirenbook.model.intent import Receipt

GOODBYE_TIMEOUT = 1.0


class Relay(Struct, frozen=True):
    """Where mail is handed over, and within how many seconds."""

    host: str
    port: int
    tls: str
    timeout: float
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None


class Smtp:
    """Hands mails to a relay, one connection each: a relay that hangs on one recipient delays no other."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._trust = trust(relay.ca_file)

    async def __call__(self, mail: EmailMessage, key: str) -> Receipt:
        """Hand over one mail; taken is taken, whatever becomes of the goodbye."""
        client = self._client()
        try:
            async with asyncio.timeout(self._relay.timeout):
                await client.connect()
                _, said = await client.send_message(mail, recipients=[str(mail["To"].addresses[0].addr_spec)])
        except Exception as fault:
            client.close()
            return receipt(fault)
        except BaseException:
            client.close()
            raise
        await _goodbye(client)
        return accepted(f"taken by {self._relay.host}: {said}")

    def _client(self) -> aiosmtplib.SMTP:
        relay = self._relay
        return aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username,
            password=relay.password,
            timeout=relay.timeout,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=self._trust,
            local_hostname=_own_name(),
        )


async def _goodbye(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=GOODBYE_TIMEOUT)
    client.close()


def receipt(fault: Exception) -> Receipt:
    """What an SMTP fault means for the page: try again, give the address up, or count the relay as down."""
    match fault:
        case aiosmtplib.SMTPRecipientsRefused():
            answer = _answered(fault.recipients[0])
        case aiosmtplib.SMTPResponseException():
            answer = _answered(fault)
        case aiosmtplib.SMTPNotSupported():
            answer = refused(fault.message)
        case aiosmtplib.SMTPConnectError(__cause__=OSError() as cause):
            answer = from_fault(cause)
        case aiosmtplib.SMTPServerDisconnected() | aiosmtplib.SMTPConnectError():
            answer = failed("the relay hung up", down=True)
        case aiosmtplib.SMTPTimeoutError() | OSError():
            answer = from_fault(fault)
        case aiosmtplib.SMTPException():
            answer = failed(fault.message, down=True)
        case ValueError() | MessageError():
            answer = refused("the address or the sender does not fit into a mail")
        case _:
            answer = from_fault(fault)
    return answer


def _answered(fault: aiosmtplib.SMTPResponseException) -> Receipt:
    detail = f"answered {fault.code} {fault.message}"
    greeting = isinstance(fault, aiosmtplib.SMTPConnectResponseError | aiosmtplib.SMTPHeloError)
    if greeting or fault.code == 421 or fault.code < 400:
        return failed(detail, down=True)
    return refused(detail) if fault.code >= 500 else failed(detail)


def _own_name() -> str:
    """The name to greet with. Not getfqdn: it asks name servers, and they may be what is down."""
    name = socket.gethostname()
    return name if "." in name and re.fullmatch(r"[A-Za-z0-9.-]{1,255}", name) else "[127.0.0.1]"
