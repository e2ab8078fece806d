"""Tells an instruction from a remark, a condition from an aside, and a fault's name from a measure's."""

import re
from typing import NamedTuple

from sirenbook.playbook.text.document import plain
from sirenbook.playbook.text.inline import Line

_VERBS = (
    r"acknowledge|activate|add|adjust|alert|announce|apply|ask|assess|assign|attach|avoid|backup|back up|ban|block"
    r"|bring|bump|call|cancel|capture|categori[sz]e|change|check|clean|clear|close|collect|communicate|compare"
    r"|compress|conduct|configure|confirm|connect|consider|consult|contact|copy|cordon|coordinate|correlate|count|create"
    r"|cut|debug|declare|decide|decrease|delete|deploy|determine|disable|disconnect|divert|document|download|drain"
    r"|drop|dump|enable|enforce|engage|enlarge|ensure|escalate|establish|estimate|evaluate|evict|examine|execute"
    r"|expand|export|extend|fail|fall back|figure out|file|fill|find|fix|flag|flip|flush|follow|force|free|freeze"
    r"|gather|get|give|go|grant|halt|hand|identify|implement|import|improve|include|increase|inform|initiate"
    r"|inspect|install|investigate|isolate|join|keep|kill|launch|leave|let|limit|list|locate|lock|log|look|lower"
    r"|make|mark|measure|merge|mitigate|monitor|move|name|note|notify|observe|obtain|open|optimi[sz]e|page|patch"
    r"|pause|perform|pick|pin|ping|point|post|power[- ]cycle|prepare|preserve|prevent|probe"
    r"|promote|propose|provision|publish|pull|purge|push|put|quarantine|query|raise|re-\w+|reach|reapply|read|rebalance|reboot|rebuild|recheck|reconnect|record|recreate|recycle|redeploy|redirect|reduce"
    r"|reindex|reinstall|reissue|release|reload|repair|replay|reprocess|rerun|reroute"
    r"|refresh|remove|renew|replace|report|reproduce|request|reset|resize|resolve|restart|restore|resume|retry"
    r"|revert|review|revoke|roll|rollback|rotate|route|run|save|scale|scan|schedule|search|secure|see|send|set|share"
    r"|shed|shift|shut|silence|skip|snapshot|split|start|state|stop|store|submit|suspend|swap|switch|sync|tag|take"
    r"|talk|tell|terminate|test|throttle|toggle|trace|track|trigger|triage|trim|truncate|try|tune|turn|undo|unlock"
    r"|unmount|unplug|update|upgrade|use|vacuum|validate|verify|view|wait|wake|warm|warn|watch|work|write"
)
_LEAD = (
    r"(?:please|then|also|first|next|finally|immediately|now|manually|quickly|carefully|always|do not|don't|never)"
)
_ACTION = re.compile(
    rf"(?:\d+[.)]\s*)?(?:{_LEAD}[ ,]+)*(?:{_VERBS})\b"
    r"(?![-:=]|\s(?:rates?|times?|is|are|was|received|fired|raised)\b)"
)
_ORDER = re.compile(
    r"(?!(?:in|on|at|for|with|from|of|by|to|into|onto|over|under|via|per|and|or|but|not|if|when|while|is|are|was|were|has"
    r"|have|had|can|may|will|only|both|also|even|about|after|before|during|until|within|without|across|through"
    r"|between|against|among|above|below|behind|near|than|that|which|who|what|why|how|where|there|here|all|because"
    r"|like|as|so|since|throughout|despite|outside|inside|upon|around|versus|vs|see)\b)"
    r"[a-z]{2,}(?<!s)(?<!ing)(?<!ed)(?<!ly) (?:the|your|our|all|any|every|each|its|their|this|these|those)\b"
)
"""A verb that is not listed, before what it acts on: `Fetch the cat`."""
_ROLE = (
    r"(?:engineer|lead|team|commander|manager|administrator|admin|responder|on-?call|primary|secondary|dba|sre"
    r"|officer|owner|developer|operator)s?"
)
_DUTY = re.compile(
    rf"(?:the )?(?:[\w-]+ ){{0,3}}{_ROLE} (?:(?:should|must|will|may|can) [a-z]+"
    r"|(?!status|access|process|members|alerts|metrics|dashboards|details|contacts|names|is\b|was\b|has\b)"
    r"[a-z]{2,}s)\b"
)
_MEASURE = re.compile(
    r"\b(?:fix|fail-?over|roll-?back|restart|scal(?:e|ing)|breaker|mitigation|workaround|escalation|notification"
    r"|communication|verification|checks?|steps?|phase|monitoring|backup|restore|update|short|long|temporary"
    r"|permanent|immediate|quick|option|analysis|recovery)\b"
)
_FAULT = re.compile(
    r"(?:^(?:suspicious|compromised|corrupt(?:ed)?|expired|failed|failing|high|low|slow|bad|broken|missing|invalid"
    r"|unauthori[sz]ed|malicious|stuck|full|overloaded|excessive|too (?:many|much|few)|no|stale|unhealthy|out of"
    r"|crash(?:ed|ing)|recent|wrong|dead|misconfigured|unexpected|unknown|suspected|stolen|leaked)\b"
    r"|(?:issues?|failures?|failed|failing|errors?|problems?|faults?|down|outages?|exhaust(?:ed|ion)"
    r"|overload(?:ed)?|full|expired|expiry|crash(?:e[sd]|ing)?|stuck|slow(?:ness)?|unavailable|unreachable"
    r"|unhealthy|missing|corrupt(?:ed|ion)|leak(?:s|ed|ing)?|time-?outs?|timed out|compromised?|degrad(?:ed|ation)"
    r"|high|low|blocked|lock(?:ed|s|ing)?|deadlocks?|misconfigur(?:ed|ation)|invalid|broken|loss|lost|lag(?:ging)?"
    r"|exceeded|reached|spikes?|attacks?|breach(?:ed)?|oom\w*|evicted|pressure|saturat(?:ed|ion)|bottlenecks?"
    r"|mismatch|drift|skew|rotated|stale|backlog|dead|killed|constrain(?:ed|ts?)|contention|conflicts?|denied"
    r"|refused|rejected|throttl(?:ed|ing)|bugs?|regression|deploy(?:ment)?)$)"
)
_TAIL = re.compile(r"\s(?:in|on|of|at|with|from|to|between|for|due|after|during|caused|by|\()\b.*|\s*\(.*")
_LEADING = re.compile(
    r"(?:if|when(?:ever)?|in case(?: of| that)?|in the (?:event|case) (?:of|that)|where|should)\s+(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_FOR = re.compile(r"for\s+(?P<rest>\S.*)", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:,(?:\s*then\b)?|:\s|\bthen\b|→|➜|⇒|[-=]+>|\s[—–-]\s)\s*", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?P<action>\S.*?)[,;]?\s+\(?(?:only )?(?:if|when|in case of)\s+(?P<rest>[^()]+?)\)?[.]?", re.IGNORECASE
)
_ASIDE = re.compile(
    r"(?:it(?:'s| is)? |that |this |still |you |one |was |is |at all |not )*(?:needed|necessary|possible|required"
    r"|applicable|available|configured|appropriate|desired|relevant|unsure|in doubt|so\b|any\b|can\b|have\b|need\b"
    r"|safe|permitted|allowed|enabled|practical|feasible|supported|significant|auto|done|finished|complete|resolved"
    r"|to\b|stable|ready|recovered|fixed|everything|all\b|severe|customer|blocking|unable|confirmed)"
)
_ASKS = re.compile(r"\b(?:check|verify|see|determine|confirm|ask|find out|test|identify|decide|know|look)$")
_ARROW = re.compile(r"\s*(?:→|➜|➔|⇒|[-=]+>)\s*")
_OPTION = re.compile(
    r"(?P<kind>option|scenario|variant|alternative|path|case|cause|approach|method|strategy|plan)"
    r"\s+(?:[A-Z]|\d{1,2}|[ivx]{1,4})\s*(?:[:.)–—-]+\s*(?P<rest>.*))?",
    re.IGNORECASE,
)
_MEANS = frozenset({"option", "variant", "alternative", "approach", "method", "strategy", "plan"})
_BOX = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])?\s*(?:\[[ xX]?\]|[□☐▢☑])\s")


class Way(NamedTuple):
    """What a heading, item or row says of one of several ways on."""

    title: str
    condition: str = ""
    action: str = ""


def is_action(text: str) -> bool:
    """Whether words tell somebody to do something, or say that somebody does it: `The team lead joins`."""
    words = plain(text)
    return bool(_ACTION.match(words) or _ORDER.match(words) or _DUTY.match(words))


def is_fault(label: str) -> bool:
    """Whether words name what is wrong: `Database down`, `Suspicious user`, `Memory leak in the worker`."""
    words = plain(label).rstrip(": ")
    return bool(_FAULT.search(words) or _FAULT.search(_TAIL.sub("", words)))


def is_measure(label: str) -> bool:
    """Whether words name something to do or a stage of doing it, and so no condition."""
    return is_action(label) or bool(_MEASURE.search(plain(label)))


def is_box(line: Line) -> bool:
    """Whether a line is drawn as a box to tick, or asks a question."""
    return bool(_BOX.match(line.source)) or line.text.rstrip().endswith("?")


def opened_by(title: str) -> Way | None:
    """The way that a heading opens: `If the disk is full`, `For database issues`, `Scenario B: node lost`."""
    words = title.strip(" :*")
    if found := _OPTION.fullmatch(words):
        return _option(words, found)
    if found := _LEADING.fullmatch(words):
        return None if _ASIDE.match(plain(found["rest"])) else Way(words, found["rest"])
    found = _FOR.fullmatch(words)
    return Way(words, found["rest"]) if found and is_fault(found["rest"]) else None


def _option(words: str, found: re.Match[str]) -> Way:
    rest = (found["rest"] or "").strip()
    return Way(words, action=rest) if found["kind"].lower() in _MEANS else Way(words, rest)


def led_in(line: Line) -> Way | None:
    """The way that a line begins with its condition: `If X, do Y`, `**If X**: do Y`, `Option A: do Y`."""
    if found := _OPTION.fullmatch(line.text):
        return _option(line.text, found)
    head = line.label or line.text
    found = _LEADING.fullmatch(head)
    if found is None or _ASIDE.match(plain(found["rest"])):
        return None
    if line.label:
        return Way(line.label, found["rest"].rstrip(": "), line.value)
    condition, *action = _THEN.split(found["rest"], maxsplit=1)
    return Way(
        head[: len(head) - len(found["rest"])] + condition, condition.rstrip(": ."), "".join(action).strip(": ")
    )


def trailed_by(line: Line) -> Way | None:
    """The way that a line ends with its condition: `Scale up: if starved`, `Restart it if it hangs`."""
    words = line.value if line.label else line.text
    if found := _LEADING.fullmatch(words):
        condition, *action = _THEN.split(found["rest"], maxsplit=1)
    elif (found := _TRAILING.fullmatch(words)) and not _ASKS.search(plain(found["action"])):
        condition, action = found["rest"], [found["action"]]
    else:
        return None
    if _ASIDE.match(plain(condition)):
        return None
    return Way(line.label or words, condition.rstrip(" ."), "".join(action))


def pointed(line: Line) -> Way | None:
    """The way that an arrow leads: `Disk full → delete old logs`."""
    halves = _ARROW.split(line.text)
    if len(halves) != 2 or not all(halves) or not (is_action(halves[1]) and not is_action(halves[0])):
        return None
    return Way(halves[0], halves[0], halves[1])


def answered(line: Line) -> Way | None:
    """The way that a label opens by naming what is wrong: `**Pool exhausted**: restart the pods`."""
    return Way(line.label, line.label, line.value) if line.label and is_action(line.value) else None
