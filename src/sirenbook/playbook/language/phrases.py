"""Knows the phrases of escalation: somebody does not answer, an incident goes on, somebody is brought in."""

import re
from collections.abc import Sequence

from sirenbook.model.policy import Manner
from sirenbook.playbook.language import targets

_SITE = r"(?<!status )(?<!maintenance )(?<!landing )(?<!error )(?<!web )(?<!wiki )"
"""What no page of a web site stands behind, so that `status page` calls nobody."""
NO_ANSWER = re.compile(
    r"\bno (?:analyst|engineer|human|on-?call|further) (?:responses?|answer|ack\w*)\b"
    r"|\bno(?:body|\sone)? (?:has |have )?(?:yet )?(?:responds?|responded|responses?|answers?|answered|ack\w*"
    r"|reply|replies|replied"
    r"|reacts?|reacted|pick(?:s|ed)? up)"
    r"|\bun(?:acknowledged|answered|responded|responsive|available|reachable)"
    r"|neither (?:\w+ )?(?:ack\w*|respon\w*|answer\w*)"
    r"|not? (?:been )?(?:ack\w*|answered|responded|respond\w*|answer\w*|react\w*|pick(?:ed)? up|available"
    r"|reachable)"
    r"|(?:does|do|did|has|have|is|are|was|were|ca)(?:n['’]t| not) (?:been |be )?(?:ack\w*|respon\w*|answer\w*"
    r"|reach\w*|available|pick|join|engage)"
    r"|un-?acked\b|no pick-?up|\bmiss(?:es)? the page|does nothing"
    r"|without (?:an? |any )?(?:response|ack\w*|answer)"
    r"|(?:fails?|unable) to (?:ack|respond|answer)|missed page|no-?ack\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:if|when|unless|in case|as) (?!not)\w*\s?(?:needed|necessary|required|appropriate"
    r"|applicable)|\b(?:if|as) (?:needed|necessary|required|appropriate)|\bmay\b|\bconsider\b"
    r"|\bif (?:un|not )(?:resolved|able)\b|\bif (?!no\b|not\b|un(?!clear\b|sure\b|certain\b|familiar\b))",
    re.IGNORECASE,
)
STUCK = re.compile(r"\bif (?:they |he |she |still )?(?:can(?:no|['’])t|unable|fails?)\b", re.IGNORECASE)
"""What somebody cannot do whose line leads on to the next: `Lead if can't fix it in 10 min → page the manager`."""
UNRESOLVED = re.compile(
    r"not (?:been )?(?:resolved|fixed|mitigated|contained|diagnosed)|not (?:making progress|progressing)"
    r"|\bunknown (?:root )?cause\b"
    r"|\b(?:cannot|can['’]t|unable to|could not) (?:identify|determine|find) (?:the )?(?:root )?cause\b"
    r"|\bcause (?:is )?(?:not (?:yet )?(?:identif\w+|known|found|clear)|unknown|unidentified)"
    r"|\bmitigation (?:is |has )?not (?:yet )?(?:underway|in place|started|begun)"
    r"|resolution (?:is )?not (?:in|yet|reached|found)\b"
    r"|without (?:an? |any )?(?:resolution|fix|progress|work-?around|mitigation)|unresolved"
    r"|(?:unable to|can(?:no|['’])t|could not) (?:be )?(?:resolve|fix|mitigate|diagnose|restore|recover)"
    r"|\b(?:steps|procedures?|attempts?|recovery|fix) fails?\b"
    r"|still (?:be )?(?:open|ongoing|active|down|unavailable|going on)|no (?:progress"
    r"|resolution|fix|mitigation|workaround|recovery|improvement)\b|extended|prolonged|persist|remains|\bun(?:mitigated|contained|fixed|solved)\b"
    r"|(?:is|are|was)n['’]t (?:yet |fully )?(?:resolved|fixed|mitigated|contained|restored)|not (?:yet )?restored"
    r"|\b(?:incident|outage|issue|problem|downtime|disruption|impact|it|sev\W?\d|p\d)s?\b(?: \w+){0,2}? (?:last"
    r"|exceed|continue|drag|go(?:es)? on|(?:is |stays? )?(?:open|ongoing))\w*"
    r"|\bduration (?:is )?(?:>|over|exceed|more than|longer than)"
    r"|\b(?:incident|issue|problem|outage|impact|down(?:time)?)\b"
    r"(?: (?:for|lasting))? ?(?:>|more than|longer than|over)\s?"
    r"\d+ ?(?:m|h)"
    r"|(?:>|more than|longer than|over)\s?\d+ ?(?:m|h)\w* (?:of )?(?:\w+ )?(?:impact|outage|downtime|disruption)"
    r"|\bstuck (?:for|after|longer|more|>)",
    re.IGNORECASE,
)
_FORESEEN = re.compile(
    r"\b(?:estimated|expected|projected|anticipated|predicted|likely)\s(?:\w+\s){0,2}?"
    r"(?:duration|downtime|outage|impact|to (?:last|exceed|take|continue))\b",
    re.IGNORECASE,
)
ESCALATE = re.compile(r"\bescalat", re.IGNORECASE)
BRING = re.compile(
    rf"\b{_SITE}(?:page[sd]?|paging|notif\w+|alert(?:s|ed)?|(?<!on-)(?<!on )call(?:s|ed)?|contact\w*"
    r"|inform\w*|involve\w*"
    r"|(?:tele)?phone[sd]?(?= (?!number|bridge|line|call))|r[aiu]ng|rings|summon\w*|made known|told|made aware"
    r"|engage\w*|assign\w*|wake|(?:loop|pull|rope)\w* in|bring\w*|brief(?:ed)?|brought in|join(?:s|ed)?|add(?:ed)?"
    r"|consulted|activate\w*|appoint\w*)\b",
    re.IGNORECASE,
)
NOTIFIED = re.compile(r"\bnotif(?:y|ied|ication)\b|^\W*contact\b", re.IGNORECASE)
NOTIFY = re.compile(
    r"\bslack\b|\bnotif|\be-?mail|\bchannel\b|\binform|\bcc\b|\bfyi\b|\bteams message", re.IGNORECASE
)
PAGE = re.compile(
    rf"\b{_SITE}page[sd]?\b|\bpaging\b|\bphone|(?<!on-)(?<!on )\bcall\b|pagerduty|opsgenie", re.IGNORECASE
)
POSTED = re.compile(r"\b(?:go|goes|sent|posted|routed) (?:only )?(?:to|in)\s(?:the\s)?#", re.IGNORECASE)
SENT = r"(?:alert|message|(?<!on-)(?<!on )call|text|notification|sms)s? to"
"""How a message is said to go to somebody: `immediate Telegram alert to the CTO`."""
PAGES = re.compile(
    rf"\b{_SITE}(?:page|pages(?=\s\W*\w)|paged|wakes?)\b"
    rf"|\b(?:{SENT}|(?:fires?|goes|routed|sent|rolls?(?: it)?(?: over)?) (?:directly )?to)\b(?= (?:the )?\w)",
    re.IGNORECASE,
)
CALLED = re.compile(
    r"\b(?i:pages?|(?<!on-)(?<!on )calls?|informs?|notif(?:y|ies)|contacts?|alerts?(?= the)|involves?|brings? in"
    r"|engages?|rings?|(?:tele)?phones?|summons?|appoints?|(?:page|alert|call|incident) (?:goes|passes|moves) to"
    r"|made known to|escalat(?:es?|ion|ed|ing) to"
    rf"|{SENT})\s(?:the\s)?"
    r"([A-Z]\w+(?:\s(?:of\s)?[A-Z]\w+){0,3}(?:(?<=Level)\s\d\b"
    r"|(?<=Tier)\s\d\b|\s(?:support|team)\b)?)"
)
SUBJECT = re.compile(
    r"(?:^|[,;:]\s*|\b(?:[Tt]he|[Oo]ur|and|then)\s)((?!(?:The|Our|It|This|These|They|He|She|We|You|Nobody|No|Some(?:one|body)|Anyone)\b)"
    r"[A-Z][\w&/'-]*(?:\s(?:of\s)?[A-Z][\w&/'-]*){0,3})\s(?:is|are|gets?|(?:will|must|shall|should|has to) be)"
    r"\s(?:\w+ly\s|also\s|then\s|first\s)?(?:paged|called|notified|alerted|contacted|informed|involved|engaged"
    r"|woken"
    r"|rung|(?:tele)?phoned|told|summoned|appointed|(?:brought|looped|pulled|roped) in)\b"
)
TICKET = re.compile(
    r"\bticket|\bjira\b|\bbacklog\b|\bbug report|\bfile an? issue|\bcreate an? issue", re.IGNORECASE
)
LEISURE = re.compile(
    r"\b(?:standard|normal|regular) (?:bug|business|support|work|development|process|priorit|sprint"
    r"|maintenance)\w*|business[ -]hours?\b|next (?:sprint|business day|release)|\bno escalation|\basync\b"
    r"|^\W*(?:none|nobody|no one|no paging|not (?:required|needed|applicable)|n/a|backlog|queued?\b|logged"
    r"|dashboard only|planned work|(?:track|handle|schedule)\w* as planned)(?!\w)",
    re.IGNORECASE,
)
STARTS = re.compile(
    r"\b(?:alert|page|pager|alarm|incident)s?(?: is| gets| has been)?"
    r" (?:fires?|fired|trigger\w*|received|raised|opens?|opened|created|detected)\b",
    re.IGNORECASE,
)
REVIEW = re.compile(r"\breview|\bpirs?\b|standup|stand-up|retrospective|post[ -]?mortem", re.IGNORECASE)
NO_PAGE = re.compile(
    r"\bno (?:\w+ ){0,2}(?:page|paging|notification|escalation|call)s?\b"
    r"|\bno (?:[\w-]+ ){1,4}(?:needed|required|necessary)\b"
    r"|\b(?:notification|escalation|paging): (?:not (?:required|needed)|no(?:ne)?|n/a|(?:daily|weekly) summary)\b"
    r"|\bin the (?:daily|weekly|monthly|next) (?:report|digest|summary|bulletin)\b"
    r"|\b(?:do|does|should|must|will) not (?:page|call|notify|escalate|wake|alert|contact)\b"
    r"|\b(?:don|doesn|won)['’]t (?:page|call|notify|escalate|wake|alert|contact)\b",
    re.IGNORECASE,
)
RISES = re.compile(
    r"to (?:a )?higher\b|to (?:the )?next\b|(?:rais|increas|upgrad|escalat|chang|downgrad"
    r"|reassess)\w*(?: \w+){0,3} severity",
    re.IGNORECASE,
)


ALONE = re.compile(r"escalate ((?:within|after|in) [^,;]+|immediately)\.?", re.IGNORECASE)
"""What is said under a severity of when it is escalated, and of nobody: `Escalate within 30 minutes`."""
AT_END = re.compile(r"\(([^()]+)\)\W*$")
"""What stands in brackets at the end of words."""


def silent(words: str) -> bool:
    """Whether words speak of somebody who does not answer."""
    return bool(NO_ANSWER.search(words))


def unresolved(words: str) -> bool:
    """Whether words speak of an incident that goes on, and not of how long somebody thinks it will."""
    return bool(UNRESOLVED.search(words)) and not _FORESEEN.search(words)


def conditional(words: str) -> bool:
    """Whether words bring somebody in only as need be."""
    return bool(CONDITION.search(words))


def brings(words: str) -> bool:
    """Whether words say that somebody is brought in, in whatever way."""
    return bool(BRING.search(words) or ESCALATE.search(words))


def calls(words: str) -> bool:
    """Whether words say that somebody is called."""
    return bool(PAGES.search(words) or CALLED.search(words) or ESCALATE.search(words))


def notifies(words: str) -> bool:
    """Whether words say that somebody is told."""
    return bool(NOTIFIED.search(words))


def manner_of(clause: str, who: Sequence[str]) -> Manner:
    """Whether somebody is paged, only informed, or a ticket is made."""
    if TICKET.search(clause) and not who:
        return "ticket"
    if who and all(targets.is_channel(t) for t in who):
        return "notify"
    if (
        NOTIFY.search(clause)
        and not PAGE.search(clause)
        and re.search(r"slack|e-?mail|channel", clause, re.IGNORECASE)
    ):
        return "notify"
    return "notify" if LEISURE.search(clause) and not who else "page"
