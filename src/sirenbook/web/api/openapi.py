"""The API described for programs: OpenAPI 3.1 from the route table and the shapes."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec

from sirenbook.web.api import shapes
from sirenbook.web.api.query import KINDS

if TYPE_CHECKING:
    from sirenbook.web.api.routes import Endpoint

_FAILURES = (400, 401, 403, 404, 409, 413, 422, 503)
_IN_PATH: dict[str, tuple[dict[str, Any], Any]] = {
    "name": ({"type": "string"}, "restore-test"),
    "id": ({"type": "string", "pattern": r"^(INC-)?\d+$"}, "INC-1"),
    "number": ({"type": "integer", "minimum": 1}, 1),
}


def document(endpoints: Sequence["Endpoint"]) -> dict[str, Any]:
    """The whole description."""
    kinds = {e.answer for e in endpoints} | {e.body for e in endpoints if e.body} | {shapes.Failure}
    ordered = sorted(kinds, key=lambda k: k.__name__)
    found, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    references = dict(zip(ordered, found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sirenbook", "version": version("sirenbook"), "license": {"name": "Apache-2.0"}},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: "Endpoint", references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    path = endpoint.path.removeprefix("/api/").replace("{id}", "one").replace("{number}", "one")
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method.lower()}_{path}"),
        "summary": (endpoint.handler.__doc__ or "").strip().splitlines()[0],
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {
            str(endpoint.status): _content(HTTPStatus(endpoint.status).phrase, references[endpoint.answer]),
            **{str(s): _content(HTTPStatus(s).phrase, references[shapes.Failure]) for s in _FAILURES},
        },
    }
    if endpoint.body is not None:
        required = any(f.required for f in msgspec.structs.fields(endpoint.body))
        body = {"application/json": {"schema": references[endpoint.body]}}
        operation["requestBody"] = {"required": required, "content": body}
    return operation


def _path_parameters(endpoint: "Endpoint") -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "example": example}
        for name, (schema, example) in _IN_PATH.items()
        if f"{{{name}}}" in endpoint.path
    ]


def _query_parameters(endpoint: "Endpoint") -> list[dict[str, Any]]:
    return [{"name": n, "in": "query", "required": False, "schema": KINDS[n]} for n in endpoint.query]


def _content(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
