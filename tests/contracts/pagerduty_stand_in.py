"""PagerDuty: Events v2 as far as it judges what is sent, webhooks v3 as it signs them, and who its users are."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.stand_ins import HttpServer, Yard

ROUTING_KEY = "c4na4y" + "0" * 26
LARGEST = 512 * 1024
SIGNED_WITH, API_TOKEN = "canary" + "s" * 26, "canary-u+token"
USERS = {"PXPGF42": ("Ada Obi", "Ada@Example.com"), "PLH1HKV": ("Ben Roe", "ben@example.com")}


class PagerDuty(HttpServer):
    """Takes events: `alerts` are those that are open, by dedup key; `sound` are the events that were taken."""

    def __init__(self, yard: Yard) -> None:
        super().__init__(yard)

    def reset(self) -> None:
        super().reset()
        self.alerts: dict[str, str] = {}
        self.sound: list[tuple[str, dict[str, Any]]] = []
        self.limited = 0

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((request, body))
        if request.method == "GET":
            return self._say(request)
        if self.limited:
            self.limited -= 1
            return JSONResponse({"status": "throttle exceeded"}, 429, {"Retry-After": "7"})
        if len(body) > LARGEST:
            return JSONResponse({"status": "payload too large"}, 413)
        if request.headers["content-type"].partition(";")[0] != "application/json":
            return _invalid("Content-Type must be application/json")
        try:
            event = json.loads(body)
        except ValueError:
            return _invalid("JSON cannot be parsed")
        changed = request.url.path == "/v2/change/enqueue"
        if request.url.path not in ("/v2/enqueue", "/v2/change/enqueue"):
            return JSONResponse({"status": "not found"}, 404)
        if errors := [*judged(event, changed=changed)]:
            return _invalid(*errors)
        self.sound.append(("change" if changed else event["event_action"], event))
        return self._act(event) if not changed else JSONResponse({"status": "success"}, 202)

    def _say(self, request: Request) -> Response:
        """What the API says of a user, or of the alerts of an incident."""
        accept = "application/vnd.pagerduty+json;version=2"
        sent = request.headers.get("authorization"), request.headers.get("accept")
        if sent != (f"Token token={API_TOKEN}", accept):
            return JSONResponse({"error": {"message": "Your account cannot access this resource"}}, 401)
        _, kind, name, *_ = request.url.path.split("/")
        if kind == "incidents":
            return JSONResponse({"alerts": [{"id": "Q1", "alert_key": key} for key in self.alerts]})
        if name not in USERS:
            return JSONResponse({"error": {"message": "Not Found", "code": 2100}}, 404)
        return JSONResponse({"user": {"id": name, "name": USERS[name][0], "email": USERS[name][1]}})

    def _act(self, event: dict[str, Any]) -> Response:
        key, action = event.get("dedup_key") or "made-up", event["event_action"]
        if action == "trigger":
            self.alerts.setdefault(key, "triggered")
        elif action == "resolve":
            self.alerts.pop(key, None)
        elif key in self.alerts:
            self.alerts[key] = "acknowledged"
        return JSONResponse({"status": "success", "message": "Event processed", "dedup_key": key}, 202)

    def arrived(self) -> list[Any]:
        from contracts.channel_harness import Arrived

        words = [_words(event) for _, event in self.sound]
        names = [event.get("dedup_key", "") for _, event in self.sound]
        return [Arrived(w, n, w.replace("\n", "")) for w, n in zip(words, names, strict=True)]


def _words(event: dict[str, Any]) -> str:
    payload = event.get("payload", {})
    details = [str(v) for v in payload.get("custom_details", {}).values()]
    links = [f"{link['text']}: {link['href']}" for link in event.get("links", [])]
    return "\n".join([payload.get("summary", ""), *details, *links])


def _invalid(*errors: str) -> Response:
    said = {"status": "invalid event", "message": "Event object is invalid", "errors": list(errors)}
    return JSONResponse(said, 400)


def judged(event: Any, *, changed: bool) -> list[str]:
    """What is wrong with an event."""
    if not isinstance(event, dict):
        return ["event is no object"]
    found = []
    if event.get("routing_key") != ROUTING_KEY:
        found.append("'routing_key' is invalid or absent")
    action = event.get("event_action")
    if not changed and action not in ("trigger", "acknowledge", "resolve"):
        found.append("'event_action' is invalid or absent")
    if len(str(event.get("dedup_key", ""))) > 255:
        found.append("'dedup_key' is too long")
    if not changed and action != "trigger":
        return found if event.get("dedup_key") else [*found, "'dedup_key' is missing"]
    return found + _of_payload(event, event.get("payload", {}), changed=changed)


def _of_payload(event: dict[str, Any], payload: dict[str, Any], *, changed: bool) -> list[str]:
    found = []
    if not 0 < len(str(payload.get("summary", ""))) <= 1024:
        found.append("'payload.summary' is missing or too long")
    if not changed and not payload.get("source"):
        found.append("'payload.source' is missing or blank")
    if not changed and payload.get("severity") not in ("critical", "error", "warning", "info"):
        found.append("'payload.severity' is invalid (must be one of critical, error, warning, info)")
    if "timestamp" in payload:
        datetime.fromisoformat(payload["timestamp"])
    return found + [
        f"'links[].href' is invalid: {link}"
        for link in event.get("links", [])
        if not str(link.get("href", "")).startswith(("http://", "https://"))
    ]


def user(name: str) -> dict[str, str]:
    """A user as webhooks refer to one: without an e-mail address."""
    shown = USERS.get(name, (f"User {name}", ""))[0]
    return {
        "id": name,
        "type": "user_reference",
        "summary": shown,
        "self": f"https://api.pagerduty.com/users/{name}",
    }


def happening(
    kind: str,
    key: str | None,
    at: datetime,
    *,
    name: str = "01CANARY",
    by: Any = "PXPGF42",
    to: tuple[str, ...] = (),
) -> bytes:
    """The body of a webhook v3 of an incident."""
    service = {"id": "PIJ90N7", "type": "service_reference", "summary": "Bookings"}
    incident = {
        "id": "PT4KHLK",
        "type": "incident",
        "number": 1234,
        "status": "acknowledged",
        "incident_key": key,
        "title": "P1: Bookings fail",
        "service": service,
        "assignees": [user(u) for u in to],
        "urgency": "high",
    }
    event = {
        "id": name,
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": at.isoformat(),
        "agent": user(by) if isinstance(by, str) else by,
        "client": None,
        "data": incident,
    }
    return json.dumps({"event": event}).encode()


def signed(body: bytes, *secrets: str) -> dict[str, str]:
    """The headers of a webhook v3: one signature for each secret that is in use."""
    given = [hmac.new(s.encode(), body, hashlib.sha256).hexdigest() for s in secrets or (SIGNED_WITH,)]
    return {"x-pagerduty-signature": ",".join(f"v1={g}" for g in given), "x-webhook-id": "w1"}
