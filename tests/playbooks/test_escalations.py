"""Escalation in many house styles, one file each, with the levels that its text states in a comment at its end."""

from pathlib import Path

import pytest

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise

FORMS = sorted((Path(__file__).parent / "escalations").glob("*.md"))
SEVERITIES = (
    "# Incident response\n\n## Severity levels\n\n| Severity | Meaning | Response time |\n|---|---|---|\n"
    "| SEV1 | Down | 15 minutes |\n| SEV2 | Degraded | 1 hour |\n| SEV3 | Minor | 4 hours |\n\n"
)


def stated(text: str) -> list[str]:
    """The levels of a text, a row each: the severity, the seconds until it is reached, and who it is."""
    levels = normalise(compile_playbook([("p.md", SEVERITIES + text)]), "")["escalation"]
    return [
        f"{x['severity'] or 'all'} {'-' if x['after_seconds'] is None else x['after_seconds']} {x['who'] or '-'}"
        for x in levels
    ]


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.stem)
def test_form(path: Path) -> None:
    text, _, expected = path.read_text(encoding="utf-8").partition("<!-- expected\n")
    assert stated(text) == expected.removesuffix("-->\n").splitlines()
