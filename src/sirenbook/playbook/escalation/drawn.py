"""Reads the escalation that teams draw in a fence: boxes and arrows, decisions, rows that begin with a time."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sirenbook.playbook.escalation import asked
from sirenbook.playbook.escalation.forked_rows import of_forked_rows
from sirenbook.playbook.escalation.ladder import LONGER, Stage, climb
from sirenbook.playbook.escalation.ladders import climb_each
from sirenbook.playbook.escalation.stages import AND_DOES, ARROWS, LEVEL, of_arrows, who_in
from sirenbook.playbook.escalation.steps import Step, read_steps
from sirenbook.playbook.escalation.timed_rows import of_clocked_rows
from sirenbook.playbook.escalation.twigs import of_twigs
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.by_severity import shares_of
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import ESCALATE, NO_PAGE, STARTS, STUCK, brings, silent, unresolved
from sirenbook.playbook.language.reach import meant, mentioned
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text import drawing
from sirenbook.playbook.text.commands import is_worded
from sirenbook.playbook.text.document import Block, Fence
from sirenbook.playbook.text.inline import Line, make_line

_BULLET = re.compile(r"^[\s\u2500-\u257f]*(?:\d{1,2}[.)]|[-*•☐□→])?\s*")
_EVERY = re.compile(r"\W*(?:\d[.)] )?(?:all|every|any)\b", re.IGNORECASE)
_DEED_OF_ONE = re.compile(
    r"\W*(?:[a-z\d][.)] )?[A-Z][\w -]{1,30}? (?:attempts|tries|creates|opens|posts|updates|logs|documents|follows"
    r"|runs|checks|restarts|acknowledges via)\b"
)
"""What somebody does who is there already: `SRE creates a ticket`."""
_HAPPENED = re.compile(
    r"\b(?:incident|alert|outage|issue)s? (?:is |are )?(?:detected|declared|opened|raised|confirmed)\W*$",
    re.IGNORECASE,
)
"""What begins a part of a drawing: `Critical / High incident detected`."""
_BRACKETED = re.compile(r"\([^()]*\)")
_WRAPPED = re.compile(r"^\(([^()]*)\)$|^\[\s*([^\[\]\d][^\[\]]*?)\s*\](?:\s.*)?$")
"""The name of a level in brackets, behind its number or as a box: `Tier 2 (security lead)`, `[ Lead ] T+15`."""
_BOX = re.compile(r"^\[\s*([^\[\]\d][^\[\]]*?)\s*\]")
_MARKED = re.compile(r"\s*\[(?:called|paged|reached) at [^\[\]]*?(\bfor [^\[\]]+)?\]", re.IGNORECASE)
"""What a box says once more of when it is reached: `[Called at 2 hour mark for P1]`."""
_NESTED = re.compile(r"^\s*[│║|][^\n]*[┌╭╔][^\n]*[┌╭╔][^\n]*[│║|]\s*$", re.MULTILINE)
"""Boxes beside each other within a box, whose words go on from row to row."""
_COUNT = re.compile(r"\s*\d{1,2}[.)]\s+")
_GOES_WELL = re.compile(
    r"[\W\u2500-\u257f]*(?:ack(?:nowledged|ed|'d)?|resolved|answered|fixed|yes)\b[^:→]{0,30}(?:→|->|:)",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"([A-Z][\w-]+(?: [A-Z][\w-]+){1,2}) \((?:immediate\w*|\d+ ?(?:m|min|minutes?|h|hrs?|hours?))\)"
)
_NAME_THEN_TIME = re.compile(r"\w \(\+?\d+ ?(?:m|h)[a-z]*\)\s*$", re.IGNORECASE)
"""Somebody in a row of arrows with a time behind them: `Primary (5 min)`."""
_ONLY = re.compile(r"\b\S+ only\b|\bonly (?:for |on )?\S+", re.IGNORECASE)
_FOR = re.compile(r"\((?:if |for )?([^()]+)\)", re.IGNORECASE)
_WAYS = re.compile(
    r"[ \t]*(?:->|→|=>)[ \t]*(?:phone|slack|e-?mail|sms|pagerduty|opsgenie|jira|teams)\b[^\n→>]*$",
    re.IGNORECASE | re.MULTILINE,
)
BRANCH = re.compile(r"\s*(?::|→|[-=]+>|\s[-–—])\s*")
_DEED = re.compile(r"(?:escalate to|page|notify|call)\s", re.IGNORECASE)
_CALLS = re.compile(r"\b(?:escalate to|(?<!status )page|notify|(?<!on-)call)\b", re.IGNORECASE)
_AT_ONCE = re.compile(r"^\W*(?:immediately|at once)\s+", re.IGNORECASE)
_OR_SEVERITY = re.compile(r"\bor\s", re.IGNORECASE)


def without_ways(block: Block) -> Block:
    """A block; a fence without how somebody is reached, behind an arrow: `Security Lead (5 min) -> Phone`."""
    return replace(block, text=_WAYS.sub("", block.text)) if isinstance(block, Fence) else block


def rows_of(fence: Fence) -> list[Line]:
    """The rows of a fence as lines of a list."""
    return [row_at(fence, n, row) for n, row in enumerate(fence.text.split("\n")) if row.strip()]


def row_at(fence: Fence, number: int, row: str) -> Line:
    """One row of a fence without its number or bullet."""
    return make_line(fence.file, _BULLET.sub("", row, count=1), fence.line + number, row)


def of_drawing(fence: Fence, scale: Scale) -> Iterator[Step]:
    """The levels that boxes and arrows draw."""
    if (
        rows := of_forked_rows(fence)
        or _of_one_row(fence, scale)
        or of_clocked_rows(fence, scale)
        or of_twigs(fence, scale)
    ):
        yield from rows
        return
    if _stands_beside(fence, scale) or _NESTED.search(fence.text):
        return  # whose box is whose is not said clearly enough
    nodes: Sequence[drawing.Node] = drawing.read_nodes(fence)
    if any(asked.QUESTION.search(n.line.text) for n in nodes):
        yield from asked.of_questions(nodes, scale)
        return
    if rows := list(_of_severity_rows(nodes, scale)):
        yield from rows
        return
    if flows := _flows(nodes, scale):
        for only, own in flows:
            levels = list(_levels_drawn(own, scale))
            yield from (_meant_for(only, s) for s in (levels if only else _begun(levels)))
        return
    branches = [(n, only) for n in nodes if (only := scale.purely(BRANCH.split(n.line.text)[0]))]
    if len(branches) > 1:
        owned = [_beneath_branch(nodes, node) for node, _ in branches]
        taken = [b for b, _ in branches] + [n for own in owned for n in own]
        nodes = [n for n in nodes if all(n is not t for t in taken)]
        for (node, only), own in zip(branches, owned, strict=True):
            yield from _of_limb(node, own, only, scale) if own else _of_branch(node, only)
    first = nodes[0].line.text if nodes else ""
    given = () if who_in(first) else scale.mentioned(first)
    levels = [s if s.severities else replace(s, severities=given) for s in _levels_drawn(nodes, scale)]
    yield from _begun(levels) if len(branches) > 1 else levels


def _of_one_row(fence: Fence, scale: Scale) -> list[Step]:
    """The names of a drawing that is a single row of arrows with times in it."""
    rows = rows_of(fence)
    alone = len(rows) == 1 and duration.amounts(rows[0].text)
    return list(of_arrows(rows[0].text, rows[0], scale)) if alone else []


def says_so(fence: Fence) -> bool:
    """Whether a drawing says itself that it is one of escalation: `Primary ↓ (escalate after 15 min) Secondary`."""
    nodes = drawing.read_nodes(fence)
    told = [n for n in nodes if ESCALATE.search(n.condition) or silent(n.condition)]
    timed = any(duration.amounts(n.condition) for n in told)
    return len(told) > 1 and timed and sum(1 for n in nodes if who_in(n.line.text)) > 1


def _stands_beside(fence: Fence, scale: Scale) -> bool:
    """Whether a row of a drawing is nothing but severities, each with a column of boxes under it."""
    bare = (re.sub(r"[\u2500-\u257f↓▼⇓|]", " ", row).strip() for row in fence.text.split("\n"))
    columns = (re.split(r"\s{3,}", row) for row in bare if row)
    return any(len(each) > 1 and all(scale.purely(c) for c in each) for each in columns)


def of_branches(fence: Fence, scale: Scale) -> Iterator[Step]:
    """Whom the branches of any drawing notify that are each led by severities: `├─ P0 ──► page the lead`."""
    for node, after in itertools.pairwise(drawing.read_nodes(fence)):
        only = scale.purely(node.line.text) if node.line.line == after.line.line else ()
        if only and _DEED.match(after.line.text) and (who := whom(after.line.text)):
            amount = duration.read(after.line.text)
            yield Step(who, amount.seconds if amount else None, after.line.at(), only)


def of_graded_rows(fence: Fence, scale: Scale) -> Iterator[Step]:
    """Whom the rows of any fence of words page that are each led by a severity: `- P1: page the primary`."""
    rows = [(x, only) for x in rows_of(fence) if (only := scale.purely(x.label))] if is_worded(fence) else []
    if sum(1 for line, _ in rows if _CALLS.search(line.value)) < 2:
        return
    for line, only in rows:
        yield from (s for s in read_steps(line.value, line, scale, only) if s.who)


def _begun(levels: Sequence[Step]) -> Iterator[Step]:
    """Levels above the branches of a drawing: one alone who is on call is called at once."""
    begins = len(levels) == 1 and any(targets.ON_CALL.search(w) for w in levels[0].who)
    yield from (replace(s, after=0) if begins else s for s in levels)


def _of_severity_rows(nodes: Sequence[drawing.Node], scale: Scale) -> Iterator[Step]:
    """The rows of a drawing that each point from a severity to its people: `P1 → 15 min: core team`."""
    rows = {n.line.line: n.line for n in nodes}
    pointed = [(x, ARROWS.split(x.source.strip())) for x in rows.values()]
    graded = [(x, only, p[1:]) for x, p in pointed if len(p) > 1 and (only := scale.purely(p[0]))]
    if len(graded) > 1 and any(sum(1 for p in pieces if _NAME_THEN_TIME.search(p)) > 1 for *_, pieces in graded):
        yield from _of_waits_in_turn(graded, scale)
        return
    for line, only, pieces in graded if len(graded) > 1 else ():
        for piece in pieces:
            time, colon, words = piece.rpartition(": ")
            amount = duration.read(time) if colon else duration.read(piece)
            who = who_in(words) or targets.short_name(words)
            yield Step(
                who, amount.seconds if amount else None, line.at(), only, business=bool(amount and amount.business)
            )


def _of_waits_in_turn(rows: Sequence[tuple[Line, tuple[str, ...], list[str]]], scale: Scale) -> Iterator[Step]:
    """The rows of people that each have a wait behind them, for severities that have no row of their own.

    `P3+ → …` beneath rows of P1 and P2 is about the rest.
    """
    single = {only[0] for _, only, _ in rows if len(only) == 1}
    for line, named, pieces in rows:
        only = named if len(named) == 1 else tuple(s for s in named if s not in single)
        first = who_in(pieces[0])
        alone = [Step(first, 0, line.at(), only)] if first else []
        yield from [replace(s, severities=only) for s in of_arrows(" → ".join(pieces), line, scale)] or alone


def _flows(nodes: Sequence[drawing.Node], scale: Scale) -> list[tuple[tuple[str, ...], list[drawing.Node]]]:
    """The parts of a drawing that each stand under the severity they are for: `P1 flow:`."""
    found: list[tuple[tuple[str, ...], list[drawing.Node]]] = [((), [])]
    for node in nodes:
        text = node.line.text
        headed = (text.endswith(":") or _HAPPENED.search(text)) and not who_in(text)
        only = mentioned(text, scale) if headed else ()
        if only or (headed and _EVERY.match(text)):
            found.append((only, []))
        elif not _DEED_OF_ONE.match(text):
            found[-1][1].append(node)
    graded = [only for only, _ in found if only]
    return found if len(graded) > 1 or (graded and not found[0][1]) else []


def _meant_for(only: tuple[str, ...], step: Step) -> Step:
    """A step of the part of a drawing that is for some severities, or for those of them that it names itself."""
    return step if step.severities and set(step.severities) <= set(only) else replace(step, severities=only)


def _beneath_branch(nodes: Sequence[drawing.Node], branch: drawing.Node) -> list[drawing.Node]:
    """The boxes in the rows under a branch that stand further in than it does."""
    after = [n for n in nodes if n.line.line > branch.line.line]
    depth = _depth(branch.line.source)
    return list(itertools.takewhile(lambda n: _depth(n.line.source) > depth, after))


def _depth(row: str) -> int:
    """How far in the words of a row stand, behind the twigs that lead to them."""
    return len(row) - len(row.lstrip(" \t│┃|├└─"))


def _of_limb(
    branch: drawing.Node, own: Sequence[drawing.Node], only: tuple[str, ...], scale: Scale
) -> Iterator[Step]:
    """The levels of a branch that is led by a severity, with those that stand further in beneath it."""
    begun = list(_of_branch(branch, only))
    if any(s.after for s in begun):
        yield from begun
        further = (
            s for n in own for s in read_steps(n.line.text, n.line, scale, only, running=True, escalating=True)
        )
        yield from (s for s in further if s.who and s.after)
        return
    first = [Stage(s.who, "immediately", branch.line) for s in begun]
    yield from (replace(s, severities=only) for s in climb([*first, *_drawn(own)]))


def _of_branch(node: drawing.Node, only: tuple[str, ...]) -> Iterator[Step]:
    """Whom a branch that is led by a severity brings in: `SEV-3: escalate to the tech lead`."""
    words = BRANCH.split(node.line.text, maxsplit=1)[-1]
    if words == node.line.text or NO_PAGE.search(words):
        return
    amount, bare = duration.read(words), _AT_ONCE.sub("", words)
    if who := who_in(_DEED.sub("", bare)) or whom(bare):
        yield Step(who, amount.seconds if amount else None, node.line.at(), only)


def _levels_drawn(nodes: Sequence[drawing.Node], scale: Scale) -> Iterator[Step]:
    """The levels that the boxes of a drawing are, from top to bottom."""
    stages = list(_drawn(nodes))
    if any(shares_of(s.condition, scale) for s in stages):
        yield from climb_each(stages, scale)
        return
    steps = climb(stages)
    before: int | None = 0
    for stage, step in zip(stages, steps, strict=True):
        alone = scale.mentioned(" ".join(_ONLY.findall(stage.words)))
        alone = alone or next((s for m in _FOR.finditer(stage.words) if (s := meant(m[1], scale))), ())
        yield from _on_condition(replace(step, severities=alone), stage.condition, scale, before)
        before = step.after


def _drawn(nodes: Sequence[drawing.Node]) -> Iterator[Stage]:
    """The boxes that name somebody; words between two of them that name nobody can be the second's condition."""
    waited = ""
    bare = [_unmarked(n) for n in nodes]
    for node, after in itertools.zip_longest(bare, bare[1:]):
        if _GOES_WELL.match(node.line.source) or STARTS.match(node.line.text):
            continue
        who = who_in(_WRAPPED.sub(r"\1\2", LEVEL.sub("", node.line.text).strip(" :-–—")))
        who = who or _timed_name(node.line.text) or _vendor(node)
        late = silent(node.line.text) or unresolved(node.line.text)
        if (late and not brings(node.line.text) and not _named_first(node.line.text)) or _is_stuck(node, after):
            waited = node.line.text
        elif not who and node.condition and after and after.line.line == node.line.line:
            waited = node.condition  # `PagerDuty alert → Secondary`, under the arrow that leads to both
        elif any(not targets.is_channel(w) for w in who):
            yield Stage(who, _BOX.sub(r"\1", node.line.text), node.line, node.condition or waited)
            waited = ""


def _unmarked(node: drawing.Node) -> drawing.Node:
    """A box without the mark that repeats its time, but with the severities that the mark names."""
    text = node.line.text
    marked = _MARKED.search(text) if duration.amounts(_MARKED.sub("", text)) else None
    words = _MARKED.sub(lambda m: f" ({m[1]})" if m[1] else "", text)
    return replace(node, line=replace(node.line, text=words, value=words)) if marked else node


def _is_stuck(node: drawing.Node, after: drawing.Node | None) -> bool:
    """Whether a box is somebody who cannot go on, and leads to the next in its row."""
    return bool(after and after.line.line == node.line.line and STUCK.search(node.line.text))


def _timed_name(text: str) -> tuple[str, ...]:
    """A short name with a time of its own in brackets, which is somebody whatever they are called."""
    found = _TIMED.fullmatch(text)
    return targets.short_name(found[1]) if found and not duration.amounts(found[1]) else ()


def _vendor(node: drawing.Node) -> tuple[str, ...]:
    """Somebody's support behind an arrow with a condition: `(cloud outage) ↓ Skyline Support (gold plan)`."""
    bare = _BRACKETED.sub("", node.line.text).strip()
    return targets.short_name(bare) if node.condition and bare.lower().endswith(" support") else ()


def _named_first(text: str) -> bool:
    """Whether the words of a box begin with nothing but somebody: `2. Team Lead (5 min if no response)`."""
    text = AND_DOES.sub("", text)
    bare = re.split(r"[(:,]", _COUNT.sub("", LEVEL.sub("", text).strip(" :-–—"), count=1))[0]
    return bool(targets.only_names(bare))


def _on_condition(step: Step, condition: str, scale: Scale, before: int | None) -> Iterator[Step]:
    """A level as the words on its arrow allow it: some severities at its time, others on their condition.

    `before` is the time of the level before it, at which a severity brings it that its wait is an alternative to.
    """
    only = scale.mentioned(condition)
    lasts = unresolved(condition) and not silent(condition)
    lasts = lasts or bool(LONGER.search(condition))
    if not only or (lasts and not silent(condition) and not meant(condition, scale)):
        yield replace(step, until="resolved" if lasts else "acknowledged")
        if only:  # "SEV-1 or > 2 hours": such an incident goes on from the level before without a wait
            yield replace(step, severities=only, after=before, until="resolved")
        return
    # "no response or P0": such an incident brings them in even when somebody has answered
    yield replace(step, severities=only, until="resolved")
    others = tuple(s for s in scale.names if s not in only)
    parts = _OR_SEVERITY.split(condition)
    if not others or len(parts) < 2 or all(scale.mentioned(p) for p in parts):
        return
    general = lasts and any(duration.amounts(p) and unresolved(p) and not scale.mentioned(p) for p in parts)
    if silent(condition) or general:
        yield replace(step, severities=others, until="resolved" if general else "acknowledged")
    else:
        yield replace(step, severities=others, until="resolved", after=None, extended=lasts)
