"""A responder at a demo, over the API: looks, approves as two people, and ends an incident when a drill is over."""

import re
from contextlib import suppress
from typing import Any

import httpx2

from real.running import eventually
from real.test_demo import Demo

ENDED = ("worked", "nothing", "failed", "stopped", "unknown", "withdrawn")


class Desk:
    """What a responder does, over the API."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        known = [each["person"] for each in self.ask("/api/contacts")["contacts"]]
        self.names = list(dict.fromkeys(known))[:2]
        made = [self.ask("/api/tokens", {"name": p, "person": p}) for p in self.names]
        self.people = [str(each["secret"]) for each in made]

    def ask(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:
        """One request; whatever is refused is told."""
        method, headers = ("POST" if body else "GET"), {"Authorization": f"Bearer {token or self.demo.token}"}
        answer = httpx2.request(method, self.demo.word["url"] + path, json=body, headers=headers, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def incident(self, runbook: str) -> str:
        """The newest incident that is worked by a runbook."""
        for each in self.ask("/api/incidents")["incidents"]:
            if self.ask(f"/api/incidents/{each['id']}/steps")["runbook"] == runbook:
                return str(each["id"])
        return ""

    def newest(self, known: set[str]) -> str:
        """An incident that is not among these."""
        return next((str(e["id"]) for e in self.ask("/api/incidents")["incidents"] if e["id"] not in known), "")

    def steps(self, incident: str) -> list[dict[str, Any]]:
        """The steps of its runbook."""
        return list(self.ask(f"/api/incidents/{incident}/steps")["steps"])

    def everything(self, incident: str) -> list[dict[str, Any]]:
        """The steps of its runbook, and those that every incident has at hand."""
        found = self.ask(f"/api/incidents/{incident}/steps")
        return [*found["steps"], *(s for routine in found["routines"] for s in routine["steps"])]

    def step(self, incident: str, number: int) -> dict[str, Any]:
        """One step, by its number."""
        return next(s for s in self.everything(incident) if s["number"] == number)

    def settled(self, incident: str) -> bool:
        """Whether nothing runs or waits to run by itself."""
        return all(s["runs"] and s["state"] != "running" for s in self.steps(incident) if s["automatic"])

    def looked_up(self, incident: str) -> str:
        """What the steps that ran by themselves wrote."""
        return "\n".join(o["text"] for o in self.ask(f"/api/incidents/{incident}/outputs")["outputs"])

    def fill_in(self, incident: str, ending: list[dict[str, Any]]) -> None:
        """Say who holds the lock, as the runbook's own look-up tells: who waits for nobody."""
        if any("<pid>" in s["hindrance"] for s in ending):
            rows = re.findall(r"^(\d+) \| update.* \| (\d+) \|", self.looked_up(incident), re.MULTILINE)
            waiting, holding = {a for a, _ in rows}, {b for _, b in rows}
            [pid] = holding - waiting
            self.ask(f"/api/incidents/{incident}/values", {"name": "pid", "value": pid, "by": "bao"})

    def bring_in(self, incident: str) -> None:
        """Give both people a role where only those who have one see the incident."""
        found = self.ask(f"/api/incidents/{incident}/updates")
        if found["restricted"]:
            for role, person in zip(reversed(found["roles"]), self.names, strict=False):
                if role["person"] != person:
                    self.ask(f"/api/incidents/{incident}/roles", {"role": role["name"], "person": person})

    def carry_out(self, incident: str, step: dict[str, Any]) -> None:
        """Approve exactly what is shown, by as many people as it takes, and wait for its end."""
        self.bring_in(incident)
        for token in self.people:
            fresh = self.step(incident, step["number"])
            if not fresh["runs"]:
                body = {"step": step["number"], "digest": fresh["digest"]}
                self.ask(f"/api/incidents/{incident}/steps", body, token)
        eventually(lambda: self.step(incident, step["number"])["state"] in ENDED, 40)


def ended(desk: Desk, fault: str) -> bool:
    """Whether a fault is over: the database takes a moment to let go of a session."""
    with suppress(AssertionError):
        return eventually(lambda: fault not in desk.demo.on(), 3, every=0.2)
    return False


def over(desk: Desk, incident: str, fault: str) -> None:
    """Whatever came of a drill: the fault is off, its alert ends, and the next one is an incident of its own."""
    httpx2.delete(fault, timeout=30).raise_for_status()
    eventually(lambda: desk.ask(f"/api/incidents/{incident}")["phase"] in ("watching", "resolved"), 30)
    body = {"by": "bao", "reason": "the drill is over", "at_once": True, "without": "a drill"}
    desk.ask(f"/api/incidents/{incident}/resolve", body)
