"""Looks at what a check names: over HTTP, by a connection, a certificate, a name, a database. Nothing is changed.

A look never raises what can be foreseen: what it meets is what it saw. Whoever calls it sets its time limit.
"""

import asyncio
from datetime import datetime

from sirenbook.channels import ChannelFault, Secrets
from sirenbook.channels.destination import DestinationRefused, NameNotFound
from sirenbook.executors.looks.databases import look_at_postgres, look_at_redis
from sirenbook.executors.looks.network import look_at_name, look_at_port, look_at_tls
from sirenbook.executors.looks.web import look_at_page
from sirenbook.model.check import Dns, Http, Postgres, Probe, Redis, Seen, Tcp, Tls


async def look(probe: Probe, secrets: Secrets, now: datetime, seconds: float) -> Seen:
    """What is seen within so many seconds. Not for commands and heartbeats, which are no look from here."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(seconds):
            well, detail = await _looked(probe, secrets, now)
    except TimeoutError:
        well, detail = False, f"no answer within {seconds:g} s"
    except (NameNotFound, DestinationRefused, ChannelFault) as fault:
        well, detail = False, str(fault)
    except OSError as fault:
        well, detail = False, fault.strerror or type(fault).__name__
    return Seen(well, detail[:300], round(loop.time() - began, 3))


async def _looked(probe: Probe, secrets: Secrets, now: datetime) -> tuple[bool, str]:
    if isinstance(probe, Tls):
        return await look_at_tls(probe, now)
    if isinstance(probe, Postgres):
        return await look_at_postgres(probe, secrets)
    if isinstance(probe, Redis):
        return await look_at_redis(probe, secrets)
    return await _plainly(probe)


async def _plainly(probe: Probe) -> tuple[bool, str]:
    """Looks that need nothing but the probe itself."""
    match probe:
        case Http():
            return await look_at_page(probe)
        case Tcp():
            return await look_at_port(probe)
        case Dns():
            return await look_at_name(probe)
        case _:
            return False, "this cannot be looked at from here"
