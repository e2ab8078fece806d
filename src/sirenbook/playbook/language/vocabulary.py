"""Knows which words play which part, so that readers look for parts and not for one team's wording."""

import re
from functools import lru_cache
from typing import Literal

from sirenbook.playbook.text.document import plain

Part = Literal[
    "response",
    "ack",
    "resolution",
    "update",
    "first update",
    "escalation",
    "who",
    "when",
    "label",
    "meaning",
    "severity",
    "review",
    "hours",
    "action",
    "other",
]

_PARTS: tuple[tuple[Part, str], ...] = (
    (
        "other",
        r"post[ -]?(?:mortem|incident)|\brca\b|\bpirs?\b|retrospective|lessons"
        r"|\b(?:vendor|supplier|provider|third[ -]party|aws|azure|gcp|google)(?:'s)? (?:support )?(?:respon|sla\b)",
    ),
    ("review", r"\breviews?\b"),
    (
        "first update",
        r"(?:first|initial) (?:update|communication|notification|status|comms)"
        r"|(?:public|customer|external) (?:ack\b|acknowledg)"
        r"|time to (?:first )?(?:notify|communicate|update)|\bupdates? (?:posted|sent|published)\b"
        r"|customer (?:notification|notice)|notification (?:time|deadline|within|sla)|communicate within",
    ),
    ("response", r"\backnowledg\w+ to (?:first |initial )?response\b"),
    ("ack", r"\back\b|acknowledg|\bm?tta\b"),
    (
        "action",
        r"what (?:we|you|to) do\b|^actions?$|^handling$|expectations?$|required actions?|response actions?",
    ),
    ("who", r"response (?:teams?|lead)|responding team|who respon"),
    ("escalation", r"escalat"),
    (
        "update",
        r"updates?\b|^upd\b|^ongoing$|^subsequent(?:ly)?$"
        r"|^(?:and |then )+every$|cadence|frequency|communicat|\bcomms?\b|status (?:page|report)"
        r"|reporting",
    ),
    (
        "resolution",
        r"resol(?:ution|ve)|^res\b\.?$|\bfix\b|restor|recovery (?:time|target|objective)|\brto\b|\bttr\b"
        r"|\bmttr\b|mitigat(?!\w* (?:start|begin))|workaround (?:time|within|target)"
        r"|(?:detection|alert|report|start) to (?:remediation|recovery|repair)$"
        r"|time to (?:fix|repair|recover)|remediation (?:time|target|sla|deadline)",
    ),
    (
        "response",
        r"respon(?:se|d)\b|response|^resp\b"
        r"|^(?:we |somebody |someone )?(?:answers?|repl(?:y|ies)) (?:with)?in\b|^engage\b|\breact\b|\bslas?\b"
        r"|\bslos?\b|reaction|time to (?:engage|start|respond)"
        r"|engagement|hands[ -]on|investigation start|start (?:work|time)|initial action",
    ),
    ("hours", r"^hours$|^availab|coverage|hours of|availability|support hours|on[ -]call hours"),
    (
        "who",
        r"\bwhom?\b|notif|\bpage\b|paged?\b|contact|on[ -]?call|responders?|responsible|owner|assign"
        r"|audience|recipients?\b|inform|alert(?:s|ed)?\b|role\b|escalate|"
        r"involve|personnel|teams?\b|stakeholders?|person|required participants",
    ),
    (
        "when",
        r"\bwhen\b|\btime\b|timeline|\bafter\b|elapsed|trigger|timeout|delay|threshold|wait\b"
        r"|duration|minutes?\b",
    ),
    (
        "meaning",
        r"defin|descri|criteria|characteri|examples?|impact|scope|meaning|symptom|condition|user"
        r"|customer|what|when to use|summary|indicator|consequence|effect",
    ),
    ("severity", r"severit|priorit|\bsev\b|level|class(?:ification)?\b|\bp-?level"),
    ("label", r"\bnames?\b|\blabel\b|title|category|\btype\b|urgency"),
)
_COMPILED = tuple((part, re.compile(pattern)) for part, pattern in _PARTS)

SEVERITY_TOPIC = re.compile(
    r"severit|priorit(?:y|ies)\b|\bhow (?:bad|serious|severe) is (?:it|this|that)\b"
    r"|\bis (?:it|this|that) (?:\w+ )?(?:bad|serious|severe)\b"
    r"|(?:^|/ )(?:\d+\.? )?(?:levels|grades|categories)(?: /|$)|classif"
    r"|incident (?:levels?|types?|categor)|\bsevs?\b"
    r"|level definitions|impact levels|triage (?:matrix|levels)|\bsla\b|\bslos?\b"
)
LEVEL_TOPIC = re.compile(
    r"severit|priorit(?:y|ies)\b|\bhow (?:bad|serious|severe) is (?:it|this|that)\b"
    r"|\bis (?:it|this|that) (?:\w+ )?(?:bad|serious|severe)\b"
    r"|classif|grades?\b|\bsevs?\b|incident (?:levels?|categor)|impact levels"
    r"|level definitions"
)
_ASIDE = re.compile(r"\([^()]*\)")
_ANY_AIM = re.compile(r"\W*(?:slas?|slos?|targets?|goals?|times?)\W*")
"""What is left of a label that leaves it to its brackets which time it is: `SLA (Resolve)`."""
PLAN_TOPIC = re.compile(
    r"action items?|roadmap|recommend|improvement|backlog|to-?do|risks?\b|vulnerab|requirement|feature"
    r"|likelihood"
)
ESCALATION_TOPIC = re.compile(
    r"escalat|(?:call|wak|pag)(?:e|ing)?\b(?: the)?(?: right)? people"
    r"|whom? (?:else )?(?:gets?|is|to|do(?:es)? (?:we|i|you|one)|should (?:we|i|you|one))\b"
    r".*(?:wok?en?\b|wakes?\b|page|call|ring\b|rung|phone|dragged|pull(?:ed)? in|out of bed|notif|contact"
    r"|\bbug\b)"
    r"|(?:(?:tele)?phone|contact|call(?:ing)?|paging|pager|page|alert|on[ -]?call|response|responder|support"
    r"|notification|communications?)"
    r" (?:tree|chain|tiers?|ladder|order|sequence|hierarchy)\b"
    r"|(?:paging|notification) (?:policy|matrix|list|levels|path|rules)|chain of command"
    r"|\bwhen (?:they|each|people|somebody|someone) (?:joins?|(?:is|are|gets?) (?:involved|called|paged|woken))$"
    r"|\bno(?:body|[ -]one)? (?:answers?|responds?|acks?|acknowledge\w*|response|picks up)\b"
)
UPDATE_TOPIC = re.compile(r"communicat|updates?\b|cadence|comms|status page|notif|stakeholder")
ONCALL_TOPIC = re.compile(r"on[ -]?call|rotation|rota\b|schedule|hand-?(?:off|over)|pager|shift")
REVIEW_TOPIC = re.compile(
    r"post[ -]?(?:mortem|incident)|retrospective|\bpirs?\b|\bretros?\b|review|lessons|after action|afterwards"
    r"|follow[ -]?up|rca\b"
)
TEMPLATE_TOPIC = re.compile(
    r"templates?\b|example (?:messages?|emails?|updates?|announcements?|posts?)|sample|boilerplate"
    r"|scripts?$|wording|^(?:\d+[.)]? )?what (?:we|you|to) (?:tell|write|say|send)\b"
)
CONTACT_TOPIC = re.compile(r"contacts?\b|directory|phone|who's who|key people|roster|\breach")
METRIC_TOPIC = re.compile(r"metrics?|kpis?|\bslos?\b|targets?|measur|objectives?|goals?")
UNREAL_TOPIC = re.compile(
    r"\b(?:(?:scheduled|planned|emergency|routine) maintenance|maintenance windows?|drills?"
    r"|simulations?|tabletops?|game ?days?|past|previous|histor(?:y|ical)|case stud(?:y|ies)"
    r"|incident log|test scenarios)\b|^(?:\d+[.)]? )?example\b(?! severit)|\b(?:example|sample)\)?$"
)
"""Words of headings under which incidents are played or were, or work is planned: their times are no targets."""
ALERT_TOPIC = re.compile(r"\balert(?:s|ing)?\b|alertmanager|prometheus|monitor|routing")
RUNBOOK_TOPIC = re.compile(
    r"\b(?:run-?books?|playbooks?|(?<!escalation )decision trees|scenarios?|recovery(?! check-?lists?)"
    r"|troubleshoot\w*|failure modes?|known issues"
    r"|common (?:incidents?|issues?|problems?|alerts?|failures?|fixes|errors?|(?:\w+ )?patterns)"
    r"|error (?:catalog\w*|codes?|messages?)|specific (?:incidents?|issues?)"
    r"|(?:incident|failure|outage|attack|threat) (?:types?|classes|scenarios?)"
    r"|(?:response )?(?:steps|procedures|actions|responses?) (?:by|per|for each) (?:incident )?"
    r"(?:class|type|categor\w+)"
    r"|alert response|incident-specific|known failures?"
    r"|(?:rollback|restart|restore|fail-?over|emergency|containment) (?:procedures|strateg(?:y|ies)|actions))\b"
)
TROUBLE = re.compile(
    r"\b(?:down|outages?|fail(?:ed|ing|s|ures?)?|unavailable|unreachable|unresponsive|crash\w*|errors?|exhaust\w*"
    r"|not \w+(?:ing|able)|offline|keeps \w+ing|won't|leak\w*|(?:consumer |replication )lag|backlog"
    r"|spikes?|slow\w*|latency|degrad\w+|corrupt\w+|compromis\w+|breach\w*|tamper\w+|ddos|attacks?|ransomware"
    r"|malware"
    r"|intrusion|expir\w+|full|overload\w*|oom\w*|stuck|halt\w*|missed|split|data loss|timeouts?|unauthorized"
    r"|exposure|poison\w*|jailbreak\w*|hijack\w*|spoof\w*|theft"
    r"|stalled|restart loops?|exceeded|out of (?:memory|disk|space)|fill\w* up"
    r"|backed up|can't|cannot|unable to|unhealthy|flapping|saturat\w+|denied|refused|mismatch\w*|discrepanc\w+"
    r"|returns? [45](?:\d\d|xx)|high (?:cpu|memory|load|traffic|response times?|connection count|disk|queue)"
    r"|deadlock\w*|broken|stolen|suspected|bypass\w*|injection|abuse|phishing|fraud)\b"
)
REMEDY = re.compile(
    r"\b(?:roll(?:ing)?[ -]?back|restor(?:e|ing|ation)|restart\w*|fail-?over|recover\w*|reboot\w*"
    r"|emergency (?:stop|shutdown|pause)|unpaus(?:e|ing)|revo(?:ke|king|cation)"
    r"|rotat(?:e|ing|ion of) (?:\w+ ){0,3}(?:keys?|secrets?|credentials?|certificates?"
    r"|tokens?|passwords?)|(?:keys?|secrets?|credentials?|certificates?|tokens?|passwords?) (?:rotation|renewal))\b"
)
NO_RUNBOOK = re.compile(
    r"\b(?:severity|severities|(?<!privilege )escalations?|when to|communications?|contacts?|on[ -]?call|templates?"
    r"|post[ -]?(?:mortem|incident)|reviews?|meetings?|continuous improvement"
    r"|what (?:is|are) an?|overview|purpose|useful|references?|agendas?|alert management|detection (?:and|&) triage"
    r"|related (?:documentation|documents|resources|links)|cheat|tools|dashboards?|metrics|roles|training|testing"
    r"|maintenance|architecture|design|glossary|appendix|priorit(?:y|ies)"
    r"|table of contents|change ?log|monitoring|prerequisites?|optimi[sz]ation|best practices"
    r"|backup (?:scope|cadence|strateg(?:y|ies)|schedules?|types?|retention))\b"
    r"|\b(?:polic(?:y|ies)|framework|criteria|principles|guidelines|objectives?|variables?"
    r"|schedules?|required documentation|decision tree)(?: \([^()]*\))?$"
)
NO_RUNBOOK_WITHIN = re.compile(
    r"\b(?:tools?|tooling|training|testing|architecture|design|glossary|appendix|post[ -]?mortems?|lessons|metrics"
    r"|logs?|logging|config\w*|setup|install\w*)\b"
)
"""Words of headings under which a failure's name is that of a tool, a measure or a record: `Error tracking`."""
NO_TROUBLE = re.compile(
    r"\b(?:logs?|logging|tracking|reporting|budgets?|(?<!breach )handling|detection|query|prevention"
    r"|protection|messages?|codes?"
    r"|reports?|thresholds?|indicators?|definitions?|levels?"
    r"|(?<!high )error rates?)$|\byou (?:can't|cannot|are|need|have|miss)\b"
    r"|^(?:if|when) (?:nobody|no[- ]one)\b|\b(?:slas?|deadlines?) (?:is |are |was )?(?:missed|exceeded|breach\w*)"
)
"""Titles that only speak of failures (`Error logs`, `Fraud detection`), or of people: `If you can't respond`."""
RUNBOOK_THOUGH = re.compile(r"\b(?:maintenance|monitoring|metrics|dashboards?|communications?)\b")
"""Words of other headings that may also be what a procedure works on: `Enable maintenance mode`."""
RUNBOOK_SECTION = re.compile(
    r"^(?:\d+(?:\.\d+)*[.)]?\s*)?(?:symptoms?|diagnos\w+|investigat\w+|resolutions?|remediat\w+|mitigat\w+"
    r"|prevent\w+|identify|identification|eradicat\w+|root causes?|(?:common |possible |likely |probable )?causes?"
    r"|(?:automated|manual|initial|first) (?:response|actions?|steps|follow[- ]?up)"
    r"|response(?: actions?| steps)?|immediate actions?|containment|recovery|verification|detection|triage"
    r"|(?:quick )?fix(?:es)?|solutions?|rollback|actions?|steps|commands?|checks?)\b(?! (?:time|target))"
)


@lru_cache(maxsize=8192)
def part_of(label: str) -> Part | None:
    """The part that a label, column header or heading plays, or None when its words are not known."""
    words = plain(label.replace("_", " "))
    alone = _ASIDE.sub(" ", words)  # what stands in brackets only adds to it, if it is not all that tells
    for said in (words,) if _ANY_AIM.fullmatch(alone) else (alone, words):
        if part := next((p for p, pattern in _COMPILED if pattern.search(said)), None):
            return part
    return None
