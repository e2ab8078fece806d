"""Alerts from Prometheus Alertmanager: its webhook, version 4."""

import hashlib
from datetime import datetime

import msgspec
from msgspec import Struct

from sirenbook.model.alert import Alert
from sirenbook.sources import Malformed, Parsed

_NEVER = 1
_LONGEST_KEY = 200
_NUL = "\x00"
_SHOWN_NUL = "\ufffd"


class _Alert(Struct):
    """One alert, by Alertmanager's own names."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: str = ""
    generatorURL: str = ""
    fingerprint: str = ""


class _Webhook(Struct):
    alerts: list[_Alert]
    version: str = "4"
    truncatedAlerts: int = 0


_decoder = msgspec.json.Decoder(_Webhook)


def parse(body: bytes) -> Parsed:
    """The alerts of one webhook call, in its order. Raises Malformed with the place of the fault.

    Identity is the fingerprint, which is equal for the peers of a cluster; neither `externalURL` nor `startsAt`
    is. A NUL, which the store cannot hold, is shown as U+FFFD.
    """
    try:
        webhook = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not an Alertmanager webhook: {error}") from error
    if webhook.version != "4":
        raise Malformed(f"webhook version {webhook.version!r}; this understands version 4")
    clean = b"\\u0000" not in body
    return Parsed(tuple(_alert(a, clean) for a in webhook.alerts), webhook.truncatedAlerts)


def _alert(raw: _Alert, clean: bool) -> Alert:
    labels, annotations = raw.labels, raw.annotations
    if not clean:
        labels, annotations = _without_nul(labels), _without_nul(annotations)
    fingerprint = raw.fingerprint if clean else raw.fingerprint.replace(_NUL, _SHOWN_NUL)
    return Alert(
        key=f"alertmanager:{fingerprint[:_LONGEST_KEY] or _fingerprint(labels)}",
        status="resolved" if raw.status == "resolved" else "firing",
        labels=labels,
        annotations=annotations,
        starts_at=_time(raw.startsAt),
        link=raw.generatorURL.replace(_NUL, _SHOWN_NUL),
    )


def _fingerprint(labels: dict[str, str]) -> str:
    """An identity for senders that give none: the labels themselves."""
    text = msgspec.json.encode(labels, order="sorted")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _time(text: str) -> datetime | None:
    """An RFC 3339 time; None for Alertmanager's year 1, and for what is no time at all."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year > _NEVER and found.tzinfo is not None else None


def _without_nul(texts: dict[str, str]) -> dict[str, str]:
    return {k.replace(_NUL, _SHOWN_NUL): v.replace(_NUL, _SHOWN_NUL) for k, v in texts.items()}
