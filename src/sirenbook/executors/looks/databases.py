"""Looks at databases: PostgreSQL by a statement that reads nothing, Redis by PING."""

import asyncio
import ssl

import psycopg
from psycopg import AsyncConnection

from sirenbook.channels import Secrets
from sirenbook.channels.settings import Settings
from sirenbook.executors.looks.network import authority, connected
from sirenbook.model.check import Postgres, Redis

_LONGEST_LINE = 512


async def look_at_postgres(probe: Postgres, secrets: Secrets) -> tuple[bool, str]:
    """Whether a database takes a connection and answers."""
    named = {k: v for k, v in (("dsn_env", probe.dsn_env), ("dsn_file", probe.dsn_file)) if v}
    dsn = Settings("check", named, secrets, secret=("dsn",), table="[checks]").secret("dsn") or ""
    try:
        async with await AsyncConnection.connect(dsn, autocommit=True, application_name="sirenbook check") as conn:
            await conn.execute("select 1")
    except psycopg.ProgrammingError:  # its words would repeat the connection string
        return False, "what the variable or file holds is no connection string"
    except psycopg.Error as error:
        return False, (error.diag.message_primary or str(error)).strip().split("\n")[0]
    return True, "it answers"


async def look_at_redis(probe: Redis, secrets: Secrets) -> tuple[bool, str]:
    """Whether a Redis answers PING with PONG."""
    named = {k: v for k, v in (("password_env", probe.password_env), ("password_file", probe.password_file)) if v}
    password = Settings("check", named, secrets, secret=("password",), table="[checks]").secret("password")
    context = authority(probe.ca_file) if probe.tls else None
    try:
        async with connected(probe.host, probe.port, context) as (reader, writer):
            if password:
                writer.write(_sent("AUTH", password))
                if not (said := await _line(reader)).startswith("+"):
                    return False, f"it does not let us in: {said}"
            writer.write(_sent("PING"))
            said = await _line(reader)
    except ssl.SSLCertVerificationError as fault:
        return False, f"its certificate is not believed: {fault.verify_message}"
    except asyncio.LimitOverrunError:
        return False, "what answers there is no Redis"
    return said == "+PONG", "it answers" if said == "+PONG" else f"it answered {said or 'nothing'}"


def _sent(*words: str) -> bytes:
    """A command as RESP has it."""
    raw = [word.encode() for word in words]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in raw)


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as cut:
        line = cut.partial
    return line[:_LONGEST_LINE].decode("utf-8", "replace").strip()
