"""Reads the escalation that stands in a fence: rows under severities, numbered levels, drawings, lists of calls."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sirenbook.playbook.escalation import deadlines, drawn, stages, stretches
from sirenbook.playbook.escalation.conditions import named_if, upon_each
from sirenbook.playbook.escalation.flow_charts import of_flow_chart
from sirenbook.playbook.escalation.forked_rows import upon_need
from sirenbook.playbook.escalation.ladders import climb_each
from sirenbook.playbook.escalation.level_rows import of_level_rows
from sirenbook.playbook.escalation.lines import of_line
from sirenbook.playbook.escalation.place import Place
from sirenbook.playbook.escalation.settings_rows import of_settings
from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.escalation.timed_rows import of_timed_rows
from sirenbook.playbook.language import duration
from sirenbook.playbook.text import drawing
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import Line

_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")


def of_fence(fence: Fence, place: Place) -> Iterator[Step]:
    """The steps that a fence draws or lists: all of them under escalation, else those led by a severity."""
    if place.announced and (listed := deadlines.in_fence(fence, place) or stretches.of_rows(fence, place)):
        yield from listed
        return
    if place.announced and (configured := of_settings(fence, place.scale)):
        yield from configured
    elif fence.language == "mermaid":
        yield from of_flow_chart(fence, place.scale, announced=place.announced)
    elif place.announced and (who := named_if(place.lead.text)) and is_worded(fence):
        yield from upon_each(drawn.rows_of(fence), who, place.scale)
    elif not drawing.is_drawing(fence):
        yield from list(drawn.of_graded_rows(fence, place.scale)) or _of_actions(fence, place)
    elif place.announced or drawn.says_so(fence):
        yield from of_level_rows(fence, place.scale) or drawn.of_drawing(fence, place.scale)
    else:
        yield from drawn.of_branches(fence, place.scale)


def levels_under(fence: Fence, place: Place) -> Iterator[Step]:
    """The levels that the rows of a fence are which stands under a heading of escalation, and draws nothing."""
    if not drawing.is_drawing(fence):
        rows = of_level_rows(fence, place.scale) or of_timed_rows(fence, place.scale)
        yield from rows or list(_of_rows(fence, place)) or _of_numbered(fence, place)


def _of_actions(fence: Fence, place: Place) -> Iterator[Step]:
    """Whom the numbered rows of a fence call that stands under a severity, as the lines of a list do."""
    rows = drawn.rows_of(fence) if place.given and is_worded(fence) else []
    if len(rows) > 1 and all(_NUMBERED.match(x.source) for x in rows):
        yield from (step for row in rows for step in of_line(row, place))


def _of_rows(fence: Fence, place: Place) -> Iterator[Step]:
    """The levels of a fence without commands that stand indented under the severities they are for."""
    if not is_worded(fence):
        return
    given: tuple[str, ...] = ()
    rows: list[Line] = []
    for number, row in enumerate([*fence.text.split("\n"), ""]):
        named = place.scale.purely(row.strip().rstrip(":")) if row[:1].isalnum() else ()
        if (named or not row.strip()) and given:
            needed = [step for row in rows for step in upon_need(row)]
            rows = [row for row in rows if all(step.why.line != row.line for step in needed)]
            levels = climb_each(stages.in_list(rows, place.scale), place.scale)
            yield from (s if s.severities else replace(s, severities=given) for s in (*levels, *needed))
            given, rows = (), []
        if named:
            given, rows = named, []
        elif row.strip():
            rows.append(drawn.row_at(fence, number, row))


def _of_numbered(fence: Fence, place: Place) -> Iterator[Step]:
    """The levels of a fence whose rows are a numbered list of people, each with a time."""
    rows = drawn.rows_of(fence) if is_worded(fence) else []
    if len(rows) > 1 and all(_NUMBERED.match(x.source) and duration.amounts(x.text) for x in rows):
        yield from climb_each(stages.in_list(rows, place.scale), place.scale)
