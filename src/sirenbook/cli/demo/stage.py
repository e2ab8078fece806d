"""One demo from start to end: the platform, the installation beside it, a fault, and what comes of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sirenbook.cli.demo.binding import bindings, environment, write_programs
from sirenbook.cli.demo.faults import FAULTS, Exercise, assigned, exercises
from sirenbook.cli.demo.installation import Installation, installation
from sirenbook.cli.demo.inventory import take_stock
from sirenbook.cli.demo.monitoring import Monitoring
from sirenbook.cli.demo.reading import commands_of
from sirenbook.cli.demo.serving import Platform, platform
from sirenbook.engine.clock import wall_clock
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import BINDINGS, Texts

LOOK_EVERY = 0.5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """A demo that runs."""

    home: Path
    platform: Platform
    installation: Installation
    monitoring: Monitoring
    exercises: tuple[Exercise, ...]

    @property
    def kubeconfig(self) -> Path:
        """By which kubectl finds the cluster."""
        return self.home / "kubeconfig"

    def first(self) -> str:
        """The fault to begin with: one that an alert of the playbook's own leads to, and a command of it ends."""
        return self.exercises[0].fault.name if self.exercises else FAULTS[0].name

    async def watch(self, say: Say) -> None:
        """Post alerts as they come and go, for ever."""
        while True:
            await self.platform.keep_up()
            alerts = self.monitoring.due(wall_clock())
            if alerts:
                await self.installation.post(alerts)
            for alert in alerts:
                word = "fires" if alert["status"] == "firing" else "is resolved: the platform is well again"
                say(f"Alert {alert['labels']['alertname']} {word}.")
            await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def stage(texts: Texts) -> AsyncIterator[Stage]:
    """Have a demo of a playbook running; nothing of it is left in the end."""
    home = _home()
    try:
        commands = commands_of(texts)
        found = tuple(exercises(load(texts).policy, commands))
        async with platform(take_stock(commands), wall_clock, home / "database") as running:
            running.write_kubeconfig(home / "kubeconfig")
            book = _playbook(home, texts, running)
            write_programs(home / "bin", running)
            path = os.pathsep.join(
                [str(home / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
            )
            async with installation(home, book, {**environment(running), "PATH": path}) as served:
                yield Stage(home, running, served, Monitoring(running.world, assigned(found)), found)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="sirenbook-demo-"))
    # Where we are root the databases run as another user, who must be able to reach their folders.
    home.chmod(0o711)
    return home


def _playbook(home: Path, texts: Texts, running: Platform) -> Path:
    """The playbook in a folder of the demo's, with its bindings to the platform."""
    folder = home / "playbook"
    folder.mkdir(mode=0o700)
    for name, text in texts.files.items():
        (folder / name).write_text(text)
    (folder / BINDINGS).write_text(bindings(texts.bindings, running, home / "kubeconfig"))
    (folder / BINDINGS).chmod(0o600)
    return folder
