"""What `up` says of a playbook when it starts: what it understood, what it did not."""

from collections.abc import Iterator, Sequence
from datetime import date

from sirenbook.engine.policies.begin import Begun
from sirenbook.engine.policies.plan_words import short
from sirenbook.engine.policies.reading import Loaded, inspect
from sirenbook.incident.timeline import span
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Level, Policy, Severity

MOST_SHOWN = 8
_ORDER = {"error": 0, "warning": 1, "note": 2}


def briefing(loaded: Loaded, today: date) -> Iterator[str]:
    """The lines of the welcome."""
    policy = loaded.policy
    yield f"Read {', '.join(policy.files)}: {policy.title}"
    yield ""
    yield "Understood"
    for severity in policy.severities:
        yield from _severity(policy, severity)
    yield from _findings(loaded.diagnostics)
    yield from _looked_over(loaded, today)
    unanswered = [q for q in policy.questions if not q.answered]
    if unanswered:
        yield ""
        yield f"Open questions: {len(unanswered)}, each with a default in force (sirenbook explain --questions)"


def _looked_over(loaded: Loaded, today: date) -> Iterator[str]:
    """How much more there is to say of the playbook than what keeps pages from flowing, in one line."""
    more = [d for d in inspect(loaded, today) if d not in loaded.diagnostics and d.grade != "note"]
    if more:
        count = "1 finding" if len(more) == 1 else f"{len(more)} findings"
        yield ""
        yield f"Looked over: {count} more, from line {more[0].at.line} on (sirenbook lint PLAYBOOK)"


def news(begun: Begun) -> Iterator[str]:
    """What `up` changed on a home that ran another playbook, or why it did not."""
    if begun.kept:
        yield ""
        yield f"Not put in force: {begun.kept}"
        yield "To put it in force all the same: sirenbook apply PLAYBOOK.md"
    elif begun.plan is not None:
        yield ""
        yield f"Version {begun.number} of the playbook is in force. It changes"
        yield from (f"  {line}" for line in short(begun.plan))
        if begun.plan.incidents:
            count = len(begun.plan.incidents)
            keeps = "1 open incident keeps" if count == 1 else f"{count} open incidents keep"
            yield f"  {keeps} the playbook they opened under." if count > 1 else f"  {keeps} its own."


def _severity(policy: Policy, severity: Severity) -> Iterator[str]:
    clocks = [
        f"{word} {span(clock.seconds)}{' of business hours' if clock.business else ''} (:{clock.why.line})"
        for word, clock in (
            ("respond in", severity.response),
            ("resolve in", severity.resolution),
            ("update every", severity.update),
        )
        if clock is not None
    ]
    yield f"  {severity.full_name}: {', '.join(clocks) or 'no clocks stated'}"
    for level in policy.levels_of(severity.name):
        if level.after is not None:
            yield f"      {_when(level):<26} {level.manner} {', '.join(level.who)}  {_place(level)}"


def _when(level: Level) -> str:
    if not level.after:
        return "at once"
    return f"not {level.until} in {span(level.after)}"


def _place(level: Level) -> str:
    return f"(:{level.why.line})" if level.why.stated else "(default)"


def _findings(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    worth_showing = sorted((d for d in diagnostics if d.grade != "note"), key=lambda d: _ORDER[d.grade])
    if not worth_showing:
        return
    yield ""
    yield "Not understood, or not bound"
    for each in worth_showing[:MOST_SHOWN]:
        place = f"{each.at.file}:{each.at.line}" if each.at.line else each.at.file
        yield f"  {each.grade} {each.code} {place}: {each.text}"
        yield f"      {each.help}"
    if len(worth_showing) > MOST_SHOWN:
        yield f"  … and {len(worth_showing) - MOST_SHOWN} more: sirenbook explain PLAYBOOK"
