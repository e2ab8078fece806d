"""The platform's HTTP: health and figures of its services, Prometheus' queries, and the world outside."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from sirenbook.cli.demo.faults import FRONT
from sirenbook.cli.demo.load import service
from sirenbook.cli.demo.prometheus import BadQuery, exposition, query
from sirenbook.cli.demo.world import KEYS, Json, Key, World

BROKEN = 0.5
"""From this share of failing requests on, a service calls itself ill."""
HEALTH = {"/", "/health", "/healthz", "/ready", "/readyz", "/livez", "/api/health"}


@dataclass(frozen=True)
class Answer:
    """What an HTTP request is answered with."""

    status: int
    body: str
    form: str = "application/json"


def respond(world: World, method: str, url: str, body: str, now: datetime) -> Answer | None:
    """The answer to a request; None where nobody listens at that address."""
    world.settle(now)
    parts = urlsplit(url)
    path = parts.path or "/"
    if path == "/api/v1/query":
        return _prometheus(world, {**parse_qs(parts.query), **parse_qs(body)}, now)
    if path == "/metrics":
        return Answer(200, exposition(world, now), "text/plain; version=0.0.4")
    if path.endswith(("/status.json", "/v1/models")):
        return _outside(world, path)
    key = behind(world, parts.hostname or "")
    if path.endswith("/cache/warmup") and method == "POST":
        world.facts["keys"] = KEYS
        return _json(202, {"warming": KEYS})
    if path.startswith("/internal/"):
        key = next((k for k in world.workloads() if any(w in k[2] for w in ("agent", "runtime", "worker"))), key)
    if path in HEALTH or path.endswith("/health"):
        return _health(world, key, now)
    return _json(404, {"error": "not found"})


def behind(world: World, host: str) -> Key:
    """Which workload serves a host: the one of that name, else the one that faces the public."""
    first = host.partition(".")[0].removesuffix("-service")
    keys = [k for k in world.workloads() if k[0] == "deployments" or k[2] not in ("postgres", "redis")]
    named = [k for k in world.workloads() if k[2] == first]
    front = [k for k in keys if k[1] == world.inventory.namespace]
    return [*named, *_facing(front), *keys][0]


def _facing(keys: list[Key]) -> list[Key]:
    return sorted(keys, key=lambda k: re.search(FRONT, k[2]) is None)


def _health(world: World, key: Key, now: datetime) -> Answer | None:
    state = service(world, key, now)
    if not state.up and "neo4j" in key[2]:
        return None
    ill = not state.up or state.errors >= BROKEN
    word = {"service": key[2], "status": "ill" if ill else "ok", "errors": round(state.errors, 3)}
    return _json(503 if ill else 200, {**word, "p95_seconds": state.latency})


def _outside(world: World, path: str) -> Answer:
    """The provider's own pages."""
    down = any(s.fault.name == "provider-down" for s in world.active())
    if path.endswith("/v1/models"):
        return _json(503 if down else 200, {"error": "overloaded"} if down else {"data": [{"id": "model-1"}]})
    words = ("major", "Partial System Outage") if down else ("none", "All Systems Operational")
    return _json(200, {"status": {"indicator": words[0], "description": words[1]}})


def _prometheus(world: World, asked: dict[str, list[str]], now: datetime) -> Answer:
    try:
        found = query(asked.get("query", [""])[0], world, now)
    except BadQuery as error:
        return _json(400, {"status": "error", "errorType": "bad_data", "error": str(error)})
    rows = [{"metric": s.labels, "value": [now.timestamp(), f"{s.value:g}"]} for s in found]
    return _json(200, {"status": "success", "data": {"resultType": "vector", "result": rows}})


def _json(status: int, value: Json) -> Answer:
    return Answer(status, json.dumps(value) + "\n")
