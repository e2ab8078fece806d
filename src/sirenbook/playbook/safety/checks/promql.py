"""Checks PromQL: queries that Prometheus refuses, and counters that are read as if they told of now."""

from collections.abc import Iterator

import promql_parser

from sirenbook.playbook.safety.checks.look import Finding


def check_promql(text: str) -> Iterator[Finding]:
    """What Prometheus will refuse, or answer otherwise than meant."""
    try:
        parsed = promql_parser.parse(text)
    except (ValueError, RecursionError) as fault:
        said = str(fault).split("\n", maxsplit=1)[0][:120]
        yield Finding(
            "SB465", "error", f"Prometheus cannot parse this query: {said}.", "Try the query in Prometheus."
        )  # fmt: skip
        return
    if isinstance(parsed, promql_parser.VectorSelector) and (parsed.name or "").endswith("_total"):
        yield Finding(
            "SB466", "warning", "A counter as it is counts since the process began, and says nothing of now.",
            f"Write `rate({parsed.name}[5m])` or `increase({parsed.name}[5m])`.",
        )  # fmt: skip
