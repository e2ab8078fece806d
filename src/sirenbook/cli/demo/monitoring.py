"""The demo's monitoring: an alert fires while its fault is on, and is resolved when it is gone."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sirenbook.cli.demo.faults import Exercise, Fault
from sirenbook.cli.demo.world import Struck, World, stamp

_NEVER = "0001-01-01T00:00:00Z"
AGAIN = 60.0
"""Seconds after which an alert that still fires is posted again."""


@dataclass
class Watched:
    """One alert as it was last posted."""

    status: str
    at: datetime
    pod: str


class Monitoring:
    """Says which alerts to post now."""

    def __init__(self, world: World, known: dict[str, Exercise]) -> None:
        self.world = world
        self.known = known
        self._posted: dict[int, Watched] = {}

    def due(self, now: datetime) -> list[dict[str, Any]]:
        """The alerts that changed, and those that were not repeated for long."""
        found = []
        for struck in self.world.faults:
            status = "firing" if struck.until is None else "resolved"
            last = self._posted.get(id(struck))
            if last is None and status == "resolved":
                continue
            fresh = last is None or last.status != status
            if fresh or (last and status == "firing" and (now - last.at).total_seconds() > AGAIN):
                # The same alert to its end, whichever pods serve by then.
                pod = last.pod if last else self._ill(struck)
                self._posted[id(struck)] = Watched(status, now, pod)
                found.append(self._alert(struck, status, pod))
        return found

    def name(self, fault: Fault) -> str:
        """The alert of a fault, by the name that the playbook has for it."""
        exercise = self.known.get(fault.name)
        return exercise.alert if exercise else fault.alert

    def _ill(self, struck: Struck) -> str:
        return struck.pod or next((p.name for p in self.world.pods_of(struck.target)), "")

    def _alert(self, struck: Struck, status: str, pod: str) -> dict[str, Any]:
        labels = {
            "alertname": self.name(struck.fault), "severity": "critical", "namespace": struck.target[1],
            "service": struck.target[2], "pod": pod,
        }  # fmt: skip
        key = hashlib.sha256(f"{struck.fault.name}{struck.since}".encode()).hexdigest()[:16]
        return {
            "status": status, "labels": labels, "annotations": {"summary": struck.fault.summary},
            "startsAt": stamp(struck.since), "endsAt": stamp(struck.until) if struck.until else _NEVER,
            "generatorURL": "", "fingerprint": key,
        }  # fmt: skip


def delivery(alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """The body in which Alertmanager posts alerts."""
    status = "firing" if any(a["status"] == "firing" for a in alerts) else "resolved"
    return {
        "version": "4", "groupKey": "{}:{}", "receiver": "sirenbook", "status": status, "truncatedAlerts": 0,
        "alerts": alerts, "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "",
    }  # fmt: skip
