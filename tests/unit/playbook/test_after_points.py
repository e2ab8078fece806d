"""Points under a heading with a time: what holds after every incident, and the review that only some want."""

import pytest

from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import Texts

GRADES = (
    "# Harbour\n\n| Severity | Response |\n|---|---|\n| S1 | 5 minutes |\n| S2 | 1 hour |\n| S3 | 4 hours |\n\n"
)
DEBRIEF = (
    "## After the incident (48 hours)\n- Hold a debrief for S1 and S2.\n- File the tickets.\n- Tell the master.\n"
)
LATER = "## Aftermath: within 24 hours\n1. **Close the ticket**: with its cause\n2. **Post-mortem**: S1 only\n"
REVIEW = "## Post-Incident Review (within 3 days)\n1. Hold the post-mortem for S1 and S2\n2. Collect the timeline\n"
ONLY = "## Post-incident (24 hours)\n- Hold a post-mortem for S1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEBRIEF, [((), "After the incident (48 hours): File the tickets; Tell the master"), (("S1", "S2"), "")]),
        (LATER, [((), "Aftermath: within 24 hours: Close the ticket"), (("S1",), "")]),
        (REVIEW, [(("S1", "S2"), "")]),  # the points are parts of the review itself
        (ONLY, [(("S1",), "")]),
    ],
)
def test_what_is_due_for_whom(text: str, expected: list[tuple[tuple[str, ...], str]]) -> None:
    found = load(Texts({"playbook.md": GRADES + text}, "", False)).policy.reviews
    assert [(r.severities, r.what if not r.severities else "") for r in found] == expected
    assert {r.within.why.line for r in found} == {9}
