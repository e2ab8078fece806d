"""A mail server that remembers when each mail came, and what a person would read in it."""

import re
import time
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from contracts.stand_ins import SmtpServer, parse
from real.running import eventually


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    at: float
    to: str
    key: str
    subject: str
    text: str

    @property
    def incident(self) -> int:
        """The number of the incident in the subject."""
        found = re.search(r"INC-(\d+)", self.subject)
        assert found, self.subject
        return int(found[1])

    @property
    def link(self) -> str:
        """The link to acknowledge by."""
        found = re.search(r"https?://\S+/a/\S+", self.text)
        assert found, self.text
        return found[0]


class Postbox(SmtpServer):
    """The far side of the e-mail channel."""

    def reset(self) -> None:
        super().reset()
        self.got: list[Mail] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            mail = parse(bytes(envelope.original_content or b""))
            body = mail.get_body(("plain",))
            assert body is not None
            key, subject = str(mail["X-Sirenbook-Key"]), str(mail["Subject"])
            got = Mail(time.monotonic(), str(envelope.rcpt_tos[0]), key, subject, body.get_content())
            self.got.append(got)
        return answer

    def to(self, person: str) -> list[Mail]:
        """What one person got, in order."""
        return [m for m in list(self.got) if m.to.startswith(f"{person}@")]

    def first(self, person: str, within: float) -> Mail:
        """The first mail to somebody, awaited."""
        return eventually(lambda: self.to(person), within)[0]
