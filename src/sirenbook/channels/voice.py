"""Calls people: says what is wrong, and takes a key press: 1 acknowledges, 2 passes it on."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode
from xml.sax.saxutils import quoteattr

from sirenbook.channels import Callback, NotGenuine, Reply, Word
from sirenbook.channels.escaping import clip, one_line
from sirenbook.channels.twilio import Telephone, spoken, twiml
from sirenbook.channels.wording import heading, lateness, why
from sirenbook.model.intent import Notification, Receipt

RINGS = 25
"""Seconds until a call that nobody takes is given up: before voice mail takes it."""
WORDS = 600
_KEYS: Mapping[str, Literal["acknowledge", "pass_on"]] = {"1": "acknowledge", "2": "pass_on"}
_ENDS: Mapping[str, Literal["delivered", "undelivered"]] = {
    "completed": "delivered",
    "busy": "undelivered",
    "no-answer": "undelivered",
    "failed": "undelivered",
    "canceled": "undelivered",
}
_ASK = "Press 1 to acknowledge. Press 2 to pass it on."


class VoiceChannel(Telephone):
    """Calls by a gateway that speaks like Twilio, and takes its callbacks."""

    name = "voice"

    async def deliver(self, to: str, notification: Notification) -> Receipt:
        """One call, with its words in the address that the gateway asks for them."""
        said, url = words(notification), notification.answer_url
        if self._gateway.calls_back(url):
            fields = {
                "Url": f"{url}/say?{self._packed(url, said, asks=bool(notification.ack_url))}",
                "StatusCallback": f"{url}/status",
                "StatusCallbackEvent": "completed",
            }
        else:
            fields = {"Twiml": twiml(_say(said), _say(said)).body.decode()}
        return await self._gateway.create("Calls", to, {**fields, "Timeout": str(RINGS)}, notification)

    async def called(self, callback: Callback) -> Reply:
        """What to say at `<token>/say`, a key at `<token>/key`, the end of a call at `<token>/status`."""
        fields = self._gateway.checked(callback)
        token, _, what = callback.rest.partition("/")
        base = callback.url.partition("?")[0].removesuffix(f"/{what}")
        if what == "say":
            said, asks = self._unpacked(base, fields)
            return _script(said, f"{base}/key" if asks else "")
        if what == "key":
            return await self._pressed(token, fields)
        status = fields.get("CallStatus", "")
        if what == "status" and status in _ENDS:
            detail = f"the call ended: {status}, {one_line(fields.get('CallDuration', '0'), 8)} s"
            once = f"{fields.get('CallSid', '')} {status}"
            await self._gateway.hear(self.name, Word(_ENDS[status], once, token, detail=detail))
        return twiml()

    async def _pressed(self, token: str, fields: Mapping[str, str]) -> Reply:
        kind = _KEYS.get(fields.get("Digits", ""))
        if kind is None:
            return twiml(_say("That key means nothing here. Acknowledge on the page, or wait for the next call."))
        heard = await self._gateway.hear(self.name, Word(kind, fields.get("CallSid", ""), token))
        return twiml(_say(heard.text or "Thank you."))

    def _packed(self, base: str, said: str, *, asks: bool) -> str:
        """The words in the address that the gateway will call, so that nothing has to be kept until then."""
        text = base64.urlsafe_b64encode(said.encode()).decode()
        return urlencode({"w": text, "k": "1" if asks else "0", "s": self._seal(base, text, asks=asks)})

    def _unpacked(self, base: str, fields: Mapping[str, str]) -> tuple[str, bool]:
        text, asks = fields.get("w", ""), fields.get("k") == "1"
        if not hmac.compare_digest(self._seal(base, text, asks=asks).encode(), fields.get("s", "").encode()):
            raise NotGenuine("these words are not ours")
        try:
            return base64.urlsafe_b64decode(text).decode(), asks
        except (binascii.Error, UnicodeDecodeError) as fault:
            raise NotGenuine("these words are damaged") from fault

    def _seal(self, base: str, text: str, *, asks: bool) -> str:
        house = self._gateway.house
        key = house.secret("voice") if house else self._gateway.account.token.encode()
        rest = "/".join(base.split("/")[-1:])
        return hmac.new(key, f"{rest} {asks} {text}".encode(), hashlib.sha256).hexdigest()[:32]


def words(notification: Notification) -> str:
    """What is said, the most important first."""
    parts = [
        heading(notification),
        f"{one_line(notification.incident, 40)}, for {one_line(notification.person, 60)}",
        lateness(notification),
        one_line(notification.text, 200),
        f"Why you: {why(notification)}",
    ]
    return clip(". ".join(part.rstrip(".") for part in parts if part), WORDS) + "."


def _say(text: str) -> str:
    return f"<Say>{spoken(text)}</Say>"


def _script(said: str, key_url: str) -> Reply:
    """Said twice: whoever was asleep hears the second one."""
    if not key_url:
        return twiml(_say(said), _say(said))
    gather = f'<Gather numDigits="1" timeout="6" method="POST" action={quoteattr(key_url)}>'
    once = f"{gather}{_say(said)}{_say(_ASK)}</Gather>"
    return twiml(once, once, _say("No key was pressed. Goodbye."))
