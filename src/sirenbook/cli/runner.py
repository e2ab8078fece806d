"""`sirenbook runner`: carries out steps where the server cannot or shall not reach, by a file of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import click

from sirenbook.cli import options
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.screen import say

if TYPE_CHECKING:
    from sirenbook.engine.steps.allowance import RunnerFile
    from sirenbook.engine.steps.runner import Runner

TOKEN = "SIRENBOOK_RUNNER_TOKEN"  # noqa: S105 - the name of a variable
_MAKE = "Make one on the server: sirenbook token new NAME --runner LABELS"


class _Told(NamedTuple):
    """Which server, for which labels, by which token, and whose certificates are believed."""

    url: str
    labels: list[str]
    token: str
    ca_file: Path | None


@click.command("runner")
@click.option("--connect", "url", required=True, metavar="URL", help="The server to take steps from.")
@click.option("--labels", required=True, metavar="LABELS", help="What it stands for, as `prod` or `prod,eu`.")
@click.option("--allow", required=True, type=click.Path(path_type=Path), help="The file of what it may do.")
@click.option("--token-file", type=click.Path(path_type=Path), help=f"Where its token is; else {TOKEN}.")
@click.option("--ca-file", type=click.Path(path_type=Path), help="Certificates of a private authority.")
@options.as_json
def runner(*, url: str, labels: str, allow: Path, as_json: bool, **how: Any) -> None:
    """Take steps from a server elsewhere, judge each again by your own file, carry it out, and report."""
    from sirenbook.engine.logs import set_up_logging
    from sirenbook.engine.steps.allowance import AllowanceFault, read_runner_file

    set_up_logging(debug=bool(os.environ.get("SIRENBOOK_DEBUG")))
    _check_address(url)
    try:
        file = read_runner_file(allow)
    except AllowanceFault as error:
        raise Fault(str(error), "docs/runner.md shows a whole one.", Exit.USAGE) from error
    named = [w for w in labels.replace(",", " ").split() if w]
    if not named:
        raise Fault("--labels names none", "Write --labels prod.", Exit.USAGE)
    told = _Told(url, named, _token(how["token_file"]), how["ca_file"])
    asyncio.run(_work(told, file, allow.parent, as_json=as_json))


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Fault(f"{url!r} is not the address of a server", "Write https://host:port.", Exit.USAGE)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        say("Over http anybody on the way can read what steps write, and take the token: use https.")


def _token(path: Path | None) -> str:
    try:
        found = path.read_text().strip() if path else os.environ.get(TOKEN, "").strip()
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}", _MAKE, Exit.USAGE) from error
    if not found:
        raise Fault(f"there is no token: neither --token-file nor {TOKEN} gives one", _MAKE, Exit.USAGE)
    return found


async def _work(told: _Told, file: RunnerFile, folder: Path, *, as_json: bool) -> None:
    import httpx2

    from sirenbook.channels import ChannelFault
    from sirenbook.channels.certificates import trust
    from sirenbook.engine.plugins import open_executors
    from sirenbook.engine.steps.ground import OwnGround
    from sirenbook.engine.steps.runner import Runner, Server
    from sirenbook.model.runner import LONGEST_WAIT, Fetch

    executors, findings = open_executors(file.executors, os.environ, folder)
    if findings:
        raise Fault(findings[0].text, findings[0].help, Exit.USAGE)
    try:
        context = trust(told.ca_file)
    except ChannelFault as fault:
        raise Fault(fault.text, fault.help, Exit.USAGE) from fault
    asked = Fetch(told.labels, f"{socket.gethostname()}:{os.getpid()}", LONGEST_WAIT)
    async with httpx2.AsyncClient(verify=context, follow_redirects=False, trust_env=False) as client:
        made = Runner(Server(told.url, told.token, client), OwnGround(executors), file.allowance, asked)
        await _until_stopped(made, told, as_json=as_json)
    say("Stopped cleanly.")


async def _until_stopped(made: Runner, told: _Told, *, as_json: bool) -> None:
    from sirenbook.engine.steps.runner import Lost, Unwelcome

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await _greet(made, told.url)
        if as_json:
            click.echo(json.dumps({"connected": told.url, "labels": told.labels, "pid": os.getpid()}))
        say(f"Takes steps for {', '.join(told.labels)} from {told.url}. Ctrl-C ends it.")
        working, stopping = asyncio.create_task(made.work()), asyncio.create_task(stop.wait())
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        working.cancel()
    except Unwelcome as error:
        raise Fault(str(error), _MAKE, Exit.NOT_ALLOWED) from error
    except Lost as error:
        raise Fault(f"{told.url} does not answer ({error})", "Check --connect.", Exit.UNREACHABLE) from error
    finally:
        await made.stop()


async def _greet(made: Runner, url: str) -> None:
    """The first word; a server that is not there yet is waited for, as after a power cut."""
    from sirenbook.engine.steps.runner import Lost, insist

    try:
        await made.greet()
    except Lost as error:
        say(f"{url} does not answer yet ({error}); trying again.")
        await insist(made.greet, float("inf"))
