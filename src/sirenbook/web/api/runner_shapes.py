"""What the API says of runners elsewhere: the shapes of its JSON."""

from datetime import datetime

from msgspec import Struct


class RunnerSeen(Struct, frozen=True):
    """A runner: the name of its token, its process, and whether it was heard of just now."""

    name: str
    process: str
    labels: list[str]
    seen_at: datetime
    connected: bool


class RunWaiting(Struct, frozen=True):
    """A run of a step that waits for a runner with these labels, and whether one is connected."""

    incident: str
    run: int
    since: datetime
    labels: list[str]
    connected: bool


class Runners(Struct, frozen=True):
    """Which kinds of tools are bound to runners with which labels, the runners of late, and what waits for one."""

    bound: dict[str, list[str]]
    runners: list[RunnerSeen]
    waiting: list[RunWaiting]
