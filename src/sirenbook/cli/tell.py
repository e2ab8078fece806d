"""`sirenbook update` and `sirenbook role`: telling each audience what it is owed, and who does what."""

import sys
from datetime import timedelta
from typing import Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.client import Json, connect, incident_path
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.options import person
from sirenbook.cli.screen import Screen, put_json, say, screen
from sirenbook.cli.show import place
from sirenbook.engine.clock import wall_clock
from sirenbook.model.status import IMPACTS


@click.command("update")
@options.incident
@click.option("--audience", default="internal", help="Whom to tell: internal, customers, …; internal without it.")
@click.option("--draft", "way", flag_value="draft", default="draft", help="Print the words; tell nobody.")
@click.option("--send", "way", flag_value="send", help="Send them where the audience reads.")
@click.option("--posted", "way", flag_value="posted", help="You have posted them: the promise is kept.")
@click.option("--approve", "way", flag_value="approve", help="Consent to exactly these words.")
@click.option("--text", metavar="TEXT", help="Words instead of the playbook's template; `-` reads them from stdin.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="Fill in a placeholder; may be repeated.")
@click.option("--next", "following", metavar="AMOUNT", help="You promise the next update within this, such as 30m.")
@click.option("--state", help="The state from now on, such as Identified.")
@options.said
@click.option("--title", metavar="TEXT", help="The public title on our status page; else a neutral one.")
@click.option("--component", "components", multiple=True, help="A component that is affected; may be repeated.")
@click.option("--impact", type=click.Choice(IMPACTS), help="How what is affected fares; else by the severity.")
@click.option("--mail", "lists", multiple=True, metavar="LIST", help="Customers who get a mail; `none` for nobody.")
@options.acting
def update(
    *,
    incident: str,
    audience: str,
    way: str,
    text: str | None,
    given: tuple[str, ...],
    following: str | None,
    state: str | None,
    by: str | None,
    as_json: bool,
    **more: Any,
) -> None:
    """Tell an audience of INCIDENT how it stands, in the words of the playbook's template."""
    client = connect(more["url"], more["home_"])
    path = incident_path(incident, "updates")
    board = client.get(path)
    draft = _audience(board, audience)["draft"]
    words = sys.stdin.read() if text == "-" else text if text is not None else _filled(draft, given)
    if way != "draft":
        if not words.strip():
            raise click.UsageError("the playbook has no template for this; say it with --text")
        promised = following or _promised(draft, words)
        template = "" if text is not None else draft["template"]
        body = {"way": way, "text": words, "next": promised, "state": state, "template": template, **_outward(more)}
        body |= {"fields": more["fields"] or None, "without": more["without"]}
        board = client.post(path, audience=audience, by=person(by), **body)
    if as_json:
        put_json(board)
    elif way == "draft":
        _show_draft(_audience(board, audience), words)
    else:
        _tell(board)


def _outward(more: dict[str, Any]) -> Json:
    """What is said for our own status page and for customers; what is not said is found out."""
    lists = [name for name in more["lists"] if name != "none"] if more["lists"] else None
    said = {"components": list(more["components"]) or None, "lists": lists}
    return {"title": more["title"], "impact": more["impact"], **{k: v for k, v in said.items() if v is not None}}


def _audience(board: Json, name: str) -> Json:
    found = next((a for a in board["audiences"] if a["audience"] == name), None)
    if found is None:
        known = ", ".join(a["audience"] for a in board["audiences"])
        raise Fault(f"nobody is owed anything as {name!r}", f"There are {known}.", Exit.USAGE)
    return dict(found)


def _filled(draft: Json, given: tuple[str, ...]) -> str:
    """The draft with the placeholders that were given on the command line."""
    words = str(draft["text"])
    for pair in given:
        name, sign, value = pair.partition("=")
        gap = next((g for g in draft["gaps"] if _fold(name) in (_fold(g["name"]), _fold(g["words"]))), None)
        if not sign or gap is None:
            open_ = ", ".join(g["name"] for g in draft["gaps"]) or "none"
            raise click.UsageError(f"--set {pair} names no open placeholder; there are: {open_}")
        words = words.replace(gap["words"], " ".join(value.split()))
    return words


def _fold(name: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


def _promised(draft: Json, words: str) -> str | None:
    """After how long the draft promises the next words, where it does and they still stand in it."""
    at = times.instant(draft.get("next_by"))
    if at is None or words != draft["text"]:
        return None
    return times.spell(max(at - wall_clock(), timedelta(minutes=1)))


def _show_draft(audience: Json, words: str) -> None:
    """The words on stdout, to paste; what is open about them on stderr."""
    draft = audience["draft"]
    out = screen()
    out.line(words or "")
    out.show()
    if not draft["template"]:
        say(f"The playbook has no template for {audience['audience']}.")
    for gap in draft["gaps"]:
        if gap["words"] in words:
            offers = f" ({' | '.join(gap['choices'])})" if gap["choices"] else ""
            say(f"Open: {gap['words']}{offers}, line {gap['line']}. Fill it in with --set.")
    for field in audience["fields"]:
        known = f" ({field['value']})" if field["value"] else ""
        say(f"The playbook wants said: {field['name']}{known}, {place(field['why'])}. Give it with --field.")
    if draft["fixed"]:
        say("The template has no placeholder: it says the same of every incident. Read it over.")
    if audience.get("barred"):
        say(f"Not to be told: {place(audience['barred'])} keeps it in the house.")
    if audience.get("approval"):
        say(f"{' or '.join(audience['approvers'])} must approve these words: {place(audience['approval'])}")
    unbound = [o["name"] for o in audience["outlets"] if not o["bound"]]
    if unbound:
        say(f"Nothing is bound for {', '.join(unbound)}: post it there, then say --posted.")


@click.command("role")
@options.incident
@click.argument("role", required=False)
@click.argument("who", required=False, metavar="[PERSON]")
@click.option("--note", help="The brief: what the new holder needs to know.")
@options.acting
def role(
    *,
    incident: str,
    role: str | None,
    who: str | None,
    note: str | None,
    by: str | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Give PERSON a ROLE of INCIDENT, or hand it over; without them, show who has which."""
    client = connect(where["url"], where["home_"])
    if (role is None) != (who is None):
        raise click.UsageError("say both: `sirenbook role INC-1 commander mira`")
    if role is None:
        board = client.get(incident_path(incident, "updates"))
    else:
        board = client.post(incident_path(incident, "roles"), role=role, person=who, note=note, by=person(by))
    if as_json:
        put_json(board)
    else:
        out = screen()
        _roles(out, board)
        out.show()


def _tell(board: Json) -> None:
    out = screen()
    out.line(f"{out.paint(str(board['id']), 'bold')}  {board['state'] or 'no state said'}")
    for each in board["audiences"]:
        at, told = times.instant(each.get("due")), times.instant(each.get("told_at"))
        heard = f"told {times.clock(told, wall_clock(), times.local)}" if told else "not told yet"
        due = f", next by {times.clock(at, wall_clock(), times.local)}" if at else ""
        missed = f", missed {each['missed']} times" if each["missed"] else ""
        out.wrapped(f"  {each['audience']:<10}  ", f"{heard}{due}{missed}", place(each.get("why")))
    out.show()


def _roles(out: Screen, board: Json) -> None:
    for each in board["roles"]:
        out.wrapped(f"  {each['name']:<24}  ", each.get("person_name") or "nobody", place(each.get("why")))
