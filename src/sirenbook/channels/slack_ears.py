"""Understands what Slack tells: commands, presses, forms, and messages that are to be kept."""

from collections.abc import Mapping
from typing import Any

from sirenbook.channels import slack_shapes as shapes
from sirenbook.channels.chat import Deed
from sirenbook.channels.slack_web import SlackWeb


class SlackEars:
    """Hears with a reaction that marks a message to be kept, and a prefix that does the same."""

    def __init__(self, web: SlackWeb, reaction: str, prefix: str) -> None:
        self._web = web
        self._reaction = reaction
        self._prefix = prefix

    async def heard(self, kind: str, payload: Mapping[str, Any], envelope: str) -> Deed | None:
        """What somebody did; None for what asks nothing of us. Raises SlackFault."""
        if kind == "slash_commands":
            return shapes.heard_command(payload, envelope)
        if kind == "interactive":
            return shapes.heard_interaction(payload, envelope)
        event = payload.get("event") if kind == "events_api" else None
        return (
            await self._event(event, str(payload.get("event_id") or envelope)) if isinstance(event, dict) else None
        )

    async def _event(self, event: Mapping[str, Any], name: str) -> Deed | None:
        """A message to keep: one that begins with the prefix, or that somebody marked with the reaction."""
        user = str(event.get("user", ""))
        if event.get("type") == "message" and not event.get("subtype") and not event.get("bot_id"):
            text = str(event.get("text", ""))
            if text.casefold().startswith(self._prefix):
                words = shapes.plain_words(text[len(self._prefix) :].strip())
                return Deed(name, "keep", user, str(event.get("channel", "")), words, author=user)
        item = event.get("item")
        if (
            event.get("type") == "reaction_added"
            and event.get("reaction") == self._reaction
            and isinstance(item, dict)
        ):
            room, at = str(item.get("channel", "")), str(item.get("ts", ""))
            found = await self._message(room, at)
            if found is not None:
                text = shapes.plain_words(str(found.get("text", "")))
                # The reaction of a second person to the same message is not a second note.
                return Deed(f"{room}:{at}", "keep", user, room, text, author=str(found.get("user", "")))
        return None

    async def _message(self, room: str, at: str) -> Mapping[str, Any] | None:
        # Of a thread, the first one found is its root; the history holds no replies.
        for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": at})):
            asked = {"channel": room, "latest": at, "oldest": at, "inclusive": True, "limit": 2, **more}
            found = await self._web.call(method, **asked)
            for message in found.get("messages") or ():
                if isinstance(message, dict) and message.get("ts") == at:
                    return message
        return None
