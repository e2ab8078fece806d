"""Reads what one sentence says of escalation: whom, after how long, on which clock, for which severities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sirenbook.model.policy import Manner, Until
from sirenbook.model.provenance import Provenance
from sirenbook.playbook import duration, targets
from sirenbook.playbook.by_severity import by_severity
from sirenbook.playbook.inline import Line
from sirenbook.playbook.names import Scale

_VERB = r"(?:escalat|page\b|notify|add\b|inform|alert|bring|contact|call\b|loop|involve|assign|e-?mail|engage)"
_CUT = re.compile(
    rf";|\.(?=\s|$)|(?<!\d),\s*(?:and\s|then\s)?(?=(?i:then|standard|if|{_VERB}))|\b(?i:and|or)\s(?=(?i:{_VERB}))"
    r"|(?<!\d),\s*(?:and\s)?(?=[A-Z][\w&/-]*(?:\s[\w&/-]+){0,4}\s(?:after|within|immediately|at|if)\b)"
    r"|\bthen\b|→|=>|->"
)
_NO_ANSWER = re.compile(
    r"\bno(?:body|\sone)? (?:responds?|responded|responses?|answers?|answered|ack\w*|reply|replies|replied)"
    r"|\bun(?:acknowledged|answered|responsive|available|reachable)"
    r"|neither (?:\w+ )?(?:ack\w*|respon\w*|answer\w*)"
    r"|not? (?:been )?(?:ack\w*|answered|responded|respond\w*|answer\w*|available|reachable)"
    r"|(?:does|do|did|has|have|is|are)(?:n't| not) (?:been )?(?:ack\w*|respon\w*|answer\w*|reachable"
    r"|available|pick)"
    r"|without (?:an? |any )?(?:response|ack\w*|answer)|fails? to (?:ack|respond|answer)|missed page|no-?ack\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|unless|in case|as) (?!not)\w*\s?(?:needed|necessary|required|appropriate"
    r"|applicable)|\b(?:if|as) (?:needed|necessary|required|appropriate)|\bmay\b|\bconsider\b"
    r"|\bif (?:un|not )(?:resolved|able)\b|\bif (?!no\b|not\b|un)",
    re.IGNORECASE,
)
_UNRESOLVED = re.compile(
    r"not (?:been )?(?:resolved|fixed|mitigated|contained)"
    r"|without (?:an? |any )?(?:resolution|fix|progress)|unresolved|unable to (?:resolve|fix"
    r"|mitigate)|still (?:open|ongoing|active)|cannot (?:be )?(?:resolve|fix)|no (?:progress"
    r"|resolution)|extended|persist|remains",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:[^:,;]{1,60}:\s+)?(?:and |or )?(?:if|when|whenever|unless|after|within|should|in case|once|for|during)\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    r"(?:[^:,;]{1,60}:\s+)?(?:for|in|on|at|during|with|all|any|every)\b[^,:;]{0,80}[,:]\s", re.IGNORECASE
)
_GOES_ON = re.compile(r"(?:and |then )*to (?:the )?", re.IGNORECASE)
_ASIDE = re.compile(
    r"\b(?:if|when|whenever|unless|until)\b[^,;:]*(?:,|:|$|\bthen\b)"
    r"|\b(?:after|without|for) [^,;:]*?\b(?:no|without|not?)\b[^,;:]*(?:,|:|$)",
    re.IGNORECASE,
)
_ONWARD = re.compile(
    r"\bescalat\w*(?: [\w-]+){0,3}? to\b|\bhand(?:s|ed)? (?:it )?over to\b"
    r"|\b(?:pages?|informs?|notif(?:y|ies)|(?<!on-)(?<!on )calls?|contacts?|alerts|wakes?|involves?)\b(?!:)(?!-)",
    re.IGNORECASE,
)
_TURN = re.compile(r"\b(?:primary|secondary|tertiary|backup)\b", re.IGNORECASE)
_FURTHER = re.compile(
    r"\b(?:another|further|additional|more)\s(?:\d|\w+ (?:min|hour))|\d+ (?:more|additional"
    r"|further) (?:min|hour)|\d+ \w+ (?:later|after that)",
    re.IGNORECASE,
)
_NAME_THEN_TIME = re.compile(
    r"((?:[A-Z][\w&/'-]*)(?:\s(?:of\s|&\s)?[A-Z][\w&/'-]*){0,3})\s\(?(?:after|within|immediately|at|if|in)\b"
)
_CALLED = re.compile(
    r"\b(?i:page|(?<!on-)(?<!on )call|inform|notify|contact|alert(?= the)|involve|bring in"
    r"|escalate to)\s(?:the\s)?([A-Z]\w+(?:\s(?:of\s)?[A-Z]\w+){0,3})"
)
_CALLED_LOW = re.compile(
    r"\b(?:(?<!status )page|(?<!on-)(?<!on )call|notify|inform|contact)\s(?:the\s)?"
    r"(?!(?:if|when|after|within|at)\b)([a-z][\w-]+(?:\s(?!after|within|if|when|at"
    r"|immediately|via|and|or|on|in|for|by|of)"
    r"[a-z][\w-]+){0,2})(?=\s(?:after|within|if|when|at|immediately|via)\b|\s*$)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^\W*(?:(?:immediate(?:ly)?|page|call|notify|alert|contact|inform|assigned|to|escalate|escalation"
    r"|the)\s)*|\(.*?\)"
    r"|\b(?:immediately|at once|right away|within|after|if|when|via|at|in|on|for)\b(?!-).*$",
    re.IGNORECASE | re.DOTALL,
)
_TOOL = re.compile(
    r"(?:required|needed|necessary|out\b|pagerduty|opsgenie|slack|teams|zoom|jira|statuspage|status|p\d|s\d\b|sev|all|via|api)",
    re.IGNORECASE,
)
_MET = re.compile(
    r"(?<!not )(?<!no )(?<!un)(?<!not been )\b(?:respon[ds]\w*|ack\w*|resolv\w*|resolution|fix\w*"
    r"|restor\w*|updat\w*|review\w*)"
    r"(?: \w+){0,3}?\s?(?:within|in|under|by|<|:|every)\s*(?:the first )?[<~]?\s*$",
    re.IGNORECASE,
)
_ESCALATE = re.compile(r"\bescalat", re.IGNORECASE)
_BRING = re.compile(
    r"\b(?:page[sd]?|paging|notif\w+|alert(?:s|ed)?|(?<!on-)(?<!on )call(?:s|ed)?|contact\w*|inform\w*|involve\w*"
    r"|engage\w*|assign\w*|wake|(?:loop|pull|rope)\w* in|bring\w*|brought in|join\w*|add(?:ed)?|activate\w*)\b",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"(?:ack\w*|respon\w*|answer\w*|begin\w*|start\w*|resolv\w*|fix\w*|mitigat\w*|updat\w*|investigat\w*|triag\w*"
    r"|review\w*|assess\w*|confirm\w*|verif\w*|post\w*|send\w*|publish\w*|communicat\w*|monitor\w*|work\w*|do|drop"
    r"|immediate\w*|next|best|same|all|no|not|first|initial|time|response|resolution|status|target|within|after|if)\b"
    r"|" + _BRING.pattern,
    re.IGNORECASE,
)
_NOTIFIED = re.compile(r"\bnotif(?:y|ied|ication)\b|^\W*contact\b", re.IGNORECASE)
_NOTIFY = re.compile(
    r"\bslack\b|\bnotif|\be-?mail|\bchannel\b|\binform|\bcc\b|\bfyi\b|\bteams message", re.IGNORECASE
)
_PAGE = re.compile(r"\bpage[sd]?\b|\bpaging\b|\bphone|(?<!on-)(?<!on )\bcall\b|pagerduty|opsgenie", re.IGNORECASE)
_POSTED = re.compile(r"\b(?:go|goes|sent|posted|routed) (?:only )?(?:to|in)\s(?:the\s)?#", re.IGNORECASE)
_PAGES = re.compile(
    r"\b(?:page|pages|paged|wakes?)\b|\b(?:fires?|goes|routed|sent) (?:directly )?to\b(?= (?:the )?\w)",
    re.IGNORECASE,
)
_TICKET = re.compile(
    r"\bticket|\bjira\b|\bbacklog\b|\bbug report|\bfile an? issue|\bcreate an? issue", re.IGNORECASE
)
_LEISURE = re.compile(
    r"\b(?:standard|normal|regular) (?:bug|business|support|work|development|process|priorit|sprint"
    r"|maintenance)\w*|business[ -]hours?\b|next (?:sprint|business day|release)|\bno escalation|\basync\b"
    r"|^\W*(?:none|nobody|no one|no paging|not (?:required|needed|applicable)|n/a|backlog|queued?\b|logged"
    r"|dashboard only|planned work|(?:track|handle|schedule)\w* as planned)(?!\w)",
    re.IGNORECASE,
)
_REVIEW = re.compile(r"\breview|standup|stand-up|retrospective|post[ -]?mortem", re.IGNORECASE)
_BARE = re.compile(r"\W*(?:notify|escalate|page|inform|alert)\s(?:within|after|in)\s[^,;]*", re.IGNORECASE)
_NO_PAGE = re.compile(r"\bno (?:\w+ ){0,2}(?:page|paging)\b", re.IGNORECASE)
_RISES = re.compile(
    r"to (?:a )?higher\b|to (?:the )?next\b|(?:rais|increas|upgrad|escalat|chang|downgrad"
    r"|reassess)\w*(?: \w+){0,3} severity",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one clause says: `after` None when no time is stated, `who` empty when nobody is named.

    `extended` when they are brought in once an outage lasts long, and no line says how long that is; `unheeded`
    when no line says for which incidents, so that nobody is brought in.
    """

    who: tuple[str, ...]
    after: int | None
    why: Provenance
    severities: tuple[str, ...] = ()
    until: Until = "resolved"
    manner: Manner = "page"
    business: bool = False
    leisure: bool = False
    silence: bool = False
    base: tuple[str, ...] = ()
    further: bool = False
    extended: bool = False
    unheeded: bool = False


def read_steps(
    text: str,
    line: Line,
    scale: Scale,
    given: Sequence[str] = (),
    *,
    running: bool = False,
    escalating: bool = False,
) -> Iterator[Step]:
    """The steps in the words of one severity's escalation (`On-call engineer, escalate to team lead if …`).

    In running text nobody is brought in at once unless it says so. `escalating` when a label has said already that
    this is an escalation, so that a mere `after 30 minutes` is one.
    """
    if shares := list(by_severity(text, scale)):
        for severities, words in shares:
            theirs = read_steps(words, line, scale, severities, running=running, escalating=escalating)
            yield from (replace(step, why=line.at()) for step in theirs)
        return
    scope = _SCOPE.match(text)
    meant = (scale.mentioned(scope[0], by_label=True) if scope else ()) or tuple(given)
    before: Step | None = None
    for index, clause in enumerate(_clauses(text)):
        step = _step(clause, line, scale, plainly=not running, escalating=escalating)
        if step is None:
            continue
        if meant and not step.severities:
            step = replace(step, severities=meant)
        if before and before.silence and not step.silence and (step.further or _GOES_ON.match(clause)):
            step = replace(step, until="acknowledged", silence=True)
        before = step
        plainly = not running or (
            (step.severities or escalating) and (_PAGES.search(clause) or _POSTED.search(clause))
        )
        if plainly and step.after is None and _at_once(clause, first=index == 0 or running) and step.who:
            step = replace(step, after=0)
        yield step


def _clauses(text: str) -> Iterator[str]:
    """The clauses of a text; a condition belongs to what follows it, or at the end to what stands before."""
    found: list[str] = []
    waiting = ""
    for part in _pieces(text):
        clause = f"{waiting}, {part}" if waiting else part
        lasting = (silent(clause) or unresolved(clause)) and duration.amounts(clause) and not whom(clause)
        opening = _OPENING.match(clause) or lasting
        waiting = clause if opening and not _BRING.search(clause) and not _ESCALATE.search(clause) else ""
        if not waiting:
            found.append(clause)
    if waiting and found and not duration.amounts(found[-1]):
        found[-1] = f"{found[-1]}, {waiting}"
    elif waiting:
        found.append(waiting)
    yield from found


def _pieces(text: str) -> Iterator[str]:
    """The text cut between actions; a comma between names does not cut, unless each has a time of its own."""
    for part in _CUT.split(text):
        pieces = re.split(r"(?<!\d),\s*(?:and\s)?", part or "")
        joined = pieces[0]
        for piece in pieces[1:]:
            if targets.leads(piece) and not (_timed(joined) and _timed(piece)):
                joined = f"{joined}, {piece}"
            else:
                yield from [joined.strip(" .,")] if joined.strip(" .,") else []
                joined = piece
        yield from [joined.strip(" .,")] if joined.strip(" .,") else []


def _timed(words: str) -> bool:
    return bool(duration.amounts(words) or duration.immediate(words))


def _at_once(clause: str, *, first: bool) -> bool:
    """Whether a clause without a time means now: a page or a bare name is now, an escalation is later."""
    if _CONDITION.search(clause) or _NO_ANSWER.search(clause) or _UNRESOLVED.search(clause):
        return False
    return not _ESCALATE.search(clause) and (first or bool(_BRING.search(clause)))


def _step(clause: str, line: Line, scale: Scale, *, plainly: bool, escalating: bool) -> Step | None:
    severities = scale.mentioned(clause)
    after, business = when(clause)
    who = () if _NO_PAGE.search(clause) else whom(clause, plainly=plainly)
    leisure = bool(_LEISURE.search(clause) or _TICKET.search(clause))
    if (
        _REVIEW.search(clause)
        or _RISES.search(clause)
        or (
            not who
            and not leisure
            and not (
                after and (_ESCALATE.search(clause) or (escalating and (_later(clause) or _BARE.fullmatch(clause))))
            )
        )
    ):
        return None
    until: Until = "acknowledged" if _NO_ANSWER.search(clause) and not _UNRESOLVED.search(clause) else "resolved"
    return Step(
        who,
        after,
        line.at(clause),
        severities,
        until,
        manner_of(clause, who),
        business,
        leisure and not who,
        silent(clause),
        _waited_for(clause),
        bool(_FURTHER.search(clause)),
    )


def _later(clause: str) -> bool:
    """Whether words tell of what comes after a while."""
    return bool(silent(clause) or unresolved(clause) or re.match(r"\W*after\b", clause, re.IGNORECASE))


def _waited_for(clause: str) -> tuple[str, ...]:
    """Those in a condition who did not answer or could not resolve, from whose page the time counts."""
    asides = " ".join(m[0] for m in _ASIDE.finditer(clause) if silent(m[0]) or unresolved(m[0]))
    return targets.named_in(asides) or tuple(_TURN.findall(asides))


def whom(clause: str, *, plainly: bool = True) -> tuple[str, ...]:
    """Whom a clause brings in, not those who failed to answer; `plainly` if it can begin with a bare name."""
    brought = _ASIDE.sub(lambda m: " " * len(m[0]) if _passive(m[0]) else m[0], clause)
    channel = targets.channel_in(clause) if _NOTIFY.search(clause) or _POSTED.search(clause) else None
    if channel and not _PAGE.search(clause):
        return (channel,)
    onward = _ONWARD.search(brought)
    found = (targets.named_in(brought[onward.end() :]) if onward else ()) or targets.named_in(brought)
    people = tuple(t for t in found if not targets.is_channel(t))
    if plainly and people and (joined := targets.joined_in(_WHEN.sub("", brought))):
        return joined
    called = _called(brought, plainly)
    if len(people) == 1 and called and called[0].endswith(people[0]):
        return called
    return people or found or called or (_leading_name(clause) if plainly else ())


def _called(clause: str, plainly: bool) -> tuple[str, ...]:
    """A name of no known role after a verb that calls it: `inform the Harbour Master`, `page captain after …`."""
    found = _CALLED.search(clause)
    if found and not _TOOL.match(found[1]):
        return targets.short_name(found[1])
    low = _CALLED_LOW.search(clause) if plainly else None
    return (low[1],) if low and not _TOOL.match(low[1]) and not targets.outside(low[1]) else ()


def _leading_name(clause: str) -> tuple[str, ...]:
    """A name of no known role that stands before its time: `Producer after 30 minutes`."""
    found = _NAME_THEN_TIME.match(clause)
    return (found[1],) if found and not _ACTION.match(found[1]) and not _ESCALATE.match(found[1]) else ()


def silent(words: str) -> bool:
    """Whether words speak of somebody who does not answer."""
    return bool(_NO_ANSWER.search(words))


def brings(words: str) -> bool:
    """Whether words say that somebody is brought in, in whatever way."""
    return bool(_BRING.search(words) or _ESCALATE.search(words))


def calls(words: str) -> bool:
    """Whether words say that somebody is called."""
    return bool(_PAGES.search(words) or _CALLED.search(words) or _ESCALATE.search(words))


def conditional(words: str) -> bool:
    """Whether words bring somebody in only as need be."""
    return bool(_CONDITION.search(words))


def notifies(words: str) -> bool:
    """Whether words say that somebody is told."""
    return bool(_NOTIFIED.search(words))


def unresolved(words: str) -> bool:
    """Whether words speak of an incident that goes on."""
    return bool(_UNRESOLVED.search(words))


def _passive(condition: str) -> bool:
    """Whether a condition speaks of people who are brought in already."""
    return bool(
        _NO_ANSWER.search(condition)
        or _UNRESOLVED.search(condition)
        or re.search(r"primary|secondary|on-?call|engineer|lead|manager", condition, re.IGNORECASE)
    )


def when(clause: str) -> tuple[int | None, bool]:
    """After how many seconds a clause takes place, and whether only business time counts."""
    found = [a for a in duration.amounts(clause) if not _other_clock(clause, a)]
    if duration.vague(clause) or len({a.seconds for a in found}) > 1:
        return None, False
    if (
        found
        and found[0].low is not None
        and not re.search(r"\b(?:after|within|in|for)\s*$", clause[: found[0].start])
    ):
        return (0 if found[0].low == 0 else None), False
    if found:
        return found[0].seconds, found[0].business or duration.business(clause[found[0].start :])
    return (0, False) if duration.immediate(clause) else (None, False)


def _other_clock(clause: str, amount: duration.Amount) -> bool:
    """Whether an amount repeats (`every 30 minutes`) or measures something else (`for more than 10 users`)."""
    before = clause[max(amount.start - 120, 0) : amount.start].lower()
    if re.match(r"\s*to (?:ack|respond|answer|react|accept)", clause[amount.end :], re.IGNORECASE):
        return True  # what somebody has time for, not when somebody is brought in
    if re.search(r"\b(?:every|each|last|past|previous|updates?(?: \w+)?)\s*$", before):
        return True
    return bool(_MET.search(before)) and not _NO_ANSWER.search(before) and not re.search(r"\bif\b|fails?", before)


def manner_of(clause: str, who: Sequence[str]) -> Manner:
    """Whether somebody is paged, only informed, or a ticket is made."""
    if _TICKET.search(clause) and not who:
        return "ticket"
    if who and all(targets.is_channel(t) for t in who):
        return "notify"
    if (
        _NOTIFY.search(clause)
        and not _PAGE.search(clause)
        and re.search(r"slack|e-?mail|channel", clause, re.IGNORECASE)
    ):
        return "notify"
    return "notify" if _LEISURE.search(clause) and not who else "page"
