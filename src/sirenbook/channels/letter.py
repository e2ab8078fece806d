"""Writes a mail to somebody outside: plain text, one line to each header, a way to end it in one click."""

from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from sirenbook.channels.escaping import digest, lines, link, one_line, token
from sirenbook.model.status import Letter


class _Address(UnstructuredHeader, BaseHeader):
    """A web address as a header: on one line as it is, for no mail program reads one that was folded or encoded."""

    def fold(self, *, policy: Policy) -> str:
        """The line, however long; what it holds was checked to be an address and nothing else."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Address)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def write(letter: Letter, sender: Address, to: Address) -> EmailMessage:
    """The whole mail. A repeated attempt has the same Message-ID."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = one_line(letter.subject, 180)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{digest(letter.key)}@{sender.domain or 'localhost'}>"
    mail["X-Sirenbook-Key"] = token(letter.key)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if way_out := link(letter.unsubscribe):
        mail["List-Unsubscribe"] = f"<{way_out}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(body(letter))
    return mail


def body(letter: Letter) -> str:
    """The words, then where to read on, then how to hear no more."""
    there = [f"{one_line(what, 60)}: {url}" for what, address in letter.links if (url := link(address))]
    way_out = link(letter.unsubscribe)
    last = [f"-- \nTo hear no more of this: {way_out}"] if way_out else []
    return "\n\n".join(part for part in (lines(letter.text), "\n".join(there), *last) if part) + "\n"
