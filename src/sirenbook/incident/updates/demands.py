"""What a message must contain by the playbook's word: what is known of it, what is said, and what is missing."""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from sirenbook.incident.context import Context
from sirenbook.incident.timeline import phase
from sirenbook.incident.updates.promises import told_as
from sirenbook.model.command import Refused
from sirenbook.model.incident import Incident
from sirenbook.model.promise import OUTSIDE, Audience, Demand, Moment
from sirenbook.model.provenance import Provenance

LONGEST_FIELD = 2000
MOST_FIELDS = 30

Fields = Mapping[str, str]

_IDLE = re.compile(
    r"a|an|and|any|are|as|at|be|brief\w*|by|clear|current\w*|describ\w*|description|details?|do|does|for|full|how|in"
    r"|incident|information|is|it|list|measures?|names?|needed|of|on|or|our|s|short|steps?|summary|taken|that|the"
    r"|their|this|to|was|we|what|which|who|why|with|your"
)
_STEM = 6


class Field(Struct, frozen=True):
    """One thing that a message must contain, by this line; `value` is what is known of it, empty for nothing."""

    name: str
    why: Provenance
    value: str = ""


class Words(Struct, frozen=True):
    """A message with its fields written below it, and the fields that it still lacks."""

    text: str
    lacking: tuple[Field, ...] = ()


class Said(Struct, frozen=True):
    """What was said of the end, what the playbook demands and was not said, and why not."""

    fields: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    without: str = ""


def demanded(
    context: Context, incident: Incident, moment: Moment, audience: Audience | None = None
) -> tuple[Field, ...]:
    """The fields of a message at one moment, to one audience or, without it, to any; each once."""
    found: dict[str, Field] = {}
    for demand in context.policy.demands:
        if demand.moment == moment and _meant_for(context, demand, audience):
            for name in demand.fields:
                found.setdefault(_key(name), Field(name, demand.why, _known(incident, name, audience)))
    return tuple(found.values())


def _meant_for(context: Context, demand: Demand, audience: Audience | None) -> bool:
    if audience is None or demand.audience is None:
        return True
    return audience in (demand.audience, *told_as(demand.audience, context.policy))


def compose(wanted: tuple[Field, ...], text: str, given: Fields) -> Words:
    """The message with what was given and is known written below it, unless its own words say it already."""
    _bounded(given)
    rows = [text.strip()] if text.strip() else []
    lacking = []
    left = dict(given)
    for field in wanted:
        name = next((n for n in left if same(n, field.name)), None)
        value = " ".join(left.pop(name).split()) if name is not None else ""
        if value or (field.value and not says(text, field.name)):
            rows.append(f"{_label(field.name)}: {value or field.value}")
        elif not says(text, field.name):
            lacking.append(field)
    rows += [f"{_label(name)}: {' '.join(value.split())}" for name, value in left.items() if value.strip()]
    return Words("\n".join(rows), tuple(lacking))


def must_be_whole(words: Words, without: str) -> tuple[str, ...]:
    """Refuse a message that lacks something, unless somebody says why; the names of what it goes without."""
    if words.lacking and not without.strip():
        raise Refused(missing(words.lacking))
    return tuple(f.name for f in words.lacking)


def missing(lacking: tuple[Field, ...]) -> str:
    """What is missing and by which line, and how that is mended."""
    names, why = ", ".join(f.name for f in lacking), lacking[0].why
    return f"still to say: {names} ({why}: “{why.quote}”); give them as fields, or say why it goes without"


def same(one: str, other: str) -> bool:
    """Whether two names mean the same field: `cause` and `the root cause`, `why` and `why escalating`."""
    if _fold(one) == _fold(other) or _fold(other).startswith(f"{_fold(one)} "):
        return True
    mine, theirs = set(_stems(one)), set(_stems(other))
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def says(text: str, name: str) -> bool:
    """Whether a text speaks of a field, by its words or their stems; an empty label says nothing."""
    stems = _stems(name)
    if not stems:
        return False
    rows = [r for r in text.casefold().splitlines() if not re.fullmatch(r"[^:]{1,60}:\s*", r)]
    words = re.findall(r"[\w-]+", "\n".join(rows))
    if stems == ["link"]:
        return bool(re.search(r"https?://|\binc-\d+", "\n".join(rows)))
    return all(any(w == s if len(s) < 4 else w.startswith(s) for w in words) for s in stems)


def _known(incident: Incident, name: str, audience: Audience | None) -> str:
    """What the incident itself knows of a field. What was written for the house stays there."""
    stems = _stems(name)
    if stems == ["link"] and audience not in OUTSIDE:
        return incident.number
    if stems == ["severi"]:
        return incident.severity
    if "impact" in stems:
        return incident.impact
    if stems in (["status"], ["state"]):
        return incident.state or phase(incident)
    return "" if audience in OUTSIDE else _said(incident, name)


def _said(incident: Incident, name: str) -> str:
    return next((v for n, v in incident.said.items() if same(n, name)), "")


def _bounded(given: Fields) -> None:
    if len(given) > MOST_FIELDS or any(len(n) > 200 or len(v) > LONGEST_FIELD for n, v in given.items()):
        raise Refused(f"at most {MOST_FIELDS} fields of at most {LONGEST_FIELD} characters")


def _stems(name: str) -> list[str]:
    return [w[:_STEM] for w in _fold(name).split() if not _IDLE.fullmatch(w)]


def _key(name: str) -> str:
    return " ".join(_stems(name)) or _fold(name)


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()


def _label(name: str) -> str:
    return name[:1].upper() + name[1:]


def kept(before: Fields, given: Fields, wanted: tuple[Field, ...]) -> tuple[tuple[str, str], ...]:
    """What people said, by the playbook's names of the fields, the newest word on each."""

    def named() -> Iterator[tuple[str, str]]:
        for name, value in given.items():
            if value.strip():
                yield next((f.name for f in wanted if same(name, f.name)), name), " ".join(value.split())

    return tuple({**before, **dict(named())}.items())
