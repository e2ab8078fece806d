"""Any text compiles, in time that grows with its length."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise
from sirenbook.playbook.explain.policy import explain

PIECES = st.sampled_from(
    ["# ", "## P0 - Critical\n", "### Escalation\n", "| Severity | Response Time |\n|---|---|\n",
    "| P1 | 15 min |\n",
     "- **P2**: ", "```\n", "┌──┐\n│ Primary (5 min) │\n└──┘\n", "  ▼ (no response)\n", "1. ", "\n\n", "\n", "> ",
     "after 30 minutes", "if not acknowledged ", "on-call engineer", " + CTO", " → ",
     "Every 15 minutes for P0/P1, ",
     "**Response Time**: ", "Immediate (< 5 minutes)", "[TIME]", "ðŸš¨", "<details>", "---\n", "SEV-1 / P1",
     "1 ", "a ",
     "Primary On-Call: ", "business days", "0-30 min", "\t", "\u2028", "\x00", "\ud800", "|", "\\", "&nbsp;",
     "<br>", "<table><tr><td>P1</td><td>5 min</td></tr>", "</table>\n\n", "<h2>Severity</h2>\n\n",
     "P0 = critical, ",
     "SEV1 is the worst. ", "- If nobody answers within 5 minutes:\n  - page ",
     "### Executive briefing template\n\n", "**Subject**: Kiln out - [SEVERITY]\n", "**Summary:**\n",
     "**Status:** ", "```mermaid\ngraph TD\n", " A[Alert] --> B{SEV1?}\n", " B -->|Yes| C[Page Primary]\n",
     " C -->|No ack 5 min| A\n",
     "```yaml\n", "  SEV1:\n", "    - delay: 5 minutes\n", "      target: primary\n", "├─ 0-15 min:\n", "└─ page ",
     "↓ (no ack in 10 min → secondary)\n", "with max 15 min per level ", "another 5 minutes "]
)  # fmt: skip
TEXT = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join))
FILES = st.lists(st.tuples(st.sampled_from(["a.md", "b.md"]), TEXT), max_size=2)
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(
    st.lists(st.tuples(st.sampled_from(["a.md", "b.md"]), TEXT), max_size=2),
    st.dictionaries(TEXT, TEXT, max_size=2),
)
def test_any_text_compiles(files: list[tuple[str, str]], answers: dict[str, str]) -> None:
    policy = compile_playbook(files, answers)
    assert len({level.key for level in policy.levels}) == len(policy.levels)
    for severity in policy.severities:
        assert any(level.after == 0 for level in policy.levels_of(severity.name))
    normalise(policy, "any")
    explain(policy)


@RELAXED
@given(TEXT)
def test_the_same_text_gives_the_same_policy(text: str) -> None:
    assert compile_playbook([("a.md", text)]) == compile_playbook([("a.md", text)])


HARD = [
    "| a " * 3000, "- " * 2000, "> " * 2000, "# " * 3000, "*" * 6000, "[" * 6000, "`" * 6000,
    "P0 " * 3000, "1 " * 5000,
    "a " * 5000, "(" * 6000, "1-" * 4000, "every " * 2000, "if not " * 2000, "on-call " * 2000, "A B C D " * 1500,
    "SEV-" * 2000, "P0 - " * 2000, "- [ ] page the on-call\n" * 1500, "escalate to the " * 1500, " " * 9000 + "x",
    "| P0 | 5 min |\n" * 1500, "## P0\n\nResponse time: 5 min\n\n" * 700, "ðŸš¨" * 1500, "-" * 8000, "x:" * 4000,
    "page the team lead after " * 1000, "not resolved and " * 1000, "Primary and " * 1500, "1 hour and " * 1500,
    "```mermaid\ngraph TD\n" + "".join(f"a{n} --> a{n + 1} & b{n}\nb{n} --> a{n + 1}\n" for n in range(900)),
    "```mermaid\ngraph TD\n" + "A & B & C & D & E --> F & G & H & I & J\n" * 400, "```mermaid\n" + "A[" * 4000,
    "```yaml\n" + "  - delay: 5\n    target: lead\n" * 1500, "(no ack → " * 2000, "→ (a " * 2500,
    "<table><tr><td>" * 3000, "<h2>" * 5000, "P1 = critical, " * 2000, "SEV1 is the worst. " * 1000,
]  # fmt: skip


@pytest.mark.parametrize("text", HARD, ids=[t[:12].strip() or "blank" for t in HARD])
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    compile_playbook([("a.md", text), ("b.md", "# Severity\n\n## Escalation\n\n" + text)])
    assert time.process_time() - started < 20


def test_a_template_whose_label_stands_over_its_words_has_a_line_for_each_row() -> None:
    text = (
        "## Communication templates\n\n### Executive briefing template\n\n**Subject**: Kiln out - [SEVERITY]\n\n"
        "**Summary:**\nBrief plain words of what burned.\n\n**Status:** write to kiln@example.org\n"
    )
    [template] = compile_playbook([("p.md", text)]).templates
    rows = text.split("\n")
    assert len(template.rows) == template.text.count("\n") + 1
    assert all(
        row.split(":")[0] in rows[n - 1] for row, n in zip(template.text.split("\n"), template.rows, strict=True)
    )
