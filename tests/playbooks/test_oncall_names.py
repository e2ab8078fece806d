"""Whoever is on call first and second, where each has a bold row with duties below it."""

from sirenbook.playbook.compile import compile_playbook

TEXT = """# Incidents at a mill

## Severity

| Level | Response |
|---|---|
| P1 | 15 minutes |

## On-call

**Primary miller**
Duties:
- Answers pages

**Secondary miller**
Duties:
- Backs up the primary
"""


def test_a_bold_row_is_a_name_and_the_row_below_it_is_not() -> None:
    policy = compile_playbook([("p.md", TEXT)])
    assert (policy.on_call, policy.backup) == (("Primary miller",), "Secondary miller")
    assert policy.on_call_why.line == 11
