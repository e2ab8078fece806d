"""Reads charts of questions drawn in a fence: who is paged when somebody does not answer, and what else is done."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.playbook.escalation.steps import Step
from sirenbook.playbook.language import duration, targets
from sirenbook.playbook.language.names import Scale, leading_code
from sirenbook.playbook.language.phrases import brings, silent
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.text import drawing

QUESTION = re.compile(r"\?(?:\s|$)|^(?:yes|no)\b", re.IGNORECASE)
_DEED = re.compile(r"(?:.{1,30}?\s)??(?:escalates? to|page|notify|call)\s", re.IGNORECASE)
_ANSWERS = re.compile(r"\b(?:respon[ds]\w*|answer\w*|ack\w*|picks? up|available|reach\w*)\b[^?]*\?", re.IGNORECASE)
_LASTS = re.compile(
    r"\b(?:duration|ongoing|last(?:s|ing)?|elapsed|(?:still )?(?:open|down)|unresolved)\b[^?]*"
    r"(?:>|more than|longer than|over|after|for)",
    re.IGNORECASE,
)
NO = re.compile(r"\W*no\b\W*", re.IGNORECASE)


def of_questions(nodes: Sequence[drawing.Node], scale: Scale) -> Iterator[Step]:
    """Whom a chart of questions brings in: in turn where it asks who answers, else as its deeds say."""
    yield from list(_in_turn(nodes)) or _decided(nodes, scale)


def _in_turn(nodes: Sequence[drawing.Node]) -> Iterator[Step]:
    """Who is paged in turn: the first before any question, each other when `Does … answer in 5 min?` has a no."""
    asked = [i for i, n in enumerate(nodes) if _ANSWERS.search(n.line.text)]
    refused = [n for n in nodes if _is_refusal(n) and _calls(n.line.text)]
    if not asked or not refused:
        return
    for node in nodes[: asked[0]]:
        if brings(node.line.text) and (who := whom(node.line.text, plainly=False)):
            yield Step(who, 0, node.line.at(), until="acknowledged")
    total: int | None = 0
    given: int | None = None
    for node in nodes[asked[0] :]:
        text = node.line.text
        amounts = duration.amounts(text)
        if _ANSWERS.search(text):
            given = amounts[0].seconds if len(amounts) == 1 else None
            continue
        if not any(node is n for n in refused):
            continue
        waited = amounts[0].seconds if amounts else given
        total, given = (None if total is None or waited is None else total + waited), None
        yield Step(_calls(text), total, node.line.at(), until="acknowledged", silence=True)


def _is_refusal(node: drawing.Node) -> bool:
    """Whether a box is what follows on a no: `NO: page the lead`, or an arrow with that word on it."""
    return bool(NO.match(node.line.text) or NO.fullmatch(node.condition))


def _calls(words: str) -> tuple[str, ...]:
    """Whom the words behind a no bring in."""
    words = NO.sub("", words, count=1)
    return whom(words) if brings(words) else targets.only_names(duration.without(words))


def _decided(nodes: Sequence[drawing.Node], scale: Scale) -> Iterator[Step]:
    """Whom the deeds of a chart of decisions bring in: by hand, or after the time that is stated or asked for.

    A severity that stands before a deed in its row, or that is asked for there, is the one it is for.
    """
    lasted: int | None = None
    waited = 0
    graded: tuple[str, ...] = ()
    row = 0
    for node in nodes:
        text = node.line.text
        graded, row = () if node.line.line != row else graded, node.line.line
        question = text if text.rstrip().endswith("?") else node.condition
        if amount := duration.read(question) if _LASTS.search(question) or silent(question) else None:
            rises = amount.seconds > waited or not silent(question)
            lasted = waited = amount.seconds if rises else waited + amount.seconds
        if question is text:
            lasted = lasted if amount else None
            graded = scale.mentioned(text)
        elif _DEED.match(text) and not QUESTION.search(text) and (who := whom(text, plainly=False)):
            only = scale.mentioned(text) or graded
            amount = duration.read(text) if only else None
            yield Step(who, amount.seconds if amount else lasted, node.line.at(), only)
            lasted = None
        else:
            graded = _branch(text, scale) or graded


def _branch(text: str, scale: Scale) -> tuple[str, ...]:
    """The severity that a branch decides on before its deed: `P0`, `P0 regardless of scale`."""
    return scale.mentioned(text) if leading_code(text) else ()
