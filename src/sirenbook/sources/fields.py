"""What the fields of alerts mean that many systems send alike: times, identities, texts that the store holds."""

import hashlib
from datetime import datetime

import msgspec

_NEVER = 1
LONGEST_KEY = 200
_NUL = "\x00"
_SHOWN_NUL = "\ufffd"


def key(source: str, fingerprint: str, labels: dict[str, str]) -> str:
    """The identity under which an alert repeats; for senders that give none, the labels themselves."""
    return f"{source}:{shown(fingerprint)[:LONGEST_KEY] or _fingerprint(labels)}"


def _fingerprint(labels: dict[str, str]) -> str:
    text = msgspec.json.encode(labels, order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def time(text: str) -> datetime | None:
    """An RFC 3339 time; None for Go's year 1, and for what is no time at all."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year > _NEVER and found.tzinfo is not None else None


def shown(text: str) -> str:
    """A text in which a NUL, which the store cannot hold, is shown as U+FFFD."""
    return text.replace(_NUL, _SHOWN_NUL)


def all_shown(texts: dict[str, str]) -> dict[str, str]:
    """The same of every name and value."""
    return {shown(k): shown(v) for k, v in texts.items()}
