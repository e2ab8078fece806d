"""The monitoring of a world: it fires, repeats, flaps, storms, and sends everything twice when it feels like it."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from sirenbook.model.alert import Alert
from world.policies import ALERTS, GRADES, SERVICES

Post = Callable[[float, list[Alert]], None]
"""Sends alerts so many seconds from now."""


class Monitoring:
    """Random episodes of trouble on random services."""

    def __init__(self, rng: Random, post: Post) -> None:
        self._rng = rng
        self._post = post

    def plan(self, episodes: int, duration: timedelta) -> None:
        """Schedule all that will go wrong in this time."""
        for _ in range(episodes):
            self._episode(self._rng.uniform(0, duration.total_seconds()))

    def _episode(self, at: float) -> None:
        rng = self._rng
        storm = rng.random() < 0.03
        count = rng.randint(20, 60) if storm else rng.choices((1, 2, 3, 7), (6, 2, 1, 1))[0]
        group = (rng.choice(ALERTS), f"{rng.choice(SERVICES)}-{rng.randint(1, 9)}")
        alerts = [self._alert(group, n) for n in range(count)]
        self._fire(at, alerts, storm)
        lasts = rng.expovariate(1 / 1500)
        self._repeat(at, alerts, lasts)
        if rng.random() < 0.2:
            self._flap(at, alerts)
        if rng.random() < 0.85:
            self._resolve(at + lasts, alerts)

    def _alert(self, group: tuple[str, str], n: int) -> Alert:
        name, service = group
        labels = {"alertname": name, "service": service, "instance": str(n)}
        if self._rng.random() < 0.8:
            labels["severity"] = self._rng.choice(GRADES)
        return Alert(f"am/{name}/{service}/{n}", "firing", labels, {"summary": f"{name} on {service}"})

    def _fire(self, at: float, alerts: list[Alert], storm: bool) -> None:
        if storm and self._rng.random() < 0.5:
            for alert in alerts:
                self._post(at, [alert])
        else:
            self._post(at, alerts)
        if self._rng.random() < 0.3:
            for _ in range(self._rng.choices((1, 2, 10, 100), (80, 12, 6, 2))[0] if len(alerts) < 5 else 1):
                self._post(at + self._rng.choice((0.0, 0.0, 0.4)), alerts)

    def _repeat(self, at: float, alerts: list[Alert], lasts: float) -> None:
        every = self._rng.choice((60.0, 300.0))
        for n in range(1, min(int(lasts / every), 4) + 1):
            self._post(at + n * every, alerts)

    def _flap(self, at: float, alerts: list[Alert]) -> None:
        for _ in range(self._rng.randint(1, 3)):
            at += self._rng.choice((0.2, 1.0, 70.0, 400.0))
            self._resolve(at, alerts)
            at += self._rng.choice((0.0, 0.3, 30.0, 500.0))
            self._post(at, alerts)

    def _resolve(self, at: float, alerts: list[Alert]) -> None:
        over = [Alert(a.key, "resolved", a.labels, a.annotations) for a in alerts]
        if self._rng.random() < 0.3:
            half = len(over) // 2
            self._post(at, over[half:])
            self._post(at + self._rng.choice((0.0, 5.0)), over[:half])
        else:
            self._post(at, over)
        if self._rng.random() < 0.1:
            self._post(at + 1.0, over)
