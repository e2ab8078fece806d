"""Tells what headings within the phases of a response are: one way on of a procedure, or a failure of its own."""

import re

from sirenbook.playbook.language.names import LABEL, leading_code, read_name
from sirenbook.playbook.language.scope import is_runbook
from sirenbook.playbook.language.vocabulary import REMEDY, RUNBOOK_TOPIC, TROUBLE
from sirenbook.playbook.procedures.acting import acts, commands_in, works_through
from sirenbook.playbook.procedures.instructions import opened_by
from sirenbook.playbook.procedures.naming import KIND
from sirenbook.playbook.text.document import BOLD, Section, plain

STEP = re.compile(r"(?:step|phase|stage) \d|step[- ]by[- ]step\b")
_PHASE = re.compile(r"^(?:(?:phase|step|stage) )?\d{1,2}[:.)]?\s*")
_WHOLE = re.compile(r"\b(?:response|process|workflow|phases|lifecycle|handling|management)\b")
_MENDING = re.compile(
    r"(?:immediate |(?:investigation|diagnosis|analysis) (?:and|&) )?"
    r"(?:mitigat(?:ion|e)|containment|remediation|resolution|recovery)"
    r"(?: (?:and|&) (?:\w+)| (?:steps|actions|procedures))?"
)
_MENDS = re.compile(r"^(?:step|phase|stage) \d{1,2}\W+(?:incident )?response\b|\w (?:fail-?over|recovery)$")
"""What a heading says that each failure beneath it is mended in its own way: `Database failover`."""
_CASE = re.compile(rf"{KIND.pattern}|path [a-z\d]:\s|(?:phase|step|stage) \d{{1,2}}[a-z]:\s", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:procedures|strategies|scenarios|options)\b")
_FOR = re.compile(r"for (?=\w)")
"""What the headings of a phase begin with that each mend a failure: `For Complete Service Outage (SEV-1)`."""


def is_way_within(section: Section) -> bool:
    """Whether a heading (`If the disk is full`, `Scenario B`) is one way on within the procedure above it."""
    above = section.parent
    announced = above is None or above.level <= 1 or is_of_severity(above)
    topic = plain(above.title.text) if above is not None else ""
    announced = announced or RUNBOOK_TOPIC.search(topic) is not None or topic.endswith(" specific procedures")
    whole = _is_whole_within_phase(section) or is_one_in_phase(section)
    return not announced and opened_by(section.title.text) is not None and not whole


def _is_whole_within_phase(section: Section) -> bool:
    """Whether a failure with several parts of its own stands in a phase of the response, told with that phase."""
    title, above = plain(section.title.text), section.parent
    named = TROUBLE.search(title) or KIND.match(title)
    if above is None or not (STEP.match(plain(above.title.text)) and named):
        return False
    return is_runbook(section) and not is_runbook(above)


def is_one_in_phase(section: Section) -> bool:
    """Whether a numbered failure stands beside others in the phase that mends them: `Scenario 2: Database down`."""
    above = section.parent
    if above is None or not (is_mending_phase(above) or _MENDS.search(plain(above.title.text))):
        return False
    numbered = [s for s in above.sections if _CASE.match(plain(s.title.text)) and commands_in(s)]
    named = [s for s in above.sections if _FOR.match(plain(s.title.text)) and acts(s)]
    failing = any(TROUBLE.search(plain(s.title.text)) for s in named)
    beside = numbered or (named if failing else [])
    return len(beside) > 1 and any(s is section for s in beside) and bool(commands_in(section))


def is_one_remedy(section: Section) -> bool:
    """Whether all headings with commands under a remedy do the same: `Quick rollback`, `Full rollback`."""
    title = plain(section.title.text)
    remedy, acting = REMEDY.search(title), [s for s in section.sections if commands_in(s)]
    if section.level < 2 or not (remedy and acting and "procedure" in title) or _SEVERAL.search(title):
        return False
    return all(remedy[0] in plain(s.title.text) for s in acting)


def is_of_kin(section: Section) -> bool:
    """Whether a heading stands among runbooks, and none of those beneath it names a failure of its own."""
    beside = [s for s in (section.parent.sections if section.parent else ()) if s is not section]
    title, titles = plain(section.title.text), [plain(s.title.text) for s in section.sections if s.level < BOLD]
    several = RUNBOOK_TOPIC.search(title) or any(_SEVERAL.search(t) for t in (title, *titles))
    named = any(TROUBLE.search(t) or KIND.match(t) for t in titles)
    return section.level > 1 and not (several or named) and sum(1 for s in beside if is_runbook(s)) > 2


def is_mending_phase(section: Section) -> bool:
    """Whether a heading is the phase in which something is contained or mended, and that of no one failure."""
    title = _PHASE.sub("", re.sub(r"\([^()]*\)", "", plain(section.title.text))).strip(" :-–—")
    told = [plain(t) for t in section.path[2:-1] if not _grades(t)]
    above = section.parent
    whole = above is not None and _WHOLE.search(plain(above.title.text))
    of_one = above is not None and is_runbook(above) and not (whole or is_of_severity(above))
    return bool(_MENDING.fullmatch(title)) and not of_one and not any(TROUBLE.search(t) for t in told)


def is_of_severity(section: Section) -> bool:
    """Whether a heading is led by a severity, so that only its commands make a procedure of it."""
    return _grades(section.title.text)


def _grades(title: str) -> bool:
    return read_name(title) is not None or leading_code(title) is not None


def is_led_by_severity(section: Section) -> bool:
    """Whether a heading is a failure behind its severity, with steps, among such: `Sev-2: Deploy gone wrong`.

    Where each severity has but one, half of them must name a failure or its remedy.
    """
    above = section.parent
    if above is None or not 1 < section.level < BOLD or not (failure_behind(section) and works_through(section)):
        return False
    beside = [(words, s) for s in above.sections if (words := failure_behind(s)) and works_through(s)]
    codes = [read_name(s.title.text) for _, s in beside]
    repeated = len({n.id for n in codes if n}) < len(beside)
    named = sum(1 for words, _ in beside if TROUBLE.search(words) or REMEDY.search(words))
    return len(beside) > 1 and (repeated or named * 2 >= len(beside))


def failure_behind(section: Section) -> str:
    """The words behind the severity's code that a heading begins with, two of them at least."""
    name = read_name(section.title.text)
    words = plain(name.rest) if name and name.coded and not only_grades(section) else ""
    return words if len(words.split()) > 1 and not LABEL.fullmatch(words) else ""


def only_grades(section: Section) -> bool:
    """Whether a heading is a severity and its label, and names no failure: `P1 - High (urgent)`."""
    name = read_name(section.title.text)
    rest = name.rest.split("(")[0].strip(" :-–—") if name else "no severity"
    return not rest or bool(LABEL.fullmatch(rest))
