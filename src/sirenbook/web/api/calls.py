"""A request to the API as its handlers see it: who asks, for what, with which parameters and body."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request

from sirenbook.engine.people.standing import person_of
from sirenbook.engine.station import Station
from sirenbook.incident.visibility import Reader
from sirenbook.model.bindings import Bindings
from sirenbook.store.queries import Row
from sirenbook.store.settings import Token
from sirenbook.web.admission import admit, must_command, reader_by_token
from sirenbook.web.api.query import LARGEST_ID
from sirenbook.web.bodies import MEBIBYTE, read_body, storable
from sirenbook.web.faults import Fault, unknown
from sirenbook.web.login.tokens import ROLE_OF_SCOPE

_ID = re.compile(r"(?:INC-)?(\d{1,19})", re.ASCII | re.IGNORECASE)
Body = TypeVar("Body")


class Call(Struct):
    """One authenticated request."""

    station: Station
    request: Request
    token: Token
    body: Any = None
    forget_tokens: Callable[[], None] = lambda: None

    def by(self, said: str) -> str:
        """Who does it: the person whose token it is, whatever is said; else whom the caller names, or the token."""
        if self.token.person:
            return self.token.person
        return person_of(self.bindings, said.strip()) if said.strip() else self.token.name

    @property
    def shared(self) -> str:
        """The token's name where it is nobody's, so that its bearer may say any name; empty for a person's."""
        return "" if self.token.person else self.token.name

    def must_speak_for(self, person: str) -> None:
        """Refuse a person's token that would make itself a second person. Raises Fault 403."""
        if self.token.person not in ("", person):
            text = "a person's token opens doors in that person's own name only"
            raise Fault(403, "forbidden", text, "use the server's own token, on its host")

    def must_see_all(self) -> None:
        """Refuse a token that would open what it does not see itself. Raises Fault 403."""
        if not self.token.restricted:
            text = "a token opens no more than it sees itself"
            raise Fault(403, "forbidden", text, "use the server's own token, on its host")

    async def must_command(self) -> None:
        """Refuse who is neither commander by the token nor the one of this incident. Raises Fault, or Away."""
        await must_command(self.station, self.incident_id, ROLE_OF_SCOPE[self.token.scope], self.token.person)

    @property
    def bindings(self) -> Bindings:
        """The bindings in force."""
        return self.station.engine.books.bindings

    @property
    def reader(self) -> Reader:
        """Who asks, as far as restricted incidents go."""
        return reader_by_token(self.bindings, self.token)

    async def admit(self) -> None:
        """Refuse whoever may not see the incident that the path names, if it names one. Raises Fault, or Away."""
        if "id" in self.request.path_params:
            await admit(self.station, self.incident_id, self.reader)

    @property
    def incident_id(self) -> int:
        """The incident that the path names. Raises Fault 404 where it cannot be one."""
        return parse_id(self.request.path_params["id"])

    @property
    def version_number(self) -> int:
        """The version of the playbook that the path names. Raises Fault 404 where it cannot be one."""
        text = self.request.path_params["number"]
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
            raise unknown("such version of the playbook")
        return int(text)

    async def row(self) -> Row:
        """The incident that the path names. Raises Fault 404, or Away."""
        return await find(self.station, self.incident_id)

    def text(self, name: str) -> str | None:
        """A query parameter; None where it is not given or empty."""
        return storable(self.request.query_params.get(name, ""))[:500] or None

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a whole number, as the gate let it in."""
        return int(self.request.query_params.get(name, default))


def parse_id(text: str) -> int:
    """The number of an incident, written `INC-7` or `7`. Raises Fault 404 where it cannot be one."""
    found = _ID.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= LARGEST_ID:
        raise unknown("such incident")
    return int(found[1])


async def find(station: Station, incident_id: int) -> Row:
    """One incident. Raises Fault 404, or Away."""
    row = await station.queries.incident(incident_id)
    if row is None:
        raise unknown(f"incident INC-{incident_id}")
    return row


async def read_json(request: Request, kind: type[Body], largest: int = MEBIBYTE) -> Body:
    """The body of a request as the shape it must have. Raises Fault 400 or 422, or TooLarge."""
    announced = request.headers.get("content-length", "")
    body = await read_body(request.receive, largest, int(announced) if announced.isdigit() else 0)
    try:
        parsed = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault(400, "malformed", f"this is not JSON: {error}") from error
    try:
        return msgspec.convert(_storable(parsed), kind)
    except msgspec.ValidationError as error:
        raise Fault(422, "invalid", str(error), f"see {kind.__name__} in /api/openapi.json") from error


def _storable(value: Any) -> Any:
    """The same JSON with every text as the store can hold it, at the depth that our shapes have."""
    if isinstance(value, dict):
        return {k: storable(v) if isinstance(v, str) else v for k, v in value.items()}
    return value
