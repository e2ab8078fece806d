"""Calls the Slack Web API: at the pace it allows, with its errors told apart by whether trying again helps."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from sirenbook.channels.answer import from_fault
from sirenbook.channels.chat import ChatFault
from sirenbook.channels.escaping import one_line
from sirenbook.channels.outgoing import Answer, Post

API = "https://slack.com/api"
LARGEST_ANSWER = 1 << 20
LONGEST_QUEUE = 5.0
"""Seconds that a message may wait for its turn in one conversation; what would wait longer comes back later."""
MOST_PLACES = 2000
SOON, LATER = 5.0, 60.0
UNREACHED = "unreached"
"""The code of what did not get as far as Slack."""

# Slack's own words for what is likely to pass; everything else that it refuses stays refused.
_PASSING = {
    "ratelimited": SOON,
    "rate_limited": SOON,
    "internal_error": SOON,
    "fatal_error": SOON,
    "request_timeout": SOON,
    "service_unavailable": SOON,
    "team_added_to_org": LATER,
    "accesslimited": LATER,
}
_DOWN = ("internal_error", "fatal_error", "request_timeout", "service_unavailable")
_FORMS = (
    "users.lookupByEmail",
    "users.info",
    "conversations.list",
    "conversations.history",
    "conversations.replies",
)
"""The methods that take no JSON."""
TOKENS = (
    "not_authed",
    "invalid_auth",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
)


class SlackFault(ChatFault):
    """What Slack would not do; `down` when it would not have done it for anybody."""

    def __init__(self, code: str, text: str = "", again: float | None = None, *, down: bool = False) -> None:
        super().__init__(text or f"Slack says {one_line(code, 80)}", again, code)
        self.down = down


class Pace:
    """Lets one thing a moment through at each place, in the order of asking."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._next: dict[str, float] = {}

    async def turn(self, place: str) -> None:
        """Wait for the next turn at a place. Raises SlackFault where too many wait already."""
        now = asyncio.get_running_loop().time()
        mine = max(self._next.get(place, 0.0), now)
        if mine - now > LONGEST_QUEUE:
            raise SlackFault("ratelimited", "too many messages for one conversation at once", mine - now)
        if len(self._next) > MOST_PLACES:
            self._next = {p: at for p, at in self._next.items() if at > now}
        self._next[place] = mine + self._pause
        await asyncio.sleep(mine - now)


class SlackWeb:
    """The Web API with one token."""

    def __init__(self, post: Post, api: str, access: str, pause: float) -> None:
        self._post = post
        self._api = api.rstrip("/")
        self._access = access
        self._pace = Pace(pause)
        self._closed: dict[str, float] = {}

    async def say(self, method: str, place: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that posts to a conversation, when it is its turn."""
        await self._pace.turn(place)
        return await self.call(method, channel=place, **arguments)

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method; raises SlackFault for what Slack refuses, and for what goes wrong on the way there."""
        return (await self.call_with_headers(method, **arguments))[0]

    async def call_with_headers(self, method: str, **arguments: Any) -> tuple[dict[str, Any], Mapping[str, str]]:
        """The same, with the headers of the answer."""
        self._stay_away(method)
        body, kind = _encoded(method, arguments)
        headers = {"Authorization": f"Bearer {self._access}", "Content-Type": kind}
        answer = await self._posted(f"{self._api}/{method}", body, headers)
        if answer.status == 429:
            said = answer.headers.get("retry-after", "").strip()
            wait = float(said) if said.isascii() and said.isdigit() else SOON
            self._closed[method] = asyncio.get_running_loop().time() + wait
            raise SlackFault("ratelimited", f"Slack asks to wait {wait:g} s", wait, down=True)
        if answer.status != 200:
            raise SlackFault(f"http_{answer.status}", f"Slack answered {answer.status}", SOON, down=True)
        return _sound(answer.body), answer.headers

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            return await self._post(url, body, headers, limit=LARGEST_ANSWER)
        except Exception as fault:
            meant = from_fault(fault)
            again = None if meant.outcome == "refused" else SOON
            raise SlackFault(UNREACHED, meant.detail, again, down=meant.provider_down) from fault

    def _stay_away(self, method: str) -> None:
        left = self._closed.get(method, 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise SlackFault("ratelimited", f"Slack asked to wait, {left:.0f} s more", left)

    async def answer(self, url: str, content: Mapping[str, Any]) -> None:
        """Answer a command or a press at the address that came with it."""
        await self._post(url, msgspec.json.encode(content), {}, limit=LARGEST_ANSWER)

    async def close(self) -> None:
        """Let go of connections."""
        await self._post.close()


def _encoded(method: str, arguments: Mapping[str, Any]) -> tuple[bytes, str]:
    if method in _FORMS:
        plain = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in arguments.items()}
        return urlencode(plain).encode(), "application/x-www-form-urlencoded"
    return msgspec.json.encode(arguments), "application/json; charset=utf-8"


def _sound(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise SlackFault("unreadable", "Slack's answer cannot be read", SOON, down=True) from None
    if found.get("ok") is True:
        return found
    code = str(found.get("error", "unknown_error"))
    text = f"Slack says {one_line(code, 80)}"
    if code == "missing_scope":
        text += f": the app needs {one_line(str(found.get('needed', '')), 80)}"
    raise SlackFault(code, text, _PASSING.get(code), down=code in _DOWN)
