"""Signed links: they let a woken person act on one incident without logging in, and nothing else."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from msgspec import Struct

LIFETIME = timedelta(hours=24)
TO_CONFIRM = timedelta(hours=48)
"""How long a mail that asks whether somebody wants to subscribe can be answered."""


class Grant(Struct, frozen=True):
    """What a link allows: one person to act on one incident."""

    incident: int
    person: str


class Sent(Struct, frozen=True):
    """Which message an answer belongs to: of which page, to whom, by which of their contact methods."""

    incident: int
    page: str
    person: str
    method: int


class Wish(Struct, frozen=True):
    """Who wants to hear of the status page, which way, and of which components: all where none are named."""

    kind: str
    address: str
    components: tuple[str, ...] = ()


class Links:
    """Makes and reads the links of one installation; all its nodes share the key."""

    def __init__(self, key: bytes, base_url: str) -> None:
        self._signer = URLSafeSerializer(key, salt="acknowledge")
        self._feeds = URLSafeSerializer(key, salt="calendar")
        self._beats = URLSafeSerializer(key, salt="heartbeat")
        self._answers = URLSafeSerializer(key, salt="answer")
        self._wishes = URLSafeSerializer(key, salt="subscribe")
        self._ends = URLSafeSerializer(key, salt="unsubscribe")
        self._key = key
        self.base_url = base_url.rstrip("/")

    def incident(self, incident_id: int) -> str:
        """The page of an incident."""
        return f"{self.base_url}/incidents/INC-{incident_id}"

    def home(self) -> str:
        """The page of everything that is open."""
        return f"{self.base_url}/"

    def acknowledge(self, incident_id: int, person: str, now: datetime) -> str:
        """A page on which this person can acknowledge this incident for a day. Opening it changes nothing."""
        until = int((now + LIFETIME).timestamp())
        return f"{self.base_url}/a/{self._signer.dumps([incident_id, person, until])}"

    def answer(self, channel: str, sent: Sent, now: datetime) -> str:
        """Where whatever comes back on one message is to be sent for a day, by whoever the channel believes."""
        until = int((now + LIFETIME).timestamp())
        token = self._answers.dumps([channel, sent.incident, sent.page, sent.person, sent.method, until])
        return f"{self.base_url}/callback/{channel}/{token}"

    def read_answer(self, channel: str, token: str, now: datetime) -> Sent | None:
        """Which message of this channel a token is of; None when it is forged, of another channel or too old."""
        try:
            named, incident_id, page, person, method, until = self._answers.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return Sent(incident_id, page, person, method) if named == channel and now.timestamp() < until else None

    def code(self, incident_id: int, person: str) -> str:
        """Four digits that say that somebody has read what this person was sent of this incident."""
        mac = hmac.new(self.secret("code"), f"{incident_id} {person}".encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(mac[:8]) % 9000 + 1000}"

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose, the same on all nodes."""
        return hmac.new(self._key, f"for {purpose}".encode(), hashlib.sha256).digest()

    def feed(self, rotation: str, place: int) -> str:
        """The calendar of a duty, for a program that cannot log in. It says who is on call, and nothing else."""
        return f"{self.base_url}/calendar/{self._feeds.dumps([rotation, place])}.ics"

    def beat(self, check: str) -> str:
        """Where the heartbeat of a check calls. Whoever knows it can say that all is well, and nothing else."""
        return f"{self.base_url}/beat/{self._beats.dumps(check)}"

    def read_beat(self, token: str) -> str | None:
        """Which check a heartbeat is of; None when the token is forged or damaged."""
        try:
            return str(self._beats.loads(token))
        except (BadSignature, ValueError, TypeError):
            return None

    def read_feed(self, token: str) -> tuple[str, int] | None:
        """Which duty a feed is of; None when the token is forged or damaged."""
        try:
            rotation, place = self._feeds.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(rotation), int(place)

    def read(self, token: str, now: datetime) -> Grant | None:
        """What a token allows now; None when it is forged, damaged or too old."""
        try:
            incident_id, person, until = self._signer.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return Grant(incident_id, person) if now.timestamp() < until else None

    def wish(self, wish: Wish, now: datetime) -> str:
        """A token that subscribes an address once it comes back from there."""
        until = int((now + TO_CONFIRM).timestamp())
        return str(self._wishes.dumps([wish.kind, wish.address, list(wish.components), until]))

    def read_wish(self, token: str, now: datetime) -> Wish | None:
        """What a token subscribes; None when it is forged, damaged or too old."""
        try:
            kind, address, components, until = self._wishes.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return Wish(kind, address, tuple(components)) if now.timestamp() < until else None

    def unsubscribe(self, subscriber: int) -> str:
        """A token that ends a subscription; it does not age."""
        return str(self._ends.dumps(subscriber))

    def read_unsubscribe(self, token: str) -> int | None:
        """Whose subscription a token ends; None when it is forged or damaged."""
        try:
            return int(self._ends.loads(token))
        except (BadSignature, ValueError, TypeError):
            return None

    def public_name(self, incident_id: int) -> str:
        """What the public calls an incident: it does not tell how many there are."""
        return base64.b32encode(self._derived(f"incident {incident_id}"))[:10].decode().lower()

    def sealed(self, key: str) -> str:
        """A lasting name in place of one that would tell outside what the house calls things."""
        return self._derived(f"key {key}").hex()[:32]

    def webhook_secret(self, address: str) -> bytes:
        """What messages to a webhook of a subscriber are signed with."""
        return self._derived(f"webhook {address}")

    def _derived(self, of: str) -> bytes:
        return hmac.new(self._key, f"status page: {of}".encode(), hashlib.sha256).digest()
