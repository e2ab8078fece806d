"""The channels over HTTP: what each answer means, where calls may go, and who gets to see the secrets."""

import asyncio
import base64
import json
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import EAI_AGAIN, gaierror

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from contracts.channel_harness import AT, a_page, deliver, ntfy_channel, webhook_channel
from contracts.stand_ins import HttpServer, Yard, black_hole, certificate
from sirenbook.channels import ChannelFault
from sirenbook.model.intent import Receipt

CHANNELS = ("webhook", "ntfy")


def post(kind: str, url: str, folder: Path, to: str = "", **more: object) -> Receipt:
    channel = webhook_channel(folder, url=url + "/hook", **more) if kind == "webhook" else None
    (receipt,) = deliver(channel or ntfy_channel(url, folder, **more), a_page(to=to or "ada-oncall"))
    return receipt


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize(
    ("status", "outcome", "down"),
    [
        *((s, "accepted", False) for s in (200, 201, 202, 204)),
        *((s, "refused", False) for s in (300, 301, 302, 304, 307, 400, 401, 403, 404, 405, 410, 413, 418)),
        *((s, "failed", False) for s in (408, 425)),
        *((s, "failed", True) for s in (429, 500, 502, 503, 504, 599)),
    ],
)
def test_what_a_status_means(
    http: HttpServer, tmp_path: Path, kind: str, status: int, outcome: str, down: bool
) -> None:
    http.answer = lambda request: Response(status_code=status)
    receipt = post(kind, http.url, tmp_path)
    assert (receipt.outcome, receipt.provider_down) == (outcome, down), receipt
    assert str(status) in receipt.detail


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (format_datetime(AT + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(AT - timedelta(days=1), usegmt=True), 0.0),
        ("soon", None),
        ("-3", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_honoured(
    http: HttpServer, tmp_path: Path, kind: str, status: int, value: str, seconds: float | None
) -> None:
    http.answer = lambda request: PlainTextResponse("slow down", status, {"Retry-After": value})
    assert post(kind, http.url, tmp_path).retry_after == seconds


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("target", ["/elsewhere", "http://127.0.0.1:1/", "http://169.254.169.254/latest/"])
def test_redirects_are_not_followed(http: HttpServer, tmp_path: Path, kind: str, target: str) -> None:
    http.answer = lambda request: RedirectResponse(target, 307)
    receipt = post(kind, http.url, tmp_path)
    assert receipt.outcome == "refused" and "final address" in receipt.detail
    assert len(http.requests) == 1


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_huge_answer_is_cut_and_counts_by_its_status(yard: Yard, tmp_path: Path, kind: str) -> None:
    sent: list[int] = []
    megabytes = 64

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for number in range(megabytes):
            sent.append(number)
            writer.write(b"x" * 1_048_576)
            await writer.drain()

    receipt = post(kind, f"http://127.0.0.1:{yard.raw(flood)}", tmp_path)
    assert receipt.outcome == "accepted" and len(receipt.detail) < 200
    assert len(sent) < megabytes


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://0.0.0.0:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[fe80::1]/",
        "http://10.1.2.3/",
        "http://100.64.0.1/",
        "http://168.63.129.16/",
        "http://224.0.0.1/",
    ],
)
def test_no_call_goes_inside(http: HttpServer, tmp_path: Path, url: str) -> None:
    channel = webhook_channel(tmp_path, allow=[])
    (receipt,) = deliver(channel, a_page(to=url.replace("{port}", str(http.port))))
    assert receipt.outcome == "refused" and "allow" in receipt.detail, receipt
    assert http.requests == []


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://x:99999/", "http:///x", "https:x", "http://x:0/", "http://x y/"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    (receipt,) = deliver(webhook_channel(tmp_path, url="https://127.0.0.1:1/"), a_page(to=url))
    assert receipt.outcome == "refused" and not receipt.provider_down, receipt


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(http: HttpServer, tmp_path: Path) -> None:
    """DNS rebinding: the first answer is judged, and a second one is never asked for."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    channel = webhook_channel(tmp_path, lookup=rebinding)
    (receipt,) = deliver(channel, a_page(to=f"http://hooks.example:{http.port}/hook?a=b"))
    assert receipt.outcome == "accepted" and asked == ["hooks.example"]
    ((request, _),) = http.requests
    assert request.headers["host"] == f"hooks.example:{http.port}" and str(request.url).endswith("/hook?a=b")


def test_one_inside_address_among_public_ones_refuses_them_all(tmp_path: Path) -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    (receipt,) = deliver(webhook_channel(tmp_path, lookup=mixed, allow=[]), a_page(to="http://mixed.example/"))
    assert receipt.outcome == "refused" and "127.0.0.1" in receipt.detail


def test_the_next_address_is_tried_when_nobody_listens_at_the_first(http: HttpServer, tmp_path: Path) -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    channel = webhook_channel(tmp_path, lookup=two, allow=["127.0.0.0/8"])
    (receipt,) = deliver(channel, a_page(to=f"http://two.example:{http.port}/"))
    assert receipt.outcome == "accepted", receipt


@pytest.mark.parametrize("fault", [gaierror(EAI_AGAIN, "try again"), UnicodeError("label too long"), None])
def test_a_name_that_leads_nowhere_fails(tmp_path: Path, fault: Exception | None) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        if fault:
            raise fault
        return []

    (receipt,) = deliver(webhook_channel(tmp_path, lookup=nowhere), a_page(to="http://gone.example/"))
    assert (receipt.outcome, receipt.provider_down) == ("failed", True) and "gone.example" in receipt.detail


def test_a_hanging_name_server_ends_in_time(tmp_path: Path, yard: Yard) -> None:
    async def hanging(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    channel = webhook_channel(tmp_path, lookup=hanging, timeout=0.1)
    (receipt,) = deliver(channel, a_page(to="http://slow.example/"))
    assert (receipt.outcome, receipt.provider_down) == ("failed", True)


def test_tls_is_checked_against_the_name_although_the_address_is_called(yard: Yard, tmp_path: Path) -> None:
    files = certificate(tmp_path)
    server = HttpServer(yard, tls=files)

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    def call(name: str, **more: object) -> Receipt:
        channel = webhook_channel(tmp_path, lookup=here, **more)
        return deliver(channel, a_page(to=f"https://{name}:{server.port}/hook"))[0]

    assert call("hooks.example", ca_file=str(files[0])).outcome == "accepted"
    for untrusted in (call("hooks.example"), call("other.example", ca_file=str(files[0]))):
        assert (untrusted.outcome, untrusted.provider_down) == ("failed", True)
        assert "certificate" in untrusted.detail, untrusted
    assert len(server.requests) == 1


def test_the_environment_has_no_say_in_where_calls_go(
    http: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yard: Yard
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{yard.raw(black_hole)}")
    assert post("webhook", http.url, tmp_path).outcome == "accepted"


def test_ntfy_publishes_with_the_token_and_a_button_that_only_opens(http: HttpServer, tmp_path: Path) -> None:
    receipt = post("ntfy", http.url, tmp_path)
    assert receipt.provider_id == "abc123"
    ((request, body),) = http.requests
    said = json.loads(body)
    assert request.url.path == "/" and request.headers["authorization"] == "Bearer tk_canary"
    assert said["topic"] == "ada-oncall" and said["priority"] == 5 and said["click"] == "https://siren.example/i/12"
    assert said["actions"][0] == {"action": "view", "label": "Acknowledge", "url": "https://siren.example/a/tok"}
    assert len(said["sequence_id"]) <= 64


def test_ntfy_keeps_its_token_from_other_servers(http: HttpServer, tmp_path: Path) -> None:
    channel = ntfy_channel("https://ntfy.sh", tmp_path)
    (receipt,) = deliver(channel, a_page(to=http.url + "/their-topic", demands=False))
    assert receipt.outcome == "accepted"
    ((request, body),) = http.requests
    assert "authorization" not in request.headers and json.loads(body)["topic"] == "their-topic"
    assert json.loads(body)["priority"] == 3


@pytest.mark.parametrize("topic", ["", "a b", "a/b", "ä", "x" * 65, "http://127.0.0.1/", "a\n", "..", "a?b"])
def test_ntfy_refuses_what_is_no_topic(http: HttpServer, tmp_path: Path, topic: str) -> None:
    (receipt,) = deliver(ntfy_channel(http.url, tmp_path), a_page(to=topic))
    assert receipt.outcome == "refused" and http.requests == []


def test_ntfy_says_why_but_never_the_token(http: HttpServer, tmp_path: Path) -> None:
    http.answer = lambda request: JSONResponse({"error": "bad tk_canary\r\n: daily quota"}, 429)
    receipt = post("ntfy", http.url, tmp_path)
    assert "daily quota" in receipt.detail and "canary" not in receipt.detail and "\n" not in receipt.detail


@pytest.mark.parametrize("text", ['"\\' * 5000, "é" * 9000, "👩" * 9000, "\n" * 9000, "\x1b" * 9000])
def test_ntfy_stays_within_its_limits(http: HttpServer, tmp_path: Path, text: str) -> None:
    page = a_page(to="t", text=text, title=text, facts=((text, text),) * 30, url="https://s.example/" + "u" * 680)
    deliver(ntfy_channel(http.url, tmp_path), page)
    ((_, body),) = http.requests
    assert len(body) < 8192 and len(json.loads(body)["message"].encode()) <= 4096


def test_a_webhook_sends_the_same_content_every_time(http: HttpServer, tmp_path: Path) -> None:
    channel = webhook_channel(tmp_path, url=http.url)
    deliver(channel, a_page(to=""), a_page(to="", attempt=2))
    (_, first), (_, second) = http.requests
    assert first == second and json.loads(first)["type"] == "incident.page"


@pytest.mark.parametrize(
    ("secret", "word"),
    [
        ("plain-text-secret-of-some-length", "whsec_"),
        ("whsec_???", "base64"),
        ("whsec_" + base64.b64encode(b"short").decode(), "24 bytes"),
    ],
)
def test_a_weak_webhook_secret_is_refused(tmp_path: Path, secret: str, word: str) -> None:
    (tmp_path / "secret").write_text(secret + "\n")
    with pytest.raises(ChannelFault, match=word) as fault:
        webhook_channel(tmp_path, secret_env="NOT_SET", secret_file="secret")
    assert "openssl rand" in fault.value.help and secret not in str(fault.value)


def test_settings_that_cannot_work_are_refused(tmp_path: Path) -> None:
    for broken in (
        {"allow": "127.0.0.1"},
        {"allow": ["office"]},
        {"url": "localhost:80"},
        {"timeout": 0},
        {"timeout": True},
        {"ca_file": "nowhere.pem"},
        {"secret_env": "NOT_SET"},
    ):
        with pytest.raises(ChannelFault) as fault:
            webhook_channel(tmp_path, **broken)
        assert fault.value.help
    with pytest.raises(ChannelFault):
        ntfy_channel("ntfy.sh", tmp_path)
