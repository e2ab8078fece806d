"""The findings that the reader makes, each with a stable code and the way to mend it."""

from collections.abc import Sequence

from sirenbook.model.clock import Clock
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Level
from sirenbook.model.provenance import Provenance, default
from sirenbook.playbook.language.duration import spoken


def no_severities(file: str) -> Diagnostic:
    """Nothing in the playbook says how bad incidents can be."""
    return Diagnostic(
        "SB101",
        "error",
        "No severities were found, so incidents cannot be graded.",
        "Add a table or headings that name them, such as `| Severity | Response Time |` with a row for each.",
        Provenance(file, 1, ""),
    )


def no_response(severity: str, why: Provenance) -> Diagnostic:
    """A severity has no response time."""
    return Diagnostic(
        "SB102",
        "warning",
        f"{severity} states no response time, so a late answer is not noticed.",
        "State it beside the severity, for instance `Response Time: 15 minutes`.",
        why,
    )


def unreadable(severity: str, what: str, why: Provenance) -> Diagnostic:
    """A value stands where a time should, and no single amount can be read from it."""
    return Diagnostic(
        "SB103",
        "warning",
        f"{severity}: “{why.quote}” is no amount of time that can be read as {what}.",
        "Write one amount, such as `30 minutes`, `4 business hours` or `every 2 hours`.",
        why,
    )


def mended(file: str, lines: Sequence[int], at: Provenance | None = None) -> Diagnostic:
    """The file was saved in one encoding and read in another."""
    shown = ", ".join(map(str, lines[:12])) + (" …" if len(lines) > 12 else "")
    return Diagnostic(
        "SB104",
        "note",
        f"Characters were saved in a wrong encoding; they are read as they were meant (lines {shown}).",
        "Let `sirenbook lint --fix` mend the file, or save it as UTF-8.",
        at or Provenance(file, lines[0], ""),
    )


def names_nobody(severity: str | None, why: Provenance) -> Diagnostic:
    """An escalation has a time and no name."""
    return Diagnostic(
        "SB105",
        "warning",
        f"{severity or 'An escalation'} escalates here without naming anybody.",
        "Name a role or person, for instance `escalate to the team lead`, or answer the question.",
        why,
    )


def contradiction(severity: str, what: str, held: Clock, rival: Clock) -> Diagnostic:
    """Two places state different amounts for the same clock."""
    return Diagnostic(
        "SB106",
        "warning",
        f"{severity}: the {what} is {spoken(held.seconds, held.business)} in {held.why} and "
        f"{spoken(rival.seconds, rival.business)} in {rival.why}; the first holds.",
        "Make both places say the same.",
        rival.why,
    )


def contradictory_level(level: Level, earlier: Level) -> Diagnostic:
    """Two places bring the same people in at different times on one clock."""
    return Diagnostic(
        "SB106",
        "warning",
        f"{level.severity or 'every severity'}: {', '.join(level.who)} comes in {_after(earlier)} in {earlier.why} "
        f"and {_after(level)} in {level.why}; the earlier one counts.",
        "Make both places say the same.",
        level.why,
        (earlier.why,),
    )


def _after(level: Level) -> str:
    return f"after {spoken(level.after)}" if level.after else "at once"


def no_first_target(severity: str, on_call: Sequence[str]) -> Diagnostic:
    """A severity does not say whom to page first."""
    return Diagnostic(
        "SB107",
        "note",
        f"{severity} does not say who is paged first; {', '.join(on_call)} is, until you say more.",
        "Say it in the severity's escalation, or answer `oncall.first`.",
        default("no line says who is paged first"),
    )


def no_escalation(file: str) -> Diagnostic:
    """Nothing says who follows when nobody solves the incident."""
    return Diagnostic(
        "SB108",
        "warning",
        "No escalation was found: nobody is brought in after the first page.",
        "Add a section `Escalation` with a table, a list or a drawing of who follows after how long.",
        Provenance(file, 1, ""),
    )


def bad_answer(key: str, answer: str, help_: str) -> Diagnostic:
    """A question does not allow the answer that sirenbook.toml gives."""
    return Diagnostic(
        "SB109",
        "warning",
        f'The answer `{key} = "{answer}"` is not used.',
        help_,
        _answer_at(key),
    )


def overruled(key: str, answer: str, stated: Clock) -> Diagnostic:
    """An answer says otherwise than the text."""
    return Diagnostic(
        "SB112",
        "warning",
        f'The answer `{key} = "{answer}"` holds, although {stated.why} says '
        f"{spoken(stated.seconds, stated.business)}.",
        "Take the answer out if the text is right, or mend the text.",
        _answer_at(key),
        (stated.why,),
    )


def _answer_at(key: str) -> Provenance:
    """Where an answer stands, for whoever knows the lines of sirenbook.toml to fill in."""
    return Provenance("sirenbook.toml", 0, f"answers.{key}")


def empty(file: str) -> Diagnostic:
    """A file holds no text."""
    return Diagnostic(
        "SB110", "warning", f"{file} is empty.", "Give the playbook's Markdown.", Provenance(file, 1, "")
    )


def unheeded(who: Sequence[str], why: Provenance) -> Diagnostic:
    """Words bring somebody in, and nothing says for which incidents."""
    return Diagnostic(
        "SB111",
        "note",
        f"{' and '.join(who)} is brought in here, but neither a severity nor an escalation is named.",
        "Name the severity in the sentence, or say it under a heading `Escalation`.",
        why,
    )


def leads_nowhere(text: str, why: Provenance) -> Diagnostic:
    """A procedure points to another that is not there."""
    return Diagnostic(
        "SB113",
        "warning",
        f"“{text}” points to a procedure that this playbook does not have.",
        "Write the title of the runbook as it stands, or write the runbook.",
        why,
    )
