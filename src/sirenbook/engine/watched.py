"""Which checks there are: those of sirenbook.toml, and the health commands of the playbook itself."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.policies.books import Books
from sirenbook.engine.steps.ground import RUNNER, OwnGround
from sirenbook.executors import Executor
from sirenbook.model.check import Check, Command, Stated
from sirenbook.model.judgement import WITHHELD, Judgement, Plan
from sirenbook.model.provenance import Provenance

_SPEAKING = {
    "curl": ("-f", "--fail", "--fail-with-body"),
    "pg_isready": (),
    "redis-cli": (),
}
"""Programs that say by how they end whether all is well, and the options with one of which they do."""
_TURN_ON = "write [checks.stated] with playbook = true to have it watched"


class Watched(Struct, frozen=True):
    """A check, and why it is not looked at, where it is not."""

    check: Check
    hindrance: str = ""


def watched(books: Books) -> list[Watched]:
    """Every check by the playbook and bindings in force, in their order."""
    checks = books.bindings.checks
    own = [_own(books, c) for c in checks.values() if not isinstance(c.probe, Stated)]
    names = {w.check.name for w in own}
    return [*own, *(w for w in _stated(books, checks) if w.check.name not in names)]


def _own(books: Books, check: Check) -> Watched:
    if not isinstance(check.probe, Command):
        return Watched(check)
    return Watched(check, _hindrance(books, judged(books, check.probe.text)))


def _stated(books: Books, checks: Mapping[str, Check]) -> Iterator[Watched]:
    """The playbook's own: looked at where that is asked for, and where their end says whether all is well."""
    pattern = next((c for c in checks.values() if isinstance(c.probe, Stated)), None)
    for probe in books.policy.readiness.probes:
        check = Check(name=probe.text[:80], probe=Command(probe.text), why=probe.why)
        if pattern is None:
            yield Watched(check, _TURN_ON)
            continue
        check = replace(pattern, name=check.name, probe=check.probe, why=probe.why)
        judgement = judged(books, probe.text)
        yield Watched(check, _hindrance(books, judgement) or _silent(books, judgement))


def judged(books: Books, text: str) -> Judgement:
    """What a command would do, by the judge of steps."""
    from sirenbook.model.procedure import RunbookStep

    return books.ground.judge(RunbookStep(text, "shell", Provenance("", 0, "")), {})


def _hindrance(books: Books, judgement: Judgement) -> str:
    """Why a command is not run as a check; empty where it may be."""
    flags = WITHHELD & set(judgement.flags)
    if judgement.risk != "reads" or flags or judgement.run is None:
        return f"it is not known only to read: {'; '.join(judgement.reasons) or ', '.join(sorted(flags))}"
    if judgement.parameters:
        return f"{judgement.parameters[0].spelling} stands for something; write the command with it filled in"
    place = books.ground.place(judgement)
    if place is None:
        return "nothing is bound to run it; see [executors.…]"
    return "a runner elsewhere has its tool, and checks are run by the server" if place.executor == RUNNER else ""


def _silent(books: Books, judgement: Judgement) -> str:
    """Why the end of a command would not say whether all is well."""
    plan, place = judgement.run, books.ground.place(judgement)
    if place is not None and place.executor == "http":
        return ""
    return "" if plan is not None and _speaks(plan) else "how it ends does not say whether all is well"


def _speaks(plan: Plan) -> bool:
    stages = list(plan.stages())
    words = [w.spelled for w in stages[0].words] if len(stages) == 1 else []
    options = _SPEAKING.get(words[0]) if words else None
    return options is not None and (not options or any(_among(w, options) for w in words))


def _among(word: str, options: tuple[str, ...]) -> bool:
    """Whether a word is one of these options, also among short ones written together, such as `-fsS`."""
    together = word[:1] == "-" and word[:2] != "--" and word[1:].isalpha() and "f" in word
    return word in options or (together and "-f" in options)


def executor_of(books: Books, judgement: Judgement) -> Executor | None:
    """Which executor takes a command here."""
    ground, place = books.ground, books.ground.place(judgement)
    return ground.executors.get(place.executor) if isinstance(ground, OwnGround) and place is not None else None
