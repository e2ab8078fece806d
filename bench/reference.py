"""Sets the ceiling: what one Python process on PostgreSQL can take in durably when it does nothing else with it.

usage: reference.py PORT DSN    POST [{"labels": {...}}, ...] (Alertmanager's own shape), answered after the commit.
No product: no authentication, routes, incidents, severities or deadlines. Requests that arrive while a commit is
in flight share the next one.
"""

import asyncio
import hashlib
import sys

import asyncpg
import httptools
import orjson
import uvloop

TABLE = """create table if not exists ref_alert (fp text primary key, body jsonb, n int,
    first_at timestamptz default now(), last_at timestamptz default now())"""
UPSERT = """insert into ref_alert as a (fp, body, n)
    select t.fp, t.body::jsonb, t.n from unnest($1::text[], $2::text[], $3::int[]) as t (fp, body, n)
    on conflict (fp) do update set n = a.n + excluded.n, last_at = now(), body = excluded.body"""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
LARGEST = 500

Row = tuple[str, str]
waiting: list[tuple[asyncio.Transport, list[Row]]] = []
arrived = asyncio.Event()


class Intake(asyncio.Protocol):
    """One connection: parses requests and queues their alerts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.parser, self.parts = transport, httptools.HttpRequestParser(self), []

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        rows = []
        for alert in orjson.loads(b"".join(self.parts)):
            labels = orjson.dumps(alert["labels"], option=orjson.OPT_SORT_KEYS)
            rows.append((hashlib.blake2b(labels, digest_size=16).hexdigest(), orjson.dumps(alert).decode()))
        self.parts = []
        waiting.append((self.transport, rows))
        arrived.set()


def columns(rows: list[Row]) -> tuple[list[str], list[str], list[int]]:
    """The rows merged by fingerprint, as three arrays."""
    merged: dict[str, tuple[str, int]] = {}
    for fingerprint, body in rows:
        merged[fingerprint] = (body, merged[fingerprint][1] + 1 if fingerprint in merged else 1)
    keys = sorted(merged)
    return keys, [merged[k][0] for k in keys], [merged[k][1] for k in keys]


async def main(port: int, dsn: str) -> None:
    """Take alerts in, for ever."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    await asyncio.get_running_loop().create_server(Intake, "127.0.0.1", port)
    while True:
        await arrived.wait()
        batch, waiting[:] = waiting[:LARGEST], waiting[LARGEST:]
        if not waiting:
            arrived.clear()
        await connection.execute(UPSERT, *columns([row for _, rows in batch for row in rows]))
        for transport, _ in batch:
            if not transport.is_closing():
                transport.write(OK)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
