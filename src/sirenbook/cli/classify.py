"""`sirenbook classify`: which severity facts or alerts have by a playbook's criteria, and by which line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sirenbook.cli import options
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.playbooks import open_playbook, place, playbook
from sirenbook.cli.screen import Screen, put_json, say, screen

if TYPE_CHECKING:
    from sirenbook.engine.policies.reading import Loaded
    from sirenbook.incident.criteria import Observed
    from sirenbook.incident.severity import Choice

_SHAPE = 'give an Alertmanager webhook, or one alert as {"labels": {…}, "annotations": {…}}'


@click.command("classify")
@playbook
@options.facts
@click.option("--alert", type=click.File("rb"), metavar="FILE", help="An alert as JSON; - reads stdin.")
@options.as_json
def classify(*, playbook: Path, facts: dict[str, str], alert: Any, as_json: bool) -> None:
    """Say which severity PLAYBOOK gives to what is stated, by which of its criteria; nobody is paged."""
    if bool(facts) == (alert is not None):
        raise click.UsageError("give either --fact NAME=VALUE (one or more) or --alert FILE")
    loaded = open_playbook(playbook)
    chosen = _by_facts(loaded, facts) if facts else _by_alerts(loaded, alert.read())
    if as_json:
        put_json({"classified": [_data(loaded, *each) for each in chosen]})
        return
    out = screen()
    for each in chosen:
        _show(out, loaded, *each)
    out.show()


Classified = tuple[str, "Choice", "Observed"]


def _by_facts(loaded: Loaded, facts: dict[str, str]) -> list[Classified]:
    from sirenbook.incident.criteria import stated
    from sirenbook.incident.severity import by_criteria

    observed = stated(facts)
    return [("", by_criteria(loaded.policy, observed), observed)]


def _by_alerts(loaded: Loaded, body: bytes) -> list[Classified]:
    from sirenbook.incident.criteria import observe
    from sirenbook.incident.severity import classify as choose
    from sirenbook.sources import Malformed
    from sirenbook.sources.alertmanager import parse

    try:
        alerts = parse(_webhook(body)).alerts
    except Malformed as error:
        raise Fault(str(error), _SHAPE, Exit.USAGE) from error
    return [
        (a.name, choose(loaded.policy, loaded.bindings, a.labels, a.annotations), observe(a.labels, a.annotations))
        for a in alerts
    ]


def _webhook(body: bytes) -> bytes:
    """A webhook's body; one alert, or a list of them, is put into one."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise Fault(f"the alert is no JSON ({error})", _SHAPE, Exit.USAGE) from error
    if isinstance(given, dict) and "alerts" in given:
        return body
    alerts = given if isinstance(given, list) else [given]
    firing = [{"status": "firing", **a} if isinstance(a, dict) else a for a in alerts]
    return json.dumps({"version": "4", "alerts": firing}).encode()


def _data(loaded: Loaded, name: str, choice: Choice, observed: Observed) -> dict[str, Any]:
    from msgspec import to_builtins

    from sirenbook.incident.criteria import idle

    unused = [f.said for f in idle(loaded.policy, observed)]
    told: dict[str, Any] = {"alert": name, **to_builtins(choice), "unread": list(observed.unread), "unused": unused}
    return told


def _show(out: Screen, loaded: Loaded, name: str, choice: Choice, observed: Observed) -> None:
    from sirenbook.incident.criteria import idle, units

    severity = loaded.policy.severity(choice.severity)
    if name:
        out.heading(name)
    out.wrapped("", f"{severity.full_name}: {choice.reason}", place(choice.why), "bold")
    for each in choice.evidence:
        criterion = each.criterion
        sign = "meets" if each.sure else "may meet"
        told = f"{' and '.join(each.said)} {sign} “{criterion.why.quote}”" + (
            f": {each.missing}" if each.missing else ""
        )
        out.wrapped(f"  {each.severity}  ", told, place(criterion.why))
    for text in observed.unread:
        say(f"{text} is no figure that can be read: write an amount with its unit, such as error_rate=12%.")
    for fact in idle(loaded.policy, observed):
        measure, other = fact.condition.measure, units(loaded.policy, fact)
        if other:
            say(f"{fact.said} is not compared: the playbook gives {measure} in {' and '.join(map(_unit, other))}.")
        else:
            say(f"No criterion of the playbook is about {measure} ({fact.said}).")


def _unit(unit: str) -> str:
    return {"times": "multiples of the normal, such as 3x", "": "plain numbers"}.get(unit, unit)
