"""Alerts from Grafana: the webhook of its contact points, version 1 of Grafana Alerting."""

import msgspec
from msgspec import Struct

from sirenbook.model.alert import Alert
from sirenbook.sources import Malformed, Parsed, fields

_BROKEN = {"DatasourceNoData": "no data", "DatasourceError": "cannot be evaluated"}
"""Alerts that Grafana makes of a rule that it cannot judge; their label `rulename` says which rule that is."""


class _Alert(Struct):
    """One alert, by Grafana's own names."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str] | None = None
    startsAt: str = ""
    generatorURL: str = ""
    panelURL: str = ""
    dashboardURL: str = ""
    fingerprint: str = ""
    values: dict[str, float | None] | None = None


class _Webhook(Struct):
    alerts: list[_Alert]
    orgId: int = 1
    version: str = "1"
    truncatedAlerts: int = 0


_decoder = msgspec.json.Decoder(_Webhook)


def parse(body: bytes) -> Parsed:
    """The alerts of one webhook call, in its order. Raises Malformed with the place of the fault.

    Fingerprints are unique within an organisation of Grafana, so `orgId` belongs to the identity.
    """
    try:
        webhook = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a Grafana webhook: {error}") from error
    if webhook.version != "1":
        raise Malformed(f"webhook version {webhook.version!r}; this understands version 1, of Grafana Alerting")
    return Parsed(tuple(_alert(a, webhook.orgId) for a in webhook.alerts), webhook.truncatedAlerts)


def _alert(raw: _Alert, organisation: int) -> Alert:
    labels = fields.all_shown(raw.labels)
    return Alert(
        key=fields.key(f"grafana:{organisation}", raw.fingerprint, labels),
        status="resolved" if raw.status == "resolved" else "firing",
        labels=labels,
        annotations=_annotations(raw, labels),
        starts_at=fields.time(raw.startsAt),
        link=fields.shown(raw.panelURL or raw.dashboardURL or raw.generatorURL),
    )


def _annotations(raw: _Alert, labels: dict[str, str]) -> dict[str, str]:
    """What the alert says of itself, and the figures its rule was judged by: without units, for people to read.

    A rule that Grafana cannot judge says so, and which one it is.
    """
    said = {f"value {ref}": f"{value:g}" for ref, value in (raw.values or {}).items() if value is not None}
    found = fields.all_shown(said | (raw.annotations or {}))
    broken = _BROKEN.get(labels.get("alertname", ""))
    if broken and "summary" not in found:
        found["summary"] = f"{labels.get('rulename') or 'a rule of Grafana'}: {broken}"
    return found
