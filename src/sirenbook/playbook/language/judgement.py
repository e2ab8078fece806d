"""Keeps what was found of a heading, because many readers ask the same of it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from sirenbook.playbook.text.document import Section

Answer = TypeVar("Answer")


def judgement(judge: Callable[[Section], Answer]) -> Callable[[Section], Answer]:
    """Makes a judgement of a section once, however many readers ask for it."""

    @wraps(judge)
    def judged(section: Section) -> Answer:
        known = section.judged
        if judge not in known:
            known[judge] = judge(section)
        answer: Answer = known[judge]
        return answer

    return judged
