"""When each of several levels in a row is reached, and how drawings show them."""

import pytest

from sirenbook.playbook.escalation.ladder import schedule
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.drawing import is_drawing, read_nodes

M = 60


@pytest.mark.parametrize(
    ("words", "times"),
    [
        (["primary (0-15 min)", "lead (15-30 min)", "cto (30+ min)"], [0, 15 * M, 30 * M]),
        (["primary (5 min)", "secondary (10 min)", "lead (15 min)", "cto"], [0, 5 * M, 15 * M, 30 * M]),
        (["primary (immediately)", "lead (15 min)", "cto (1 hour)"], [0, 15 * M, 60 * M]),
        (["primary", "lead after 15 min", "cto after 1 hour"], [0, 15 * M, 60 * M]),
        (["T+0", "T+15m", "T+1h"], [0, 15 * M, 60 * M]),
        (["primary: 5 min to respond", "lead: 10 min to respond"], [0, 5 * M]),
        (["first: 15 min response", "lead: 1 hour response", "cto: 4 hour response"], [0, None, None]),
        (["primary", "lead", "cto"], [0, None, None]),
        (["primary 5 min", "lead 10 min", "cto 15 min"], [0, 10 * M, 15 * M]),
        (["primary 30 min", "lead 10 min", "cto 5 min"], [0, 30 * M, 40 * M]),
        (["primary [X] min", "lead"], [0, None]),
        (["only"], [None]),
        ([], []),
    ],
)
def test_schedule(words: list[str], times: list[int | None]) -> None:
    assert schedule(words) == times


BOXES = """\
┌─────────────┐
│ Alert       │
└──────┬──────┘
       ▼
┌─────────────┐
│ Primary (5 min) │
└──────┬──────┘
       ▼ (no response)
┌─────────────┐
│ Lead        │
└─────────────┘
"""
ASCII = """\
+---------+
| Primary |
+---------+
     |
     | after 10 min
     v
+---------+
| Lead    |
+---------+
"""
ACROSS = "Primary --> (15 min) --> Lead --> CTO\n"
MERMAID = "graph TD\n  A[Primary] -->|15 min| B(Lead)\n  B --> C{CTO}\n"


@pytest.mark.parametrize(
    ("language", "text", "nodes"),
    [
        ("", BOXES, [("Alert", ""), ("Primary (5 min)", ""), ("Lead", "(no response)")]),
        ("text", ASCII, [("Primary", ""), ("Lead", "after 10 min")]),
        ("", ACROSS, [("Primary", ""), ("Lead", "(15 min)"), ("CTO", "")]),
        ("mermaid", MERMAID, [("Primary", ""), ("Lead", "15 min"), ("CTO", "")]),
    ],
)
def test_drawings(language: str, text: str, nodes: list[tuple[str, str]]) -> None:
    fence = Fence(language, text, 1, "p.md")
    assert is_drawing(fence)
    assert [(n.line.text, n.condition) for n in read_nodes(fence)] == nodes


@pytest.mark.parametrize(
    ("language", "text"),
    [("bash", "kubectl get pods | wc -l"), ("", "Hello [NAME], we are back."), ("yaml", "a: b")],
)
def test_what_is_no_drawing(language: str, text: str) -> None:
    assert not is_drawing(Fence(language, text, 1, "p.md"))
