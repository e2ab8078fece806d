"""Tells which headings are procedures of their own: by their parts, by what stands above, by the trouble named."""

import re
from collections.abc import Iterator

from sirenbook.playbook.language.judgement import judgement
from sirenbook.playbook.language.names import read_name
from sirenbook.playbook.language.scope import (
    answers_a_kind,
    is_one_of_playbooks,
    is_process,
    is_runbook,
    is_symptom,
)
from sirenbook.playbook.language.vocabulary import (
    LEVEL_TOPIC,
    NO_RUNBOOK,
    NO_RUNBOOK_WITHIN,
    NO_TROUBLE,
    REMEDY,
    RUNBOOK_THOUGH,
    RUNBOOK_TOPIC,
    TROUBLE,
)
from sirenbook.playbook.procedures.acting import (
    acts,
    commands_in,
    draws_steps,
    shows_code,
    tells_steps,
    types_in,
    works_through,
)
from sirenbook.playbook.procedures.announced import announcing, is_one_announced
from sirenbook.playbook.procedures.beside import code_of, holds_runbook, is_built_like, is_parted_like_those_beside
from sirenbook.playbook.procedures.instructions import is_action
from sirenbook.playbook.procedures.naming import (
    KIND,
    is_kept,
    is_kind,
    is_recorded,
    is_scale,
    is_set_up,
    names_nothing,
    says_so,
)
from sirenbook.playbook.procedures.parts import part_named, parts_only
from sirenbook.playbook.procedures.phases import (
    STEP,
    failure_behind,
    is_led_by_severity,
    is_mending_phase,
    is_of_kin,
    is_of_severity,
    is_one_in_phase,
    is_one_remedy,
    is_way_within,
    only_grades,
)
from sirenbook.playbook.procedures.pointed_at import is_pointed_at
from sirenbook.playbook.procedures.troubles import (
    CATEGORY,
    MEASURE,
    is_apart,
    is_trouble,
    lists_troubles,
    names_one_of_several,
)
from sirenbook.playbook.procedures.unheaded import (
    SEVERAL,
    gathers,
    is_bold_procedure,
    listed_procedures,
    procedures_in_items,
)
from sirenbook.playbook.text.document import (
    BOLD,
    Document,
    Items,
    Paragraph,
    Section,
    plain,
)

_CALLED = re.compile(r"(?:runbook|playbook|scenario|procedure|alert|issue|problem|symptom)(?: ?#?\d+)?\s*[:–—-]\s")
_DETECTED = re.compile(rf"(?:{TROUBLE.pattern}) detection$")
"""A failure that is noticed, which is its own procedure, while `Incident detection` is a part of the response."""
_OF_PROCESS = re.compile(rf"\bprocess(?:es)? (?:{TROUBLE.pattern})")
"""A program's failure, where a process is no course of the response: `Sorting process failure`."""
_ONE_PROCEDURE = re.compile(r"procedure$|(?<!recovery )procedures$")
_PROTOCOL = re.compile(rf"\w (?:incident|{TROUBLE.pattern}) (?:protocol|procedure)$")
"""What says that it is the one procedure for a kind of incident: `Child safety incident protocol`."""
_FILE = re.compile(r"\w (?:issues?|problems?) (?:runbook|playbook)$")
_QUOTED = re.compile(r"[\"“'‘]\w")
"""What the title of a failure begins with that people report: `"The page is empty"`."""
_GRAVITY = re.compile(r"severity|priority|(?:business |user |customer )?impact")
_ASIDE = re.compile(r"\s*\([^()]*\)$")


def runbook_sections(document: Document) -> Iterator[Section]:
    """The sections that are runbooks, none inside another."""
    waiting = [document.root]
    while waiting:
        section = waiting.pop()
        if _is_titled_procedure(section) or is_bold_procedure(section):
            yield section
        else:
            yield from listed_procedures(section)
            yield from procedures_in_items(section)
            waiting.extend(reversed(section.sections))


@judgement
def _is_titled_procedure(section: Section) -> bool:
    return is_pointed_at(section) or _is_procedure_by_its_words(section) or _is_one_of_its_kind(section)


def _is_one_of_its_kind(section: Section) -> bool:
    """Whether a heading that tells what to do is built or coded like procedures beside it."""
    title, above = plain(section.title.text), section.parent
    if above is None or not 1 < section.level < BOLD or not acts(section):
        return False
    if parts_only(title) or STEP.match(title) or is_recorded(section) or is_way_within(section):
        return False
    beside = [s for s in above.sections if s is not section and s.level == section.level]
    if any(is_built_like(section, s) and _is_procedure_by_its_words(s) for s in beside):
        return True
    if _holds_failures_by_severity(above) and not (NO_RUNBOOK.search(title) and not TROUBLE.search(title)):
        return True
    coded = [s for s in beside if code_of(s) and code_of(s) == code_of(section)]
    told = sum(1 for s in coded if _is_procedure_by_its_words(s))
    if is_of_severity(section) and (only_grades(section) or not works_through(section)):
        return False
    return told > 0 and told * 2 >= len(coded) and not _holds_procedures(section)


@judgement
def _holds_failures_by_severity(section: Section) -> bool:
    """Whether a heading is a severity's, and what stands under those of the others are mostly procedures."""
    if not is_of_severity(section) or section.parent is None:
        return False
    graded = [s for s in section.parent.sections if s is not section and is_of_severity(s)]
    told = [_is_procedure_by_its_words(s) for above in graded for s in above.sections if s.level < BOLD]
    return sum(told) > 1 and sum(told) * 2 > len(told)


@judgement
def _is_procedure_by_its_words(section: Section) -> bool:
    title = KIND.sub("", plain(section.title.text))
    if section.level == 0 or section.level >= BOLD or names_nothing(title) or is_kept(title):
        return False
    said = _CALLED.match(plain(section.title.text)) and (section.level > 1 or TROUBLE.search(title))
    called = said or is_one_in_phase(section) or TROUBLE.search(failure_behind(section))
    if not called and (_is_other(section, title) or (is_process(section) and not _OF_PROCESS.search(title))):
        return False
    if any(is_none(section) for is_none in _NONE):
        return False
    if any(is_one(section) for is_one in _ONE):
        return True
    if section.level > 1 and not STEP.match(title) and (topic := announcing(section)):
        return is_one_announced(section, title, topic)
    return _names_trouble(section)


def _is_other(section: Section, title: str) -> bool:
    """Whether a title is that of another part of a playbook."""
    found = NO_RUNBOOK.search(_ASIDE.sub("", title))
    if found is None or _QUOTED.match(section.title.text):
        return False
    above = plain(section.parent.title.text) if section.parent else ""
    fails = (RUNBOOK_TOPIC.search(above) or STEP.match(above)) and TROUBLE.search(title, found.end())
    announced = "runbook" in above or "procedures" in above or fails or is_runbook(section)
    leads = found.start() == 0 and section.level == 2  # `Monitoring & alerts`, whatever the file is called
    though = announced and not leads and RUNBOOK_THOUGH.fullmatch(found[0]) and commands_in(section)
    return not (though or (fails and is_runbook(section)))


def _is_whole_document(section: Section) -> bool:
    """Whether a file is one procedure: its title names a failure or remedy, and its headings are numbered steps."""
    title = plain(section.title.text)
    if section.level != 1 or not (TROUBLE.search(title) or REMEDY.search(title)):
        return False
    steps = [s for s in section.sections if STEP.match(plain(s.title.text)) and acts(s)]
    return len(steps) > 1 and bool(commands_in(section))


@judgement
def _is_parted_file(section: Section) -> bool:
    """Whether a file is one procedure: its title names a failure, and most of its headings are its parts."""
    title = plain(section.title.text)
    headings = [plain(s.title.text) for s in section.sections if s.level < BOLD]
    if section.level != 1 or not (TROUBLE.search(title) or _FILE.search(title)) or is_process(section):
        return False
    parts = {part_named(t) for t in headings} - {None}
    graded = any(LEVEL_TOPIC.search(t) for t in headings)
    return len(parts) > 2 and len(parts) * 2 > len(headings) and not graded and bool(commands_in(section))


def _is_part(section: Section) -> bool:
    """Whether a heading is a part of the runbook above it, or of every response, whatever parts it has itself."""
    above = section.parent
    if above is None or not parts_only(section.title.text):
        return False
    phases = sum(1 for s in above.sections if parts_only(s.title.text)) * 2 > len(above.sections)
    return is_runbook(above) or (is_runbook(section) and (section.level == 2 or phases))


def _only_grades(section: Section) -> bool:
    """Whether a heading is a severity and no more, without commands against it: `Critical incidents (P0)`."""
    return only_grades(section) and not commands_in(section)


@judgement
def _holds_scenarios(section: Section) -> bool:
    """Whether what is done for one severity tells of several failures apart: `Scenario 1: Database down`."""
    if is_symptom(section) and not only_grades(section) and is_runbook(section):
        return False  # a failure with symptoms of its own, whose scenarios are ways to mend it
    bold = (s for s in section.walk() if s.level == BOLD and s.parent is not None)
    told = (s for s in bold if KIND.match(plain(s.title.text)) or (s.parent and is_mending_phase(s.parent)))
    return is_of_severity(section) and sum(1 for s in told if is_bold_procedure(s)) > 1


def _only_gathers(section: Section) -> bool:
    """Whether a title names no failure, and several procedures without headings stand under it."""
    title = plain(section.title.text)
    if not gathers(section) or parts_only(title) or SEVERAL.search(title):
        return gathers(section)
    told = sum(1 for s in section.sections if s.level == BOLD and KIND.match(plain(s.title.text)))
    return told > 1 and not (TROUBLE.search(title) or KIND.match(title))


@judgement
def _holds_procedures(section: Section) -> bool:
    inner = [s for s in section.sections if s.level < BOLD]
    named = any(KIND.match(plain(s.title.text)) for s in inner)
    failing = is_runbook(section) or TROUBLE.search(plain(section.title.text))
    if is_one_of_playbooks(section) or (section.level > 1 and failing and is_symptom(section) and not named):
        return False  # a failure with symptoms of its own, whatever its parts are called
    if is_one_remedy(section) or is_of_kin(section):
        return False
    apart = (s for s in inner if not parts_only(_ASIDE.sub("", s.title.text)))
    return any(_is_titled_procedure(s) or _holds_procedures(s) for s in inner) or any(map(gathers, apart))


def _has_symptoms(section: Section) -> bool:
    """Whether symptoms and commands stand right under a heading, though it has no other parts."""
    title = plain(section.title.text)
    if parts_only(title) or (NO_RUNBOOK.search(title) and not TROUBLE.search(title)):
        return False
    if part_named(title) == "symptoms" or (NO_TROUBLE.search(title) and not _DETECTED.search(title)):
        return False  # how failures are noticed at all
    failing = TROUBLE.search(title) and not is_of_severity(section)
    steps = any(isinstance(b, Items) and b.ordered for b in section.blocks) or (failing and tells_steps(section))
    return section.level > 1 and is_symptom(section) and (steps or bool(commands_in(section)))


def _is_answer_to_a_kind(section: Section) -> bool:
    """Whether a heading answers one kind of incident, without grading incidents as the response to all does."""
    graded = any(_grades(s) for s in section.sections if s.level < BOLD)
    return answers_a_kind(section) and acts(section) and not graded


def _grades(section: Section) -> bool:
    """Whether a heading is that of severities; one of kinds may be called a classification too."""
    title = plain(section.title.text)
    named = (read_name(s.title.text) for s in section.walk() if s is not section)
    return bool(LEVEL_TOPIC.search(title)) and ("classif" not in title or any(named) or bool(section.blocks))


def _is_graded_procedure(section: Section) -> bool:
    """Whether a heading says how grave its own case is (`Severity: P1`, `Impact: …`), with steps against it."""
    if section.level < 2 or not _is_graded(section) or not works_through(section):
        return False
    above = section.parent
    beside = above is not None and any(_is_graded(s) for s in above.sections if s is not section)
    return beside or not _is_within(section)


@judgement
def _is_graded(section: Section) -> bool:
    lines = (x for b in section.blocks if isinstance(b, Paragraph) for x in b.lines)
    said = any(_GRAVITY.fullmatch(plain(x.label)) and x.value for x in lines if x.label)
    return said and not is_of_severity(section)


def _is_like_those_beside(section: Section) -> bool:
    """Whether a heading holds a part of a procedure, among headings that hold several."""
    parts = [s for s in section.sections if parts_only(s.title.text)]
    if section.level < 2 or not parts or section.parent is None or _is_within(section):
        return False
    return holds_runbook(section.parent)


def _names_trouble(section: Section) -> bool:
    """Whether a title names a failure or its remedy, with commands against it, outside of phases and parts."""
    title = plain(section.title.text)
    if (
        STEP.match(title)
        or NO_TROUBLE.search(title)
        or any(NO_RUNBOOK_WITHIN.search(plain(t)) for t in section.path[2:-1])
    ):
        return False
    named = TROUBLE.search(title) or (MEASURE.search(title) and is_apart(title) and not _is_remedy_for(section))
    named = named or (
        section.parent is not None and names_one_of_several(section) and lists_troubles(section.parent)
    )
    named = named or _is_kind_of_failure(section, title) or _PROTOCOL.search(title)
    done = (
        commands_in(section)
        or types_in(section)
        or shows_code(section)
        or (not is_of_severity(section) and works_through(section))
        or (_PROTOCOL.search(title) and acts(section))
        or (
            draws_steps(section)
            and is_trouble(title)
            and section.parent is not None
            and lists_troubles(section.parent)
        )
    )
    apart = not _is_within(section) or _is_remedy_in_phase(section)
    return bool(section.level > 1 and named and done and apart)


def _is_kind_of_failure(section: Section, title: str) -> bool:
    """Whether a heading is one of a kind of failures (`Network issues`): deeper than a chapter, plainly so."""
    plainly = title.endswith(("issues", "problems")) and commands_in(section) and not is_action(title)
    named = CATEGORY.search(title) and (section.level == 2 or plainly)
    return bool(named) and is_apart(title) and is_trouble(title)


def _is_remedy_in_phase(section: Section) -> bool:
    """Whether a heading says that it is one procedure (`Rollback procedure`), in a phase and under no failure."""
    title, above = plain(section.title.text), section.parent
    if above is None or not (REMEDY.search(title) and _ONE_PROCEDURE.search(title)):
        return False
    return not (is_runbook(above) or says_so(above) or any(TROUBLE.search(plain(t)) for t in section.path[2:-1]))


def _is_remedy_for(section: Section) -> bool:
    """Whether a title without words of its own (`Rollback procedure`) is the remedy for the failure above it."""
    above = section.parent
    failing = above is not None and above.level > 1 and TROUBLE.search(plain(above.title.text))
    return bool(failing) and parts_only(section.title.text)


def _is_within(section: Section) -> bool:
    """Whether a heading stands in a phase of the response, or in a part of a procedure."""
    above = section.parent
    if above is not None and lists_troubles(above):
        return False
    while above is not None and above.level > 1:
        inner = above.parent is not None and (above.parent.level > 1 or _is_parted_file(above.parent))
        if is_process(above) or is_runbook(above) or says_so(above) or (inner and part_named(above.title.text)):
            return True
        above = above.parent
    return False


_NONE = (
    is_recorded,
    is_set_up,
    is_way_within,
    _is_part,
    is_kind,
    is_scale,
    _only_grades,
    _holds_procedures,
    _holds_scenarios,
    _only_gathers,
)
_ONE = (
    is_runbook,
    says_so,
    _has_symptoms,
    _is_like_those_beside,
    _is_graded_procedure,
    _is_whole_document,
    _is_parted_file,
    is_parted_like_those_beside,
    _is_answer_to_a_kind,
    is_one_in_phase,
    is_led_by_severity,
)
"""Rules of which one alone tells that a heading is no procedure, or is one."""
