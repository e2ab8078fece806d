"""`sirenbook steps` and `sirenbook run`: an incident's runbook on the terminal, and running one of its steps."""

import time
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Client, Json, connect, incident_path
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.options import person
from sirenbook.cli.screen import Screen, put_json, say, screen

LOOK_EVERY = 0.3
MOST_LOOKS = 400
_STATES = {
    "worked": "green",
    "failed": "red",
    "wrong": "red",
    "unknown": "red",
    "stopped": "red",
    "running": "cyan",
    "waiting": "yellow",
}
_SAID = {"done": "worked", "did not help": "failed", "not applicable": "not applicable", "n/a": "not applicable"}
_RISKS = {"reads": "", "changes": "yellow", "destroys": "red"}


@click.command("steps")
@options.incident
@click.option("--runbook", metavar="TITLE", help="Work by this runbook instead.")
@click.option("--branch", type=click.IntRange(1), help="Take this one of several ways on.")
@click.option("--phase", type=click.IntRange(1), help="Go on to this phase of the response.")
@click.option("--keep-evidence", "keep", is_flag=True, help="Put by what steps wrote and alerts said so far.")
@click.option("--all", "every", is_flag=True, help="Also the phases, checklists, and commands at hand.")
@options.acting
def steps(*, incident: str, by: str | None, as_json: bool, every: bool, keep: bool, **how: Any) -> None:
    """Show the runbook of INCIDENT: each step, what it would do, and how far along it is."""
    client = connect(how["url"], how["home_"])
    for what in ("runbook", "branch", "phase"):
        if how[what]:
            client.post(incident_path(incident, what), by=person(by), **{what: how[what]})
    if keep:
        client.post(incident_path(incident, "evidence"), by=person(by))
    _tell(client.get(incident_path(incident, "steps")), as_json=as_json, every=every or bool(how["phase"]))


@click.command("run")
@options.incident
@click.argument("step", required=False, type=click.IntRange(1))
@click.option("--dry-run", "dry", is_flag=True, help="Only ask what the step would do.")
@click.option("--approve", is_flag=True, help="Consent to exactly what `sirenbook steps` shows.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="Fill in a parameter; may be repeated.")
@click.option(
    "--mark",
    metavar="VERDICT",
    help="Do not run it: say that it worked (done), failed (did not help), is not applicable, wrong.",
)
@click.option("--note", help="Words to the verdict.")
@options.acting
def run(
    *,
    incident: str,
    step: int | None,
    dry: bool,
    approve: bool,
    given: tuple[str, ...],
    mark: str | None,
    note: str | None,
    by: str | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Run STEP of INCIDENT's runbook; without STEP, show what there is to run."""
    client, name = connect(where["url"], where["home_"]), person(by)
    for pair in given:
        parameter, sign, value = pair.partition("=")
        if not sign or not parameter:
            raise click.UsageError(f"--set {pair} has no value; write --set NAME=VALUE")
        client.post(incident_path(incident, "values"), name=parameter, value=value, by=name)
    found = client.get(incident_path(incident, "steps"))
    if step is not None and mark:
        verdict = _SAID.get(mark, mark)
        found = client.post(incident_path(incident, "marks"), step=step, verdict=verdict, note=note, by=name)
    elif step is not None:
        found = _run(client, incident, _one(found, step), dry=dry, approve=approve, by=name)
        found = _wait(client, incident, found, step)
    _tell(found, as_json=as_json, only=step)
    if step is not None and not as_json:
        _output(client, incident, _one(found, step))


def _one(found: Json, number: int) -> Json:
    for each in (*found["steps"], *(s for r in found["routines"] for s in r["steps"])):
        if each["number"] == number:
            return dict(each)
    raise Fault(f"there is no step {number}", "see `sirenbook steps` for the numbers", Exit.NOT_FOUND)


def _run(client: Client, incident: str, step: Json, *, dry: bool, approve: bool, by: str) -> Json:
    """Run a step; what needs consent is shown first and run only with --approve."""
    if step["ready"] and step["approvals"] and not dry and not approve:
        say(f"This {step['risk']} something on {step['target']}:")
        say(f"    {step['text']}")
        raise Fault("it needs your consent", "say it with --approve, or look first with --dry-run", Exit.REFUSED)
    digest = step["digest"] if approve and not dry else ""
    return client.post(incident_path(incident, "steps"), step=step["number"], digest=digest, dry=dry, by=by)


def _wait(client: Client, incident: str, found: Json, number: int) -> Json:
    """The steps once this one has ended, or as they are when patience ends: it goes on without us."""
    shown = 0
    for _ in range(MOST_LOOKS):
        runs = _one(found, number)["runs"]
        if not runs or runs[0]["outcome"]:
            break
        time.sleep(LOOK_EVERY)
        found = client.get(incident_path(incident, "steps"))
        shown = _live(client, incident, runs[0]["run"], shown)
    return found


def _live(client: Client, incident: str, run: int, shown: int) -> int:
    """Say on stderr how much a running step has written."""
    for each in client.get(incident_path(incident, "outputs"), run=run)["outputs"]:
        if each["size"] > shown and not each["done"]:
            say(f"… {each['size']} bytes so far")
        return int(each["size"])
    return shown


def _output(client: Client, incident: str, step: Json) -> None:
    """What the latest run of a step wrote."""
    if not step["runs"]:
        return
    out = screen()
    for each in client.get(incident_path(incident, "outputs"), run=step["runs"][0]["run"])["outputs"]:
        for row in str(each["text"]).splitlines():
            out.line(out.paint(row))
    if out.lines:
        out.show()


def _tell(found: Json, *, as_json: bool, only: int | None = None, every: bool = False) -> None:
    if as_json:
        put_json(found)
        return
    out = screen()
    if only is not None:
        _step(out, _one(found, only))
        out.show()
        return
    if found["runbook"]:
        out.line(out.paint(str(found["runbook"]), "bold"))
        _sheet(out, found)
    else:
        _choices(out, found)
    for routine in found["routines"]:
        if every or routine["current"]:
            _routine(out, routine)
    _to_come(out, found)
    out.show()


def _choices(out: Screen, found: Json) -> None:
    out.line("No runbook answers this incident.")
    if found["runbooks"]:
        out.line("Choose one with --runbook:")
    for title in found["runbooks"]:
        out.wrapped("  ", str(title))


def _sheet(out: Screen, sheet: Json) -> None:
    """The steps in their order, each branch at the first of its steps; those of a way not taken in one line."""
    told: set[int] = set()
    branches = {b["number"]: b for b in sheet["branches"]}
    for step in sheet["steps"]:
        for number in step["ways"]:
            if number not in told:
                told.add(number)
                _branch(out, branches[number])
        if not step["folded"]:
            _step(out, step)


def _branch(out: Screen, branch: Json) -> None:
    within = f"within {branch['inside']}: " if branch["inside"] else ""
    state = "taken" if branch["chosen"] else "another way was taken" if branch["left"] else "take it with --branch"
    when = f"If {branch['condition']}" if branch["condition"] else branch["title"]
    then = f": {branch['action']}" if branch["action"] and branch["condition"] else ""
    leads = f" → {', '.join(branch['leads_to'])}" if branch["leads_to"] else ""
    out.line()
    out.wrapped(f"{branch['number']:>3}) ", f"{within}{when}{then}{leads} ({state}) {_at(branch['why'])}")


def _routine(out: Screen, routine: Json) -> None:
    now = ", now" if routine["current"] else ""
    done = f", {routine['done']} of {len(routine['steps'])} done" if routine["kind"] != "palette" else ""
    out.heading(f"{routine['kind']} {routine['number']}: {routine['title']}{now}{done}")
    _sheet(out, routine)


def _to_come(out: Screen, found: Json) -> None:
    """What is to be done before changes, and before the end."""
    evidence = found["evidence"]
    if evidence and not evidence["digest"]:
        out.line()
        out.line("This may be an attack: evidence is put by before anything is changed.")
    elif evidence:
        out.line()
        out.line(f"Evidence was put by, SHA-256 {evidence['digest']}")
    if found["unverified"]:
        out.line()
        numbers = ", ".join(map(str, found["unverified"]))
        out.wrapped("", f"To verify before the end: {numbers}")


def _step(out: Screen, step: Json) -> None:
    why = step["why"]
    state = out.paint(str(step["state"]), *filter(None, (_STATES.get(step["state"], ""),)))
    risk = out.paint(str(step["risk"]), *filter(None, (_RISKS.get(step["risk"], ""),)))
    part = f"  {out.paint(step['part'], 'dim')}" if step["part"] else ""
    out.line()
    out.line(f"{out.paint(str(step['number']), 'bold'):>3}  {risk}  {state}{part}  {out.paint(_at(why), 'dim')}")
    for row in str(step["text"] or step["written"]).split("\n"):
        out.line("     " + out.paint(row))
    if step["kind"] == "manual":
        return
    if step["ready"]:
        out.wrapped("     on ", str(step["target"]))
    elif step["hindrance"]:
        out.wrapped("     by hand: ", str(step["hindrance"]))
    for each in step["rewrites"]:
        out.wrapped("     ", str(each))
    if step["waits_for"]:
        out.wrapped("     waits for ", str(step["waits_for"]))
    if step["approved_by"]:
        out.wrapped("     approved by ", ", ".join(step["approved_by"]))
    for each in step["parameters"]:
        filled = f"{each['value']} ({each['source']})" if each["value"] else f"? ({each['kind']})"
        out.wrapped(f"     {each['spelling']} = ", filled)
    for each in step["runs"][:1]:
        _last(out, each)


def _last(out: Screen, run: Json) -> None:
    what = "dry run" if run["dry"] else "run"
    code = f", exit status {run['exit']}" if run["exit"] is not None else ""
    out.wrapped("     ", f"last {what}: {run['outcome'] or 'running'}{code}, {run['seconds']:.1f} s")


def _at(why: Json) -> str:
    return f"{why['file']}:{why['line']}" if why.get("line") else ""
