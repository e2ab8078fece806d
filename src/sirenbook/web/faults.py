"""What goes wrong on the way to an answer, in the terms of HTTP, and how a program is told."""

from http import HTTPStatus
from typing import Any

import msgspec

from sirenbook.engine.handle import UnknownIncident
from sirenbook.engine.intake.group_commit import Overloaded
from sirenbook.engine.people.oncall import Unsound
from sirenbook.engine.policies.versions import Faulty, Overtaken, Stumbled
from sirenbook.engine.steps.desk import Forged
from sirenbook.model.command import Refused
from sirenbook.store.ledger import Away
from sirenbook.web.bodies import TooLarge

COME_AGAIN = {"Retry-After": "1"}


class Fault(Exception):
    """An answer other than the one asked for: a status, a stable code, words, and what to do about it."""

    def __init__(
        self, status: int, code: str, text: str, help_: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.help = help_
        self.headers = headers or {}

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


def error_body(fault: Fault) -> bytes:
    """The JSON that tells a program of a fault."""
    error = {"code": fault.code, "text": fault.text, "help": fault.help}
    return msgspec.json.encode({"error": error})


def unauthorized() -> Fault:
    """No token or a wrong one; which of the two is not said."""
    help_ = "send Authorization: Bearer TOKEN: the home's file intake-token for alerts, its file token for people"
    return Fault(401, "unauthorized", "a valid token is needed", help_, {"WWW-Authenticate": "Bearer"})


def unknown(what: str) -> Fault:
    """What was asked for is not there."""
    return Fault(404, "not-found", f"there is no {what}")


def away() -> Fault:
    """Nothing can be read or written just now; nothing was committed."""
    return Fault(503, "away", "the database is away; nothing was changed", "try again in a second", COME_AGAIN)


def _first(error: Faulty) -> str:
    """The first of a playbook's errors, with its place."""
    found = error.errors[0]
    return f"{found.at.file}:{found.at.line}: {found.code} {found.text}"


_KNOWN: dict[type[Exception], Any] = {
    Away: lambda e: away(),
    Overloaded: lambda e: Fault(503, "overloaded", "too much is waiting", "try again in a second", COME_AGAIN),
    UnknownIncident: lambda e: unknown(f"incident {e}"),
    Refused: lambda e: Fault(409, "refused", str(e), "look at the incident as it is now"),
    Forged: lambda e: Fault(403, "forged", str(e), "a claim is for the runner that got it"),
    Overtaken: lambda e: Fault(409, "overtaken", str(e), "plan again, and look at what differs now"),
    Faulty: lambda e: Fault(422, "faulty", f"{e}: {_first(e)}", "mend it, or insist with `force`"),
    Stumbled: lambda e: Fault(422, "unreadable", str(e), "the log has more; what was in force stays"),
    Unsound: lambda e: Fault(422, "invalid", str(e), "`sirenbook oncall` shows rotations and overrides"),
    TooLarge: lambda e: Fault(413, "too-large", "the body is too large", "", {"Connection": "close"}),
}


def fault_of(error: Exception) -> Fault | None:
    """The fault that an exception of the engine amounts to; None when it is a defect of ours."""
    if isinstance(error, Fault):
        return error
    for kind, make in _KNOWN.items():
        if isinstance(error, kind):
            fault: Fault = make(error)
            return fault
    return None
