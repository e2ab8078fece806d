"""The demo's Kubernetes API: enough of it over HTTP for the real kubectl, which cannot tell the difference."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from sirenbook.cli.demo import openapi
from sirenbook.cli.demo.execution import Programs, execute
from sirenbook.cli.demo.kinds import BY_PATH, Kind, group_list, resource_list
from sirenbook.cli.demo.logs import lines
from sirenbook.cli.demo.patches import BadPatch, apply_json_patch, merge
from sirenbook.cli.demo.selectors import fielded, labelled
from sirenbook.cli.demo.tables import table
from sirenbook.cli.demo.views import views
from sirenbook.cli.demo.world import Json, Key, World, stamp

LOOK_EVERY = 0.2
"""Seconds between two looks at what is watched or followed."""


class Refusal(Exception):
    """What Kubernetes would answer instead: an HTTP code, its reason and words."""

    def __init__(self, code: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.code, self.reason, self.text = code, reason, text

    def response(self) -> Response:
        """The refusal as Kubernetes words it."""
        return JSONResponse(
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.text,
             "reason": self.reason, "code": self.code},
            self.code,
        )  # fmt: skip


class Cluster:
    """The API of one platform; `secret` is the part of its address that only its kubeconfig knows."""

    def __init__(self, world: World, clock: Callable[[], datetime], programs: Programs, secret: str) -> None:
        self.world = world
        self.clock = clock
        self.programs = programs
        self.secret = secret

    def routes(self) -> list[BaseRoute]:
        """Everything that kubectl asks for, under the secret part of the address."""
        verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        pod = "/api/v1/namespaces/{namespace}/pods/{name}"
        return [
            Mount(
                f"/{self.secret}",
                routes=[
                    Route("/version", self._version),
                    Route("/api", self._core),
                    Route("/apis", self._groups),
                    Route("/api/v1", self._resources),
                    Route("/apis/{group}/{version}", self._resources),
                    Route("/openapi/v3", openapi.index),
                    Route("/openapi/v3/{path:path}", openapi.document),
                    Route(f"{pod}/log", self._log),
                    WebSocketRoute(f"{pod}/exec", self._exec),
                    Route(f"{pod}/exec", self._exec_refused, methods=["GET", "POST"]),
                    Route("/api/v1/{path:path}", self._things, methods=verbs),
                    Route("/apis/{group}/{version}/{path:path}", self._things, methods=verbs),
                ],
            )
        ]

    # Discovery

    async def _version(self, request: Request) -> Response:
        word = {"major": "1", "minor": "34", "gitVersion": "v1.34.1", "platform": "linux/amd64"}
        return JSONResponse(word)

    async def _core(self, request: Request) -> Response:
        return JSONResponse({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})

    async def _groups(self, request: Request) -> Response:
        return JSONResponse(group_list())

    async def _resources(self, request: Request) -> Response:
        found = resource_list(request.path_params.get("group", ""), request.path_params.get("version", "v1"))
        return JSONResponse(found) if found else _not_found(request.url.path).response()

    # Things

    async def _things(self, request: Request) -> Response:
        """One request about one thing, all of a kind, or a part of one."""
        try:
            target = Target.read(request)
            self.world.settle(self.clock())
            if request.method == "GET":
                return await self._read(request, target)
            return await self._write(request, target)
        except Refusal as refusal:
            return refusal.response()
        except (BadPatch, ValueError) as error:
            return Refusal(400, "BadRequest", str(error)).response()

    async def _read(self, request: Request, target: Target) -> Response:
        now = self.clock()
        if request.query_params.get("watch") in ("true", "1"):
            return StreamingResponse(self._watch(request, target), media_type="application/json")
        found = self._find(request, target, now)
        if target.name:
            if not found:
                raise _not_found(target.name, target.kind)
            if target.part == "scale":
                return JSONResponse(_scale(found[0]))
            if not _wants_table(request):
                return JSONResponse(target.whole(found[0]))
        if _wants_table(request):
            include = request.query_params.get("includeObject", "Metadata")
            return JSONResponse(table(target.kind, found, now, include))
        return JSONResponse(
            {"kind": f"{target.kind.kind}List", "apiVersion": target.kind.api, "metadata": {"resourceVersion": "1"},
             "items": [target.whole(o) for o in found]}
        )  # fmt: skip

    def _find(self, request: Request, target: Target, now: datetime) -> list[Json]:
        """The objects that a request is about."""
        asked = request.query_params
        return [
            value
            for value in views(self.world, target.kind.group, target.kind.plural, target.namespace, now)
            if (not target.name or value["metadata"]["name"] == target.name)
            and labelled(value, asked.get("labelSelector", ""))
            and fielded(value, asked.get("fieldSelector", ""))
        ]

    async def _watch(self, request: Request, target: Target) -> AsyncIterator[bytes]:
        """What changes of the things watched, as it changes; the first look tells all of them."""
        known: dict[str, Json] = {}
        named = "metadata.name=" in request.query_params.get("fieldSelector", "")
        told = not named and request.query_params.get("resourceVersion", "0") not in ("", "0")
        while not await request.is_disconnected():
            now = self.clock()
            self.world.settle(now)
            seen = {o["metadata"]["uid"]: o for o in self._find(request, target, now)}
            if told:
                known, told = seen, False
            if named and not seen and not known:
                # Whoever waits for the end of one thing asked a moment too late to see it.
                gone = target.whole({"metadata": {"name": target.name, "resourceVersion": "1"}})
                yield json.dumps({"type": "DELETED", "object": gone}).encode() + b"\n"
            for kind, value in _changes(known, seen):
                shown = table(target.kind, [value], now, "Object") if _wants_table(request) else target.whole(value)
                yield json.dumps({"type": kind, "object": shown}).encode() + b"\n"
            known = seen
            await asyncio.sleep(LOOK_EVERY)

    async def _write(self, request: Request, target: Target) -> Response:
        now = self.clock()
        dry = request.query_params.get("dryRun") == "All"
        if request.method == "DELETE":
            # Of a deletion alone kubectl says in the body that it is a dry run.
            said = json.loads(await request.body() or b"{}")
            return self._delete(request, target, now, dry or "All" in said.get("dryRun", ()))
        if target.kind.group == "authorization.k8s.io":
            # kubectl asks in protobuf; whatever it is, the owner of the demo may do it.
            return JSONResponse(target.whole({"metadata": {}, "spec": {}, "status": {"allowed": True}}), 201)
        body = await request.json()
        found = self._find(request, target, now) if target.name else []
        if target.name and not found:
            raise _not_found(target.name, target.kind)
        old = self.world.objects.get(target.key)
        if old is None and target.name:
            raise Refusal(405, "MethodNotAllowed", f"the demo does not change {target.kind.plural}")
        if target.part == "scale":
            old = old or {}
            wanted = _replicas(request.method, body, _scale(found[0]))
            new = {**old, "spec": {**old["spec"], "replicas": wanted}}
        else:
            new = _changed(request, body, old)
        return self._store(target, new, now, dry, created=old is None)

    def _store(self, target: Target, new: Json, now: datetime, dry: bool, *, created: bool) -> Response:
        name = target.name or str(new.get("metadata", {}).get("name", ""))
        namespace = target.namespace or ""
        if not name or (created and (target.kind.plural, namespace, name) in self.world.objects):
            raise Refusal(409, "AlreadyExists", f'{target.kind.plural} "{name}" already exists')
        key = (target.kind.plural, namespace, name)
        value = {k: v for k, v in new.items() if k not in ("kind", "apiVersion")}
        if not dry:
            self.world.put(key, value, now)
            value = next(
                o for o in views(self.world, target.kind.group, key[0], target.namespace, now)
                if o["metadata"]["name"] == name
            )  # fmt: skip
        elif created:
            value["metadata"] = {**value["metadata"], "creationTimestamp": stamp(now)}
        if target.part == "scale":
            return JSONResponse(_scale(value))
        return JSONResponse(target.whole(value), 201 if created else 200)

    def _delete(self, request: Request, target: Target, now: datetime, dry: bool) -> Response:
        found = self._find(request, target, now)
        if target.name and not found:
            raise _not_found(target.name, target.kind)
        for value in found if not dry else ():
            key = (target.kind.plural, value["metadata"].get("namespace", ""), value["metadata"]["name"])
            self.world.remove(key, now)
        if target.kind.plural == "pods" and target.name:
            return JSONResponse(target.whole(found[0]))
        word = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        details = (
            {"name": target.name, "kind": target.kind.plural, "uid": found[0]["metadata"]["uid"]} if found else {}
        )
        return JSONResponse({**word, "details": details})

    # Logs and programs

    async def _log(self, request: Request) -> Response:
        namespace, name = request.path_params["namespace"], request.path_params["name"]
        now, asked = self.clock(), request.query_params
        self.world.settle(now)
        pod = self.world.pods.get((namespace, name))
        if pod is None:
            return _not_found(name, BY_PATH["", "v1", "pods"]).response()
        begin = datetime.fromtimestamp(now.timestamp() - float(asked.get("sinceSeconds", 1 << 20)), tz=now.tzinfo)
        previous = asked.get("previous") == "true"
        found = list(lines(self.world, pod, begin, now, previous=previous))
        if previous and not found:
            text = f'previous terminated container "{pod.of[2]}" in pod "{name}" not found'
            return Refusal(400, "BadRequest", text).response()
        if "tailLines" in asked:
            count = int(asked["tailLines"])
            found = found[-count:] if count else []
        if asked.get("follow") == "true":
            return StreamingResponse(self._follow(request, (namespace, name), found, now), media_type="text/plain")
        return Response("".join(f"{line}\n" for line in found), media_type="text/plain")

    async def _follow(
        self, request: Request, key: tuple[str, str], found: list[str], told: datetime
    ) -> AsyncIterator[bytes]:
        """What was written, then what is being written, until nobody listens or the pod is gone."""
        yield "".join(f"{line}\n" for line in found).encode()
        while not await request.is_disconnected() and (pod := self.world.pods.get(key)):
            await asyncio.sleep(LOOK_EVERY)
            now = self.clock()
            fresh = [x for x in lines(self.world, pod, told, now) if x[:19] > f"{told:%Y-%m-%dT%H:%M:%S}"]
            if fresh:
                told = now
                yield "".join(f"{line}\n" for line in fresh).encode()

    async def _exec(self, websocket: Any) -> None:
        self.world.settle(self.clock())
        await execute(websocket, self.world, self.programs)

    async def _exec_refused(self, request: Request) -> Response:
        return Refusal(
            400, "BadRequest", "the demo runs programs over WebSocket only: use kubectl 1.31 or newer"
        ).response()


class Target:
    """What a request is about: a kind, a namespace or all of them, a name or all of them, and a part."""

    def __init__(self, kind: Kind, namespace: str | None, name: str, part: str) -> None:
        self.kind, self.namespace, self.name, self.part = kind, namespace, name, part

    @classmethod
    def read(cls, request: Request) -> Target:
        """Read it from the address. Raises Refusal where nothing is there."""
        group, version = request.path_params.get("group", ""), request.path_params.get("version", "v1")
        path = [p for p in request.path_params["path"].split("/") if p]
        namespace = path[1] if path[0] == "namespaces" and len(path) > 2 else None
        rest = path[2:] if namespace else path
        kind = BY_PATH.get((group, version, rest[0]))
        if kind is None or len(rest) > 3 or (len(rest) == 3 and rest[2] not in kind.subresources):
            raise _not_found(request.url.path)
        return cls(kind, namespace, *[*rest[1:], "", ""][:2])

    @property
    def key(self) -> Key:
        """Under which key the platform keeps it."""
        return (self.kind.plural, self.namespace or "", self.name)

    def whole(self, value: Json) -> Json:
        """An object that says what it is."""
        return {"kind": self.kind.kind, "apiVersion": self.kind.api, **value}


def _not_found(name: str, kind: Kind | None = None) -> Refusal:
    if kind is None:
        return Refusal(404, "NotFound", "the server could not find the requested resource")
    plural = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
    return Refusal(404, "NotFound", f'{plural} "{name}" not found')


def _wants_table(request: Request) -> bool:
    return "as=Table" in request.headers.get("accept", "")


def _changes(known: dict[str, Json], seen: dict[str, Json]) -> list[tuple[str, Json]]:
    found = [("DELETED", value) for uid, value in known.items() if uid not in seen]
    for uid, value in seen.items():
        if uid not in known:
            found.append(("ADDED", value))
        elif known[uid]["metadata"]["resourceVersion"] != value["metadata"]["resourceVersion"]:
            found.append(("MODIFIED", value))
    return found


def _scale(value: Json) -> Json:
    metadata = {k: v for k, v in value["metadata"].items() if k not in ("annotations", "labels")}
    return {
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {"replicas": value["spec"].get("replicas", 1)},
        "status": {"replicas": value.get("status", {}).get("replicas", 0), "selector": ""},
    }  # fmt: skip


def _replicas(method: str, body: Json, old: Json) -> int:
    new = merge(old, body) if method == "PATCH" else body
    wanted = new.get("spec", {}).get("replicas", 0)
    if not isinstance(wanted, int) or not 0 <= wanted <= 100:
        raise Refusal(422, "Invalid", "spec.replicas: the demo's cluster has room for 0 to 100")
    return wanted


def _changed(request: Request, body: Any, old: Json | None) -> Json:
    """The object after a create, an update or a patch."""
    form = request.headers.get("content-type", "").partition(";")[0]
    if request.method in ("POST", "PUT") or old is None:
        if not isinstance(body, dict):
            raise Refusal(400, "BadRequest", "an object is wanted")
        return body
    if form == "application/json-patch+json":
        changed: Json = apply_json_patch(old, body)
    elif form in ("application/merge-patch+json", "application/strategic-merge-patch+json"):
        changed = merge(old, body, strategic="strategic" in form)
    else:
        raise Refusal(415, "UnsupportedMediaType", f"the demo does not take patches as {form}")
    return changed
