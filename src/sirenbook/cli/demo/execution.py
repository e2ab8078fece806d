"""`kubectl exec`: runs a stand-in program and tells its output over a WebSocket, as Kubernetes does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from sirenbook.cli.demo.world import Pod, World

OUTPUT, ERRORS, RESULT = b"\x01", b"\x02", b"\x03"
PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
PIECE = 32 << 10
LIMIT = 60.0


@dataclass(frozen=True)
class Output:
    """What a program wrote, and how it ended."""

    text: str = ""
    errors: str = ""
    code: int = 0


Programs = Callable[[Pod, list[str]], Awaitable[Output]]
"""Runs a program in a pod."""


async def execute(websocket: WebSocket, world: World, programs: Programs) -> None:
    """Run what was asked for in the pod, and tell how it went."""
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=next((p for p in PROTOCOLS if p in offered), None))
    names = websocket.path_params
    pod = world.pods.get((names["namespace"], names["name"]))
    command = websocket.query_params.getlist("command")
    with suppress(WebSocketDisconnect, RuntimeError):
        if pod is None or not command:
            result = _failed(f"pods {names['name']!r} not found")
        else:
            result = await _run(websocket, pod, command, programs)
        await websocket.send_bytes(RESULT + json.dumps(result).encode())
        await websocket.close()


async def _run(websocket: WebSocket, pod: Pod, command: list[str], programs: Programs) -> dict[str, object]:
    try:
        async with asyncio.timeout(LIMIT):
            output = await programs(pod, command)
    except TimeoutError:
        return _failed(f"command terminated after {LIMIT:g} seconds")
    for channel, text in ((OUTPUT, output.text), (ERRORS, output.errors)):
        data = text.encode()
        for start in range(0, len(data), PIECE):
            await websocket.send_bytes(channel + data[start : start + PIECE])
    if output.code == 0:
        return {"metadata": {}, "status": "Success"}
    causes = [{"reason": "ExitCode", "message": str(output.code)}]
    text = f"command terminated with non-zero exit code: exit status {output.code}"
    return {**_failed(text), "reason": "NonZeroExitCode", "details": {"causes": causes}}


def _failed(text: str) -> dict[str, object]:
    return {"metadata": {}, "status": "Failure", "message": text, "reason": "InternalError", "code": 500}
