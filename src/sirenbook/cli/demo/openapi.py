"""As much of the cluster's OpenAPI as kubectl reads before it asks for a dry run: which kinds take one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sirenbook.cli.demo.kinds import GROUPS, KINDS, Kind


async def index(request: Request) -> Response:
    """Where the document of each group and version is."""
    paths = ["api/v1", *(f"apis/{group}/{version}" for group, version in GROUPS)]
    return JSONResponse({"paths": {p: {"serverRelativeURL": f"{request.url.path}/{p}"} for p in paths}})


async def document(request: Request) -> Response:
    """The document of one group and version."""
    path = request.path_params["path"]
    kinds = [k for k in KINDS if _prefix(k) == path]
    paths = {f"/{path}/namespaces/{{namespace}}/{k.plural}/{{name}}": {"patch": _patch(k)} for k in kinds}
    schemas = {f"{k.kind}": _schema(k) for k in kinds}
    info = {"title": "Demo", "version": "v1.34.1"}
    return JSONResponse({"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}})


def _prefix(kind: Kind) -> str:
    return f"apis/{kind.group}/{kind.version}" if kind.group else "api/v1"


def _named(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _patch(kind: Kind) -> dict[str, Any]:
    names = ("dryRun", "fieldManager", "fieldValidation", "force")
    parameters = [{"name": n, "in": "query", "schema": {"type": "string", "uniqueItems": True}} for n in names]
    return {"parameters": parameters, "x-kubernetes-group-version-kind": _named(kind), "responses": {}}


def _schema(kind: Kind) -> dict[str, Any]:
    return {"type": "object", "x-kubernetes-group-version-kind": [_named(kind)]}
