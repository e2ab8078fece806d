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
from sirenbook.playbook.language.vocabulary import METRIC_TOPIC, SEVERITY_TOPIC, UNREAL_TOPIC, Part, part_of
from sirenbook.playbook.language.whom import whom
from sirenbook.playbook.scales import AIM

_CLOCKS: tuple[Clock, ...] = ("response", "ack", "resolution")
_TITLED = re.compile(r"respon[ds]\w*|acknowledg\w*|resol(?:ution|ve)\w*", re.IGNORECASE)
_HOW_SOON = re.compile(r"\btimes?\b|\bslas?\b|\btargets?\b|\bwithin\b")
_LEADS = re.compile(r"\b(?:with)?in:?$")
"""How a sentence ends that leads to a list of times: `They respond within:`."""
_BRACKETS = re.compile(r"\([^()]*\)")
_DUE = re.compile(r"\b(?:due|must|shall|requires?|required) (?:\w+ ){0,4}?(?:with)?in\b", re.IGNORECASE)
"""What makes a figure among figures to reach an obligation."""
_ONE_CLOCK = re.compile(
    r"\W*(?:\d{1,2}[.)] )?(?:"
    r"(?P<ack>ack(?:nowledged?)?(?: (?:the|every|all|any|an?|your|on|in|via|it|this|receipt|new|alerts?|pages?"
    r"|pagers?|incidents?|notifications?|alarms?|pagerduty|opsgenie|chat|slack|thread|channel))*"
    r"|time to acknowledge(?=:? (?:with)?in\b|:? [<≤]))"
    r"|(?P<resolution>resolved?(?= within)|target resolution|(?:target )?resolution(?: (?:target|time|goal|sla)))"
    r"|(?P<response>(?:initial )?response (?:target|time|goal|sla)|time to respond(?=:? (?:with)?in\b|:? [<≤])))"
    r"\s?(?:[:(,=-]|\bis\b|\bof\b)?\s*(?P<time>(?:with)?in\b[^()]*|[<≤(~\d][^()]*)\)?\W*",
    re.IGNORECASE,
)
"""A line that states one clock and nothing else, so that it is the severity's above: `Acknowledge (< 5 min)`."""
_ACKNOWLEDGE = re.compile(
    r"\W*(?:acknowledged?|ack(?:ed)?)(?: (?:the|every|all|any|alerts?|pages?|incidents?|notifications?|in|on"
    r"|alarms?|pagerduty|opsgenie))*\W*",
    re.IGNORECASE,
)
"""A cell that says only what is done, whose row says by when: `Acknowledge the page | 5 min`."""
_CONDITION = re.compile(r"\W*(?:if|when|whenever|once|unless|until|after|while|should)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\btime to (?:recover|resol|restor|detect|fix|mitigat|repair)|\bmtt|\bmean\b|average|\brate\b|percent|%|uptime"
    r"|retain|retention|mitigat|work-?around|contain|restor|plan\b|stays? (?:open|closed)|\bmonitor for\b|\bsince\b"
    r"|\bpast\b|\bwait|\bduration\b|ticket (?:is )?closed|\brisk"
    r"|\bautomat(?:ed|ic) (?:rollback|failover|recovery|restart)"
    r"|\b(?:was|were|took)\b|\b(?:better|rather|than) to\b"
    r"|\b(?:lose|loses|losing|lost|saves?|saving|wastes?|wasting|costs?)\b",
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
    """The clocks of one thought, each with its severities; most of rows and labels are read with their tables."""
    if any(UNREAL_TOPIC.search(t) for t in thought.titles):
        return
    if thought.row:
        yield from ((thought.above, "ack", amount) for amount in _of_row(thought, scale))
    elif scale.purely(thought.label):
        yield from _in_a_row(thought, scale)
    elif alone := _of_those_above(thought):
        yield thought.above, *alone
    elif thought.ground == "policy" and not (thought.heading or _is_foreign(thought, scale)):
        yield from _in_clauses(thought, scale)


def _in_a_row(thought: Statement, scale: Scale) -> Iterator[tuple[tuple[str, ...], Clock, Amount]]:
    """The clocks of severities that one line names under a heading that says which: `P1: 5 min, P2: 1 hour`."""
    nearest = thought.titles[-1] if thought.titles else ""
    about = part_of(nearest) if _HOW_SOON.search(nearest) else None
    shares = shares_of(thought.whole, scale) if thought.ground == "policy" and about in _CLOCKS else []
    for share in shares if len(shares) > 1 else ():
        found = clauses.clocks(share.time, about, nearest)
        yield from ((share.severities, c, a) for c, a in found.items() if c == about)


def _is_foreign(thought: Statement, scale: Scale) -> bool:
    """Whether a thought is about something else that has a time, or one of the figures to reach."""
    nearest = thought.titles[-1] if thought.titles else ""
    figures = METRIC_TOPIC.search(nearest) and not (SEVERITY_TOPIC.search(nearest) or _TITLED.search(nearest))
    due = _DUE.search(thought.text) or len(shares_of(thought.text, scale)) > 1
    return bool(_FOREIGN.search(thought.label) or (figures and not due))


def _in_clauses(thought: Statement, scale: Scale) -> Iterator[tuple[tuple[str, ...], Clock, Amount]]:
    """The clocks that the clauses of a thought state of the severities that they name."""
    nearest = thought.titles[-1] if thought.titles else ""
    part = clauses.cue(nearest) if AIM.fullmatch(thought.label) else None
    part = part or (part_of(thought.label) if thought.label else None)
    led = clauses.cue(nearest) if not part and _LEADS.search(nearest) else None
    if led:  # what stands in brackets is how they are told
        thought = structs.replace(thought, text=_BRACKETS.sub("", thought.text).strip())
    said: Part | None = None
    for words, severities, clause in _pieces(thought, scale):
        goes_on = said if scale.purely(duration.without(clause)) else None  # `…, minor ones within a day`
        said = about = led or clauses.cue(clause) or part or goes_on
        if about not in _CLOCKS or _elsewhere(clause):
            continue
        found = clauses.clocks(words, about, thought.label or clause)
        yield from ((severities, c, a) for c, a in found.items() if c == about)


def _of_row(thought: Statement, scale: Scale) -> Iterator[Amount]:
    """The one time of a row under a severity whose cell says no more than that somebody acknowledges."""
    if thought.above and not scale.purely(thought.row) and _ACKNOWLEDGE.fullmatch(thought.text):
        times = [a for cell in thought.cells if (a := duration.alone(cell)) and a.seconds and a.low is None]
        yield from times if len(times) == 1 else ()


def _of_those_above(thought: Statement) -> tuple[Clock, Amount] | None:
    """The one clock that is all that a line under a severity says, as in a procedure or checklist of its own.

    A stretch of time (`Resolution: 4-8 hours`) and a heading tell of phases, a runbook's times are its own; only to
    acknowledge is the same moment everywhere.
    """
    if not thought.above or thought.named or thought.ground in ("template", "after"):
        return None
    for words in (thought.whole, thought.text):
        found = _ONE_CLOCK.fullmatch(words)
        amount = duration.alone(found["time"]) if found else None
        if found and amount and amount.seconds and amount.low is None:
            clock = next(c for c in _CLOCKS if found[c])
            return (
                (clock, amount) if clock == "ack" or (thought.ground == "policy" and not thought.heading) else None
            )
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
