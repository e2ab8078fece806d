"""Alerts from Prometheus Alertmanager: its webhook, version 4."""

import msgspec
from msgspec import Struct

from sirenbook.model.alert import Alert
from sirenbook.sources import Malformed, Parsed, fields


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
    is.
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
    labels = raw.labels if clean else fields.all_shown(raw.labels)
    return Alert(
        key=fields.key("alertmanager", raw.fingerprint, labels),
        status="resolved" if raw.status == "resolved" else "firing",
        labels=labels,
        annotations=raw.annotations if clean else fields.all_shown(raw.annotations),
        starts_at=fields.time(raw.startsAt),
        link=fields.shown(raw.generatorURL),
    )
