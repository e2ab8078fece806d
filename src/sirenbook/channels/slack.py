"""Slack: pages with buttons, rooms for incidents, and what people do there, over Socket Mode and the Web API."""

import asyncio
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from unicodedata import normalize
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import structlog
from msgspec import Struct

from sirenbook.channels import ChannelFault, House, Secrets
from sirenbook.channels import slack_shapes as shapes
from sirenbook.channels.answer import accepted, failed, from_fault, refused
from sirenbook.channels.chat import Card, Deed, Feedback, Found, Hear, NameTaken, Room
from sirenbook.channels.destination import Guard, Lookup, resolve
from sirenbook.channels.escaping import clip, link, one_line, token
from sirenbook.channels.outgoing import KEYS, Post
from sirenbook.channels.settings import Settings
from sirenbook.channels.slack_check import check
from sirenbook.channels.slack_ears import SlackEars
from sirenbook.channels.slack_socket import Dialler, SlackSocket
from sirenbook.channels.slack_web import API, TOKENS, SlackFault, SlackWeb
from sirenbook.model.intent import Notification, Receipt

log = structlog.get_logger()

MOST_REMEMBERED = 2000
LONGEST_NAME, LONGEST_TOPIC = 80, 250
PAGES_OF_ROOMS = 20
MOST_PAGES = 5
"""How many pages of one incident to one place show what became of it."""
_SENT_BEFORE = ("duplicate_message_not_found", "duplicate_channel_not_found")
_NOT_FOR_ONE = (*TOKENS, "missing_scope", "channel_not_found", "is_archived", "not_in_channel")
_LOST_THREAD = ("thread_not_found", "invalid_thread_ts")
_KNOWN = ("api", "pace", "reaction", "prefix", "bridge", *KEYS)


class _Said(Struct, frozen=True):
    """A message that stands in Slack: its conversation's id, and its time, which is its own."""

    place: str = ""
    id: str = ""


class _Page(Struct, frozen=True):
    """A page as it was sent, for what becomes of it to be shown below."""

    said: _Said
    blocks: tuple[Any, ...]
    words: str


class SlackChannel:
    """One Slack workspace by its app's two tokens."""

    name = "slack"
    title = "Slack"
    follows = True
    """What was paged here shows that it was acknowledged, by whom, and that it is over."""

    def __init__(self, web: SlackWeb, app: SlackWeb, socket: Dialler, read: Settings) -> None:
        self._web = web
        self._app = app
        self._dial = socket
        reaction, prefix = read.text("reaction", "memo"), read.text("prefix", "note:")
        self._ears = SlackEars(web, reaction.strip(":"), prefix.casefold())
        self._bridge = read.text("bridge") if read.has("bridge") else ""
        self._table = read.table
        self._users: OrderedDict[str, str] = OrderedDict()
        self._threads: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._pages: OrderedDict[tuple[str, str], tuple[_Page, ...]] = OrderedDict()
        self._replies: set[asyncio.Task[None]] = set()
        self._house: House | None = None

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], secrets: Secrets, folder: Path, *, lookup: Lookup = resolve
    ) -> Self:
        """Reads `[channels.slack]`: the two tokens by _env or _file, pace, reaction, prefix, bridge, allow, …"""
        read = Settings(cls.name, settings, secrets, known=_KNOWN, secret=("bot_token", "app_token"))
        api = read.text("api", API)
        if not link(api):
            raise ChannelFault(f"{read.table} has api = {api!r}", f'write api = "{API}", or leave it out')
        bot, app = _token(read, "bot_token", "xoxb-"), _token(read, "app_token", "xapp-")
        pause = read.number("pace", 1.0, low=0, high=60)
        dial = Dialler(
            Guard(read.words("allow"), table=read.table),
            read.path("ca_file", folder),
            lookup,
            plain=urlsplit(api).scheme == "http",
        )
        post = Post.from_settings(read, folder, lookup)
        return cls(SlackWeb(post, api, bot, pause), SlackWeb(post, api, app, 0), dial, read)

    def join(self, house: House) -> None:
        """Learn of the house, which keeps a secret for us."""
        self._house = house

    async def send(self, notification: Notification) -> Receipt:
        """Make one attempt; a repeated one is known by its name, and Slack shows it once."""
        try:
            return await self._deliver(notification)
        except SlackFault as fault:
            return receipt_of(fault)
        except Exception as fault:
            return from_fault(fault)

    async def _deliver(self, message: Notification) -> Receipt:
        to = message.to
        if not shapes.is_place(to):
            return refused("no place in Slack: a member id (U…), a conversation (C…), a #channel or an e-mail")
        place = await self.user_of(to) if shapes.is_user(to) else to
        if not place:
            return refused("nobody in this workspace has this e-mail address")
        if message.moment != "called":
            return await self._follow(place, message)
        about = (place, message.thread or message.incident)
        blocks, words = shapes.page_card(message)
        thread = "" if message.demands else self._threads.get(about, "")
        said = await self._post(place, blocks, words, message.key, thread)
        if message.demands and said.id and not message.bundled:
            pages = (*self._pages.get(about, ())[-MOST_PAGES + 1 :], _Page(said, tuple(blocks), words))
            keep(self._pages, about, pages)
        if said.id:
            keep(self._threads, about, self._threads.get(about) or said.id)
        return accepted(f"posted to {place}", name=said.id)

    async def _follow(self, place: str, message: Notification) -> Receipt:
        """Show below a page what became of it, or tell it where the page is not known any more."""
        about = (place, message.thread or message.incident)
        pages = self._pages.get(about, ())
        if not pages:
            words = f"{message.incident}: {message.text}"
            said = await self._post(place, [shapes.words_block(words)], shapes.escaped(words, 400), message.key)
            return accepted(f"posted to {place}", name=said.id)
        for page in pages:
            blocks = shapes.settled_blocks(list(page.blocks), message.text)
            await self._web.say("chat.update", page.said.place, ts=page.said.id, text=page.words, blocks=blocks)
        return accepted("shown below the page", name=pages[-1].said.id)

    async def _post(self, place: str, blocks: list[Any], words: str, key: str, thread: str = "") -> _Said:
        """Post once for a key, into a thread as long as it stands."""
        content: dict[str, Any] = {
            "text": words,
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
            "client_msg_id": str(uuid5(NAMESPACE_URL, key.encode("utf-8", "replace").decode())),
            "metadata": {"event_type": "sirenbook", "event_payload": {"key": token(key)}},
        }
        try:
            more = {"thread_ts": thread} if thread else {}
            return _said(await self._web.say("chat.postMessage", place, **content, **more))
        except SlackFault as fault:
            if fault.code in _SENT_BEFORE:
                return _Said()
            if thread and fault.code in _LOST_THREAD:
                return _said(await self._web.say("chat.postMessage", place, **content))
            raise

    async def listen(self, hear: Hear) -> None:
        """Hear what people do, for ever."""

        async def open_() -> str:
            return str((await self._app.call("apps.connections.open")).get("url", ""))

        await SlackSocket(open_, self._dial).run(lambda envelope: self._take(envelope, hear))

    async def _take(self, envelope: Mapping[str, Any], hear: Hear) -> Mapping[str, Any] | None:
        payload, name = envelope.get("payload"), str(envelope["envelope_id"])
        if not isinstance(payload, dict):
            return None
        heard = await self._ears.heard(str(envelope.get("type")), payload, name)
        reply = await hear(heard) if heard is not None else None
        if heard is None or reply is None:
            return None
        if heard.kind == "form" and reply.wrong:
            return {"response_action": "errors", "errors": {k: clip(v, 140) for k, v in reply.wrong.items()}}
        task = asyncio.create_task(self._reply(heard, reply, payload))
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)
        return None

    async def _reply(self, heard: Deed, reply: Feedback, payload: Mapping[str, Any]) -> None:
        try:
            if reply.form is not None:
                asked = {"trigger_id": payload.get("trigger_id"), "view": shapes.form_view(reply.form)}
                await self._web.call("views.open", **asked)
                return
            await self._say_back(heard, reply, payload)
        except Exception as fault:
            log.warning("a reply did not reach Slack", user=heard.user, fault=from_fault(fault).detail)

    async def _say_back(self, heard: Deed, reply: Feedback, payload: Mapping[str, Any]) -> None:
        url = link(str(payload.get("response_url", "")))
        blocks = [b for card in reply.cards for b in shapes.card_blocks(card)[0]]
        words = shapes.escaped(reply.text, 2500)
        if not url:  # a form and an event bring no address to answer at
            await self._post(heard.user, blocks or [shapes.words_block(reply.text)], words, f"reply.{heard.id}")
            return
        content: dict[str, Any] = {"response_type": "ephemeral", "replace_original": False, "text": words}
        if blocks:
            content["blocks"] = ([shapes.words_block(reply.text)] if reply.text else []) + blocks
        if reply.settles:
            message = payload.get("message")
            before = message.get("blocks") if isinstance(message, dict) else None
            content |= {"replace_original": True, "blocks": shapes.settled_blocks(before or [], reply.text)}
        await self._web.answer(url, content)

    def room_name(self, wanted: str) -> str:
        """Lower case letters, digits, - and _, at most 80 of them."""
        letters = normalize("NFKD", wanted.lstrip("#").casefold()).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^a-z0-9_-]+", "-", letters)
        return re.sub(r"-{2,}", "-", plain).strip("-_")[:LONGEST_NAME].strip("-_") or "incident"

    async def open_room(self, name: str, *, private: bool) -> Room:
        """Make a channel. Raises NameTaken or SlackFault."""
        try:
            found = await self._web.call("conversations.create", name=name, is_private=private)
        except SlackFault as fault:
            if fault.code == "name_taken":
                raise NameTaken(f"#{name} exists", code=fault.code) from fault
            raise
        return _room(found.get("channel"), name)

    async def own_room(self, name: str) -> Room | None:
        """The channel of this name, if our app made it. Raises SlackFault."""
        ours = str((await self._web.call("auth.test")).get("user_id", ""))
        cursor = ""
        for _ in range(PAGES_OF_ROOMS):
            more = {"cursor": cursor} if cursor else {}
            kinds = "public_channel,private_channel"
            found = await self._web.call(
                "conversations.list", types=kinds, exclude_archived=True, limit=200, **more
            )
            for each in found.get("channels") or ():
                if isinstance(each, dict) and each.get("name") == name:
                    return _room(each, name) if each.get("creator") == ours else None
            cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return None

    async def invite(self, room: str, users: Sequence[str]) -> None:
        """Bring people in. Raises SlackFault."""
        for user in users:
            try:
                await self._web.call("conversations.invite", channel=room, users=user)
            except SlackFault as fault:
                if fault.again is not None or fault.code in _NOT_FOR_ONE:
                    raise
                if fault.code != "already_in_channel":  # one who cannot come must not keep the others out
                    log.warning("somebody cannot be invited", user=user, room=room, fault=str(fault))

    async def set_topic(self, room: str, topic: str) -> None:
        """Set the channel's topic. Raises SlackFault."""
        await self._web.call("conversations.setTopic", channel=room, topic=one_line(topic, LONGEST_TOPIC))

    async def post(self, room: str, card: Card, key: str) -> str:
        """Post to a channel, once for each key. Raises SlackFault."""
        blocks, words = shapes.card_blocks(card)
        return (await self._post(room, blocks, words, key)).id

    async def change(self, room: str, message: str, card: Card) -> None:
        """Put other words in the place of a message's. Raises SlackFault."""
        blocks, words = shapes.card_blocks(card)
        await self._web.say("chat.update", room, ts=message, text=words, blocks=blocks)

    async def user_of(self, address: str) -> str:
        """The member behind an id or an e-mail address; empty where nobody is. Raises SlackFault."""
        if "@" not in address:
            return address if shapes.is_user(address) else ""
        key = address.casefold()
        if key not in self._users:
            try:
                found = await self._web.call("users.lookupByEmail", email=address)
            except SlackFault as fault:
                if fault.code != "users_not_found":
                    raise
                return ""
            user = found.get("user")
            keep(self._users, key, str(user.get("id", "")) if isinstance(user, dict) else "")
        return self._users[key]

    async def email_of(self, user: str) -> str:
        """The e-mail address of a full member of this workspace; empty for bots, guests and strangers."""
        try:
            found = (await self._web.call("users.info", user=user)).get("user")
        except SlackFault as fault:
            if fault.code == "user_not_found":
                return ""
            raise
        if not isinstance(found, dict) or any(found.get(k) for k in shapes.NO_MEMBERS):
            return ""
        profile = found.get("profile")
        return str(profile.get("email", "")) if isinstance(profile, dict) else ""

    async def check(self) -> list[Found]:
        """What `doctor` says of the tokens."""
        return await check(self._web, self._app, self._table)

    def bridge(self, incident: str) -> str:
        """The call of an incident: the bound address, with its number and a word that nobody guesses filled in."""
        if self._house is None:
            return ""
        key = self._house.secret("slack bridge")
        word = hmac.new(key, incident.encode(), hashlib.sha256).hexdigest()[:16]
        return link(self._bridge.replace("{incident}", incident.lower()).replace("{word}", word))

    async def close(self) -> None:
        """Let go of connections."""
        for task in tuple(self._replies):
            task.cancel()
        await self._web.close()


def receipt_of(fault: SlackFault) -> Receipt:
    """What a refusal means for a page."""
    if fault.again is None:
        mend = "; `sirenbook doctor` says what the tokens lack" if fault.code in TOKENS else ""
        return refused(f"{fault}{mend}")
    return failed(str(fault), down=fault.down, retry_after=fault.again if fault.code == "ratelimited" else None)


def keep(known: "OrderedDict[Any, Any]", key: Any, value: Any) -> None:
    """Keep something, letting go of the oldest."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_REMEMBERED:
        known.popitem(last=False)


def _said(answer: Mapping[str, Any]) -> _Said:
    return _Said(str(answer.get("channel", "")), str(answer.get("ts", "")))


def _room(found: object, name: str) -> Room:
    fields = found if isinstance(found, dict) else {}
    if not fields.get("id"):
        raise SlackFault("unreadable", "Slack named no channel", 5.0)
    return Room(str(fields["id"]), f"#{fields.get('name') or name}")


def _token(read: Settings, key: str, prefix: str) -> str:
    found = read.secret(key)
    where = "OAuth & Permissions" if prefix == "xoxb-" else "Basic Information, App-Level Tokens"
    if found is None:
        raise ChannelFault(f"{read.table} has no {key}", f"write {key}_env; Slack shows it under {where}")
    if not found.startswith(prefix) or not re.fullmatch(r"[!-~]+", found):
        raise ChannelFault(
            f"the {key} of {read.table} is none", f"it begins with {prefix}; Slack shows it under {where}"
        )
    return found
