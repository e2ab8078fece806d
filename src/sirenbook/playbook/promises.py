"""Reads who is told what and when, who never is, and by whose consent: of severities, in sections, in templates."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Template
from sirenbook.model.promise import OUTSIDE, Audience, Bound, Moment, Promise
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.audiences import approvers, audiences_of, condition_of, needs_approval
from sirenbook.playbook.language.clauses import clauses
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.statements import Statement
from sirenbook.playbook.language.vocabulary import ESCALATION_TOPIC, ONCALL_TOPIC, UPDATE_TOPIC, part_of
from sirenbook.playbook.security import TOPIC as SECURITY
from sirenbook.playbook.text.inline import make_line

_TELLS = re.compile(
    r"\bcommunicat|\bnotif(?:y|ied|ies|ication)|\binform(?:ed|s)?\b|\bupdat(?:e|es|ed|ing)\b|\bannounc"
    r"|\bpost(?:ed|s|ing)?\b(?![ -]?(?:mortem|incident))|\bpublish|\be-?mail|\btell|\btold\b|\bbrief(?:ed|s)?\b"
    r"|\bnotice\b|\bdisclos|\bmessag|\bstatus page|\bprepared?\b[^,;.]{0,40}\b(?:responses?|answers?|statement"
    r"|announcement)\b"
    r"|\bhears? (?:from us|of it|about it|again)\b|\bwrites? (?:again|in #|to)\b",
    re.IGNORECASE,
)
_NO_WORD = re.compile(
    r"\b(?:runbooks?|documentation|docs|dependenc|software|packages?|libraries|procedures?|monitoring"
    r"|alerting|config\w*|tickets?|incident (?:report|timeline|log|doc\w*)|playbooks?|post[ -]?mortem|review)\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"\b(?:respond|reply|react|answer)s?\b[^,;.]{0,20}\bto\b|\backnowledge", re.IGNORECASE)
_OBJECT = re.compile(
    r"\b(?:tell|inform|notify)\s+(?!in\b|by\b|via\b|within\b)\w+|\b(?:is|are|be)\s(?:only\s)?(?:told|informed"
    r"|notified)\b",
    re.IGNORECASE,
)
_CONTAINS = re.compile(
    r"\b(?:must|should|shall|has to|needs to|always)\b[^,;.]{0,20}\b(?:contain|include|state|mention)", re.I
)
_ROLES = re.compile(r"\broles?\b|responsibilit|\bjobs\b|\bhats\b|who does what")
_FIRST = re.compile(
    r"\b(?:first|initial) (?:word|message|notice|post|contact|news|information)\b|\btime to (?:tell|inform|first)",
    re.IGNORECASE,
)
_THEN = re.compile(r"\b(?:then|thereafter|afterwards)\b|^every$", re.IGNORECASE)
_INWARD_ONLY = re.compile(
    r"\binternal(?:ly)?(?: \w+){0,2} only\b|\bonly (?:\w+ )?internal(?:ly)?\b|\bonly (?:the )?team\b", re.IGNORECASE
)
_NEVER = re.compile(
    r"\b(?:do|does|must|should|may|shall|will|can)(?: not\b|n't\b|n’t\b)"
    r"|\b(?:are|is) not (?:told|informed|notified|communicated|contacted|updated|published)\b|\bcannot\b|\bnever\b"
    r"|\bno\b(?! later)"
    r"|\bwithout\b|\bnone\b|\bnobody\b",
    re.IGNORECASE,
)
_NOT_NEEDED = re.compile(r"\b(?:not|n't) (?:required|needed|necessary)|\boptional(?:ly)?\b", re.IGNORECASE)
_MAY = re.compile(
    r"\boptional(?:ly)?\b|\bmay be\b|\bconsider\b|\bif desired\b|\bnot (?:required|needed)", re.IGNORECASE
)
_MOMENTS: tuple[tuple[Moment, re.Pattern[str]], ...] = (
    (
        "start",
        re.compile(r"\bat (?:the )?(?:start|beginning)\b|\binitial\b|\bfirst\b|\bdeclar|\bon opening\b", re.I),
    ),
    (
        "update",
        re.compile(
            r"\b(?:major|significant|material|important|status|state) (?:updates?|changes?|developments?"
            r"|milestones?)"
            r"|\bon change\b|\bas (?:the situation|things) change",
            re.IGNORECASE,
        ),
    ),
    (
        "resolution",
        re.compile(
            r"\b(?:last|closing|final) (?:post|word|message|update|mail)\b|\bresol(?:ution|ved)\b(?!\s(?:target"
            r"|time))|\bclos(?:ure|ed|ing)\b|\bat the end\b|\ball[- ]clear\b",
            re.I,
        ),
    ),
    ("after", re.compile(r"\bpost[- ]incident\b|\bafterwards?\b|\bfollow[- ]?up\b", re.IGNORECASE)),
)
_VERBAL = re.compile(r"(?:notify|inform|tell|update|announce|post|send|publish|brief|e-?mail)\b", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:last (?:updated|changed|reviewed)|.*\breview frequency|examples?|impact|symptoms?|characteristics?"
    r"|definition|backup\b.*"
    r"|.*\btools?|purpose)$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\buntil (?:\w+ ){0,2}(?:resol|clos|fix)\w*", re.IGNORECASE)
_NEXT = re.compile(
    r"\b(?:next update|write again|hear (?:from us )?again|update you)\b[\W_]*(?:in\b)?", re.IGNORECASE
)
_PROVIDED = re.compile(r"\s*(?:only )?(?:if|when|unless)\b", re.IGNORECASE)
_OFTEN = re.compile(r"\b(?:often|frequency|cadence|interval|every)\b", re.IGNORECASE)
_LATEST = re.compile(
    r"\b(?:within|in under|in|under|no later than|at most|inside)\s+(?:the (?:first |next )?)?[<~]?\s*$|[<≤]\s*$"
)
_OUTLET = re.compile(
    r"#[A-Za-z][\w-]*|\bstatus[ -]?page\b|\bstatus\.[\w.-]+\w|\be-?mails?\b|\bslack\b|\bteams channel\b|\bSMS\b",
    re.IGNORECASE,
)


def read_promises(found: Sequence[Statement], templates: Sequence[Template], scale: Scale) -> tuple[Promise, ...]:
    """Every promise of a playbook, each once, at the line that says it first."""
    read = [p for s in found if s.ground in ("policy", "after") for p in _of_statement(s, scale)]
    outside = _severities_outside(read)
    read += [p for t in templates for p in _of_template(t, outside)]
    kept: dict[object, Promise] = {}
    for promise in read:
        kept.setdefault(_sense(promise), promise)
    return tuple(kept.values())


def _severities_outside(read: Sequence[Promise]) -> tuple[str, ...]:
    """The severities at which somebody outside is told at all, where the playbook names them."""
    told = [p for p in read if p.audience in OUTSIDE and p.bound == "must" and p.moments != ("after",)]
    return tuple(dict.fromkeys(s for p in told for s in p.severities))


def _sense(promise: Promise) -> object:
    """What a promise says, wherever it stands."""
    clocks = tuple(c and (c.seconds, c.business) for c in (promise.first, promise.every))
    return (
        promise.audience,
        promise.bound,
        promise.severities,
        clocks,
        promise.moments,
        promise.condition,
        promise.approval,
    )


def _of_statement(statement: Statement, scale: Scale) -> Iterator[Promise]:
    if not _is_telling(statement):
        return
    labelled = _labelled(statement)
    carried = labelled in ("first", "every", "update")
    pieces = list(_thoughts(statement.text))
    found: list[Promise] = []
    for clause, following in zip(pieces, [*pieces[1:], ""], strict=False):
        provided = following.strip() if _PROVIDED.match(following) else ""
        read = _of_clause(clause, statement, scale, carried=carried)
        found += [replace(p, condition=p.condition or provided) for p in read]
    yield from found
    if labelled in ("", "told") or (labelled == "update" and not found):
        yield from _of_label(statement, scale, {p.audience for p in found})


def _labelled(statement: Statement) -> str:
    """What a label makes of the words after it: first word, rhythm, update; `told` when it tells itself."""
    if not statement.label or part_of(statement.label) == "escalation":
        return ""
    part = part_of(statement.label)
    if _VERBAL.match(statement.label):
        return "told"
    if _THEN.search(statement.label):
        return "every"
    if part == "first update" or _FIRST.search(statement.label):
        return "first"
    told = part == "update" or _TELLS.search(statement.label)
    return "update" if told or (part is None and audiences_of(statement.label)) else ""


def _of_label(statement: Statement, scale: Scale, told: set[Audience]) -> Iterator[Promise]:
    """A label that says to tell somebody: `Notify stakeholders: …`, `Resolution notification: …`."""
    if not _TELLS.search(statement.label) or _CONTAINS.search(statement.label):
        return
    for audience in _audiences(statement.label, statement):
        if audience not in told:
            yield Promise(
                audience=audience,
                bound="must",
                why=statement.line.at(statement.label),
                severities=statement.severities(scale),
                moments=_moments(statement.whole),
                condition=_condition_above(statement),
            )


def _is_telling(statement: Statement) -> bool:
    """Whether a statement is about telling people how things stand, not about bringing them in."""
    if statement.heading or any(_ROLES.search(t) for t in statement.titles):
        return False
    if (
        part_of(statement.label or "-") in ("escalation", "ack")
        or any(_ASIDE.match(t.strip(": ")) for t in (statement.label, *statement.titles[-1:]))
        or _CONTAINS.search(statement.label)
    ):
        return False
    if _labelled(statement) in ("first", "every", "update"):
        return True
    if not _TELLS.search(statement.whole) or _ANSWERS.search(statement.whole):
        return False
    called = [t for t in statement.titles if ESCALATION_TOPIC.search(t) or ONCALL_TOPIC.search(t)]
    if called or statement.ground == "after":
        return any(a in OUTSIDE for a in audiences_of(statement.whole))
    return True


def _thoughts(text: str) -> Iterator[str]:
    """The clauses of a statement; those that list moments (`at start and resolution`) stay whole."""
    if len(_moments(text)) > 1 and not duration.amounts(text):
        yield text
    else:
        yield from clauses(text)


def _of_clause(clause: str, statement: Statement, scale: Scale, *, carried: bool) -> Iterator[Promise]:
    every, first = _clocks(clause, statement)
    tells, inward = bool(_TELLS.search(clause)), bool(_INWARD_ONLY.search(clause))
    followed = every is not None and _TELLS.search(statement.whole) is not None
    if not (
        tells
        or inward
        or followed
        or (carried and (every or first or _moments(clause) or _bound(clause) != "must"))
    ):
        return
    if _CONTAINS.search(clause):
        return
    unclear = _OBJECT.search(clause) if not (every or first) else None
    if (unclear or (_NO_WORD.search(clause) and not (every or first))) and not audiences_of(clause):
        return
    promise = Promise(
        audience="everyone",
        bound=_bound(clause),
        why=statement.line.at(clause),
        severities=statement.severities(scale, clause),
        first=first,
        every=every,
        moments=() if every or first else _moments(f"{statement.label}: {clause}"),
        condition=condition_of(clause) or _condition_above(statement),
        outlet=_outlet(clause) or _outlet(statement.label),
        approval=needs_approval(clause),
        approver=approvers(clause),
    )
    if _INWARD_ONLY.search(clause):
        yield replace(promise, audience="external", bound="never", moments=(), outlet="", first=None, every=None)
        return
    for audience in _audiences(clause, statement):
        yield replace(_settled(promise, clause), audience=audience)


def _settled(promise: Promise, clause: str) -> Promise:
    """A promise whose consent lifts the ban: `do not tell anybody without approval` allows it afterwards."""
    if promise.approval and promise.bound == "never":
        return replace(promise, bound="may", moments=())
    return promise


def _bound(clause: str) -> Bound:
    if _NOT_NEEDED.search(clause) or _MAY.search(clause):
        return "may"
    return "never" if _NEVER.search(_UNTIL.sub("", clause)) else "must"


def _audiences(clause: str, statement: Statement) -> tuple[Audience, ...]:
    """For whom a clause is: by its own words, else its label's, else by the nearest heading that says so."""
    above = (t for t in reversed(statement.titles) if UPDATE_TOPIC.search(t) or len(t.split()) <= 2)
    for words in (clause, statement.label, statement.text, *above):
        if found := audiences_of(words):
            return found
    return ("everyone",) if _labelled(statement) in ("first", "every", "update") or _topical(statement) else ()


def _topical(statement: Statement) -> bool:
    return any(UPDATE_TOPIC.search(t) for t in statement.titles)


def _condition_above(statement: Statement) -> str:
    """A condition in the label; what stands in a security section holds in a security incident."""
    about = any(SECURITY.search(t) for t in statement.titles)
    return condition_of(statement.label) or ("in a security incident" if about else "")


def _clocks(clause: str, statement: Statement) -> tuple[Clock | None, Clock | None]:
    """The cadence and the time of the first word that a clause states."""
    period = duration.period(clause)
    if period and period.seconds:
        return _clock(period, clause, statement), None
    amount = duration.read(clause, duration.unit_of(statement.label))
    if not amount:
        return None, None
    labelled = _labelled(statement)
    if labelled == "every" or (
        labelled == "update" and _OFTEN.search(statement.label) and not _LATEST.search(clause[: amount.start])
    ):
        return (_clock(amount, clause, statement) if amount.seconds else None), None
    if labelled == "first" or _LATEST.search(clause[: amount.start]) or amount.seconds == 0:
        return None, _clock(amount, clause, statement)
    return None, None


def _clock(amount: Amount, clause: str, statement: Statement) -> Clock:
    return Clock(amount.seconds, statement.line.at(clause), amount.business)


def _moments(text: str) -> tuple[Moment, ...]:
    return tuple(moment for moment, pattern in _MOMENTS if pattern.search(_UNTIL.sub("", text)))


def _outlet(text: str) -> str:
    found = _OUTLET.search(text)
    return found[0] if found else ""


def _of_template(template: Template, outside: tuple[str, ...]) -> Iterator[Promise]:
    """What a template promises its readers: `updates every 30 minutes`, `next update: in 30 minutes`."""
    if template.purpose in ("review", "hand-off"):
        return
    for offset, row in enumerate(template.text.split("\n")):
        if not _TELLS.search(row) or len(row) > 400:
            continue
        asked = _NEXT.search(row)
        rest = row[asked.end() :] if asked else ""
        amount = duration.period(row) or (duration.read(rest) if rest else None)
        if amount and amount.seconds:
            number = template.rows[offset]
            why = make_line(template.why.file, row.strip(), number, row).at(row.strip())
            yield Promise(
                audience=template.audience,
                bound="must",
                why=why,
                severities=template.severities or (outside if template.audience in OUTSIDE else ()),
                every=Clock(amount.seconds, why, amount.business),
            )
