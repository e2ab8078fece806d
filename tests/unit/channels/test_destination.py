"""Which addresses a call may go to."""

import asyncio

import httpx2
import pytest

from sirenbook.channels import ChannelFault
from sirenbook.channels.destination import DestinationRefused, Guard, GuardedTransport

INSIDE = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
    *("203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("fd00:ec2::254", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1"),
    *("64:ff9b:1::1", "2001:2::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "192.88.99.1", "4000::1"),
]
OUTSIDE = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "172.32.0.1", "100.128.0.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_is_refused_with_the_mend(address: str) -> None:
    with pytest.raises(DestinationRefused, match=r"allow in \[channels.webhook\]"):
        Guard(table="[channels.webhook]").judge("name.example", address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_passes(address: str) -> None:
    assert str(Guard().judge("name.example", address)) == address


@pytest.mark.parametrize(
    ("allow", "address", "passes"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.1.2.3/8", "10.255.0.1", True),
        ("10.0.0.0/8", "::ffff:10.0.0.1", True),
        ("fd00::/8", "fd00::7", True),
        ("fd00::/8", "10.0.0.1", False),
    ],
)
def test_what_is_allowed_passes(allow: str, address: str, passes: bool) -> None:
    guard = Guard([allow])
    if passes:
        assert guard.judge("x", address)
    else:
        with pytest.raises(DestinationRefused):
            guard.judge("x", address)


def test_an_allowed_name_is_no_address() -> None:
    with pytest.raises(ChannelFault, match="office"):
        Guard(["office.example"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "localhost",
        "0",
    ],
)
def test_another_way_to_write_an_inner_address_is_one_too(host: str) -> None:
    """By the system's own look-up, as for every call."""

    async def call() -> None:
        transport = GuardedTransport(Guard())
        try:
            await transport.handle_async_request(httpx2.Request("POST", f"https://{host}/"))
        finally:
            await transport.aclose()

    with pytest.raises((DestinationRefused, httpx2.InvalidURL)):
        asyncio.run(call())
