"""What people do to an incident from the terminal: take it, pass it on, end it, write on it."""

import sys
from datetime import datetime, timedelta
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect, incident_path
from sirenbook.cli.options import person
from sirenbook.cli.outcome import tell


@click.command("ack")
@options.incident
@options.acting
def ack(*, incident: str, by: str | None, **where: Any) -> None:
    """Acknowledge INCIDENT: you take it, and paging for want of an answer stops."""
    _do(incident, "acknowledge", where, by=person(by))


@click.command("snooze")
@options.incident
@click.argument("amount", required=False, metavar="[FOR]", type=times.amount)
@click.option(
    "--until", type=times.moment, metavar="TIME", help="A time instead of an amount, such as 2026-03-02T09:00."
)
@options.acting
def snooze(
    *, incident: str, amount: timedelta | None, until: datetime | None, by: str | None, **where: Any
) -> None:
    """Acknowledge INCIDENT and be paged again after FOR, such as 30m; at most a day ahead."""
    if (amount is None) == (until is None):
        raise click.UsageError("say for how long, such as `sirenbook snooze INC-1 30m`, or until when with --until")
    when = {"for": times.spell(amount)} if amount is not None else {"until": until.isoformat() if until else None}
    _do(incident, "snooze", where, by=person(by), **when)


@click.command("escalate")
@options.incident
@click.option("--to", metavar="NAME", help="A name of the playbook, or a person; else the next level.")
@click.option("--note", help="What they need to know.")
@click.option("--relief", is_flag=True, help="Whoever takes over in a long incident, as `show` suggests it.")
@options.said
@options.acting
def escalate(
    *, incident: str, to: str | None, note: str | None, relief: bool, by: str | None, **where: Any
) -> None:
    """Bring in the playbook's next level for INCIDENT now, or somebody by name."""
    if relief and to:
        raise click.UsageError("--relief says whom to call; leave --to out")
    _do(incident, "escalate", where, to=to, note=note, relief=relief or None, by=person(by), **_said(where))


def _said(where: dict[str, Any]) -> dict[str, Any]:
    return {"fields": where["fields"] or None, "without": where["without"]}


@click.command("regrade")
@options.incident
@click.argument("severity")
@click.option("--reason", help="Why.")
@options.acting
def regrade(*, incident: str, severity: str, reason: str | None, by: str | None, **where: Any) -> None:
    """Give INCIDENT another SEVERITY; its escalation is worked out anew."""
    _do(incident, "regrade", where, severity=severity, reason=reason, by=person(by))


@click.command("move")
@options.incident
@click.argument("service")
@click.option("--reason", help="Why.")
@options.acting
def move(*, incident: str, service: str, reason: str | None, by: str | None, **where: Any) -> None:
    """Make INCIDENT another SERVICE's, or a team's: whoever answers there is called."""
    _do(incident, "move", where, service=service, reason=reason, by=person(by))


@click.command("resolve")
@options.incident
@click.option("--reason", help="What solved it.")
@click.option("--false-alarm", is_flag=True, help="There was nothing wrong.")
@click.option("--now", "at_once", is_flag=True, help="Without the watch that the playbook asks for; say why.")
@options.said
@options.acting
def resolve(
    *, incident: str, reason: str | None, false_alarm: bool, at_once: bool, by: str | None, **where: Any
) -> None:
    """End INCIDENT, once it was watched for as long as the playbook says: nobody is paged for it any more."""
    how = {"false_alarm": false_alarm, "at_once": at_once, **_said(where)}
    _do(incident, "resolve", where, reason=reason, by=person(by), **how)


@click.command("reopen")
@options.incident
@click.option("--reason", help="Why.")
@options.acting
def reopen(*, incident: str, reason: str | None, by: str | None, **where: Any) -> None:
    """Take a resolved INCIDENT up again, with its clocks afresh."""
    _do(incident, "reopen", where, reason=reason, by=person(by))


@click.command("note")
@options.incident
@click.argument("text", nargs=-1, required=True)
@click.option("--update", is_flag=True, help="It is a status update: the next one is due a whole period later.")
@options.acting
def note(*, incident: str, text: tuple[str, ...], update: bool, by: str | None, **where: Any) -> None:
    """Write TEXT on INCIDENT's timeline; `-` reads it from stdin."""
    words = sys.stdin.read() if text == ("-",) else " ".join(text)
    if not words.strip():
        raise click.UsageError("a note needs words")
    _do(incident, "notes", where, text=words, update=update, by=person(by))


def _do(incident: str, what: str, where: dict[str, Any], **body: Any) -> None:
    path = incident_path(incident, what)
    detail: Json = connect(where["url"], where["home_"]).post(path, **body)
    tell(detail, as_json=where["as_json"])
