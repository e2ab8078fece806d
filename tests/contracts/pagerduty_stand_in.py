"""PagerDuty's Events v2 as far as it judges what is sent: keys, fields, sizes, and what a dedup key does."""

import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.stand_ins import HttpServer, Yard

ROUTING_KEY = "c4na4y" + "0" * 26
LARGEST = 512 * 1024


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
