"""Everything that is to be said of one command, each with its place and its mend."""

from collections.abc import Callable, Iterable, Iterator

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.safety.checks.asking import check_curl
from sirenbook.playbook.safety.checks.look import ALONE, Around, Finding, Look
from sirenbook.playbook.safety.checks.pods import check_kubectl
from sirenbook.playbook.safety.checks.promql import check_promql
from sirenbook.playbook.safety.checks.running import check_running
from sirenbook.playbook.safety.checks.steps import check_step


def _check_sql(look: Look) -> Iterable[Finding]:
    """The findings about SQL; its grammar takes longer to load than a playbook without any takes to check."""
    if not (look.sql or any(look.of("psql"))):
        return ()
    from sirenbook.playbook.safety.checks.queries import check_sql

    return check_sql(look)


_CHECKS: tuple[Callable[[Look], Iterable[Finding]], ...] = (
    check_running,
    check_kubectl,
    _check_sql,
    check_curl,
    check_step,
)
LONGEST = 20_000


def findings(text: str, language: str, where: Provenance, around: Around = ALONE) -> tuple[Diagnostic, ...]:
    """The findings of one command, the gravest first; none of a text that is too long to be one."""
    if len(text) > LONGEST:
        return ()
    found = dict.fromkeys(_found(text, language, around))
    ordered = sorted(found, key=lambda f: (("error", "warning", "note").index(f.grade), f.code))
    return tuple(f.at(where) for f in ordered)


def _found(text: str, language: str, around: Around) -> Iterator[Finding]:
    if language == "query":
        yield from check_promql(text)
        return
    look = Look(text, language, around)
    for check in _CHECKS:
        yield from check(look)
