"""Finds whom a clause brings in, and not those who failed to answer."""

import re

from sirenbook.playbook.language import duration, phrases, targets
from sirenbook.playbook.language.phrases import silent, unresolved

_MAIN = (
    r"(?=(?<!the )(?<!no )\b(?:(?:the )?(?:page|pager|alert|incident|call|issue|system|pagerduty|opsgenie)"
    r" (?:goes|gets|moves|passes|escalates|rolls)"
    r"|(?:it|this|we|they|you|pagerduty|opsgenie) (?:will |auto\w*[ -])?"
    r"(?:page|call|escalate|notify|alert|ring|phone|wake|roll|go|move)"
    r"|(?:page|call|notify|contact|involve|escalate)s? (?:to )?(?:the|backup|secondary|primary)\b"
    r"|(?:the )?[\w@#-]+(?: [\w-]+)? (?:is|are|gets?|will be|must be) (?:auto\w*[ -])?(?:page|call|notif|brought"
    r"|loop|inform|alert|contact|involv|add|wo)\w+\b))"
)
_ASIDE = re.compile(
    rf"(?:\b(?:if|when|whenever|unless|until)|^\W*should)\b[^,;:]*?(?:,|:|$|\bthen\b|{_MAIN})"
    rf"|\b(?:after|without|for) [^,;:]*?\b(?:no|without|not?)\b[^,;:]*?(?:,|:|$|{_MAIN})",
    re.IGNORECASE,
)
_ONWARD = re.compile(
    r"\bescalat\w*(?: [\w-]+){0,3}? to\b|\bhand(?:s|ed)? (?:it )?over to\b"
    r"|\b(?:pages?|informs?|notif(?:y|ies)|(?<!on-)(?<!on )calls?|contacts?|alerts|wakes?|involves?|rings?"
    r"|alert(?= (?:the )?(?:primary|secondary|tertiary|back-?up)\b)"
    r"|(?:tele)?phones?|summons?|briefs)\b(?![:@-])|\bpage to\b|\bmade (?:known|aware) to\b"
    r"|\broll(?:s|ed)? (?:it )?(?:over )?to\b"
    rf"|\b{phrases.SENT}\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:re-?(?=[pnac]))?(?:page|notify|call|alert|contact|wake|phone|ring|telephone)s?\s(?:the\s)?",
    re.IGNORECASE,
)
LEVEL_OF = re.compile(r"\b(?:l|level |tier )\d \(([a-z][^()\d]*)\)", re.IGNORECASE)
"""Who a level is, in brackets behind its number: `escalate to L2 (Tech Lead)`."""
_EITHER = re.compile(
    r"\([^()]*\bor\b[^()]*\)|\((?:usually|typically|normally|often|by default|if different|e\.g|i\.e)\b[^()]*\)"
    r"|(?<=commander )\((?:the )?(?:first responder|on-?call)\)",
    re.IGNORECASE,
)
"""Who may be the one who is named before the bracket: `an incident commander (lead or senior engineer)`."""
_BRACKETS = re.compile(r"\([^()]*\)")
_GETS_CALLED = re.compile(
    r"(?:^|[:;,]\s)((?:the )?[a-z]+(?: [a-z]+)?(?:(?: and | \+ )(?:the )?[a-z]+(?: [a-z]+)?)?) (?:get|gets|is|are) "
    r"(?:called|paged|rung|phoned|woken|notified|told)\b"
)
"""Those of whatever role who are called, in small letters: `duty producer and community manager get called`."""
_TURN = re.compile(r"\b(?:primary|secondary|tertiary|backup)\b", re.IGNORECASE)
_JOINS = re.compile(
    r"^\W*(?:the )?(primary|secondary|tertiary|back-?up) (?:joins|comes in|steps in)\b", re.IGNORECASE
)
_NAME_THEN_TIME = re.compile(
    r"((?:[A-Z][\w&/'-]*)(?:\s(?:of\s|&\s)?[A-Z][\w&/'-]*){0,3})\s\(?(?:after|within|immediately|at|if|in)\b"
)
_CALLED_LOW = re.compile(
    r"\b(?:(?<!status )page|(?<!on-)(?<!on )call|notify|inform|contact|engage|involve)\s(?:the\s)?"
    r"(?!(?:if|when|after|within|at|during|by|in|on|for|\w+ly|\w+ed)\b)([a-z][\w-]+(?:\s(?!after|within|if|when|at|\w+ly\b"
    r"|immediately|via|and|or|on|in|for|by|of)"
    r"[a-z][\w-]+){0,2})(?=\s(?:after|within|if|when|at|\w+ly|via)\b|\s*$)",
    re.IGNORECASE,
)
_EVERYBODY = re.compile(
    r"\b(?:notify|alert|page|call|engage|notification to|escalate to|message)\s(?:the\s)?"
    r"((?:all (?:\d+ )?(?:[\w-]+ )?(?:team members|owners|signers|engineers|responders|administrators|contacts)"
    r"|(?:core|wider|whole|entire|full) team)\b)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^\W*(?:(?:immediate(?:ly)?|page|call|notify|alert|contact|inform|assigned|to|escalate|escalation"
    r"|the)\s)*|\(.*?\)"
    r"|\b(?:immediately|at once|right away|within|after|if|when|via|at|in|on|for)\b(?!-).*$",
    re.IGNORECASE | re.DOTALL,
)
_TOOL = re.compile(
    r"(?:respons\w*|required|needed|necessary|immediate\w*|now\b|out\b|number\b|pagerduty|opsgenie|slack|teams|zoom|jira|statuspage|status|p\d|s\d\b"
    r"|sev|all|via|api|(?:additional|more|extra|other|within|after|during|outside|if|when|unless|escalation)\b)",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"(?:ack\w*|respon\w*|answer\w*|begin\w*|start\w*|resolv\w*|fix\w*|mitigat\w*|updat\w*|investigat\w*|triag\w*"
    r"|review\w*|assess\w*|confirm\w*|verif\w*|post\w*|send\w*|publish\w*|communicat\w*|monitor\w*|work\w*|do|drop"
    r"|immediate\w*|next|best|same|all|no|not|un[a-z]{3,}ed|still|first|initial|time|response|resolution|status|target"
    r"|within|after"
    r"|if)\b"
    r"|" + phrases.BRING.pattern,
    re.IGNORECASE,
)


def whom(clause: str, *, plainly: bool = True) -> tuple[str, ...]:
    """Whom a clause brings in, not those who failed to answer; `plainly` if it can begin with a bare name."""
    clause = LEVEL_OF.sub(r"\1", clause)
    if plainly and len(listed := targets.only_names(_LEAD.sub("", duration.without(clause)))) > 1:
        return listed
    brought = _ASIDE.sub(lambda m: " " * len(m[0]) if _passive(m[0]) else m[0], clause)
    brought = _EITHER.sub("", brought) if targets.named_in(_EITHER.sub("", brought)) else brought
    channel = targets.channel_in(clause) if phrases.NOTIFY.search(clause) or phrases.POSTED.search(clause) else None
    if channel and not phrases.PAGE.search(clause):
        return (channel,)
    onward = _ONWARD.search(brought)
    rest = brought[onward.end() :] if onward else ""
    if "+" in rest and (joined := targets.joined_in(_WHEN.sub("", rest))):
        return joined
    alone = duration.without(rest).strip(" .")
    found = (alone,) if _TURN.fullmatch(alone) else targets.named_in(rest) or targets.named_in(brought)
    people = tuple(t for t in found if not targets.is_channel(t))
    if plainly and people and (joined := targets.joined_in(_WHEN.sub("", brought))):
        return joined
    everybody = _everybody(brought)
    if everybody and not targets.named_in(_BRACKETS.sub("", brought)):
        found = people = everybody  # the brackets behind them only say how
    called = _called(brought, plainly)
    for whole in (called if len(people) == 1 else (), _in_small_letters(brought)):
        if people and any(name.endswith(people[0]) for name in whole):
            return whole
    joins = _JOINS.search(brought)
    turn = (joins[1],) if joins else ()
    return people or found or called or turn or everybody or (_leading_name(clause) if plainly else ())


def waited_for(clause: str) -> tuple[str, ...]:
    """Those in a condition who did not answer or could not resolve, from whose page the time counts."""
    asides = " ".join(m[0] for m in _ASIDE.finditer(clause) if silent(m[0]) or unresolved(m[0]))
    return targets.named_in(asides) or tuple(_TURN.findall(asides))


def _everybody(clause: str) -> tuple[str, ...]:
    """Those who are called without a role of anybody: `notify all team members`, `alert core team`."""
    found = _EVERYBODY.search(clause)
    return (found[1],) if found else ()


def _called(clause: str, plainly: bool) -> tuple[str, ...]:
    """A name of no known role after a verb that calls it: `inform the Harbour Master`, `page captain after …`."""
    found = phrases.CALLED.search(clause) or phrases.SUBJECT.search(clause)
    if found and not _TOOL.match(found[1]):
        return targets.short_name(found[1])
    low = _CALLED_LOW.search(clause) if plainly else None
    return (low[1],) if low and not _TOOL.match(low[1]) and not targets.outside(low[1]) else ()


def _in_small_letters(clause: str) -> tuple[str, ...]:
    """Several who are said to be called, whose roles are written as any other words."""
    found = _GETS_CALLED.search(clause)
    names = re.split(r" and | \+ ", found[1]) if found else []
    return tuple(n.removeprefix("the ") for n in names) if len(names) > 1 else ()


def _leading_name(clause: str) -> tuple[str, ...]:
    """A name of no known role that stands before its time: `Producer after 30 minutes`."""
    found = _NAME_THEN_TIME.match(clause) if duration.amounts(clause) or duration.immediate(clause) else None
    done = found and found[1].endswith("ed")
    return (
        (found[1],)
        if found and not done and not _ACTION.match(found[1]) and not phrases.ESCALATE.search(found[1])
        else ()
    )


def _passive(condition: str) -> bool:
    """Whether a condition speaks of people who are brought in already."""
    return bool(
        phrases.NO_ANSWER.search(condition)
        or phrases.UNRESOLVED.search(condition)
        or re.search(r"primary|secondary|on-?call|engineer|lead|manager", condition, re.IGNORECASE)
    )
