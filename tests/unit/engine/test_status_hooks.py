"""Webhooks of subscribers: a challenge that must come back, signed news, and never a call into our own house."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

import pytest
from starlette.responses import PlainTextResponse, Response

from contracts.stand_ins import HttpServer, Yard
from sirenbook.channels.webhook import signature
from sirenbook.engine.status.hooks import Hooks
from sirenbook.model.intent import Receipt
from sirenbook.store.status import Notice

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def server() -> Iterator[HttpServer]:
    yard = Yard()
    yield HttpServer(yard)
    yard.stop()


def call(allow: tuple[str, ...], make: Callable[[Hooks], Awaitable[Receipt]]) -> Receipt:
    async def whole() -> Receipt:
        hooks = Hooks(allow)
        try:
            return await make(hooks)
        finally:
            await hooks.close()

    return asyncio.run(whole())


def asked(server: HttpServer, allow: tuple[str, ...] = ("127.0.0.1",)) -> Receipt:
    return call(allow, lambda hooks: hooks.challenge(f"{server.url}/hook", KEY, "ch4llenge", NOW))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (PlainTextResponse("ch4llenge\n"), "accepted"),
        (Response('{"challenge": "ch4llenge"}'), "accepted"),
        (PlainTextResponse("ok"), "refused"),
        (Response('{"challenge": 7}'), "refused"),
        (PlainTextResponse("ch4llenge", 500), "refused"),
        (Response(status_code=302, headers={"location": "/elsewhere"}), "refused"),
    ],
)
def test_only_what_sends_the_challenge_back_subscribes(server: HttpServer, answer: Response, outcome: str) -> None:
    server.answer = lambda request: answer
    assert asked(server).outcome == outcome
    [(_, body)] = server.requests
    told = json.loads(body)
    assert (told["type"], told["data"]["challenge"]) == ("status.challenge", "ch4llenge")
    assert told["data"]["secret"].startswith("whsec_")


def test_no_call_goes_into_our_own_house(server: HttpServer) -> None:
    refused = asked(server, ())
    assert (refused.outcome, server.requests) == ("refused", [])
    assert "[status]" in refused.detail


def test_news_is_signed_and_says_how_to_end_it(server: HttpServer) -> None:
    notice = Notice("INC-7.12", NOW, ("Desk",), "Desk: <b>down</b>", "We are on it.", "/status")

    def tell(hooks: Hooks) -> Awaitable[Receipt]:
        return hooks.tell(
            f"{server.url}/hook", KEY, notice, NOW, more="https://x.example/s", end="https://x.example/u"
        )

    assert call(("127.0.0.1",), tell).outcome == "accepted"
    [(request, body)] = server.requests
    assert request.headers["webhook-signature"] == signature(KEY, request.headers["webhook-id"], NOW, body)
    told = json.loads(body)
    assert (told["type"], told["data"]["text"]) == ("status.update", "We are on it.")
    assert told["data"]["unsubscribe"] == "https://x.example/u"
