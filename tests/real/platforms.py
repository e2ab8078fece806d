"""The demo's platform, run beside a test: real kubectl, real PostgreSQL, faults switched on and mended."""

import asyncio
import os
import re
import shlex
import subprocess
import threading
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from sirenbook.cli.demo.inventory import take_stock
from sirenbook.cli.demo.reading import commands_of
from sirenbook.cli.demo.serving import Platform, platform
from sirenbook.engine.clock import wall_clock
from sirenbook.engine.policies.texts import Texts, read_texts

T = TypeVar("T")
PATIENCE = 30.0
PIPES = {"|", "&&", "||", ";"}


class Beside:
    """A platform for the commands of one playbook, in a loop of its own."""

    def __init__(self, texts: Texts, folder: Path, *, database: bool) -> None:
        self.folder = folder
        self.commands = commands_of(texts)
        self.path = folder
        self._ahead = timedelta()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._live, args=(database,), daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the platform did not start"
        if self._fault:
            raise self._fault
        self.kubeconfig = folder / "kubeconfig"
        self.platform.write_kubeconfig(self.kubeconfig)

    @classmethod
    def of(cls, path: Path, folder: Path, *, database: bool = True) -> "Beside":
        """The platform of a playbook."""
        return cls(read_texts(path), folder, database=database)

    def _live(self, database: bool) -> None:
        try:
            self._loop.run_until_complete(self._run(database))
        except BaseException as error:
            self._fault = error
            self._ready.set()

    async def _run(self, database: bool) -> None:
        inventory = take_stock(self.commands)
        async with platform(inventory, self.now, self.folder / "postgres" if database else None) as running:
            self.platform: Platform = running
            self._ready.set()
            await self._stop.wait()

    def now(self) -> datetime:
        """The platform's time: a test moves it on instead of waiting."""
        return wall_clock() + self._ahead

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(seconds=seconds)

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        """Have the platform's own loop do something."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE)

    def strike(self, fault: str) -> None:
        """Switch a fault on."""
        self.do(self.platform.switch_on(fault))

    def mend(self, fault: str) -> None:
        """Switch a fault off."""
        self.platform.world.mend(fault, self.now())
        self.do(self.platform.keep_up())

    def on(self) -> list[str]:
        """The faults that are on now."""
        self.do(self.platform.keep_up())
        return [s.fault.name for s in self.platform.world.active()]

    def stop(self) -> None:
        """Stop everything."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._loop.close()

    def kubectl(self, *words: str, limit: float = 20.0) -> subprocess.CompletedProcess[str]:
        """Run the real kubectl; one that does not end is ended after the limit, with exit code 124."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "KUBECONFIG": str(self.kubeconfig)}
        command = ["timeout", str(limit), "kubectl", *words]
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
        )

    def filled(self, text: str) -> list[list[str]]:
        """The programs of a command line, each with its words, with every placeholder filled in."""
        world = self.platform.world
        namespace = world.inventory.namespace
        front = next(k for k in world.workloads(namespace) if k[0] == "deployments")
        values = {
            "pod-name": next((p.name for p in world.pods_of(front)), "none"),
            "service": front[2], "deployment-name": front[2],
            "new-count": "4", "postgres-pod": "postgres-0", "redis-pod": "redis-0", "cert-name": "public-tls",
        }  # fmt: skip
        text = re.sub(r"<([a-z-]+)>", lambda m: values.get(m[1], m[0]), text.replace("\\\n", " "))
        programs: list[list[str]] = [[]]
        reader = shlex.shlex(text, posix=True, punctuation_chars="|&;")
        reader.whitespace_split = True
        reader.commenters = ""
        for word in reader:
            if word in PIPES:
                programs.append([])
            else:
                programs[-1].append(word)
        return [p for p in programs if p]

    def ask(self, question: str) -> list[dict[str, Any]]:
        """What the platform's Prometheus answers."""
        answer = httpx2.get(f"{self.platform.url}/api/v1/query", params={"query": question})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"]["result"])

    def get(self, path: str, host: str = "") -> httpx2.Response:
        """One HTTP request to the platform's services."""
        return httpx2.get(self.platform.url + path, headers={"Host": host} if host else {})
