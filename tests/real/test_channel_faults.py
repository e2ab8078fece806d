"""Whatever happens to a provider, a page arrives by another way: a proxy delays, drops, resets and refuses."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from contracts.stand_ins import HttpServer, Yard, black_hole, closed_port, drip, nonsense, reset, says
from real.postbox import Postbox
from real.running import House, alert, eventually

DEPUTY = '[people.deputy]\ncontact = [{channel = "email", to = "deputy@harbour.example"}]\n'
Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def passes_on(port: int, *, answers: bool) -> Peer:
    """What comes goes on to the real one; what that answers comes back late, or is lost on the way."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
        back.write(head + await reader.readexactly(length))
        await back.drain()
        said = await there.readuntil(b"\r\n\r\n")
        if answers:
            await asyncio.sleep(1.5)
            writer.write(said)
            await writer.drain()
        back.close()

    return carry


def test_pages_arrive_by_another_way(yard: Yard, hook: HttpServer, postbox: Postbox, house: House) -> None:
    """One incident pages a person behind each fault; the second way waits ten minutes unless the first fails."""
    faults: dict[str, Peer | None] = {
        "silent": black_hole,
        "reset": reset,
        "dripping": drip,
        "nonsense": nonsense,
        "nobody": None,
        "too-many": says("429 Too Many Requests\r\nRetry-After: 120"),
        "broken": says("500 Internal Server Error"),
        "slow": passes_on(hook.port, answers=True),
        "lost": passes_on(hook.port, answers=False),
    }
    ports = {name: yard.raw(peer) if peer else closed_port() for name, peer in faults.items()}
    people = "".join(
        f'[people.{name}]\ncontact = [{{channel = "webhook", to = "http://127.0.0.1:{port}/{name}"}},\n'
        f'  {{channel = "email", to = "{name}@harbour.example", after = "10m"}}]\n'
        for name, port in ports.items()
    )
    (house.folder / "key").write_text("whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    (house.folder / "sirenbook.toml").write_text(
        f'fallback = ["deputy"]\n{people}{DEPUTY}[targets]\n'
        f'"Primary On-Call" = {json.dumps(list(ports))}\n"Secondary On-Call" = "deputy"\n'
        f'[channels.webhook]\nsecret_file = "{house.folder / "key"}"\nallow = ["127.0.0.1"]\n'
        f'[channels.email]\nhost = "127.0.0.1"\nport = {postbox.port}\ntls = "none"\nfrom = "s@harbour.example"\n'
    )
    up = house.up()
    assert up.post([alert(1, severity="P2")]) == 202
    failing = set(faults) - {"slow"}

    def all_mailed() -> bool:
        return failing <= {str(mail["To"]).partition("@")[0] for mail in postbox.parsed()}

    eventually(all_mailed, 60)
    mailed = [str(mail["To"]).partition("@")[0] for mail in postbox.parsed()]
    mailed = [name for name in mailed if name != "deputy"]
    assert sorted(mailed) == sorted(failing), "each once, and none whose first way worked"
    keys = [(r.url.path, r.headers["webhook-id"]) for r, _ in hook.requests]
    assert keys.count(("/slow", keys[[p for p, _ in keys].index("/slow")][1])) == 1
    lost = {key for path, key in keys if path == "/lost"}
    assert len(lost) == 1, "however often it is tried, it bears one name"
    told = up.incident(1)["status"]
    assert told == "unacknowledged"
