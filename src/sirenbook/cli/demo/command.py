"""`sirenbook demo`: a playbook running beside a small platform with a fault, for somebody who wants to see it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sirenbook.cli import options
from sirenbook.cli.demo.faults import NAMED
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.screen import put_json, say, screen, table

if TYPE_CHECKING:
    from sirenbook.cli.demo.stage import Stage
    from sirenbook.engine.policies.texts import Texts

DEFAULT = "agent-platform"
LIST = "faults"


@click.command("demo")
@click.argument("example", default=DEFAULT)
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Switch this on; `demo faults` lists them.")
@click.option("--well", is_flag=True, help="Begin with a platform that is well.")
@options.as_json
def demo(*, example: str, faults: tuple[str, ...], well: bool, as_json: bool) -> None:
    """Try it: a playbook runs beside a small platform of its own, and something breaks.

    EXAMPLE is one of the five example playbooks, or a playbook of yours: nobody of its people is paged.
    """
    if example == LIST and not Path(example).exists():
        _list(as_json)
        return
    if unknown := [f for f in faults if f not in NAMED]:
        raise Fault(f"there is no fault {unknown[0]!r}", "`sirenbook demo faults` lists them.", Exit.USAGE)
    texts = _texts(example)
    with asyncio.Runner() as runner:
        runner.run(_run(texts, faults, well, as_json))


def _list(as_json: bool) -> None:
    if as_json:
        put_json([{"name": f.name, "summary": f.summary, "ended_by": list(f.cures)} for f in NAMED.values()])
        return
    out = screen()
    rows = [(f.name, f.summary, ", ".join(f.cures)) for f in NAMED.values()]
    table(out, ("FAULT", "WHAT IS WRONG", "ENDED WHEN"), rows, give=1)
    out.show()


def _texts(example: str) -> Texts:
    """The texts of an example, or of a playbook whose people are left in peace."""
    from msgspec.structs import replace

    from sirenbook.cli.playbooks import read

    found = next((f for f in _shelves() if (f / example / "playbook.md").is_file()), None)
    # Only a bare name is one of ours; a path is somebody's own, even where it leads into the examples.
    if found is not None and Path(example).name == example and example not in ("..", "."):
        return read(found / example)
    if not Path(example).exists():
        names = ", ".join(sorted(p.parent.name for f in _shelves() for p in f.glob("*/playbook.md")))
        raise Fault(f"there is no example {example!r}", f"There are {names}; or give a playbook.", Exit.NOT_FOUND)
    return replace(read(Path(example)), bindings="", demo=True)


def _shelves() -> list[Path]:
    """Where the examples are: in the package, or beside its source."""
    package = Path(str(files("sirenbook")))
    return [p for p in (package / "examples", package.parents[1] / "examples") if p.is_dir()]


async def _run(texts: Texts, faults: tuple[str, ...], well: bool, as_json: bool) -> None:
    from sirenbook.cli.demo.binding import missing_tools
    from sirenbook.cli.demo.stage import stage

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    say("Starting a platform and an installation that is thrown away afterwards …")
    for tool in missing_tools():
        say(f"{tool} is not installed here, so steps that call it cannot run.")
    async with stage(texts) as running:
        for name in faults or (() if well else (running.first(),)):
            await running.platform.switch_on(name)
        if as_json:
            click.echo(json.dumps(_word(running)))
            sys.stdout.flush()
        else:
            _tell(running)
        _listen(running)
        watching = asyncio.create_task(running.watch(say))
        await asyncio.wait([watching, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        watching.cancel()
    say("Everything is stopped and removed.")


def _word(running: Stage) -> dict[str, object]:
    """Where everything is, for programs."""
    place, served = running.platform, running.installation
    return {
        "url": served.url, "welcome": served.welcome, "intake_token": served.intake_token, "mail": str(served.mail),
        "home": str(running.home), "kubeconfig": str(running.kubeconfig), "platform": place.url,
        "faults": f"{place.cluster}/demo/faults", "on": [s.fault.name for s in place.world.active()],
    }  # fmt: skip


def _tell(running: Stage) -> None:
    place = running.platform
    say("")
    for struck in place.world.active():
        say(f"  {struck.fault.summary} [{struck.fault.name}, on {struck.target[2]} in {struck.target[1]}]")
    say("")
    say(f"  1. Open {running.installation.welcome} once, to be its admin, then the incident.")
    say("  2. See what its runbook has already looked up; approve the step that mends it; watch it recover.")
    say("")
    say(f"  Pages are mails in {running.installation.mail}")
    say(f"  Look yourself: KUBECONFIG={running.kubeconfig} kubectl get pods    (services: {place.url})")
    if sys.stdin.isatty():
        say("  Break more: type a fault's name and Enter; `faults` lists them, `off NAME` mends one.")
    say("  Ctrl-C ends all.")
    say("")


def _listen(running: Stage) -> None:
    """Take names of faults from the keyboard."""
    if not sys.stdin.isatty():
        return
    loop = asyncio.get_running_loop()
    kept: set[asyncio.Task[None]] = set()

    def read() -> None:
        line = sys.stdin.readline()
        if not line:
            loop.remove_reader(sys.stdin)
            return
        task = loop.create_task(_typed(running, line.split()))
        kept.add(task)
        task.add_done_callback(kept.discard)

    loop.add_reader(sys.stdin, read)


async def _typed(running: Stage, words: list[str]) -> None:
    from sirenbook.engine.clock import wall_clock

    match words:
        case []:
            return
        case ["faults"]:
            _list(False)
        case ["off", name] if name in NAMED:
            running.platform.world.mend(name, wall_clock())
        case [name] if name in NAMED:
            await running.platform.switch_on(name)
            say(NAMED[name].summary)
        case _:
            say(f"There is no fault {' '.join(words)!r}; type `faults` for a list.")
