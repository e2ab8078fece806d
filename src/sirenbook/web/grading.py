"""Which severity a declared incident has: the one that is named, or the one whose criteria are met."""

from collections.abc import Mapping

from msgspec import Struct

from sirenbook.incident.criteria import Evidence, stated
from sirenbook.incident.severity import Choice, by_hand
from sirenbook.model.criteria import Unit
from sirenbook.model.policy import Policy
from sirenbook.web.faults import Fault

MOST_MEASURES = 12
LONGEST_FACT = 200
_EXAMPLES: dict[Unit, str] = {"percent": "12%", "seconds": "2s", "times": "3x", "": "300"}


class Measure(Struct, frozen=True):
    """Something that the playbook's criteria compare, and how a value of it is written."""

    name: str
    example: str


def measures(policy: Policy) -> list[Measure]:
    """What the criteria of a playbook compare, the gravest severity's first, each once."""
    found: dict[str, Measure] = {}
    for severity in policy.severities:
        for criterion in severity.criteria:
            for each in criterion.conditions:
                found.setdefault(each.measure, Measure(each.measure, _EXAMPLES[each.unit]))
    return list(found.values())[:MOST_MEASURES]


def grade(policy: Policy, asked: str, facts: Mapping[str, str], *texts: str) -> Choice:
    """The severity that is asked for, or the one whose criteria are met by facts and texts. Raises Fault 422."""
    asked = asked.strip()
    if not asked and not facts:
        raise Fault(
            422, "invalid", "`severity` is missing", "give one, or `facts`, or ? to let the criteria choose"
        )
    if facts and asked not in ("", "?"):
        raise Fault(
            422, "invalid", "give either `severity` or `facts`", "facts choose the severity by the playbook"
        )
    try:
        return by_hand(policy, asked, stated(facts, *texts))
    except KeyError:
        names = ", ".join(s.name for s in policy.severities)
        raise Fault(422, "invalid", f"the playbook has no severity {asked!r}", f"it has {names}") from None


def evidence_words(each: Evidence) -> str:
    """What meets a criterion, or may, in words."""
    missing = f": {each.missing}" if each.missing else ""
    return f"{' and '.join(each.said)} {'meets' if each.sure else 'may meet'} “{each.criterion.why.quote}”{missing}"
