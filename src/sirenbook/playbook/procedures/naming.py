"""Tells what a title says of itself: that it is one procedure, a record of what was, or that several follow."""

import re

from sirenbook.playbook.language.vocabulary import RUNBOOK_TOPIC, UNREAL_TOPIC
from sirenbook.playbook.procedures.acting import acts, tells_to_act
from sirenbook.playbook.text.document import Items, Paragraph, Section, lines_of, plain

KIND = re.compile(
    r"^(?:(?:rb|pb|runbook|playbook)[ #-]*\d{1,3}(?:\s*:|\s+[–—-])?\s+"
    r"|(?:runbook|playbook)\s+[a-z]{1,4}-?\d{1,3}(?:\s*:|\s+[–—-])\s+|(?:runbook|playbook)\s+(?=[\"“'`])"
    r"|(?:runbook|scenario|playbook|incident(?: type)?|alert|procedure|symptom|issue|problem|failure(?: mode)?"
    r"|quick reference|decision tree)"
    r"\s*#?(?:\d*|[a-z])(?:\s*:|\s+[–—-]\s)\s*)",
    re.IGNORECASE,
)
ALERT_NAME = re.compile(r"[A-Z][A-Za-z]*[a-z][A-Z0-9][A-Za-z0-9]*")
_JOINED = re.compile(r"[a-z]\w*(?:[_-]\w+)+")
_ALERTS = re.compile(r"\balerts?\b")
_DAY = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b")
_PRODUCTS = re.compile(r"\b(?:tools?|resources|integrations?|platforms?|stack)\b")
_SET_UP = re.compile(r"\b(?:create|config\w*|set-?up|rules)\b")
_KINDS = re.compile(r"\b(?:types?|classes|categories|classifications?|kinds)\b")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*[.)]\s+|^\d+(?:\.\d+)+\s+")
_NOTHING = re.compile(
    r"(?:(?:common|known|frequent(?:ly asked)?|typical|general|other|critical|major|emergency|production"
    r"|operational|issues|problems|errors|failures|incidents|scenarios|questions|faqs?|solutions|fixes|resolutions|answers"
    r"|commands|procedures|run-?books|playbooks|planned|available|troubleshooting|guide|tips|and|or|the|their)\b[\s/&,:+-]*)+"
)
_SCALE = re.compile(r"\b(?:classifications?|(?:severity|priority|impact) (?:levels?|assessment)|definitions)$")
_ROUTINE = re.compile(
    r"\b(?:response|management) process$"
    r"|\b(?:maintenance|deployment|health checks?|routine)(?: procedures?| tasks?| run-?book| guide)?$"
    r"|\b(?:daily|weekly|monthly|regular|routine|common) (?:operations|tasks|checks)$"
)
_KEPT = re.compile(
    r"\b(?:run-?books?|playbooks?) (?:maintenance|ownership|history|updates?|index|overview|format|references?"
    r"|mapping|organi[sz]ation|coverage|check-?lists?|links?|catalog\w*|structure|usage)\b"
    r"|\b(?:links?|pointers) to (?:the )?(?:run-?books|playbooks)\b"
    r"|\bhow to use (?:this|these|the) (?:run-?books?|playbooks?)\b|^q\d*[:.]\s"
    r"|\bon-?call (?:run-?book|playbook)$|^(?:[\d.]+\s+)?(?:preventing|avoiding)\b"
)


def names_nothing(title: str) -> bool:
    """Whether a title only says that several things follow, and names none: `Common issues and solutions`."""
    return _NOTHING.fullmatch(_NUMBERING.sub("", plain(title))) is not None


def is_recorded(section: Section) -> bool:
    """Whether a heading tells of what was, or is played: it has a day, or stands under such a heading."""
    titles = [plain(t) for t in section.path[2:-1]]
    return bool(_DAY.search(section.title.text)) or any(UNREAL_TOPIC.search(t) for t in titles)


def is_routine(title: str) -> bool:
    """Whether a title is that of what is done with no failure at hand: `Database maintenance`."""
    return bool(_ROUTINE.search(title))


def is_kept(title: str) -> bool:
    """Whether a title is about the runbooks themselves (`Runbook overview`), or about having no use for them."""
    return bool(_KEPT.search(title))


def is_scale(section: Section) -> bool:
    """Whether a title is that of a scale, which may be told in parts too: `Scenario classification`."""
    return bool(_SCALE.search(plain(section.title.text)))


def says_so(section: Section) -> bool:
    """Whether a title itself says that it is one procedure (`Runbook: Disk full`), or is an alert's name."""
    title = section.title.text.strip("` ")
    above = plain(section.parent.title.text) if section.parent else ""
    joined = _JOINED.fullmatch(title) and _ALERTS.search(above)
    alert = joined or (ALERT_NAME.fullmatch(title) and not _PRODUCTS.search(above))
    words = _NUMBERING.sub("", plain(title))
    named = KIND.match(words)
    nothing = named is not None and names_nothing(words[named.end() :])
    return bool((named and not nothing) or alert) and acts(section)


def is_set_up(section: Section) -> bool:
    """Whether a heading tells how an alert is made, as `Alert: CPU` under `Alert rules` does."""
    above = plain(section.parent.title.text) if section.parent else ""
    made = _SET_UP.search(above) and not RUNBOOK_TOPIC.search(above)
    return bool(made) and plain(section.title.text).startswith("alert")


def is_kind(section: Section) -> bool:
    """Whether a heading under one of kinds (`Incident types`) only lists what counts as that kind."""
    above = plain(section.parent.title.text) if section.parent else ""
    listed = [x for b in section.blocks for x in lines_of(b)]
    only = all(isinstance(c, Paragraph) or (isinstance(c, Items) and not c.ordered) for c in section.contents)
    acting = sum(1 for x in listed if tells_to_act(x) or x.text.endswith("."))
    return bool(_KINDS.search(above)) and only and acting * 2 < len(listed)
