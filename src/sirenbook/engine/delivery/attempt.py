"""One attempt on one channel that ends in time, and letting go of channels."""

import asyncio
from collections.abc import Mapping

import structlog

from sirenbook.channels import Channel
from sirenbook.model.intent import Notification, Receipt

log = structlog.get_logger()

SEND_LIMIT = 12.0


async def close_all(channels: Mapping[str, Channel]) -> None:
    """Close channels; one that cannot be closed does not keep the others open."""
    for channel in channels.values():
        try:
            await channel.close()
        except Exception:
            log.exception("a channel did not close", channel=channel.name)


async def limited(channel: Channel, message: Notification) -> Receipt:
    """One attempt that ends in time, whatever the channel does."""
    try:
        async with asyncio.timeout(SEND_LIMIT):
            return await channel.send(message)
    except TimeoutError:
        return Receipt("failed", f"no answer within {SEND_LIMIT:g} s", provider_down=True)
    except Exception as error:
        log.exception("a channel broke its promise not to raise", channel=channel.name)
        return Receipt("failed", f"{type(error).__name__} in channel {channel.name}")
