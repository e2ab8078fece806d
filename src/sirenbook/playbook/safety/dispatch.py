"""Finds the judge of a program. A program that nobody knows is unknown code, and changes something."""

from collections.abc import Callable, Mapping

from sirenbook.playbook.safety.programs import judge_by_table
from sirenbook.playbook.safety.verdict import HOLE, Call, Verdict, changes, shown

Judge = Callable[[Call], Verdict]
JUDGES: Mapping[str, Judge] = {}
"""Programs whose words mean more than a table can say."""


def judge_call(call: Call) -> Verdict:
    """The verdict on one program with its words."""
    program = call.program
    if HOLE in program:
        return changes(call, f"{shown(program)}: which program runs is not fixed", ("unknown-code",))
    if judge := JUDGES.get(program):
        return judge(call)
    return judge_by_table(call) or changes(call, f"{program}: what it does is not known", ("unknown-code",))
