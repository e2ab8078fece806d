"""Keeps a step's curl out of our own house: each address is looked up once, judged, and curl is bound to it."""

import re
from collections.abc import Sequence
from socket import gaierror

from sirenbook.channels.destination import DestinationRefused, Guard, Lookup, NameNotFound, resolve
from sirenbook.playbook.safety.arguments import parse
from sirenbook.playbook.safety.curl import OPTIONS

_ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?(?:[\w.~%-]+(?::[\w.~%!$&*+-]*)?@)?(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])"
    r"(?::(?P<port>\d{1,5}))?(?:[/?#].*)?",
    re.DOTALL,
)
"""Only addresses that every reader of addresses takes apart alike."""
_BOUND = ("--globoff", "--noproxy", "*", "--proto", "=http,https", "--proto-default", "http")
_STARTERS = frozenset({"timeout", "env", "nohup", "nice", "stdbuf", "sh", "bash", "dash", "xargs", "watch", "sudo"})
_CALLS = re.compile(r"\b(?:curl|wget)\b")


def hides_a_call(words: Sequence[str]) -> bool:
    """Whether a program calls out where nobody can see to it: wget, or curl inside of something else."""
    program, *rest = words
    return program == "wget" or (program in _STARTERS and any(_CALLS.search(word) for word in rest))


async def bound(words: Sequence[str], guard: Guard, lookup: Lookup = resolve) -> list[str]:
    """The options that keep curl to what was judged. Raises DestinationRefused or NameNotFound."""
    parsed = parse(words, OPTIONS)
    if parsed.unknown:
        raise DestinationRefused(f"curl {parsed.unknown[0]}: where that leads is not known")
    if "--location" in parsed.names:
        raise DestinationRefused("curl -L goes wherever an answer sends it; leave -L out")
    urls = [text for _, text in parsed.arguments] + [o.value or "" for o in parsed.options if o.name == "--url"]
    return [*_BOUND, *[option for url in urls for option in await _resolved(url, guard, lookup)]]


async def _resolved(url: str, guard: Guard, lookup: Lookup) -> list[str]:
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise DestinationRefused("this is no plain http address")
    host, port = found["host"], int(found["port"] or (443 if found["scheme"] == "https" else 80))
    name = host.strip("[]")
    try:
        addresses = [guard.judge(name, text) for text in await lookup(name, port)]
    except gaierror as fault:
        raise NameNotFound(f"{name} cannot be looked up: {fault.strerror}") from fault
    if not addresses:
        raise NameNotFound(f"{name} leads to no address")
    shown = ",".join(f"[{a}]" if a.version == 6 else str(a) for a in addresses)
    return ["--resolve", f"{name}:{port}:{shown}"]
