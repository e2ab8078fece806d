"""Checks curl: answers that are faults and pass as success, addresses that curl changes, waits without an end."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from sirenbook.playbook.safety.arguments import Parsed, parse
from sirenbook.playbook.safety.checks.look import Finding, Look, Piece
from sirenbook.playbook.safety.checks.promql import check_promql
from sirenbook.playbook.safety.curl import OPTIONS
from sirenbook.playbook.safety.verdict import HOLE

_SHOWS_STATUS = frozenset({"--fail", "--fail-with-body", "--verbose", "--include", "--write-out"})
_QUERY = re.compile(r"/api/v1/query(?:_range)?$")


def check_curl(look: Look) -> Iterator[Finding]:
    """What curl hides, changes or waits for."""
    for piece in look.of("curl"):
        parsed = parse(piece.call.texts, OPTIONS)
        urls = [text for _, text in parsed.arguments]
        yield from _globs(parsed, urls)
        yield from _faults(piece, parsed, urls)
        if not {"--max-time", "--connect-timeout"} & parsed.names:
            yield Finding(
                "SB463", "note", "Nothing bounds the wait for an answer.", "Add `--max-time 10`."
            )  # fmt: skip
        if "--silent" in parsed.names and not {"--show-error", "--fail-with-body"} & parsed.names:
            yield Finding("SB464", "note", "`-s` alone hides why a call failed.", "Write `-sS`.")
        for query in _queries(parsed, urls):
            yield from check_promql(query)


def _globs(parsed: Parsed, urls: list[str]) -> Iterator[Finding]:
    if "--globoff" in parsed.names:
        return
    if any(re.search(r"[{}\[\]]", url.replace(HOLE, "")) for url in urls):
        yield Finding(
            "SB461", "error", "curl takes braces and brackets in an address for lists and leaves them out.",
            "Add `-g`, or give the query by `--data-urlencode 'query=…' -G`.",
        )  # fmt: skip


def _faults(piece: Piece, parsed: Parsed, urls: list[str]) -> Iterator[Finding]:
    asked = [u for u in urls if not _QUERY.search(urlsplit(u).path if "://" in u else u.partition("?")[0])]
    if piece.alone and asked and not _SHOWS_STATUS & parsed.names:
        yield Finding(
            "SB462", "error", "curl ends well on an error of the server too: the check passes on a broken service.",
            "Add `-f`.",
        )  # fmt: skip


def _queries(parsed: Parsed, urls: list[str]) -> Iterator[str]:
    """The queries that are sent to Prometheus."""
    if not any("/api/v1/query" in u for u in urls):
        return
    for option in parsed.options:
        value = option.value or ""
        if option.name.startswith("--data") and value.startswith("query="):
            yield value.removeprefix("query=")
    if "--globoff" in parsed.names:
        for url in urls:
            yield from (q for q in _in_address(url))


def _in_address(url: str) -> list[str]:
    try:
        return parse_qs(urlsplit(url).query).get("query", [])
    except ValueError:
        return []
