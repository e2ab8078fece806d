"""curl in a pipeline goes no further than a request of our own would: judged once, bound to what was judged."""

import asyncio
import shutil
from collections.abc import Iterator
from socket import gaierror

import pytest

from contracts.executor_harness import piped, shell_executor, stage
from contracts.stand_ins import HttpServer, Yard
from sirenbook.channels.destination import DestinationRefused, Guard, NameNotFound
from sirenbook.executors import Limits, Result
from sirenbook.executors.capture import Capture
from sirenbook.executors.curl_guard import bound, hides_a_call
from sirenbook.executors.redaction import Redactor
from sirenbook.executors.shell import ShellExecutor

CURL = shutil.which("curl")
NAMES = {
    "quay.example": ["203.0.114.9"],
    "both.example": ["203.0.114.9", "2606:4700::1"],
    "inside.example": ["10.0.0.7"],
    "half.example": ["203.0.114.9", "127.0.0.1"],
    "2130706433": ["127.0.0.1"],
    "0x7f.1": ["127.0.0.1"],
    "127.1": ["127.0.0.1"],
    "169.254.169.254": ["169.254.169.254"],
    "[::1]": ["::1"],
    "::1": ["::1"],
    "empty.example": [],
}


async def lookup(host: str, port: int) -> list[str]:
    if host not in NAMES:
        raise gaierror(-2, "Name or service not known")
    return NAMES[host]


def options(*words: str, allow: tuple[str, ...] = ()) -> list[str]:
    return asyncio.run(bound(words, Guard(allow), lookup))


def test_a_name_is_bound_to_what_was_judged() -> None:
    assert options("-fsS", "https://quay.example/health")[-2:] == ["--resolve", "quay.example:443:203.0.114.9"]
    assert options("quay.example")[-1] == "quay.example:80:203.0.114.9"
    assert options("http://both.example:8080/x?a=[1]")[-1] == "both.example:8080:203.0.114.9,[2606:4700::1]"
    assert options("http://inside.example", allow=("10.0.0.0/8",))[-1] == "inside.example:80:10.0.0.7"
    assert "--noproxy" in options("http://quay.example")


@pytest.mark.parametrize(
    "url",
    ["http://inside.example/", "http://half.example/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
     "http://169.254.169.254/latest", "http://[::1]:8642/", "http://user:pw@inside.example/"],
)  # fmt: skip
def test_inside_is_refused(url: str) -> None:
    with pytest.raises(DestinationRefused, match="inside or reserved"):
        options(url)


@pytest.mark.parametrize(
    "words",
    [
        ("-L", "http://quay.example"),
        ("--connect-to", "::127.0.0.1:", "http://quay.example"),
        ("--resolve", "quay.example:80:127.0.0.1", "http://quay.example"),
        ("-x", "http://127.0.0.1:3128", "http://quay.example"),
        ("--unix-socket", "/var/run/docker.sock", "http://quay.example"),
        ("-K", "file", "http://quay.example"),
        ("http://quay.example@inside.example\\@x/",),
        ("http://{quay,inside}.example/",),
        ("ftp://quay.example/",),
        ("file:///etc/passwd",),
        ("http://quay.example:99999999/",),
        ("http://qu%61y.example/",),
    ],
)
def test_what_could_lead_elsewhere_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises((DestinationRefused, NameNotFound)):
        options(*words)


def test_every_address_is_judged() -> None:
    with pytest.raises(DestinationRefused):
        options("http://quay.example", "--url", "http://inside.example")
    with pytest.raises(NameNotFound):
        options("http://nowhere.example")
    with pytest.raises(NameNotFound):
        options("http://empty.example")


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        (("wget", "-qO-", "http://x"), True),
        (("timeout", "5", "curl", "http://x"), True),
        (("sh", "-c", "curl http://x"), True),
        (("xargs", "-n1", "curl"), True),
        (("kubectl", "exec", "p", "--", "curl", "http://x"), False),
        (("grep", "curl"), False),
        (("timeout", "5", "kubectl", "get", "pods"), False),
    ],
)
def test_a_call_out_is_seen(words: tuple[str, ...], hidden: bool) -> None:
    assert hides_a_call(words) is hidden


@pytest.fixture
def inside() -> Iterator[HttpServer]:
    """A server in our own house."""
    yard = Yard()
    yield HttpServer(yard)
    yard.stop()


def ran(shell: ShellExecutor, *words: str) -> tuple[Result, str]:
    step, capture = piped(stage(*words), stage("cat")), Capture(Redactor())
    assert step.run is not None
    result = asyncio.run(shell.run(step.run, Limits(seconds=20), capture.write, changes=False))
    return result, capture.text()


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
def test_the_real_curl_keeps_to_it(inside: HttpServer) -> None:
    from sirenbook.executors.shell import FILTERS

    tools = {name: path for name in ("curl", "timeout", *FILTERS) if (path := shutil.which(name))}
    words = ("curl", "-sS", f"http://127.0.0.1:{inside.port}/")
    guarded = shell_executor(tools=tools, bound=["curl", "timeout"], guard=Guard(table="[executors.shell]"))
    refused, said = ran(guarded, *words)
    assert (refused.outcome, said) == ("failed", "")
    assert "inside or reserved; if that is meant, add it to allow in [executors.shell]" in refused.detail
    hidden, said = ran(guarded, "timeout", "5", *words)
    assert ("calls out unseen" in hidden.detail, said) == (True, "")
    assert inside.requests == []
    allowed = shell_executor(tools=tools, bound=["curl"], guard=Guard(["127.0.0.0/8"]))
    worked, _ = ran(allowed, *words)
    assert (worked.outcome, len(inside.requests)) == ("worked", 1)
