"""`sirenbook rehearse`: the table of who would be paged and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sirenbook.cli import options, times
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.playbooks import open_playbook, playbook
from sirenbook.cli.screen import Screen, put_json, screen
from sirenbook.engine.clock import wall_clock
from sirenbook.engine.rehearsal.rehearse import Names, Rehearsal, Step, reaches_somebody
from sirenbook.engine.rehearsal.rehearse import rehearse as play
from sirenbook.incident.after.practices import standings
from sirenbook.incident.timeline import span
from sirenbook.model.practice import Standing

if TYPE_CHECKING:
    from sirenbook.engine.policies.reading import Loaded
    from sirenbook.engine.rehearsal.rehearse import NotReached

_STYLES = {
    "Escalated": ("yellow",),
    "Silent": ("yellow",),
    "Unreachable": ("red",),
    "ResponseMissed": ("red",),
    "ResolutionAtRisk": ("yellow",),
    "ResolutionMissed": ("red",),
    "Acknowledged": ("green",),
    "Resolved": ("green",),
    "UpdateDue": ("cyan",),
    "UpdateNudged": ("cyan",),
    "UpdateGiven": ("green",),
}
_REASONS = {
    "acknowledged": "acknowledged before",
    "resolved": "resolved before",
    "by hand": "reached by hand only",
    "later": "not within this rehearsal",
}


@click.command("rehearse")
@playbook
@click.option("--severity", "-s", help="One severity of the playbook; all of them without it.")
@click.option(
    "--ack-after", type=times.amount, metavar="AMOUNT", help="Somebody acknowledges after this, such as 12m."
)
@click.option("--resolve-after", type=times.amount, metavar="AMOUNT", help="It is resolved after this, such as 3h.")
@click.option("--miss-updates", is_flag=True, help="Nobody gives the updates that are promised.")
@click.option(
    "--at",
    "--start",
    "start",
    type=times.moment,
    metavar="TIME",
    help="When it opens, such as 2026-03-02T09:00; now without it.",
)
@click.option("--for", "horizon", type=times.amount, metavar="AMOUNT", help="How far to look ahead.")
@click.option("--whole", is_flag=True, help="To the last action item; one update and the item are late.")
@click.option("--targets", is_flag=True, help="Call people by the playbook's names for them.")
@options.in_utc
@options.as_json
def rehearse(
    *,
    playbook: Path,
    severity: str | None,
    ack_after: timedelta | None,
    resolve_after: timedelta | None,
    miss_updates: bool,
    start: datetime | None,
    horizon: timedelta | None,
    whole: bool,
    targets: bool,
    utc: bool,
    as_json: bool,
) -> None:
    """Show who would be paged and when if an incident opened now. Nobody is paged."""
    loaded = open_playbook(playbook)
    names: Names = "people" if not targets and reaches_somebody(loaded.policy, loaded.bindings) else "targets"
    rehearsals = [
        play(
            loaded.policy,
            loaded.bindings,
            name,
            start=start or wall_clock().replace(microsecond=0),
            ack_after=ack_after,
            resolve_after=resolve_after,
            tells=not miss_updates,
            horizon=horizon,
            names=names,
            whole=whole,
        )
        for name in _severities(loaded, severity)
    ]
    ahead = standings(loaded.policy, loaded.bindings, [], rehearsals[0].start)
    if as_json:
        regularly = [_regularly(each) for each in ahead]
        told = {"rehearsals": [data(r) for r in rehearsals], "practices": regularly}
        put_json({"playbook": loaded.policy.title, **told})
        return
    out = screen()
    for each in rehearsals:
        print_rehearsal(out, loaded, each, times.utc if utc else times.local)
    _print_practices(out, ahead, times.utc if utc else times.local)
    _print_assumed(out, rehearsals[0])
    out.show()


def _severities(loaded: Loaded, wanted: str | None) -> list[str]:
    """The severity that was asked for, or all. Raises Fault where there is none such."""
    known = [s.name for s in loaded.policy.severities]
    if not known:
        mend = "`sirenbook explain` says why."
        raise Fault("no severity was found in the playbook", mend, Exit.FINDINGS)
    if wanted is None:
        return known
    try:
        return [loaded.policy.severity(wanted).name]
    except KeyError:
        text = f"the playbook has no severity {wanted!r}"
        raise Fault(text, f"It has {', '.join(known)}.", Exit.USAGE) from None


def print_rehearsal(out: Screen, loaded: Loaded, rehearsal: Rehearsal, show: times.Show) -> None:
    """One rehearsal as a table: when, what and to whom, and the line of the playbook that says so."""
    grade = loaded.policy.severity(rehearsal.severity)
    out.heading(f"{grade.full_name}, opened {show(rehearsal.start):%a %Y-%m-%d %H:%M %Z}")
    lead = max((len(times.offset(s.offset)) for s in rehearsal.steps), default=6) + 2
    for step in rehearsal.steps:
        why = str(step.why) if step.why is not None and step.why.stated else ""
        out.wrapped(times.offset(step.offset).ljust(lead), step.text, why, *_STYLES.get(step.kind, ()))
        told = hearers(step)
        if told and not told_by_words(step):
            out.wrapped(" " * lead + "→ ", told, "", "dim")
    out.line(" " * lead + _ending(rehearsal))
    for each in rehearsal.not_reached:
        out.wrapped(" " * lead + "not reached: ", _missing(each), str(each.level.why), "dim")


def hearers(step: Step) -> str:
    """Who hears of a step, where its own words do not tell."""
    parts = []
    for demand, verb in (("page", "pages"), ("notify", "informs")):
        names = [_name(x.name, x.target) for x in step.who if x.demand == demand]
        if names:
            parts.append(f"{verb} {', '.join(dict.fromkeys(names))}")
    return "; ".join(parts)


def told_by_words(step: Step) -> bool:
    """Whether the step's own words name exactly those who are paged."""
    names = [x.name for x in step.who]
    paged = all(x.demand == "page" and x.name == x.target for x in step.who)
    return step.kind == "Escalated" and paged and step.text.startswith(f"Escalated to {', '.join(names)}")


def _name(name: str, target: str) -> str:
    return name if name == target else f"{name} ({target})"


def _ending(rehearsal: Rehearsal) -> str:
    if rehearsal.cut:
        return "… and so on; cut here"
    if rehearsal.ended == "resolved":
        return "Over."
    return "Nothing more until somebody acts." if rehearsal.ended == "nothing ahead" else "… and so on."


def _missing(each: NotReached) -> str:
    after = "" if each.level.after is None else f" at {times.offset(timedelta(seconds=each.level.after))}"
    return f"{', '.join(each.level.who)}{after}: {_REASONS[each.reason]}"


def _print_practices(out: Screen, ahead: Sequence[Standing], show: times.Show) -> None:
    """What is done regularly: by when each is due, had it never been done but as the playbook itself says."""
    timed = [each for each in ahead if each.due is not None]
    if not timed:
        return
    out.heading("Done regularly, due first as it begins now (`sirenbook practices` shows what was done)")
    for each in timed:
        often = f", every {span(each.regular.every)}" if each.regular.every else ""
        day = f"{show(each.due):%Y-%m-%d}  " if each.due else ""
        out.wrapped(f"  {day}", f"{each.regular.what}{often}", str(each.regular.why))


def _regularly(each: Standing) -> dict[str, Any]:
    regular, due = each.regular, each.due.isoformat() if each.due else None
    return {
        "what": regular.what,
        "every": regular.every,
        "due": due,
        "owner": regular.owner,
        "why": _why(regular.why),
    }


def _print_assumed(out: Screen, rehearsal: Rehearsal) -> None:
    """The questions that the playbook leaves open: what was assumed in their place."""
    if not rehearsal.assumed:
        return
    out.heading("Assumed, because the playbook leaves it open ([answers] in sirenbook.toml)")
    for question in rehearsal.assumed:
        place = str(question.at) if question.at.stated else ""
        out.wrapped("  ", f"{question.key} = {question.default}", place)


def data(rehearsal: Rehearsal) -> dict[str, Any]:
    """A rehearsal as JSON."""
    return {
        "severity": rehearsal.severity,
        "start": rehearsal.start.isoformat(),
        "steps": [_step(step, rehearsal.start) for step in rehearsal.steps],
        "not_reached": [
            {"who": list(x.level.who), "after": x.level.after, "reason": x.reason, "why": _why(x.level.why)}
            for x in rehearsal.not_reached
        ],
        "assumed": [
            {"key": q.key, "default": q.default, "text": q.text, "why": _why(q.at)} for q in rehearsal.assumed
        ],
        "ended": "cut" if rehearsal.cut else rehearsal.ended,
    }


def _step(step: Step, start: datetime) -> dict[str, Any]:
    return {
        "offset": round(step.offset.total_seconds()),
        "at": (start + step.offset).isoformat(),
        "kind": step.kind,
        "text": step.text,
        "who": [{"name": x.name, "target": x.target, "demand": x.demand} for x in step.who],
        "why": _why(step.why) if step.why is not None else None,
    }


def _why(why: Any) -> dict[str, Any]:
    return {"file": why.file, "line": why.line, "quote": why.quote}
