"""What is said about one code of a finding."""

from typing import NamedTuple

from sirenbook.model.diagnostic import Grade


class Code(NamedTuple):
    """One kind of finding: `grade` is its gravest, `why` is what happens at night, `example` a text that has it."""

    title: str
    grade: Grade
    why: str
    mend: str
    example: str
