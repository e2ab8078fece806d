"""Drills of phases: what every response has at hand shows the fault and mends it, whatever runbook it has, or none.

For each way of each phase that has commands: a fault that one of them ends, or that only a database shows.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from real.desk import Desk, ended, over
from real.running import eventually
from real.test_demo_faults import SIGNS
from sirenbook.cli.demo.faults import FAULTS, NAMED, Fault, assigned, exercises, mends
from sirenbook.cli.demo.reading import commands_of
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import read_texts


class Way:
    """One way of a phase, or a phase without ways: its commands as the playbook has them, and its faults."""

    def __init__(self, phase: dict[str, Any], number: int, steps: list[dict[str, Any]]) -> None:
        self.phase, self.number, self.steps = phase, number, steps

    @property
    def title(self) -> str:
        """What people call it."""
        branch = next((b for b in self.phase["branches"] if b["number"] == self.number), None)
        return f"{self.phase['title']}: {branch['title'] if branch else 'all'}"

    @property
    def looks(self) -> bool:
        """Whether something is looked up by itself before this way is taken; for one of several, on it."""
        return not self.number or any(s["automatic"] for s in self.steps)

    def faults(self, known: set[str], looks: str) -> list[Fault]:
        """Those that it ends and the phases show, first those to which no runbook belongs; else the database's."""
        ending = [f for f in FAULTS if any(mends(s["text"], f) for s in self.steps)]
        seen = [f for f in ending if f.look or ("logs" in looks and not f.database)]
        if not seen and any("psql" in s["written"] for s in self.steps):
            return [NAMED["pool-exhausted"]]
        return sorted(seen, key=lambda f: f.name in known)


def wrong(path: Path, desk: Desk) -> dict[str, str]:
    """What went otherwise than it should, by the way; empty where every way was drilled."""
    texts = read_texts(path)
    known = set(assigned(exercises(load(texts).policy, commands_of(texts))))
    incident = declared(desk)
    ways = list(ways_of(desk, incident))
    looks = " ".join(s["text"] for w in ways for s in w.steps if s["automatic"])
    desk.ask(
        f"/api/incidents/{incident}/resolve",
        {"by": "bao", "reason": "looked", "at_once": True, "without": "a drill"},
    )
    drilled = {w.title: (w, found[0]) for w in ways if (found := w.faults(known, looks))}
    assert drilled or not any(mends(s["text"], f) for w in ways for s in w.steps for f in FAULTS)
    return {title: fault for title, (way, struck) in drilled.items() if (fault := drill(desk, way, struck))}


def declared(desk: Desk) -> str:
    """An incident by hand, to see what there is to do in any."""
    severity = desk.ask("/api/policy")["severities"][0]["name"]
    body = {"title": "Look around", "severity": severity, "by": "bao", "drill": True}
    return str(desk.ask("/api/incidents", body)["id"])


def ways_of(desk: Desk, incident: str) -> Iterator[Way]:
    """Every way of every phase that has commands."""
    for phase in desk.ask(f"/api/incidents/{incident}/steps")["routines"]:
        commands = [s for s in phase["steps"] if s["kind"] == "command"] if phase["kind"] == "phase" else []
        for number in dict.fromkeys(s["branch"] for s in commands):
            yield Way(phase, number, [s for s in commands if s["branch"] == number])


def drill(desk: Desk, way: Way, fault: Fault) -> str | None:
    """Alert, page, the way taken, what its steps show, the approved change, recovery; what went otherwise."""
    switch = f"{desk.demo.word['faults']}/{fault.name}"
    known = {each["id"] for each in desk.ask("/api/incidents?status=all")["incidents"]}
    httpx2.put(switch, timeout=30).raise_for_status()
    incident = eventually(lambda: desk.newest(known), 30)
    try:
        eventually(lambda: list(Path(desk.demo.word["mail"]).glob(f"*{incident}*")) or paged(desk, incident), 30)
        desk.ask(f"/api/incidents/{incident}/phase", {"phase": way.phase["number"], "by": "bao"})
        if way.number:
            desk.ask(f"/api/incidents/{incident}/branch", {"branch": way.number, "by": "bao"})
        return unseen(desk, incident, fault, asked=way.looks) or unmended(desk, incident, way, fault)
    finally:
        over(desk, incident, switch)


def paged(desk: Desk, incident: str) -> bool:
    """Whether somebody was paged."""
    return bool(desk.ask(f"/api/incidents/{incident}")["people"])


def unseen(desk: Desk, incident: str, fault: Fault, *, asked: bool) -> str | None:
    """What is wrong where the phases' own look-ups, which ran by themselves, do not show the fault."""
    phases = [s for w in ways_of(desk, incident) for s in w.steps]
    numbers = {s["number"] for s in phases if s["automatic"]}
    eventually(lambda: all(done(desk.step(incident, n)) for n in numbers), 60)
    runs = [r["run"] for n in numbers for r in desk.step(incident, n)["runs"]]
    written = [o["text"] for r in runs for o in desk.ask(f"/api/incidents/{incident}/outputs?run={r}")["outputs"]]
    said = "\n".join(written)
    shows = rf"{SIGNS[fault.name]}|returned error: 50\d"
    return None if not asked or re.search(shows, said) else f"{fault.name}: nothing shows in\n{said[-1500:]}"


def done(step: dict[str, Any]) -> bool:
    """Whether a step has run to its end."""
    return bool(step["runs"]) and all(r["outcome"] for r in step["runs"])


def unmended(desk: Desk, incident: str, way: Way, fault: Fault) -> str | None:
    """What is wrong where no step of the way ends the fault; nothing where none of them could."""
    steps = [desk.step(incident, s["number"]) for s in way.steps]
    ending = [s for s in steps if mends(s["text"], fault)]
    for step in [s for s in ending if not s["hindrance"]]:
        desk.carry_out(incident, step)
        if ended(desk, fault.name):
            return None
    told = [(s["text"], s["state"], s["hindrance"]) for s in ending]
    return f"{fault.name}: still on after {told}" if ending else None
