"""What must be done outside, and the word that it was done."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from sirenbook.model.provenance import Provenance

Outcome = Literal["accepted", "failed", "refused"]
Moment = Literal["called", "acknowledged", "resolved"]


class Intent(Struct, frozen=True, omit_defaults=True):
    """One message to one person by one contact method; `key` names it for ever, also towards the provider.

    `page` ties the methods of one page together. A page is withdrawn when the incident is acknowledged or
    resolved before it is sent; a notification (`demands` False) never is. `due` is the time at which it should
    have gone out, where a clock asked for it. `moment` is another than `called` where somebody is told what became
    of a page that went out by the same method. `quoted` when its text was written for whoever reads there.
    """

    key: str
    incident: int
    page: str
    person: str
    target: str
    method: int
    demands: bool
    text: str
    why: Provenance
    due: datetime | None = None
    moment: Moment = "called"
    quoted: bool = False


class Notification(Struct, frozen=True, omit_defaults=True):
    """What a channel carries: words already chosen, addresses already looked up. All of it is untrusted text.

    `key` is the idempotency key, stable over retries. `demands` tells a page from a notification. `late` is by
    how many seconds this goes out after its time. `facts` are short label-value pairs in the order to show.
    `ack_url` acknowledges by a form POST on the page it opens; None where nothing can be acknowledged. `bundled`
    are the keys of the messages that this one stands for, when a storm was put together.

    `thread` is the same for all messages of one incident. `answer_url` is a signed address for whatever comes back
    on this very message; a channel adds paths of its own. `ack_code` are a few digits that acknowledge when the
    address that this went to sends them back. Both are empty where there is nothing to answer.
    """

    key: str
    to: str
    person: str
    incident: str
    severity: str
    title: str
    text: str
    why: Provenance
    demands: bool
    url: str
    at: datetime
    ack_url: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    late: int = 0
    drill: bool = False
    attempt: int = 1
    rank: int = 0
    bundled: tuple[str, ...] = ()
    moment: Moment = "called"
    thread: str = ""
    answer_url: str = ""
    ack_code: str = ""


class Receipt(Struct, frozen=True, omit_defaults=True):
    """What a channel says of one attempt: accepted, failed (try again), or refused (never try this address again).

    `retry_after` is in seconds, where the provider named it. `provider_down` counts against the provider's circuit.
    `unsure` when the provider may have it, and would not know it again: another attempt could be a second message.
    """

    outcome: Outcome
    detail: str = ""
    retry_after: float | None = None
    provider_id: str = field(default="")
    provider_down: bool = False
    unsure: bool = False


class Device(Struct, frozen=True):
    """A browser of a person that takes pushes: where they go, its key and its secret in base64."""

    id: int
    endpoint: str
    key: str
    auth: str
