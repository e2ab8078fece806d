"""How many worlds are lived through, which one is lived through again, and what it came to in the end."""

from collections.abc import Iterator
from typing import Any

import pytest

DEFAULT_WORLDS = 12


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--seed 7` replays one world, `--worlds 1000` lives through many."""
    parser.addoption("--seed", type=int, default=None, help="replay the world of this seed only")
    parser.addoption("--worlds", type=int, default=DEFAULT_WORLDS, help="how many seeds to live through")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per seed."""
    if "seed" in metafunc.fixturenames:
        one = metafunc.config.getoption("--seed", default=None)
        count = metafunc.config.getoption("--worlds", default=DEFAULT_WORLDS)
        metafunc.parametrize("seed", [one] if one is not None else range(count))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much was lived through."""
    sums: dict[str, float] = {}
    for name, amount in _figures(terminalreporter):
        sums[name] = sums.get(name, 0.0) + amount
    if sums:
        text = ", ".join(f"{amount:,.1f} {name}" for name, amount in sums.items())
        terminalreporter.write_line(f"worlds: {text}")


def _figures(terminalreporter: Any) -> Iterator[tuple[str, float]]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "world":
                    yield from value.items()
