"""A stand-in for Slack: its Web API and sockets, as strict as the real ones about tokens, scopes and arguments."""

import itertools
import json
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from contracts.slack_rules import (
    ALL_SCOPES,
    NAME,
    OURS,
    SCOPE,
    TEAM,
    Conversation,
    Refusal,
    arguments_of,
    check_words,
    shown,
)
from contracts.stand_ins import Yard

BOT, APP = "xoxb-canary-secret", "xapp-canary-secret"


class SlackServer:
    """One workspace with its people and channels, on HTTP and WebSocket."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self.reset()
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        self.port = int(sock.getsockname()[1])
        routes = [
            Route("/api/{method}", self._call, methods=["POST"]),
            Route("/response/{number}", self._response, methods=["POST"]),
            WebSocketRoute("/link/{ticket}", self._link),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            log_level="critical",
            lifespan="off",
            ws="wsproto",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        yard.loop.call_soon_threadsafe(lambda: yard.loop.create_task(server.serve(sockets=[sock])))

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def reset(self) -> None:
        self.scopes = ALL_SCOPES
        self.users: dict[str, dict[str, Any]] = {}
        self.conversations: dict[str, Conversation] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.responses: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.acknowledged: list[dict[str, Any]] = []
        self.sockets: list[WebSocket] = []
        self.opened = 0
        self.strict_pace = False
        self.answer: Callable[[str, dict[str, Any]], Response | None] = lambda method, arguments: None
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self.room("incidents", "C000INCID")

    def user(self, id_: str, email: str, **more: Any) -> str:
        """Somebody of the workspace."""
        self.users[id_] = {"id": id_, "team_id": TEAM, "profile": {"email": email}, **more}
        return id_

    def room(self, name: str, id_: str) -> Conversation:
        """A channel that was there before."""
        self.conversations[id_] = Conversation(id_, name, creator="U000ADMIN")
        return self.conversations[id_]

    def messages(self, id_: str) -> list[dict[str, Any]]:
        """What stands in a conversation; a member's id stands for the direct one with them."""
        found = self.conversations.get(self._direct(id_))
        return found.messages if found else []

    def named(self, name: str) -> Conversation | None:
        """The channel of this name."""
        return next((c for c in self.conversations.values() if c.name == name), None)

    async def _call(self, request: Request) -> Response:
        method, body = request.path_params["method"], await request.body()
        arguments = arguments_of(method, request.headers.get("content-type", ""), body)
        self.calls.append((method, arguments))
        planned = self.answer(method, arguments)
        if planned is not None:
            return planned
        try:
            self._admit(method, request.headers.get("authorization", ""))
            name = "_" + re.sub(r"\W", "_", method).lower()
            handler = getattr(self, name, None)
            if handler is None:
                raise Refusal("unknown_method")
            headers = {"x-oauth-scopes": self.scopes} if method == "auth.test" else {}
            return JSONResponse({"ok": True, **handler(arguments)}, headers=headers)
        except Refusal as refusal:
            limited = refusal.body["error"] == "ratelimited"
            headers = {"Retry-After": "1"} if limited else {}
            return JSONResponse(refusal.body, 429 if limited else 200, headers=headers)

    def _admit(self, method: str, authorization: str) -> None:
        given = authorization.removeprefix("Bearer ")
        if not given:
            raise Refusal("not_authed")
        wanted = APP if method == "apps.connections.open" else BOT
        if given != wanted:
            raise Refusal("not_allowed_token_type" if given in (APP, BOT) else "invalid_auth")
        needed = SCOPE.get(method, "")
        if needed and needed not in self.scopes.split(","):
            raise Refusal("missing_scope", needed=needed, provided=self.scopes)

    def _direct(self, id_: str) -> str:
        return f"D{id_[1:]}" if id_[:1] in ("U", "W") else id_

    def _place(self, arguments: dict[str, Any]) -> Conversation:
        id_ = str(arguments.get("channel", ""))
        if id_ in self.users:
            id_ = self._direct(id_)
            self.conversations.setdefault(id_, Conversation(id_, ""))
        found = self.conversations.get(id_) or (self.named(id_[1:]) if id_.startswith("#") else None)
        if found is None:
            raise Refusal("channel_not_found")
        if found.archived:
            raise Refusal("is_archived")
        return found

    def _chat_postmessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        place = self._place(arguments)
        check_words(arguments)
        name = arguments.get("client_msg_id")
        before = next((m for m in place.messages if name and m.get("client_msg_id") == name), None)
        if before is not None:
            return {"channel": place.id, "ts": before["ts"], "message": before}
        thread = arguments.get("thread_ts")
        if thread and thread not in [m["ts"] for m in place.messages]:
            raise Refusal("thread_not_found")
        if self.strict_pace and time.monotonic() - place.posted_at < 0.8:
            raise Refusal("ratelimited")
        place.posted_at = time.monotonic()
        message = {**arguments, "ts": f"{1_790_000_000 + next(self._numbers)}.000100", "user": OURS, "bot_id": "B1"}
        place.messages.append(message)
        return {"channel": place.id, "ts": message["ts"], "message": message}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        place = self._place(arguments)
        check_words(arguments)
        message = next((m for m in place.messages if m["ts"] == arguments.get("ts")), None)
        if message is None:
            raise Refusal("message_not_found")
        message.update(text=arguments["text"], blocks=arguments["blocks"])
        return {"channel": place.id, "ts": message["ts"]}

    def _conversations_create(self, arguments: dict[str, Any]) -> dict[str, Any]:
        name = arguments.get("name") or ""
        if not name:
            raise Refusal("invalid_name_required")
        if len(name) > 80:
            raise Refusal("invalid_name_maxlength")
        if not NAME.fullmatch(name):
            raise Refusal("invalid_name_specials")
        if self.named(name):
            raise Refusal("name_taken")
        made = Conversation(
            f"C{next(self._numbers):08d}", name, bool(arguments.get("is_private")), OURS, members=[OURS]
        )
        self.conversations[made.id] = made
        return {"channel": shown(made)}

    def _conversations_invite(self, arguments: dict[str, Any]) -> dict[str, Any]:
        place = self._place(arguments)
        for user in str(arguments.get("users", "")).split(","):
            if user not in self.users:
                raise Refusal("user_not_found")
            if user in place.members:
                raise Refusal("already_in_channel")
            place.members.append(user)
        return {"channel": shown(place)}

    def _conversations_settopic(self, arguments: dict[str, Any]) -> dict[str, Any]:
        place, topic = self._place(arguments), str(arguments.get("topic", ""))
        if len(topic) > 250:
            raise Refusal("too_long")
        place.topic = topic
        return {"channel": shown(place)}

    def _conversations_list(self, arguments: dict[str, Any]) -> dict[str, Any]:
        start, size = int(arguments.get("cursor") or 0), 1
        found = [shown(c) for c in self.conversations.values() if c.name]
        left = str(start + size) if start + size < len(found) else ""
        return {"channels": found[start : start + size], "response_metadata": {"next_cursor": left}}

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [m for m in self._between(arguments) if not m.get("thread_ts")]}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"messages": self._between(arguments)}

    def _between(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = str(arguments.get("oldest", "0")), str(arguments.get("latest", "9"))
        return [m for m in self._place(arguments).messages if first <= m["ts"] <= last]

    def _users_lookupbyemail(self, arguments: dict[str, Any]) -> dict[str, Any]:
        email = str(arguments.get("email") or "")
        found = next((u for u in self.users.values() if u["profile"]["email"].lower() == email.lower()), None)
        if found is None or found.get("deleted"):
            raise Refusal("users_not_found")
        return {"user": found}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = self.users.get(str(arguments.get("user")))
        if found is None:
            raise Refusal("user_not_found")
        return {"user": found}

    def _views_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        view = arguments.get("view") or {}
        if not str(arguments.get("trigger_id", "")):
            raise Refusal("invalid_trigger_id")
        if view.get("type") != "modal" or len(view["title"]["text"]) > 24 or len(view["private_metadata"]) > 3000:
            raise Refusal("invalid_arguments")
        self.views.append(view)
        return {"view": {**view, "id": f"V{next(self._numbers)}"}}

    def _auth_test(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"team": "Harbour", "team_id": TEAM, "user": "sirenbook", "user_id": OURS}

    def _apps_connections_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        ticket = str(next(self._numbers))
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self.port}/link/{ticket}"}

    async def _response(self, request: Request) -> Response:
        self.responses.append(json.loads(await request.body()))
        return PlainTextResponse("ok")

    async def _link(self, link: WebSocket) -> None:
        if link.path_params["ticket"] not in self._tickets:
            await link.close(4001)
            return
        self._tickets.discard(link.path_params["ticket"])
        await link.accept()
        await link.send_text(json.dumps({"type": "hello", "num_connections": len(self.sockets) + 1}))
        self.sockets.append(link)
        self.opened += 1
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                self.acknowledged.append(json.loads(await link.receive_text()))
        if link in self.sockets:
            self.sockets.remove(link)

    def tell(self, kind: str, payload: dict[str, Any], envelope: str = "") -> str:
        """Send an envelope down the newest socket; answers its name."""
        name = envelope or f"E{next(self._numbers)}"
        body = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        self._yard.run(self.sockets[-1].send_text(json.dumps(body)))
        return name

    def press(self, user: str, message: dict[str, Any], label: str, **more: str) -> str:
        """Press the button with this label below a message, as a person does."""
        elements = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
        [button] = [e for e in elements if e["text"]["text"] == label]
        return self.tell("interactive", self.pressed(user, message, button), **more)

    def pressed(self, user: str, message: dict[str, Any], button: dict[str, Any]) -> dict[str, Any]:
        """What Slack says of a press."""
        number = next(self._numbers)
        action = {k: button[k] for k in ("action_id", "value") if k in button}
        return {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": self._direct(str(message.get("channel", "")))},
            "message": {k: message[k] for k in ("ts", "text", "blocks") if k in message},
            "actions": [action],
            "trigger_id": f"{number}.{number}.abc",
            "response_url": f"http://127.0.0.1:{self.port}/response/{number}",
        }

    def command(self, user: str, words: str, room: str = "C000INCID", **more: str) -> str:
        """Write a slash command."""
        command, _, text = words.partition(" ")
        number = next(self._numbers)
        payload = {
            "command": command,
            "text": text,
            "user_id": user,
            "channel_id": room,
            "trigger_id": f"{number}.{number}.abc",
            "response_url": f"http://127.0.0.1:{self.port}/response/{number}",
        }
        return self.tell("slash_commands", payload, **more)

    def submit(self, user: str, view: dict[str, Any], **said: str) -> str:
        """Send a form."""
        values = {k: {"said": {"type": "plain_text_input", "value": v}} for k, v in said.items()}
        number = next(self._numbers)
        payload = {
            "type": "view_submission",
            "user": {"id": user},
            "trigger_id": f"{number}.{number}.abc",
            "view": {**view, "id": f"V{number}", "state": {"values": values}},
        }
        return self.tell("interactive", payload)

    def happen(self, event: dict[str, Any], **more: str) -> str:
        """Tell an event of the Events API."""
        return self.tell("events_api", {"event_id": f"Ev{next(self._numbers)}", "event": event}, **more)

    def cut(self) -> None:
        """Break every socket off without a word."""
        for link in list(self.sockets):
            with suppress(Exception):
                self._yard.run(link.close(1011))
        self.sockets.clear()

    def ask_for_another(self) -> None:
        """Say that the socket is about to be ended."""
        self._yard.run(
            self.sockets[-1].send_text(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        )
