"""Signed links: they let a woken person act on one incident without logging in, and nothing else."""

from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from msgspec import Struct

LIFETIME = timedelta(hours=24)


class Grant(Struct, frozen=True):
    """What a link allows: one person to act on one incident."""

    incident: int
    person: str


class Links:
    """Makes and reads the links of one installation; all its nodes share the key."""

    def __init__(self, key: bytes, base_url: str) -> None:
        self._signer = URLSafeSerializer(key, salt="acknowledge")
        self._feeds = URLSafeSerializer(key, salt="calendar")
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

    def feed(self, rotation: str, place: int) -> str:
        """The calendar of a duty, for a program that cannot log in. It says who is on call, and nothing else."""
        return f"{self.base_url}/calendar/{self._feeds.dumps([rotation, place])}.ics"

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
