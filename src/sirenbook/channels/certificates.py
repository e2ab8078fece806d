"""Says whose certificates are believed: the system's, and those of a private authority that the settings name."""

import ssl
from pathlib import Path

import httpx2

from sirenbook.channels import ChannelFault


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """What to check the other side's certificate against; there is no setting that leaves the check out."""
    context = httpx2.create_ssl_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as fault:
            raise ChannelFault(f"ca_file {ca_file} cannot be read", "name a PEM file of certificates") from fault
    return context
