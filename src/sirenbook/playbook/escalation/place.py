"""Says where a block of a playbook stands, so that its lines are read by what is announced above them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.text.inline import Line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: whether a heading announces escalation, the severities it names, and what leads in.

    `role` is whom the heading names, whose duties its lines tell. `holder` is the same where the heading is not one
    of escalation: its line of escalation counts from when they were brought in. `contacts` where the heading is one
    of those who can be called, each of whom may stand with what for. `onward` is who is next by the path beside it.
    """

    scale: Scale
    announced: bool
    given: tuple[str, ...]
    lead: Line
    lasting: bool = False
    levelled: bool = False
    chain: bool = False
    holder: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    contacts: bool = False
    onward: tuple[str, ...] = ()

    def fill(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Steps that name no severity are for those of the heading."""
        for step in steps:
            yield step if step.severities or not self.given else replace(step, severities=self.given)
