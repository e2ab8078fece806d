"""A throw-away installation: `sirenbook up` on a home of the demo's own, and what it tells."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from sirenbook.cli.demo.monitoring import delivery
from sirenbook.cli.exits import Exit, Fault

PATIENCE = 60.0
STOP_PATIENCE = 40.0


@dataclass(frozen=True)
class Installation:
    """A running Sirenbook: its address, the link that makes its first admin, and the token alerts come with."""

    url: str
    welcome: str
    intake_token: str
    mail: Path

    async def post(self, alerts: list[dict[str, Any]]) -> None:
        """Post alerts as Alertmanager does."""
        headers = {"Authorization": f"Bearer {self.intake_token}"}
        async with httpx2.AsyncClient(trust_env=False, timeout=20) as client:
            answer = await client.post(f"{self.url}/in/alertmanager", json=delivery(alerts), headers=headers)
            answer.raise_for_status()


@asynccontextmanager
async def installation(home: Path, playbook: Path, environment: Mapping[str, str]) -> AsyncIterator[Installation]:
    """Have `sirenbook up` running on a home, and stop it in the end, whatever happened."""
    command = [sys.executable, "-m", "sirenbook", "up", str(playbook), "--demo", "--json", "--port", "0"]
    log = home / "up.log"
    with log.open("wb") as written:
        child = await asyncio.create_subprocess_exec(
            *command, "--home", str(home / "installation"), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=written, env={**os.environ, **environment},
            start_new_session=True,
        )  # fmt: skip
    try:
        yield await _ready(child, log, home)
    finally:
        await asyncio.shield(_stop(child))


async def _ready(child: asyncio.subprocess.Process, log: Path, home: Path) -> Installation:
    assert child.stdout is not None
    line = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            line = await child.stdout.readline()
    if not line:
        raise Fault(f"the server did not start: {_end(log)}", "", Exit.UNREACHABLE)
    word = json.loads(line)
    mail = home / "installation" / "mail"
    return Installation(word["url"], word["welcome"] or word["url"], word["intake_token"], mail)


def _end(log: Path) -> str:
    return log.read_text(errors="replace").strip()[-600:]


async def _stop(child: asyncio.subprocess.Process) -> None:
    for number, patience in ((signal.SIGTERM, STOP_PATIENCE), (signal.SIGKILL, 5)):
        with suppress(TimeoutError, ProcessLookupError):
            child.send_signal(number)
            async with asyncio.timeout(patience):
                await child.wait()
                return
