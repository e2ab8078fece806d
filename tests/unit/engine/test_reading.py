"""What is wrong with a playbook and its bindings together: each finding once, at the line that it is about."""

from datetime import date

import pytest

from sirenbook.engine.policies.reading import every_finding, inspect, load
from sirenbook.engine.policies.texts import Texts
from unit.engine.test_plan import BOOK, PEOPLE

TODAY = date(2026, 3, 2)
ANSWERS = """[answers]
resolve.watch = "soon"
regrade.clock = "perhaps"
no.such = "x"
"escalation.P1.3600" = "Engineering Manager"
"""
FIRST = PEOPLE.count("\n") + 2


@pytest.mark.parametrize("look", [every_finding, inspect])
def test_answers_that_match_nothing_are_told_once_with_their_line(look: object) -> None:
    assert callable(look)
    found = look(load(Texts({"ferry.md": BOOK}, PEOPLE + ANSWERS)), TODAY)
    told = [(d.code, d.at.line) for d in found if d.code in ("SB109", "SB325")]
    assert told == [("SB109", FIRST), ("SB109", FIRST + 1), ("SB325", FIRST + 2), ("SB325", FIRST + 3)]


def test_an_answer_whose_question_the_text_answers_by_now() -> None:
    """The text named nobody and was answered; now it names somebody, and the answer decides nothing any more."""
    unnamed = """| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the team lead immediately |
| P1 | 30 minutes | Escalate if not resolved in 4 hours |
"""
    named = unnamed.replace("Escalate if", "Escalate to the CTO if")
    answered = '[answers]\n"escalation.P1.14400" = "VP Engineering"\n'
    before, after = (load(Texts({"ferry.md": text}, answered)) for text in (unnamed, named))
    assert "SB325" not in {d.code for d in before.diagnostics}
    assert [x.who for x in before.policy.levels_of("P1")][-1] == ("VP Engineering",)
    assert [x.who for x in after.policy.levels_of("P1")][-1] == ("CTO",)
    assert [d.at.line for d in after.diagnostics if d.code == "SB325"] == [2]
