"""Severities and their clocks in many house styles, and the times beside them that are nobody's clock."""

import pytest

from sirenbook.model.clock import Clock
from sirenbook.playbook.compile import compile_playbook

SCALE = (
    "# Mill\n\n## Severity\n\n| Severity | Name | Respond within |\n|---|---|---|\n| P0 | Critical | 5 minutes |\n"
    "| P1 | High | 1 hour |\n| P2 | Medium | 4 hours |\n\n"
)


def spoken(clock: Clock | None) -> str:
    """A clock in short: `15m`, `1d business`, `-` for none."""
    if clock is None:
        return "-"
    size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")) if clock.seconds % s == 0)
    return f"{clock.seconds // size}{unit}" if clock.seconds else "now"


def clocks(text: str) -> str:
    """Every severity with its times to respond and resolve and its cadence, in short."""
    found = compile_playbook([("p.md", text)]).severities
    return ", ".join(f"{s.name} {spoken(s.response)} {spoken(s.resolution)} {spoken(s.update)}" for s in found)


STATED = {
    "others in brackets": (
        SCALE + "## Communication\n\n1. Internal updates every 30 minutes (Critical) or 2 hours (others)\n",
        "P0 5m - 30m, P1 1h - 2h, P2 4h - 2h",
    ),
    "situation reports": (
        "# Mill\n\n## Severities\n\n### 1 - High Severity\n\nThe mill stands still. Guidelines:\n\n"
        "* Sitreps should be sent every hour, or more.\n\n### 2 - Medium Severity\n\nIt is slow. Guidelines:\n\n"
        "* Sitreps should be sent approximately twice a day.\n",
        "High - - 1h, Medium - - 12h",
    ),
    "a cadence as the label, under severities by their labels": (
        SCALE + "## Communication\n\n### Internal\n\n#### Critical/High Severity\n\n"
        "- **Within 1 hour:** word to everybody\n- **Ongoing:** updates every 2 hours\n\n"
        "#### Medium/Low Severity\n\n- **Within 4 hours:** word to the team\n"
        "- **Daily:** Status updates until resolved\n",
        "P0 5m - 2h, P1 1h - 2h, P2 4h - 1d",
    ),
    "a fence of labels under each severity": (
        "# Mill\n\n## Severity Levels\n\n### Critical (P0)\n\n```yaml\nResponse Time: < 1 minute\nActions:\n"
        "  - Page the miller\n\nUpdates: every 15 minutes\n```\n\n### High (P1)\n\n```yaml\n"
        "Response Time: < 5 minutes\n```\n",
        "P0 1m - 15m, P1 5m - -",
    ),
}


NOBODYS = {
    "initials that only look like a code": (
        "# Mill\n\n## PII exposure\n\n- **Detect:** within 10 minutes\n\n## P1 respond: 1 h\n",
        "",
    ),
    "the rest of the week": (
        SCALE + "## Updates\n\nUpdate every 30 minutes (P0), 2 hours for the rest of the week.\n",
        "P0 5m - 30m, P1 1h - -, P2 4h - -",
    ),
    "the fence of a program": (
        "# Mill\n\n## Severity\n\n### P0\n\nStopped.\n\n```yaml\nreceiver: pager\nrepeat_interval: 4h\n"
        "resolve_timeout: 5m\n```\n\n### P1\n\nSlow.\n",
        "P0 - - -, P1 - - -",
    ),
}


@pytest.mark.parametrize("case", STATED)
def test_what_is_stated(case: str) -> None:
    text, expected = STATED[case]
    assert clocks(text) == expected


@pytest.mark.parametrize("case", NOBODYS)
def test_what_is_nobodys_clock(case: str) -> None:
    text, expected = NOBODYS[case]
    assert clocks(text) == expected
