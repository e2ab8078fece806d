"""Tells what a section is for, so that a runbook's or a template's words are not taken for the team's policy."""

import re
from collections.abc import Iterator

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.names import LABEL, leading_code, read_name
from sirenbook.playbook.language.vocabulary import (
    ESCALATION_TOPIC,
    LEVEL_TOPIC,
    REVIEW_TOPIC,
    RUNBOOK_SECTION,
    TEMPLATE_TOPIC,
    TROUBLE,
    UNREAL_TOPIC,
)
from sirenbook.playbook.text.document import Document, Items, Section, plain

_TELLING = re.compile(
    r"^(?:\d+(?:\.\d+)*[.)]?\s*)?(?:symptoms?|detection criteria|diagnos"
    r"|investigat|identif(?:y|ication)|immediate actions?|resolution steps|remediat"
    r"|root cause|(?:common|probable|possible|likely) causes?)"
)
_SHOWN = re.compile(r"(?:symptoms?|detect(?:ion)?|diagnos\w+|signs?|signals?)\b")
_LABELLED = re.compile(
    r"(?:symptoms?|detect(?:ion)?|diagnos\w+|signs?|signals?|impact|(?:likely |root |common )?causes?|check"
    r"|contain(?:ment)?|investigat\w+|recover(?:y)?|verif(?:y|ication)|mitigat\w+|fix|resol\w+|remed\w+"
    r"|rollback|prevent\w+|(?:first |immediate )?(?:actions?|response|steps)|escalat\w+|follow[- ]?up|post)\b"
)
_SHOWS = re.compile(r"(?:symptoms?|alerts?(?: ?name)?(?!: \w)(?! sources?\b)|trigger|signs?|detection)\b")
_COMMON = re.compile(
    r"\bcommon (?:\w+ )?(?:issues|problems|failures|incidents|scenarios|alerts|patterns)\b|\brun-?books\b"
)
_PROCESS = re.compile(
    r"\b(?:(?<!recovery )(?<!rollback )(?<!restore )(?<!restart )process|life-?cycle"
    r"|(?:response|incident) workflow|phases?|stages|incident (?:response"
    r"|management|handling|procedure)"
    r"|step[- ]by[- ]step response"
    r"|response (?:procedures?|steps|plan|flow|playbook|runbook|guide)|handbook|overview)\b"
)
_ANSWER = re.compile(
    r"(?:\d+[.)] )?(?P<kind>\w.*?) (?:(?:incidents? )?response|incidents? procedures?)(?: \([^()]*\))?"
)
_PLAYBOOK = re.compile(
    r"(?:\d+(?:\.\d+)*[.)]?\s+)?(?P<kind>\w.*?)\s+(?:(?:incidents?|response|recovery)\s+)*(?:playbook|run-?book)"
)
_ASIDE = re.compile(r"\(([^()]+)\)$")
_KIND_ALONE = re.compile(r"(?:cyber ?)?security|privacy|data protection")
_GENERAL = re.compile(
    r"(?:incidents?|initial|first|immediate|emergency|general|overall|automat(?:ed|ic)|manual|rapid|quick|critical"
    r"|high|medium|low|major|minor|standard|normal|priority|severity|level|phase|step|p?\d|sev-?\d|team|on-?call"
    r"|customers?|communications?|public|media|support|escalation|legal|executive|expected|required|engineering"
    r"|engineer|business|after|hours|weekend|target|time|the|and|of|for|to|by|or|our|your|alert|[\d.]+|[&/+–—-])"
)
_SEVERAL = re.compile(r"\s(?:&|\+|and|/)\s|,\s")
_REFERENCES = re.compile(r"\breferences?\b")
_ESCALATION = re.compile(r"(?:internal |incident )?escalations?(?: (?:path|contacts?|chain|matrix|policy))?")
_SHOWN_AS = re.compile(r"\b(?:example|sample)\)?$")
"""How a heading ends under which something is only shown, whatever severity it names: `SEV1 timeline (example)`."""
_EXAMPLES = re.compile(
    r"\b(?:table of contents|change ?log|revision history|glossary|(?<!quick )references?|faq)\b"
)


def policy_sections(document: Document) -> Iterator[Section]:
    """The sections that state the team's policy, without runbooks, templates, reviews and all beneath those."""
    waiting = [document.root]
    while waiting:
        section = waiting.pop()
        if not _foreign(section):
            yield section
            waiting.extend(reversed(section.sections))
        elif _REFERENCES.search(plain(section.title.text)):  # whom to call may stand among them too
            waiting.extend(s for s in section.sections if _ESCALATION.fullmatch(plain(s.title.text)))


def runbook_sections(document: Document) -> Iterator[Section]:
    """The outermost sections that are runbooks, in the order of the text."""
    waiting = [document.root]
    while waiting:
        section = waiting.pop()
        if is_runbook(section):
            yield section
        elif not _foreign(section):
            waiting.extend(reversed(section.sections))


@judgement
def _foreign(section: Section) -> bool:
    title = plain(section.title.text)
    other = TEMPLATE_TOPIC.search(title) or REVIEW_TOPIC.search(title) or _EXAMPLES.search(title)
    other = other or UNREAL_TOPIC.search(title)
    graded = leading_code(section.title.text) is not None  # a severity, whatever is done about it
    shown = _SHOWN_AS.search(title)
    return is_runbook(section) or bool(section.level > 1 and (shown or (other and not graded)))


@judgement
def is_runbook(section: Section) -> bool:
    """Whether a heading's own sections or labels are those of a runbook: symptoms, investigation, resolution."""
    if is_one_of_playbooks(section):
        return True
    if section.level == 0 or is_process(section) or _grades_incidents(section) or _is_grade(section):
        return False
    if any(_COMMON.search(plain(s.title.text)) for s in section.sections):
        return False  # where failures are gathered under a heading of their own
    titles = [plain(s.title.text).rstrip(":") for s in section.sections]
    titles += [plain(line.label) for block in section.blocks for line in getattr(block, "lines", ()) if line.label]
    telling = [t for t in titles if _TELLING.match(t)]
    parts = [t for t in titles if RUNBOOK_SECTION.match(t)]
    return (bool(telling) and len(parts) >= 2) or _is_terse_runbook(section)


def _is_grade(section: Section) -> bool:
    """Whether a heading under one of severities is one of them and no more, whatever parts it is told in."""
    above = section.parent
    name = read_name(section.title.text)
    if name is None or above is None or not LEVEL_TOPIC.search(plain(above.title.text)):
        return False
    return not LABEL.sub("", name.rest.split("(")[0]).strip(" :-–—")


def _grades_incidents(section: Section) -> bool:
    """Whether a file says how grave incidents are, as a whole playbook does and no runbook."""
    return section.level == 1 and any(LEVEL_TOPIC.search(plain(s.title.text)) for s in section.sections)


@judgement
def _is_terse_runbook(section: Section) -> bool:
    """Whether one list is all of a runbook, its items labelled as parts: a failure's, or one beside a failure's."""
    if section.level < 2 or section.parent is None or is_process(section) or not _lists_parts(section):
        return False
    return _holds_terse_failure(section.parent)


@judgement
def _holds_terse_failure(section: Section) -> bool:
    return any(_lists_parts(s) and TROUBLE.search(plain(s.title.text)) for s in section.sections)


@judgement
def _lists_parts(section: Section) -> bool:
    """Whether a heading that names no severity has one list, most items of which are labelled as parts."""
    lists = [b for b in section.blocks if isinstance(b, Items)]
    if len(lists) != 1 or read_name(section.title.text) or leading_code(section.title.text):
        return False
    labels = [plain(i.head.label) for i in lists[0].items if i.head.bold]
    parts = [t for t in labels if _LABELLED.match(t)]
    told = any(_SHOWN.match(t) for t in parts)
    return told and len(parts) >= 2 and len(parts) * 2 > len(lists[0].items)


@judgement
def is_symptom(section: Section) -> bool:
    """Whether a label or heading right under a heading tells by what a failure shows itself."""
    labels = [line.label for block in section.blocks for line in getattr(block, "lines", ()) if line.label]
    return any(_SHOWS.match(plain(t)) for t in (*labels, *(s.title.text for s in section.sections)))


@judgement
def is_process(section: Section) -> bool:
    """Whether a heading is that of the response itself, whose phases bear a runbook's names."""
    title = plain(section.title.text)
    titled = bool(_PROCESS.search(title) or (_ANSWER.fullmatch(title) and _kind_answered(section) is None))
    one = _ASIDE.search(title)  # `SEV1 incident response (total outage)` is against that failure alone
    of_one = answers_a_kind(section) or is_one_of_playbooks(section) or (one and TROUBLE.search(one[1]))
    return section.level == 0 or (titled and not of_one)


@judgement
def is_one_of_playbooks(section: Section) -> bool:
    """Whether a heading is that of one failure's playbook beside others: `Ransomware Response Playbook`."""
    if section.level < 2 or section.parent is None or not _names_playbook(section):
        return False
    return sum(1 for s in section.parent.sections if _names_playbook(s)) > 1


def _names_playbook(section: Section) -> bool:
    found = _PLAYBOOK.fullmatch(plain(section.title.text))
    return found is not None and any(not _GENERAL.fullmatch(w) for w in found["kind"].split())


@judgement
def answers_a_kind(section: Section) -> bool:
    """Whether a heading names the kind of incident that it answers: `Data Breach Response`, or one of several."""
    kind = _kind_answered(section)
    if section.level < 2 or section.parent is None or kind is None:
        return False
    beside = (s for s in section.parent.sections if s is not section)
    return bool(TROUBLE.search(kind) or _KIND_ALONE.fullmatch(kind)) or any(_kind_answered(s) for s in beside)


def _kind_answered(section: Section) -> str | None:
    graded = read_name(section.title.text) is not None or leading_code(section.title.text) is not None
    found = None if graded else _ANSWER.fullmatch(plain(section.title.text))
    kind = found["kind"] if found else ""
    return kind if any(not _GENERAL.fullmatch(w) for w in kind.split()) else None


def about_escalation(section: Section, *, loosely: bool = False) -> bool:
    """Whether a heading, or one of those above it, announces escalation.

    A file's own heading that is about more than that counts only `loosely`.
    """
    within: Section | None = section
    while within is not None and within.level > 0:
        if ESCALATION_TOPIC.search(plain(within.title.text)):
            return within is section or within.level > 1 or loosely or _alone(within)
        within = within.parent
    return False


@judgement
def _alone(whole: Section) -> bool:
    """Whether a file's own heading is about nothing else, or no heading under it says again what it announces."""
    return not _SEVERAL.search(whole.title.text) or not any(
        ESCALATION_TOPIC.search(plain(s.title.text)) for s in whole.walk() if s is not whole
    )
