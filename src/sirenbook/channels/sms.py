"""Sends pages as SMS; `ack 1234` in reply acknowledges."""

import re
from collections.abc import Mapping
from typing import Literal

from sirenbook.channels import Callback, Reply, Word
from sirenbook.channels.escaping import clip, link, one_line
from sirenbook.channels.twilio import Telephone, number, spoken, twiml
from sirenbook.channels.wording import facts, heading, lateness, manner, why
from sirenbook.model.intent import Notification, Receipt

SEGMENTS = 6
"""How many parts a message may have: more cost more and arrive later."""
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_GSM = re.compile(r"[A-Za-z0-9 \n@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà]*")
_REPLY = re.compile(r"\s*(ack|acknowledge|ok|yes|pass|no)?\W*(\d{4})\W*", re.IGNORECASE)
_PASSED = ("pass", "no")
_ENDS: Mapping[str, Literal["delivered", "undelivered"]] = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
}


class SmsChannel(Telephone):
    """Sends by a gateway that speaks like Twilio, and takes its callbacks."""

    name = "sms"

    async def deliver(self, to: str, notification: Notification) -> Receipt:
        """One message, in as few parts as it takes."""
        fields = {"Body": words(notification)}
        if self._gateway.calls_back(notification.answer_url):
            fields["StatusCallback"] = f"{notification.answer_url}/status"
        return await self._gateway.create("Messages", to, fields, notification)

    async def called(self, callback: Callback) -> Reply:
        """A reply by SMS at `in`, or what became of a message at `<token>/status`. Raises NotGenuine."""
        fields = self._gateway.checked(callback)
        if callback.rest == "in":
            return await self._answered(fields)
        token = callback.rest.removesuffix("/status")
        status = fields.get("MessageStatus", "")
        if token != callback.rest and status in _ENDS:
            code = f"error {fields['ErrorCode']}" if fields.get("ErrorCode") else ""
            once = f"{fields.get('MessageSid', '')} {status}"
            await self._gateway.hear(self.name, Word(_ENDS[status], once, token, detail=one_line(code, 40)))
        return twiml()

    async def _answered(self, fields: Mapping[str, str]) -> Reply:
        said = _REPLY.fullmatch(fields.get("Body", "")[:100])
        sender = number(fields.get("From", ""))
        if said is None or not sender:
            return twiml()
        kind: Literal["acknowledge", "pass_on"] = "pass_on" if (said[1] or "").lower() in _PASSED else "acknowledge"
        word = Word(kind, fields.get("MessageSid", ""), sender=sender, code=said[2])
        heard = await self._gateway.hear(self.name, word)
        if heard.outcome == "repeated" or not heard.text:
            return twiml()
        return twiml(f"<Message>{spoken(heard.text)}</Message>")


def words(notification: Notification) -> str:
    """What matters first, cut so that few parts carry it; letters beyond the old alphabet make parts shorter."""
    ack = link(notification.ack_url)
    code = f'Reply "ack {notification.ack_code}"' if notification.ack_code else ""
    parts = [
        heading(notification),
        f"{one_line(notification.incident, 40)} {manner(notification)} for {one_line(notification.person, 60)}",
        " or ".join(part for part in (code, ack) if part),
        f"Why you: {clip(why(notification), 200)}",
        lateness(notification),
        one_line(notification.text, 200),
        link(notification.url),
        *(f"{label}: {clip(value, 80)}" for label, value in facts(notification)[:4]),
    ]
    text = "\n".join(part for part in parts if part).translate(_PLAIN)
    return _cut(text)


def _cut(text: str) -> str:
    limit = SEGMENTS * (153 if _GSM.fullmatch(text) else 67)
    if len(text.encode("utf-16-le", "replace")) // 2 <= limit:
        return text
    kept = text.encode("utf-16-le", "replace")[: (limit - 3) * 2].decode("utf-16-le", "ignore")
    return kept + "..."
