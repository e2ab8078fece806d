"""The API of runners elsewhere: they ask for steps and report, each with a token that is for nothing else."""

from datetime import timedelta

from sirenbook.engine.steps.desk import CONNECTED
from sirenbook.model import runner as words
from sirenbook.web.api import runner_shapes as shapes
from sirenbook.web.api.calls import Call
from sirenbook.web.faults import Fault

LATELY = timedelta(days=1)
MOST_LABELS = 50
LARGEST_REPORT = 16 * 1024 * 1024
"""All that is kept of an output, with every character of it escaped in JSON."""


async def fetch(call: Call) -> words.Fetched:
    """Ask for the next step for these labels; answered once there is one, at the latest after `wait` seconds."""
    asked: words.Fetch = call.body
    foreign = [label for label in asked.labels if label not in call.token.labels]
    if foreign or not asked.labels or len(asked.labels) > MOST_LABELS or len(asked.process) > 200:
        own = ", ".join(call.token.labels) or "none"
        text = f"this token is for the labels {own}" if foreign else "say at least one label, and a short process"
        raise Fault(403 if foreign else 422, "labels", text, "make another with `sirenbook token new --runner`")
    return words.Fetched(await call.station.desk.fetch(call.token.name, asked))


async def begin(call: Call) -> words.Held:
    """Say that a step begins; only after a yes may it."""
    body: words.Begin = call.body
    return words.Held(await call.station.desk.begin(call.token.name, body.claim))


async def hold(call: Call) -> words.Held:
    """Keep a step, and tell what it has written so far."""
    body: words.Hold = call.body
    return words.Held(await call.station.desk.hold(call.token.name, body))


async def end(call: Call) -> words.Held:
    """Report how a step ended."""
    body: words.StepReport = call.body
    return words.Held(await call.station.desk.end(call.token.name, body))


async def runners(call: Call) -> shapes.Runners:
    """The runners that were heard of lately, and the steps that wait for one."""
    desk, now = call.station.desk, call.station.now()
    seen = [
        shapes.RunnerSeen(s.name, s.process, list(s.labels), s.seen_at, now - s.seen_at < CONNECTED)
        for s in await desk.runners.seen(now - LATELY)
    ]
    waits = [
        shapes.RunWaiting(f"INC-{w.incident}", w.run, w.since, list(w.labels), there)
        for w, there in await desk.waited_for()
    ]
    bound = {kind: list(labels) for kind, labels in call.bindings.runners.items()}
    return shapes.Runners(bound, seen, waits)
