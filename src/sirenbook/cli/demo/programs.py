"""Stand-ins for the programs that runbooks call inside pods: they answer by the platform's state."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from sirenbook.cli.demo.database import Database
from sirenbook.cli.demo.execution import Output
from sirenbook.cli.demo.load import service
from sirenbook.cli.demo.service import behind, respond
from sirenbook.cli.demo.world import KEYS, Pod, World

_VALUED = {
    "-X",
    "-H",
    "-o",
    "-w",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-d",
    "--data",
    "--data-urlencode",
    "-u",
}


class StandIns:
    """Runs a program in a pod."""

    def __init__(self, world: World, clock: Callable[[], datetime], database: Database | None) -> None:
        self.world, self.clock, self.database = world, clock, database

    async def __call__(self, pod: Pod, command: list[str]) -> Output:
        """What the program says there, and how it ends."""
        name = command[0].rpartition("/")[2]
        if name in ("psql", "pg_restore", "pg_isready"):
            if self.database is None or pod.of[2] != "postgres":
                return _missing(name)
            return await self.database.program(name, command[1:])
        run = {"redis-cli": self._redis, "curl": self._curl, "python": self._python, "python3": self._python,
               "env": _environment, "printenv": _environment, "hostname": _hostname, "date": self._date,
               "df": _disk}.get(name)  # fmt: skip
        if run is None or (name == "redis-cli" and pod.of[2] != "redis"):
            return _missing(name)
        await asyncio.sleep(0)
        return run(pod, command[1:])

    def _redis(self, pod: Pod, words: list[str]) -> Output:
        now = self.clock()
        if not self.world.ready(pod, now):
            return Output(errors="Could not connect to Redis at 127.0.0.1:6379: Connection refused\n", code=1)
        command = " ".join(w for w in words if not w.startswith("-")).upper()
        keys = self.world.facts.get("keys", KEYS)
        if command in ("FLUSHALL", "FLUSHDB"):
            self.world.facts["keys"] = 0
            self.world.settle(now)
            return Output("OK\n")
        if command == "PING":
            return Output("PONG\n")
        if command == "DBSIZE":
            return Output(f"{keys}\n")
        if command.startswith("INFO"):
            return Output(self._redis_info(keys))
        return Output(f"ERR unknown command '{' '.join(words)}'\n", code=1)

    def _redis_info(self, keys: int) -> str:
        ill = any(s.fault.name == "cache-corrupt" for s in self.world.active())
        hits, misses = (3_120, 100_880) if ill else (98_800, 5_200)
        figures = {"redis_version": "8.0.2", "connected_clients": 14, "used_memory_human": f"{keys * 41 // 1000}M",
                   "keyspace_hits": hits, "keyspace_misses": misses,
                   "evicted_keys": 9120 if ill else 0}  # fmt: skip
        lines = [f"{name}:{value}" for name, value in figures.items()]
        return "\n".join(["# Stats", *lines, "# Keyspace", f"db0:keys={keys},expires=12", ""])

    def _curl(self, pod: Pod, words: list[str]) -> Output:
        rest = iter(words)
        given: dict[str, str] = {}
        url = ""
        for word in rest:
            if word in _VALUED:
                given[word] = next(rest, "")
            elif word.startswith("-"):
                given[word] = ""
            else:
                url = word
        if not url:
            return Output(errors="curl: no URL specified\n", code=2)
        host = urlsplit(url).hostname or ""
        if host in ("localhost", "127.0.0.1"):
            url = url.replace(host, pod.of[2], 1)
        data = given.get("-d", given.get("--data", given.get("--data-urlencode", "")))
        method = given.get("-X", "POST" if data else "GET")
        return self._fetched(method, url, data, given)

    def _fetched(self, method: str, url: str, data: str, given: dict[str, str]) -> Output:
        answer = respond(self.world, method, url, data, self.clock())
        if answer is None:
            host = urlsplit(url)
            text = f"curl: (7) Failed to connect to {host.hostname} port {host.port or 80}: Connection refused\n"
            return Output(errors=text, code=7)
        short = "".join(f[1:] for f in given if re.fullmatch(r"-[a-zA-Z]+", f))
        if answer.status >= 400 and ("f" in short or "--fail" in given):
            return Output(errors=f"curl: (22) The requested URL returned error: {answer.status}\n", code=22)
        head = f"HTTP/1.1 {answer.status}\nContent-Type: {answer.form}\n\n"
        return Output(head if "I" in short else answer.body, head if "v" in short else "")

    def _python(self, pod: Pod, words: list[str]) -> Output:
        """Checks of the team's own code: well as long as the workload and its database are."""
        text = " ".join(words)
        if "database" in text or "db" in text:
            ill = [s for s in self.world.active() if s.fault.database in ("sessions", "lock")]
            if ill:
                return Output(errors='OperationalError: FATAL: too many connections for role "app"\n', code=1)
            return Output("database: ok\n")
        state = service(self.world, behind(self.world, pod.of[2]), self.clock())
        well = state.up and state.errors < 0.5
        return (
            Output(f"{pod.of[2]}: ok\n")
            if well
            else Output(errors=f"{pod.of[2]}: errors {state.errors:.0%}\n", code=1)
        )

    def _date(self, pod: Pod, words: list[str]) -> Output:
        return Output(f"{self.clock():%a %b %d %H:%M:%S UTC %Y}\n")


def _missing(name: str) -> Output:
    text = f'OCI runtime exec failed: exec failed: exec: "{name}": executable file not found in $PATH: unknown\n'
    return Output(errors=text, code=127)


def _environment(pod: Pod, words: list[str]) -> Output:
    entries = pod.release.template["spec"]["containers"][0].get("env", [])
    return Output("".join(f"{e['name']}={e.get('value', '')}\n" for e in entries))


def _hostname(pod: Pod, words: list[str]) -> Output:
    return Output(f"{pod.name}\n")


def _disk(pod: Pod, words: list[str]) -> Output:
    return Output("Filesystem  Size  Used Avail Use% Mounted on\n/dev/vda1    20G  7.1G   12G  38% /data\n")
