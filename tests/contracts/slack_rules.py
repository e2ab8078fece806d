"""What the stand-in for Slack holds people to: scopes, names, and the limits of messages."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

TEAM, OURS = "T0000001", "U0000BOT"
ALL_SCOPES = (
    "chat:write,commands,channels:manage,groups:write,users:read,users:read.email,channels:history,"
    "groups:history,reactions:read,channels:read,groups:read,chat:write.public"
)
SCOPE = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.create": "channels:manage",
    "conversations.invite": "channels:manage",
    "conversations.setTopic": "channels:manage",
    "conversations.list": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.lookupByEmail": "users:read.email",
    "users.info": "users:read",
    "views.open": "",
    "auth.test": "",
}
NO_JSON = {
    "users.lookupByEmail",
    "users.info",
    "conversations.list",
    "conversations.history",
    "conversations.replies",
}
NAME = re.compile(r"[a-z0-9_-]+")


class Refusal(Exception):
    """What Slack says instead of ok."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}


@dataclass
class Conversation:
    """One channel or direct conversation."""

    id: str
    name: str
    private: bool = False
    creator: str = ""
    topic: str = ""
    archived: bool = False
    members: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    posted_at: float = 0.0


def arguments_of(method: str, kind: str, body: bytes) -> dict[str, Any]:
    """The arguments as Slack reads them: of JSON nothing where a method takes none."""
    if kind.startswith("application/json"):
        return {} if method in NO_JSON else dict(json.loads(body or b"{}"))
    return dict(parse_qsl(body.decode()))


def shown(place: Conversation) -> dict[str, Any]:
    return {"id": place.id, "name": place.name, "creator": place.creator, "is_private": place.private}


def check_words(arguments: dict[str, Any]) -> None:
    text, blocks = arguments.get("text", ""), arguments.get("blocks") or []
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > 40_000:
        raise Refusal("msg_too_long")
    if len(blocks) > 50:
        raise Refusal("invalid_blocks")
    actions: list[str] = []
    for block in blocks:
        _check_block(block)
        actions += [e["action_id"] for e in block.get("elements", ()) if e["type"] == "button"]
    if len(actions) != len(set(actions)):
        raise Refusal("invalid_blocks")


LIMITS = {"header": 150, "section": 3000}


def _check_block(block: dict[str, Any]) -> None:
    words = [block["text"]] if "text" in block else []
    cells = block.get("fields", [])
    elements = block.get("elements", [])
    sizes = [
        all(1 <= len(w["text"]) <= LIMITS[block["type"]] for w in words),
        len(cells) <= 10 and all(1 <= len(c["text"]) <= 2000 for c in cells),
        len(elements) <= 25,
        all(len(e["text"]["text"]) <= 75 for e in elements if e["type"] == "button"),
        all(len(e.get("value", "")) <= 2000 and len(e.get("url", "")) <= 3000 for e in elements),
    ]
    if not all(sizes):
        raise Refusal("invalid_blocks")
