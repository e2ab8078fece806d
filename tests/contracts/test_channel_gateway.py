"""SMS and voice: what is sent, what is refused, and which of the calls back are believed."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace

from contracts.channel_harness import AT, a_page, deliver, gateway_channel
from contracts.stand_ins import Behaviour, HttpServer, Yard, black_hole, closed_port, nonsense, reset
from contracts.twilio_stand_in import ACCOUNT, AUTH_TOKEN, Twilio, calling, signed, words
from sirenbook.channels import Callback, ChannelFault, Heard, NotGenuine, Reply, Word
from sirenbook.channels.sms import SmsChannel
from sirenbook.channels.sms import words as sms_words
from sirenbook.channels.twilio import number, signature
from sirenbook.channels.voice import VoiceChannel

BASE = "https://siren.example/callback"
TOKEN = "tok.en"
TO = "+14155550123"


class Ear:
    """A house that keeps what it hears."""

    def __init__(self) -> None:
        self.words: list[tuple[str, Word]] = []

    def secret(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")

    async def hear(self, channel: str, word: Word) -> Heard:
        again = any(w.once == word.once and w.kind == word.kind for _, w in self.words)
        self.words.append((channel, word))
        return Heard("repeated", "Heard already.") if again else Heard("done", "INC-12 <is> yours.")


def joined(kind: Any, server: Twilio | HttpServer, folder: Path) -> tuple[Any, Ear]:
    channel, ear = gateway_channel(kind, server.url, folder), Ear()
    channel.join(ear)
    return channel, ear


def call(channel: Any, callback: Callback) -> Reply:
    return asyncio.run(channel.called(callback))


def page(channel: str, **more: Any) -> Any:
    return a_page(to=TO, answer_url=f"{BASE}/{channel}/{TOKEN}", ack_code="4711", **more)


def sms_back(rest: str, **fields: str) -> Callback:
    return calling(f"{BASE}/sms/{rest}", rest, {"MessageSid": "SM1", **fields}, AT)


def voice_back(rest: str, url: str = "", **fields: str) -> Callback:
    return calling(url or f"{BASE}/voice/{rest}", rest, {"CallSid": "CA1", **fields}, AT)


@pytest.mark.parametrize("kind", [SmsChannel, VoiceChannel])
@pytest.mark.parametrize(
    ("to", "outcome", "code"),
    [
        ("+15005550001", "refused", "21211"),
        ("+15005550004", "refused", "21610"),
        ("+15005550009", "refused", "21614"),
        ("+15005550429", "failed", "20429"),
        ("not a number", "refused", "country"),
        ("+19005550123", "refused", "country"),
        ("+" + "4" * 40, "refused", "country"),
        ("0151 2345678", "refused", "country"),
    ],
)
def test_a_number_that_cannot_be_reached_is_refused_at_once(
    twilio: Twilio, tmp_path: Path, kind: Any, to: str, outcome: str, code: str
) -> None:
    (receipt,) = deliver(gateway_channel(kind, twilio.url, tmp_path), a_page(to=to))
    assert receipt.outcome == outcome and code in receipt.detail and "canary" not in receipt.detail
    assert receipt.provider_down == (code == "20429"), (
        "too many is to be left alone; a wrong number is its own fault"
    )


@pytest.mark.parametrize("kind", [SmsChannel, VoiceChannel])
@pytest.mark.parametrize(
    ("fault", "unsure"),
    [(black_hole, True), (reset, True), (nonsense, True), (None, False)],
    ids=["no answer", "cut off", "nonsense", "closed"],
)
def test_what_may_have_been_taken_is_told_from_what_was_not(
    yard: Yard, tmp_path: Path, kind: Any, fault: Behaviour | None, unsure: bool
) -> None:
    port = yard.raw(fault) if fault else closed_port()
    channel = gateway_channel(kind, f"http://127.0.0.1:{port}", tmp_path, timeout=0.3)
    (receipt,) = deliver(channel, a_page(to=TO))
    assert (receipt.outcome, receipt.provider_down, receipt.unsure) == ("failed", True, unsure), receipt


def test_a_wrong_account_is_told_without_its_secret(twilio: Twilio, tmp_path: Path) -> None:
    (receipt,) = deliver(gateway_channel(SmsChannel, twilio.url, tmp_path, auth_token_env="OLD"), a_page(to=TO))
    assert receipt.outcome == "refused" and "20003" in receipt.detail and "canary" not in receipt.detail


def test_the_gateway_is_told_where_to_say_what_became_of_it(twilio: Twilio, tmp_path: Path) -> None:
    channel, _ = joined(SmsChannel, twilio, tmp_path)
    deliver(channel, page("sms"))
    [message] = twilio.messages
    assert message["StatusCallback"] == f"{BASE}/sms/{TOKEN}/status"
    assert 'Reply "ack 4711" or https://siren.example/a/tok' in message["Body"]


@pytest.mark.parametrize("title", ["x" * 5000, "👩‍👩‍👧" * 500, "Ω€{}" * 400])
def test_a_message_has_few_parts_and_ends_between_letters(title: str) -> None:
    text = sms_words(a_page(title=title, text=title, facts=((title, title),) * 9))
    assert len(text.encode("utf-16-le")) // 2 <= 6 * 153
    assert text.encode("utf-16-le").decode("utf-16-le") == text and "INC-12" in text


def test_a_number_is_read_as_people_write_it() -> None:
    assert number("+1 (415) 555-0123") == number("+14155550123") == "+14155550123"
    assert [number(t) for t in ("4155550123", "+1", "+1415555O123", "++14155550123", "")] == [""] * 5


def test_a_reply_acknowledges_by_its_code(twilio: Twilio, tmp_path: Path) -> None:
    channel, ear = joined(SmsChannel, twilio, tmp_path)
    answer = call(channel, sms_back("in", From=TO, Body=" Ack  4711! "))
    assert words(answer) == "INC-12 <is> yours."
    assert ear.words == [("sms", Word("acknowledge", "SM1", sender=TO, code="4711"))]
    assert words(call(channel, sms_back("in", From=TO, Body="ack 4711"))) == ""
    call(channel, sms_back("in", From=TO, Body="pass 4711", MessageSid="SM2"))
    assert ear.words[-1][1].kind == "pass_on"


@pytest.mark.parametrize("body", ["", "thanks!", "ack", "ack 12", "call me at 4155550123", "4711 4712", "x" * 9999])
def test_other_replies_say_nothing(twilio: Twilio, tmp_path: Path, body: str) -> None:
    channel, ear = joined(SmsChannel, twilio, tmp_path)
    assert words(call(channel, sms_back("in", From=TO, Body=body))) == ""
    assert ear.words == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("delivered", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "undelivered"),
        ("sent", None),
        ("?", None),
    ],
)
def test_what_became_of_a_message_is_heard(twilio: Twilio, tmp_path: Path, status: str, kind: str | None) -> None:
    channel, ear = joined(SmsChannel, twilio, tmp_path)
    call(channel, sms_back(f"{TOKEN}/status", MessageStatus=status, ErrorCode="30003"))
    heard = [(w.kind, w.token, w.detail) for _, w in ear.words]
    assert heard == ([(kind, TOKEN, "error 30003")] if kind else [])


def test_a_call_says_what_is_wrong_and_takes_a_key(twilio: Twilio, tmp_path: Path) -> None:
    channel, ear = joined(VoiceChannel, twilio, tmp_path)
    deliver(channel, page("voice", title="</Say><Dial>+1900</Dial>"))
    [made] = twilio.calls
    assert made["StatusCallback"] == f"{BASE}/voice/{TOKEN}/status" and "Twiml" not in made
    said = words(call(channel, voice_back(f"{TOKEN}/say", made["Url"])))
    assert "</Say><Dial>+1900</Dial>" in said and said.count("Press 1 to acknowledge") == 2
    gather = call(channel, voice_back(f"{TOKEN}/say", made["Url"])).body.decode()
    assert f'action="{BASE}/voice/{TOKEN}/key"' in gather and "<Dial>" not in gather
    assert words(call(channel, voice_back(f"{TOKEN}/key", Digits="1"))) == "INC-12 <is> yours."
    assert ear.words == [("voice", Word("acknowledge", "CA1", TOKEN))]
    call(channel, voice_back(f"{TOKEN}/key", Digits="2"))
    assert ear.words[-1][1].kind == "pass_on"
    assert "nothing" in words(call(channel, voice_back(f"{TOKEN}/key", Digits="9"))) and len(ear.words) == 2


def test_words_that_are_not_ours_are_not_said(twilio: Twilio, tmp_path: Path) -> None:
    """Although the gateway signed the call: somebody may have told it to call another address."""
    channel, _ = joined(VoiceChannel, twilio, tmp_path)
    deliver(channel, page("voice"))
    [made] = twilio.calls
    query = dict(parse_qsl(urlsplit(made["Url"]).query))
    for url in (made["Url"].replace(f"w={query['w'][:9]}", "w=QUJDREVGR"), made["Url"].replace("k=1", "k=0")):
        with pytest.raises(NotGenuine):
            call(channel, voice_back(f"{TOKEN}/say", url))


@pytest.mark.parametrize(
    ("status", "kind"),
    [("completed", "delivered"), ("busy", "undelivered"), ("no-answer", "undelivered"), ("ringing", None)],
)
def test_the_end_of_a_call_is_heard(twilio: Twilio, tmp_path: Path, status: str, kind: str | None) -> None:
    channel, ear = joined(VoiceChannel, twilio, tmp_path)
    call(channel, voice_back(f"{TOKEN}/status", CallStatus=status, CallDuration="17"))
    assert [w.kind for _, w in ear.words] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "spoil", ["unsigned", "odd letters", "other secret", "other address", "field changed", "other account"]
)
def test_a_call_back_that_the_gateway_did_not_sign_is_not_believed(
    twilio: Twilio, tmp_path: Path, spoil: str
) -> None:
    channel, ear = joined(SmsChannel, twilio, tmp_path)
    good = sms_back("in", From=TO, Body="ack 4711")
    fields = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": TO, "Body": "ack 4711"}
    bad = {
        "unsigned": replace(good, headers={}),
        "odd letters": replace(good, headers={"x-twilio-signature": "é"}),
        "other secret": replace(good, headers={"x-twilio-signature": signed(good.url, fields, "guess")}),
        "other address": replace(good, url=f"{BASE}/voice/in"),
        "field changed": replace(good, body=good.body.replace(b"4711", b"4712")),
        "other account": calling(good.url, "in", {**fields, "AccountSid": "AC" + "9" * 32}, AT),
    }[spoil]
    with pytest.raises(NotGenuine):
        call(channel, bad)
    assert ear.words == []


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of Twilio's own documents."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234"}
    fields |= {"From": "+14158675310", "To": "+18005551212"}
    assert signature("12345", url, list(fields.items())) == "GvWf1cFY/Q7PnoempGyD5oXAezc="


def test_the_port_of_the_scheme_may_stand_in_the_address_or_not(twilio: Twilio, tmp_path: Path) -> None:
    channel, ear = joined(SmsChannel, twilio, tmp_path)
    good = sms_back("in", From=TO, Body="ack 4711")
    fields = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": TO, "Body": "ack 4711"}
    ported = signed(good.url.replace("siren.example", "siren.example:443"), fields)
    call(channel, replace(good, headers={"x-twilio-signature": ported}))
    assert len(ear.words) == 1


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"account": "../x"}, "account"),
        ({"from": "Siren"}, "from"),
        ({"auth_token_env": "NOT_SET"}, "NOT_SET"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, str], word: str) -> None:
    with pytest.raises(ChannelFault, match=word) as fault:
        gateway_channel(VoiceChannel, "http://127.0.0.1:1", tmp_path, **settings)
    assert fault.value.help and AUTH_TOKEN not in str(fault.value)
