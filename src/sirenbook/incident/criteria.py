"""Which criteria of the playbook an alert meets: by figures it states and words it says, each with its evidence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from sirenbook.model.criteria import Bounds, Condition, Criterion, Unit
from sirenbook.model.measures import conditions, same, words_of
from sirenbook.model.policy import Policy

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IGNORED = frozenset(("alert", "the", "a", "an", "is", "are", "of", "for", "all", "and", "or"))
_SENTENCE = re.compile(r"[.;!?](?:\s|$)|\n")
_DENIED = re.compile(r"\b(?:no|not|non|never|without|prevent\w*|avoid\w*|zero|isn't|aren't|if)\b", re.IGNORECASE)
_BASELINE = re.compile(r"^(?:normal|baseline|usual|typical|expected|average)[ _-]+", re.IGNORECASE)
_VAGUE = re.compile(r"^(?:(?:too|high|low|many|slow|excessive|elevated|increased|critical|warning) )+")
_VALUE = re.compile(r"(?:current[_ ]?)?value", re.IGNORECASE)
_LONGEST = 2000
_MOST_TEXTS = 20


class Fact(Struct, frozen=True):
    """Something measured that an alert states: the condition that it fulfils, and where it says so."""

    condition: Condition
    said: str


class Observed(Struct, frozen=True):
    """All that an alert or a person states: its name, figures, and sentences."""

    name: str = ""
    facts: tuple[Fact, ...] = ()
    sentences: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Evidence(Struct, frozen=True):
    """A criterion of a severity and what meets it; `sure` is False where the alert leaves something open."""

    severity: str
    rank: int
    criterion: Criterion
    said: tuple[str, ...]
    sure: bool = True
    missing: str = ""


def observe(labels: Mapping[str, str], annotations: Mapping[str, str]) -> Observed:
    """What an alert states by its labels and annotations."""
    name = labels.get("alertname", "")
    texts = [v[:_LONGEST] for v in annotations.values()][:_MOST_TEXTS]
    sentences = tuple(p.strip() for text in texts for p in _SENTENCE.split(text) if p.strip())
    told = [*_of_sentences(sentences), *_of_named(name, labels, annotations)]
    return Observed(name, tuple(_with_multiples(told)), sentences)


def stated(given: Mapping[str, str], *texts: str) -> Observed:
    """What a person states: `error_rate=12%`, `users=300`, and sentences; what is no figure is taken as words."""
    sentences = [p.strip() for text in texts for p in _SENTENCE.split(text[:_LONGEST]) if p.strip()]
    facts = list(_of_sentences(sentences))
    unread: list[str] = []
    for name, value in given.items():
        found = list(_named(name, value))
        facts += found
        if not found and re.search(r"\d", value):
            unread.append(f"{name}={value}")
        elif not found:
            sentences.append(f"{words_of(name)} {value}")
    return Observed("", tuple(_with_multiples(facts)), tuple(sentences), tuple(unread))


def weigh(policy: Policy, observed: Observed) -> tuple[Evidence, ...]:
    """Every criterion that is met, or may be, the gravest severity first."""
    found = [
        evidence
        for severity in policy.severities
        for criterion in severity.criteria
        if (evidence := _met(severity.name, severity.rank, criterion, observed))
    ]
    return tuple(sorted(found, key=lambda e: (e.rank, not e.sure)))


def idle(policy: Policy, observed: Observed) -> tuple[Fact, ...]:
    """The facts that no criterion of the playbook is about."""
    wanted = [c for s in policy.severities for criterion in s.criteria for c in criterion.conditions]
    return tuple(f for f in observed.facts if not any(_speaks_of(f.condition, c) for c in wanted))


def units(policy: Policy, fact: Fact) -> tuple[Unit, ...]:
    """The units in which the playbook's criteria give the measure of a fact, where they differ from its own."""
    wanted = (c for s in policy.severities for criterion in s.criteria for c in criterion.conditions)
    measured = [c.unit for c in wanted if same(c.measure, fact.condition.measure) and c.unit != fact.condition.unit]
    return tuple(dict.fromkeys(measured))


def _of_sentences(sentences: Iterable[str]) -> Iterator[Fact]:
    for sentence in sentences:
        if any(c.isdigit() for c in sentence):
            yield from (Fact(r.condition, f"“{sentence[:200]}”") for r in conditions(sentence, stated=True))


def _of_named(name: str, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Iterator[Fact]:
    """Figures under a name of their own; a bare `value` is that of what the alert is named after."""
    for key, value in (*labels.items(), *annotations.items()):
        if value[:1].isdigit() or value[:1] in "<>≥≤":
            measure = _VAGUE.sub("", words_of(name)) if _VALUE.fullmatch(key) else key
            yield from _named(measure, value)


def _named(name: str, value: str) -> Iterator[Fact]:
    measure = words_of(name)
    if not measure or len(value) > 200:
        return
    sign = "" if value.strip()[:1] in "<>≥≤" else "="
    for reading in conditions(f"{measure} {sign} {value}", stated=True)[:1]:
        yield Fact(reading.condition, f"{name} {sign or ''}{' ' if sign else ''}{value}")


def _with_multiples(facts: list[Fact]) -> Iterator[Fact]:
    """The facts, and how many times the normal value one is where the normal value is told too."""
    usual = {_BASELINE.sub("", f.condition.measure): f for f in facts if _BASELINE.match(f.condition.measure)}
    for fact in facts:
        yield fact
        normal = usual.get(fact.condition.measure)
        value, base = fact.condition.bounds.point, normal.condition.bounds.point if normal else None
        if normal and value is not None and base and normal.condition.unit == fact.condition.unit:
            times = Condition(
                fact.condition.measure, Bounds(value / base, value / base), "times", fact.condition.lasting
            )
            yield Fact(times, f"{fact.said}, {normal.said}")


def _met(severity: str, rank: int, criterion: Criterion, observed: Observed) -> Evidence | None:
    """Whether a criterion is met: all of its conditions by facts, its words by what is said."""
    sure, said, missing = True, [], ""
    for condition in criterion.conditions:
        fits = [f for f in observed.facts if _speaks_of(f.condition, condition)]
        if not fits:
            return None
        best = max(fits, key=lambda f: _certainty(condition, f.condition))
        certainty = _certainty(condition, best.condition)
        if not certainty:
            return None
        said.append(best.said)
        if certainty == 1:
            sure, missing = False, f"“{condition}” is not certain from it"
    if criterion.words:
        heard = _heard(criterion.words, observed, alone=not criterion.conditions)
        if heard is None and not criterion.conditions:
            return None
        if heard is None:
            sure, missing = False, f"nothing says “{criterion.words}”"
        else:
            said.append(heard)
    return Evidence(severity, rank, criterion, tuple(said), sure, missing)


def _speaks_of(fact: Condition, wanted: Condition) -> bool:
    return fact.unit == wanted.unit and same(wanted.measure, fact.measure) and not _BASELINE.match(fact.measure)


def _certainty(wanted: Condition, fact: Condition) -> int:
    """2 where a fact fulfils a condition, 1 where it may, 0 where it does not."""
    if not wanted.bounds.meet(fact.bounds):
        return 0
    if wanted.lasting and fact.lasting is not None and fact.lasting < wanted.lasting:
        return 0
    lasts = not wanted.lasting or fact.lasting is not None
    return 2 if wanted.bounds.hold(fact.bounds) and lasts else 1


def _heard(words: str, observed: Observed, *, alone: bool) -> str | None:
    """What says some words: the alert's name within them, or a sentence that has them all and denies none."""
    wanted = stems(words)
    named = stems(observed.name)
    if alone and len(named) >= 2 and named <= wanted:
        return f"the name {observed.name}"
    if len(wanted) < 2 and alone:
        return None
    for sentence in (*observed.sentences, words_of(observed.name)):
        if wanted and wanted <= stems(sentence) and not _DENIED.search(sentence):
            return f"“{sentence[:200]}”"
    return None


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The words of a name or phrase, in lower case and without plural endings, for comparison."""
    words = (w.lower() for w in _WORD.findall(text))
    return frozenset(w.removesuffix("s") for w in words if w not in _IGNORED)
