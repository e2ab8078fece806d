"""Named points at which a test kills, delays or breaks the process, to prove that nothing is lost there.

`SIRENBOOK_FAIL=K9:2:kill` kills the process when it reaches K9 for the second time. Without it nothing happens.
"""

import os
import signal
import time
from collections.abc import Callable


class Injected(RuntimeError):
    """The error that `raise` injects."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise() -> None:
    raise Injected("injected by SIRENBOOK_FAIL")


_ACTIONS: dict[str, Callable[[], None]] = {
    "kill": _kill,
    "raise": _raise,
    "delay": lambda: time.sleep(1.0),
}


def _from_environment(setting: str) -> Callable[[str], None] | None:
    """The action that the environment asks for: POINT:NTH:ACTION."""
    if not setting:
        return None
    point, nth, action = setting.split(":")
    remaining = int(nth)

    def act(reached: str) -> None:
        nonlocal remaining
        if reached == point:
            remaining -= 1
            if remaining == 0:
                _ACTIONS[action]()

    return act


hook: Callable[[str], None] | None = _from_environment(os.environ.get("SIRENBOOK_FAIL", ""))
"""What to do at every point; the simulated worlds put their own here."""


def reach(point: str) -> None:
    """Say that the process is at a point where it might die."""
    if hook is not None:
        hook(point)
