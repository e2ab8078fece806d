"""Reads the clocks that sentences state of severities, wherever they stand: `Acknowledge SEV1 within 5 minutes`."""

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from sirenbook.playbook.draft import Draft
from sirenbook.playbook.language import clauses, duration, phrases
from sirenbook.playbook.language.by_severity import shares_of
from sirenbook.playbook.language.clauses import Clock
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import silent, unresolved
from sirenbook.playbook.language.reach import mentioned, reached
from sirenbook.playbook.language.statements import Statement
from sirenbook.playbook.language.vocabulary import METRIC_TOPIC, SEVERITY_TOPIC, UNREAL_TOPIC, part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.scales import AIM

_CLOCKS: tuple[Clock, ...] = ("response", "ack", "resolution")
_TITLED = re.compile(r"respon[ds]\w*|acknowledg\w*|resol(?:ution|ve)\w*", re.IGNORECASE)
_LEADS = re.compile(r"\b(?:with)?in:?$")
"""How a sentence ends that leads to a list of times: `They respond within:`."""
_BRACKETS = re.compile(r"\([^()]*\)")
_DUE = re.compile(r"\b(?:due|must|shall|requires?|required) (?:\w+ ){0,4}?(?:with)?in\b", re.IGNORECASE)
"""What makes a figure among figures to reach an obligation."""
_ONE_CLOCK = re.compile(
    r"\W*(?:\d{1,2}[.)] )?(?:"
    r"(?P<ack>ack(?:nowledged?)?(?: (?:the|every|all|any|an?|your|on|in|via|it|this|receipt|new|alerts?|pages?"
    r"|pagers?|incidents?|notifications?|alarms?|pagerduty|opsgenie|chat|slack|thread|channel))*"
    r"|time to acknowledge)"
    r"|(?P<resolution>target resolution|(?:target )?resolution(?: (?:target|time|goal|sla))|time to resolve)"
    r"|(?P<response>(?:initial )?response (?:target|time|goal|sla)|time to respond))"
    r"\s?(?:[:(,=-]|\bis\b|\bof\b)?\s*(?P<time>(?:with)?in\b[^()]*|[<≤(~\d][^()]*)\)?\W*",
    re.IGNORECASE,
)
"""A line that states one clock and nothing else, so that it is the severity's above: `Acknowledge (< 5 min)`."""
_CONDITION = re.compile(r"\W*(?:if|when|whenever|once|unless|until|after|while|should)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\btime to (?:recover|resol|restor|detect|fix|mitigat|repair)|\bmtt|\bmean\b|average|\brate\b|percent|%|uptime"
    r"|retain|retention|mitigat|work-?around|contain|restor|plan\b|stays? (?:open|closed)|\bmonitor for\b|\bsince\b"
    r"|\bpast\b|\bwait|\bduration\b|ticket (?:is )?closed|\brisk"
    r"|\bautomat(?:ed|ic) (?:rollback|failover|recovery|restart)"
    r"|\b(?:better|rather|than) to\b|\b(?:lose|loses|losing|lost|saves?|saving|wastes?|wasting|costs?)\b",
    re.IGNORECASE,
)


def join_clocks(thoughts: Sequence[Statement], drafts: Sequence[Draft], scale: Scale) -> None:
    """Give every severity the clocks that sentences state of it, where its own table or heading states none.

    Sentences that differ give none: a wrong time is worse than none.
    """
    said: dict[tuple[str, Clock], list[tuple[Amount, Statement]]] = {}
    for thought in thoughts:
        for severities, clock, amount in _stated(thought, scale):
            for severity in severities:
                said.setdefault((severity, clock), []).append((amount, thought))
    for draft in drafts:
        for clock in _CLOCKS:
            found = said.get((draft.name.id, clock), [])
            if len({a.seconds for a, _ in found}) == 1:
                amount, thought = found[0]
                draft.state_beside(clock, amount, thought.line.at(thought.text))


def _stated(thought: Statement, scale: Scale) -> Iterator[tuple[tuple[str, ...], Clock, Amount]]:
    """The clocks of one thought, each with its severities; those of rows and labels are read with their tables."""
    if thought.row or scale.purely(thought.label) or any(UNREAL_TOPIC.search(t) for t in thought.titles):
        return
    if alone := _of_those_above(thought):
        yield thought.above, *alone
        return
    if thought.ground != "policy" or thought.heading:
        return
    nearest = thought.titles[-1] if thought.titles else ""
    figures = METRIC_TOPIC.search(nearest) and not (SEVERITY_TOPIC.search(nearest) or _TITLED.search(nearest))
    if figures and not _DUE.search(thought.text):
        return
    if _FOREIGN.search(thought.label):
        return
    part = clauses.cue(nearest) if AIM.fullmatch(thought.label) else None
    part = part or (part_of(thought.label) if thought.label else None)
    led = clauses.cue(nearest) if not part and _LEADS.search(nearest) else None
    if led:  # what stands in brackets is how they are told
        thought = structs.replace(thought, text=_BRACKETS.sub("", thought.text).strip())
    for words, severities, clause in _pieces(thought, scale):
        about = led or clauses.cue(clause) or part
        if about not in _CLOCKS or _elsewhere(clause):
            continue
        found = clauses.clocks(words, about, thought.label or clause)
        yield from ((severities, c, a) for c, a in found.items() if c == about)


def _of_those_above(thought: Statement) -> tuple[Clock, Amount] | None:
    """The one clock that is all that a line under a severity says, as in a procedure or checklist of its own.

    A stretch of time (`Resolution: 4-8 hours`) and a heading tell of phases; only to acknowledge is one moment.
    """
    if not thought.above or thought.named or thought.ground in ("template", "after"):
        return None
    for words in (thought.whole, thought.text):
        found = _ONE_CLOCK.fullmatch(words)
        amount = duration.alone(found["time"]) if found else None
        if found and amount and amount.seconds and amount.low is None:
            clock = next(c for c in _CLOCKS if found[c])
            return (clock, amount) if clock == "ack" or not thought.heading else None
    return None


def _pieces(thought: Statement, scale: Scale) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The words of a thought that hold one time, the severities that it is for, and the clause that they stand in.

    A row of severities with a time for each (`Ack: SEV1 immediate, SEV2 15 min`) is taken apart; else every clause.
    """
    whole = shares_of(thought.text, scale)
    if len(whole) > 1:
        yield from ((share.time, share.severities, thought.text) for share in whole)
        return
    told = clauses.clauses(thought.text)
    apart = not mentioned(thought.label, scale) and sum(1 for c in told if mentioned(c, scale)) > 1
    for clause in clauses.in_hours(told):
        if len(shares := shares_of(clause, scale)) > 1:
            yield from ((share.time, share.severities, clause) for share in shares)
        elif severities := reached(clause, thought.line.text, scale) or (() if apart else thought.named):
            yield clause, severities, clause


def _elsewhere(clause: str) -> bool:
    """Whether a clause speaks of something else that has a time: a condition, a page, a figure to reach."""
    told = phrases.BRING.search(clause) and whom(clause, plainly=False) and not phrases.STARTS.search(clause)
    acked = clauses.cue(clause) == "ack"
    return bool(
        silent(clause)
        or unresolved(clause)
        or _CONDITION.match(clause)
        or _FOREIGN.search(clause)
        or clauses.MEASURED.search(clause)
        or (told and not acked)
    )
