"""Channels that behave as badly as real ones, without any waiting of real time."""

from random import Random
from typing import Protocol

from sirenbook.model.intent import Notification, Receipt
from world.history import Sent


class Street(Protocol):
    """What a channel needs of the world it delivers in."""

    def hand_over(self, channel: str, message: Notification) -> list[Sent]:
        """Record an attempt, for every message that it stands for."""

    def delivered(self, sent: Sent) -> None:
        """The person's phone rings."""

    def is_down(self, channel: str) -> bool:
        """Whether the provider behind a channel is down now."""

    async def delay(self, seconds: float) -> None:
        """Let virtual time pass."""


class WorldChannel:
    """A channel whose provider accepts, fails, refuses, hangs, or accepts without saying so."""

    def __init__(self, name: str, street: Street, rng: Random, trouble: float, slow: bool) -> None:
        self.name = name
        self._street = street
        self._rng = rng
        self._trouble = trouble
        self._slow = slow

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt."""
        sent = self._street.hand_over(self.name, notification)
        if self._street.is_down(self.name):
            return self._told(sent, Receipt("failed", "connection refused", provider_down=True))
        if self._rng.random() >= self._trouble:
            return self._accept(sent)
        return await self._misbehave(sent)

    def _accept(self, sent: list[Sent]) -> Receipt:
        for each in sent:
            each.accepted = True
            self._street.delivered(each)
        return self._told(sent, Receipt("accepted", "202"))

    def _told(self, sent: list[Sent], receipt: Receipt) -> Receipt:
        _tell(sent, receipt.outcome)
        return receipt

    async def _misbehave(self, sent: list[Sent]) -> Receipt:
        kind = self._rng.choice(("fail", "fail", "refuse", "unsaid", "asked to wait", "slow", "raise", "hang"))
        if kind == "unsaid":
            self._accept(sent)
            return self._told(
                sent, Receipt("failed", "no answer in time", provider_down=True, unsure=self.name == "phone")
            )
        if kind == "refuse":
            return self._told(sent, Receipt("refused", "no such address"))
        if kind == "asked to wait":
            wait = self._rng.choice((1.0, 20.0, 10_000.0, float("nan"), -5.0))
            return self._told(sent, Receipt("failed", "429", retry_after=wait, provider_down=True))
        if kind == "raise":
            _tell(sent, "failed")
            raise RuntimeError("a channel that breaks its promise")
        if kind in ("slow", "hang") and self._slow:
            return await self._wait(sent, hang=kind == "hang")
        return self._told(sent, Receipt("failed", "500", provider_down=self._rng.random() < 0.5))

    async def _wait(self, sent: list[Sent], *, hang: bool) -> Receipt:
        accepted = self._rng.random() < 0.5
        for each in sent:
            each.accepted = accepted
        _tell(sent, "nothing")
        await self._street.delay(1000.0 if hang else self._rng.uniform(0.2, 11.0))
        return self._accept(sent)

    async def close(self) -> None:
        """Nothing to let go of."""


def _tell(sent: list[Sent], told: str) -> None:
    for each in sent:
        each.told = told
