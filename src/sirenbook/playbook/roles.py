"""Reads the roles of an incident and of on-call duty: what each is there for, when it is given, who has it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Contact, Template
from sirenbook.model.promise import Appointment, Duty, Role, RoleKind
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.clauses import clauses
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.statements import Statement
from sirenbook.playbook.text.document import plain

_KINDS: tuple[tuple[RoleKind, str], ...] = (
    ("security lead", r"security (?:team )?(?:lead|officer|manager)|ciso|privacy officer"),
    (
        "commander",
        r"incident (?:commander|manager|lead|leader|coordinator|owner)|commander|\bic\b|^(?:the )?(?:lead"
        r"|captain|coordinator|person in charge)$",
    ),
    (
        "communications",
        r"communications?(?: lead| manager| officer| liaison)?$|comms(?: lead| manager)?|customer liaison"
        r"|spokesperson",
    ),
    ("support", r"(?:customer )?support (?:lead|liaison)|customer (?:liaison|advocate)"),
    ("scribe", r"scribe|note[- ]?taker|recorder|documentarian|chronicler"),
    ("technical lead", r"(?:technical|tech|operations|ops|engineering) lead|subject[- ]matter expert|\bsme\b"),
    ("responsible", r"directly responsible individual|\bdri\b|responsible engineer"),
    ("primary", r"primary(?: on[- ]?call)?(?: engineer| responder)?$|first responder|primary responder"),
    ("secondary", r"(?:secondary|back-?up)(?: on[- ]?call)?(?: engineer| responder)?$"),
    ("responder", r"(?:incident )?responders?$|on[- ]?call(?: engineer)?$"),
)
_TOPIC = re.compile(
    r"\broles?\b|\bjobs\b|\bhats\b|responsibilit|\bwho does what\b|\bincident (?:team|response team)\b"
    r"|command structure"
)
_DUTIES = re.compile(r"^(?:key |main |primary )?(?:responsibilit\w+|dut(?:y|ies)|tasks?|expectations?|role)$")
_OTHER = re.compile(
    r"tools?|access|required|equipment|skills|requirements|training|contacts?|schedule|rotation|hand-?off"
)
_NAME_COLUMN = re.compile(r"\brole|\bposition|\bfunction|\bwho\b|\btitle")
_DUTY_COLUMN = re.compile(r"responsib|dut(?:y|ies)|task|does|description|purpose|focus|owns")
_ASSIGN = re.compile(
    r"\b(?:assign|appoint|designat|nominat|activat|name)(?:s|e|ed|es|ate|ated)?\b|\btakes? (?:the "
    r"|on (?:the )?)?role"
    r"|\bbecomes?\b|\bacts? as\b|\bassumes?\b|\bis (?:the )?(?=incident commander)|\bpage\b[^,;.]*\+",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^\W*(?P<role>[A-Z][\w /-]{1,40}?)\s*:\s*@?[\[{<@]", re.MULTILINE)
_NAMED = re.compile(
    r"\b(?:incident commander|incident manager|incident lead|technical lead|tech lead|communications? lead"
    r"|comms lead"
    r"|scribe|customer liaison)\b",
    re.IGNORECASE,
)
_NAMED_SO = re.compile(r"[A-Z][\w&/'-]*(?: [\w&/'-]+){0,3}")
_ROLES = re.compile(r"\broles?\b|\bjobs\b|\bhats\b|\bwho does what\b")
_GIVEN_COLUMN = re.compile(
    r"\b(?:named|assigned|appointed|chosen|nominated) by|\bwho (?:assigns|names)|\bdefault\b|\bwhen\b"
)
_BY_COLUMN = re.compile(r"\bby\b|\bwho (?:assigns|names)")
_BY = re.compile(
    r"\b(?:appoints|names|assigns|nominates|designates|chooses|picks)\b"
    r"|\b(?:appointed|named|assigned|nominated|designated|chosen|picked) by\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\bwhoever (?:first )?(?:answer|acknowledg|respond|is paged|picks|takes|gets|arrives|opens|declares)"
    r"|\bfirst (?:responder|engineer|person|one)\b[^.;]{0,40}\b(?:is|becomes|acts|takes|serves|assumes)\b"
    r"|\b(?:is|by default|goes to)\b[^.;]{0,20}\bfirst (?:responder|engineer|person)\b|\bit may be you\b",
    re.IGNORECASE,
)
_ON_DUTY = (
    r"(?P<who>(?:primary|secondary|back-?up)(?: on[- ]?call)?(?: engineer)?"
    r"|on[- ]?call(?: engineer| lead| manager)?|team lead|engineering manager|duty manager|service desk)"
)
_HAS_IT = re.compile(rf"\b(?:the )?{_ON_DUTY}\s+(?:is|becomes|acts as|serves as|takes|assumes)\b", re.IGNORECASE)
_IT_IS = re.compile(
    rf"\W*(?:is |by default )?(?:the )?{_ON_DUTY}(?:,? (?:by default|unless|until)\b.*)?\W*$", re.IGNORECASE
)
_IS_WHOEVER = re.compile(r"is whoever\b|whoever\b|by default\b", re.IGNORECASE)


@dataclass(slots=True)
class _Found:
    """A role while its parts are gathered from all over the playbook; `rank` tells how good its best place is."""

    name: str
    kind: RoleKind
    why: Provenance
    rank: int
    duties: list[Duty] = field(default_factory=list)
    assigned: list[Provenance] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    holders: tuple[str, ...] = ()

    def finish(self) -> Role:
        """The role as the policy keeps it."""
        given, lines = tuple(self.appointments), tuple(self.assigned)
        return Role(self.name, self.kind, self.why, tuple(self.duties), lines, self.holders, given)


def kind_of(name: str) -> RoleKind:
    """What a role's name means, whatever the house calls it; `other` where its words are not known."""
    words = plain(re.sub(r"\([^)]*\)", "", name)).strip(" :*")
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words)), "other")


def read_roles(
    found: Sequence[Statement], contacts: Sequence[Contact], templates: Sequence[Template], scale: Scale
) -> tuple[Role, ...]:
    """Every role of a playbook, with what is said of it anywhere."""
    roles: dict[str, _Found] = {}
    for statement in found:
        if statement.ground == "policy":
            _define(roles, statement, scale)
    for statement in found:
        if statement.ground in ("policy", "runbook"):
            _assign(roles, statement, scale)
    for template in templates:
        _in_template(roles, template)
    for contact in contacts:
        _hold(roles, contact)
    return tuple(r.finish() for r in roles.values())


def _take(roles: dict[str, _Found], name: str, why: Provenance, rank: int) -> _Found:
    """The role of this name, or of this kind under a better known name."""
    bare = re.sub(r"\s*\([^)]*\)", "", name).strip(" :*")
    kind = kind_of(bare)
    key = kind if kind != "other" else plain(bare)
    role = roles.setdefault(key, _Found(bare, kind, why, rank))
    if rank < role.rank:
        role.name, role.why, role.rank = bare, why, rank
    return role


def _define(roles: dict[str, _Found], statement: Statement, scale: Scale) -> None:
    """Take a role from where it is defined: a heading, a label in a list, a table's row, with its duties."""
    if statement.row:
        _in_table(roles, statement, scale)
    elif statement.heading:
        if any(_TOPIC.search(t) for t in statement.titles) and _is_role(statement.text, statement):
            _take(roles, statement.text, statement.line.at(), 0)
    elif any(_TOPIC.search(t) for t in statement.titles) and _is_role(statement.label, statement):
        _charge(_take(roles, statement.label, statement.line.at(), 0), statement, statement.text, scale)
    else:
        _beneath(roles, statement, scale)


def _is_role(name: str, statement: Statement) -> bool:
    """Whether a heading or label names a role: a known one, or any short name right under a heading of roles."""
    if kind_of(name) != "other":
        return bool(name) and len(name.split()) <= 6
    right_under = bool(statement.titles) and bool(_ROLES.search(statement.titles[-1]))
    return right_under and bool(_NAMED_SO.fullmatch(name.strip(": "))) and not _OTHER.search(plain(name))


def _in_table(roles: dict[str, _Found], statement: Statement, scale: Scale) -> None:
    """Take a cell of a table of roles: its name, its duties, or who names it."""
    topical = any(_TOPIC.search(t) for t in statement.titles)
    column = plain(statement.label)
    if not topical or statement.row == statement.text:
        if topical and _NAME_COLUMN.search(column):
            _take(roles, statement.text, statement.line.at(), 0)
        return
    role = next((r for r in roles.values() if r.name == statement.row.strip(" :*")), None)
    if role is not None and _GIVEN_COLUMN.search(column):
        role.assigned.append(statement.line.at())
        given = appointment(statement, statement.text, scale)
        named = bool(_BY_COLUMN.search(column))
        role.appointments.append(replace(given, by=given.by or (named and not given.first)))
    elif role is not None and _DUTY_COLUMN.search(column):
        for clause in clauses(statement.text):
            role.duties.extend(_duties(clause, statement))


def _beneath(roles: dict[str, _Found], statement: Statement, scale: Scale) -> None:
    """Take an item of the list under a role's heading, or under `Responsibilities` below it, as a duty."""
    titles = list(statement.titles)
    while titles and _DUTIES.match(titles[-1].strip(": ")):
        titles.pop()
    role = next((r for r in roles.values() if titles and plain(r.why.quote) == titles[-1]), None)
    if role is not None and role.rank == 0 and not _DUTIES.match(plain(statement.whole).strip(": ")):
        _charge(role, statement, statement.whole, scale)


def _charge(role: _Found, statement: Statement, text: str, scale: Scale) -> None:
    """Take a sentence of a role as who gives it, or as a duty."""
    if _ASSIGN.search(text) or _IS_WHOEVER.match(text) or _IT_IS.match(text):
        role.assigned.append(statement.line.at(text if text in statement.line.text else ""))
        role.appointments.append(appointment(statement, text, scale))
    else:
        role.duties.extend(_duties(text, statement))


def _duties(text: str, statement: Statement) -> Iterator[Duty]:
    if not text.strip():
        return
    amount = next((a for c in clauses(text) if (a := duration.read(c)) and a.seconds), None)
    why = statement.line.at(text) if text in statement.line.text else statement.line.at()
    within = Clock(amount.seconds, why, amount.business) if amount else None
    yield Duty(text, why, within)


def appointment(statement: Statement, text: str, scale: Scale) -> Appointment:
    """What a line that gives a role says: when, how soon, and to whom."""
    given = (c for c in clauses(text) if _ASSIGN.search(c) or _BY.search(c))
    amount = next((a for c in given if (a := duration.read(c)) and a.seconds), None)
    why = statement.line.at(text) if text in statement.line.text else statement.line.at()
    hit = None if _BY.search(text) else _HAS_IT.search(text) or _IT_IS.match(text)
    return Appointment(
        why=why,
        severities=statement.severities(scale, text),
        who=(hit["who"],) if hit else (),
        first=bool(_FIRST.search(text)) and not _BY.search(text),
        by=bool(_BY.search(text)),
        within=Clock(amount.seconds, why, amount.business) if amount else None,
    )


def _assign(roles: dict[str, _Found], statement: Statement, scale: Scale) -> None:
    """Take a sentence that gives somebody a role: `Assign Incident Commander role`."""
    for hit in _NAMED.finditer(statement.whole):
        known = kind_of(hit[0]) in roles
        if _ASSIGN.search(statement.whole) or re.search(
            r"\bassigned\b|\bpage to\b", statement.whole, re.IGNORECASE
        ):
            role = _take(roles, hit[0], statement.line.at(), 1)
            if statement.line.line not in {why.line for why in role.assigned}:
                role.assigned.append(statement.line.at())
                if statement.ground == "policy":
                    role.appointments.append(appointment(statement, statement.whole, scale))
        elif not known:
            _take(roles, hit[0], statement.line.at(hit[0]), 3)


def _in_template(roles: dict[str, _Found], template: Template) -> None:
    """Take the roles that a template has a field for."""
    for offset, row in enumerate(template.text.split("\n")):
        hit = _FIELD.match(row)
        if hit and kind_of(hit["role"]) != "other":
            why = Provenance(template.why.file, template.rows[offset], row.strip(), row.find(hit["role"]) + 1)
            _take(roles, hit["role"], why, 2)


def _hold(roles: dict[str, _Found], contact: Contact) -> None:
    """Take a contact's ways as those of whoever holds the role of that name."""
    role = roles.get(kind_of(contact.name))
    if role is None and kind_of(contact.name) in ("commander", "communications", "scribe", "technical lead"):
        role = _take(roles, contact.name, contact.why, 2)
    if role is not None and role.kind not in ("other", "primary", "secondary", "responder") and not role.holders:
        role.name = contact.name if role.name.islower() else role.name
        role.holders = (contact.name, *contact.ways)
