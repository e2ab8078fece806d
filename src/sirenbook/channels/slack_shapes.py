"""Lays words out as Slack's blocks, and reads what Slack says that people did. All words are escaped text."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sirenbook.channels.chat import Button, Card, Deed, Form
from sirenbook.channels.escaping import clip, lines, link, one_line
from sirenbook.channels.wording import DRILL, facts, heading, lateness, opening, why
from sirenbook.model.intent import Notification

Block = dict[str, Any]

# Slack's own limits, with room for what escaping adds.
HEADING, SECTION, FACT, FACTS, LABEL, VALUE, LINK = 148, 2900, 1900, 10, 74, 1900, 2900
LINES = 1200
_PLACE = re.compile(r"[UW][A-Z0-9]{6,20}|[CDG][A-Z0-9]{6,20}|#[^\s#]{1,80}|[^\s@]+@[^\s@]+\.[^\s@]+")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def is_place(to: str) -> bool:
    """Whether an address can be one: a member or conversation by id, a #channel, or an e-mail address."""
    return bool(_PLACE.fullmatch(to))


def is_user(to: str) -> bool:
    """Whether an address is one person rather than a room."""
    return to[:1] in ("U", "W") or "@" in to


def escaped(text: str, limit: int) -> str:
    """Text in which Slack finds neither mentions nor links nor channels."""
    return clip(text, limit).translate(_ESCAPES)


def page_card(message: Notification) -> tuple[list[Block], str]:
    """A page or a notification as blocks, and the same on one line for the lock screen."""
    head = heading(message)
    parts = [opening(message), f"Why: {why(message)}", lateness(message), lines(message.text, LINES)]
    if message.drill:
        parts.insert(0, DRILL)
    blocks = [_header(head), _section("\n".join(p for p in parts if p)), *_fields(facts(message))]
    personal = is_user(message.to)
    url = link(message.url, LINK)
    page = link(message.ack_url, LINK) if personal else ""
    if page:
        blocks.append(_context(f"Acknowledge without Slack: {page}"))
    buttons = _answers(message.incident) if message.ack_url and not message.bundled else ()
    return [*blocks, *_actions(buttons, url)], escaped(f"{head} — {opening(message)}", 400)


def _answers(incident: str) -> tuple[Button, ...]:
    return (
        Button("acknowledge", incident, "Acknowledge", grave=True),
        Button("snooze", f"{incident} 30m", "Snooze 30 min"),
    )


def card_blocks(card: Card) -> tuple[list[Block], str]:
    """A card as blocks, and its first words on one line."""
    blocks = [_section(f"*{escaped(one_line(card.title, 300), 300)}*", raw=True)]
    if card.text:
        blocks.append(_section(lines(card.text, LINES)))
    blocks += _fields([(one_line(k, 60), one_line(v, 300)) for k, v in card.facts])
    blocks += _actions(card.buttons, link(card.url, LINK))
    return blocks, escaped(one_line(card.title, 300), 300)


def settled_blocks(blocks: list[Block], words: str) -> list[Block]:
    """The blocks of a message whose buttons are done with."""
    left = [b for b in blocks if b.get("type") != "actions" and b.get("block_id") != "acknowledge_page"]
    return [*left, _context(one_line(words, 300))]


def form_view(form: Form) -> Block:
    """A form as a modal view."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": clip(form.memo, 2900),
        "title": _plain(form.title, 24),
        "submit": _plain("Send", 24),
        "close": _plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": b.name,
                "label": _plain(b.label, 150),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "said",
                    "multiline": b.long,
                    "max_length": 1000,
                    **({"initial_value": clip(b.value, 1000)} if b.value else {}),
                },
            }
            for b in form.blanks
        ],
    }


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": one_line(text, limit) or "—", "emoji": False}


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, HEADING)}


def _marked(text: str, limit: int, *, raw: bool = False) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": (text if raw else escaped(text, limit)) or "—", "verbatim": True}


def _section(text: str, *, raw: bool = False) -> Block:
    return {"type": "section", "text": _marked(text, LINES * 2, raw=raw)}


def _context(text: str) -> Block:
    # Plain text: in it Slack makes nothing of what the words look like.
    where = "acknowledge_page" if text.startswith("Acknowledge without") else "settled"
    return {"type": "context", "block_id": where, "elements": [_plain(text, 1900)]}


def _fields(pairs: list[tuple[str, str]]) -> list[Block]:
    cells = [_plain(f"{label}: {value}", FACT) for label, value in pairs]
    return [{"type": "section", "fields": cells[i : i + FACTS]} for i in range(0, len(cells), FACTS)]


def _actions(buttons: tuple[Button, ...], url: str) -> list[Block]:
    elements = [_button(b, n) for n, b in enumerate(buttons[:20])]
    if url:
        elements.append({"type": "button", "action_id": "open", "text": _plain("Incident", LABEL), "url": url})
    return [{"type": "actions", "elements": elements}] if elements else []


def _button(button: Button, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "button",
        # Slack wants each name once in a message.
        "action_id": f"{button.action}.{number}",
        "text": _plain(button.label, LABEL),
        "value": one_line(button.value, VALUE),
    }
    if button.grave:
        found["style"] = "primary"
    if button.ask:
        found["confirm"] = {
            "title": _plain("Are you sure?", 99),
            "text": _plain(button.ask, 290),
            "confirm": _plain(button.label, 29),
            "deny": _plain("No", 29),
        }
    return found


def heard_command(payload: Mapping[str, Any], envelope: str) -> Deed:
    """A slash command."""
    words = f"{payload.get('command', '')} {payload.get('text', '')}".strip()
    name = str(payload.get("trigger_id") or envelope)
    return Deed(name, "command", str(payload.get("user_id", "")), str(payload.get("channel_id", "")), words)


def heard_interaction(payload: Mapping[str, Any], envelope: str) -> Deed | None:
    """A button that was pressed or a form that was sent; None for what asks nothing of us."""
    user = str(_in(payload, "user", "id"))
    name = str(payload.get("trigger_id") or envelope)
    if payload.get("type") == "view_submission":
        values = _in(payload, "view", "state", "values")
        said = (
            {k: str(_in(v, "said", "value") or "") for k, v in values.items()} if isinstance(values, dict) else {}
        )
        form, memo = _in(payload, "view", "callback_id"), _in(payload, "view", "private_metadata")
        return Deed(name, "form", user, "", str(form), memo=str(memo), fields=said)
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return None
    action = str(_in(actions[0], "action_id")).partition(".")[0]
    if action == "open":
        return None
    room = str(_in(payload, "channel", "id"))
    return Deed(name, "press", user, room, action, value=str(_in(actions[0], "value")))


def _in(value: Any, *path: str) -> Any:
    """What stands at a path of a message from outside; empty where nothing does."""
    for key in path:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def read_json(text: str | bytes) -> dict[str, Any]:
    """A message of the socket; empty when it is none."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


NO_MEMBERS = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
"""What marks a user who is no full member of the workspace."""


def words_block(text: str) -> Block:
    """Plain words as a block."""
    return _section(lines(text, LINES))


def plain_words(text: str) -> str:
    """What somebody wrote in Slack without its marks: `<https://x|x>` is x, `&amp;` is &."""
    text = re.sub(r"<([^<>|]+)\|([^<>]+)>", r"\2", text)
    text = re.sub(r"<([^<>]+)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
