"""The API as its own description has it: whatever is sent, the answer is one that is described."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from requests import Request
from schemathesis import GenerationMode, Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sirenbook.web.api.query import KINDS
from sirenbook.web.api.routes import ENDPOINTS
from unit.web.site import ADMIN, Site

MOST = 2
"""Examples for each route and each mode."""
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BEARER = {"Authorization": f"Bearer {ADMIN}"}
RUNNERS = "runner-of-examples-5ecret"


def asked(site: Site, case: Any) -> Response:
    """The answer to one example, as the checks want it."""
    sent = case.as_transport_kwargs()
    path = sent["url"].removeprefix("http://127.0.0.1") if sent["url"].startswith("http") else sent["url"]
    token = RUNNERS if "/api/runner/" in path else ADMIN
    wire = {k: sent[k] for k in ("params", "json", "data") if sent.get(k) is not None}
    headers = {**{k: v for k, v in sent["headers"].items() if k.lower() == "content-type"}}
    prepared = Request(sent["method"], f"http://sirenbook.test{path}", headers=headers, **wire).prepare()
    content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    told = {**prepared.headers, "Authorization": f"Bearer {token}"}
    answer = site.ask(
        sent["method"], prepared.url.removeprefix("http://sirenbook.test"), content=content, headers=told
    )
    return Response(
        answer.status_code,
        {k: [v] for k, v in answer.headers.items()},
        answer.content,
        prepared,
        elapsed=0.1,
        verify=False,
    )


def test_every_answer_is_one_that_is_described(site: Site) -> None:
    for title in ("Bookings fail", "Bookings fail again"):
        site.declare(title)
    site.api("POST", "/api/incidents/2/resolve", {"reason": "restarted", "by": "mira"})
    for number in (1, 2):
        site.api("POST", f"/api/incidents/{number}/items", {"text": "Watch the queue"})
    site.run(site.station.settings.add_token(RUNNERS, "a runner", "runner", site.station.now()))
    described = site.ask("GET", "/api/openapi.json").json()
    del described["security"]
    schema = schemathesis.openapi.from_dict(described)
    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        seen += 1
        asks = len(operation.path_parameters) + len(operation.query) + len(operation.body)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 2 if asks else 1]:

            @settings(
                max_examples=MOST,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Any) -> None:
                case.validate_response(asked(site, case), checks=CHECKS)

            one()
    assert seen == len(ENDPOINTS)


def test_a_parameter_is_what_it_is_described_to_be(site: Site) -> None:
    """The gate before every handler and the description say the same, of every route."""
    site.declare()
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{id}", "1").replace("{number}", "1").replace("{name}", "x")
        for name in endpoint.query:
            free = KINDS[name].keys() <= {"type", "description"}
            for text in () if free else ("-1", "x", "1.5", "9" * 20):
                answer = site.ask(endpoint.method, f"{path}?{name}={text}", headers=BEARER)
                assert answer.status_code == 400, (path, name, text)
                assert answer.json()["error"]["text"].startswith(f"{name} must be "), (path, name, text)
        answer = site.ask(endpoint.method, f"{path}?nonsense=1", headers=BEARER)
        assert (answer.status_code, answer.json()["error"]["code"]) in ((400, "parameter"), (403, "forbidden")), (
            path
        )
