"""A page that turns bad is paged by mail and ends when it is well again; so does a program that falls silent."""

from pathlib import Path

import httpx2
from starlette.responses import PlainTextResponse

from contracts.stand_ins import HttpServer
from real.postbox import Postbox
from real.running import ONE_BY_ONE, House, Up, eventually

PATIENCE = 30.0
CHECKS = """
[checks.shop]
http = "SHOP/health"
contains = "open"
every = "5s"
for = 1
severity = "P1"
[checks."nightly export"]
heartbeat = "5s"
grace = "5s"
severity = "P2"
"""


def standing(up: Up, name: str) -> str:
    return next(str(c["standing"]) for c in up.get("/api/checks")["checks"] if c["name"] == name)


def test_bad_is_paged_and_good_again_is_resolved(tmp_path: Path, postbox: Postbox, hook: HttpServer) -> None:
    hook.answer = lambda _: PlainTextResponse("we are open")
    house = House(tmp_path, postbox.port, more=ONE_BY_ONE + CHECKS.replace("SHOP", hook.url))
    try:
        up = house.up()
        beat = next(c["beat"] for c in up.get("/api/checks")["checks"] if c["kind"] == "heartbeat")
        assert httpx2.get(beat).text == "heard\n"
        eventually(lambda: standing(up, "nightly export") == "well", PATIENCE)
        eventually(lambda: standing(up, "shop") == "well", PATIENCE)
        assert [m for m in postbox.got if "shop" in m.subject] == []

        hook.answer = lambda _: PlainTextResponse("we are closed")
        mail = eventually(lambda: [m for m in postbox.to("pat") if "shop" in m.subject], PATIENCE)[0]
        assert "it does not say “open”" in mail.text
        hook.answer = lambda _: PlainTextResponse("we are open")
        eventually(lambda: "Resolved" in up.kinds(mail.incident), PATIENCE)

        silent = eventually(lambda: [m for m in postbox.to("pat") if "nightly export" in m.subject], PATIENCE)[0]
        assert "silent: heard" in silent.text
        assert httpx2.post(beat).status_code == 200
        eventually(lambda: "AlertsCleared" in up.kinds(silent.incident), PATIENCE)
    finally:
        house.kill_everything()
