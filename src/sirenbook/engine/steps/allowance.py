"""What a runner may do, by its own file: whatever the server hands over is judged again by it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.steps.ground import shown, tools_of
from sirenbook.incident.steps.orders import approved_plan
from sirenbook.model.judgement import RISKS, WITHHELD, Judgement, Risk
from sirenbook.model.step import Order
from sirenbook.playbook import safety
from sirenbook.playbook.bindings.values import wait_seconds
from sirenbook.playbook.safety.reach import EVERYWHERE

LONGEST = 900


class AllowanceFault(Exception):
    """A file that does not say what a runner may do; the text names the line to mend."""


class Allowance(Struct, frozen=True):
    """The kinds of tools, the namespaces (none: any) and the risks that a runner takes, and its time limit."""

    tools: frozenset[str]
    risks: frozenset[Risk] = frozenset({"reads"})
    namespaces: frozenset[str] | None = None
    seconds: float = 60.0

    def refusal(self, order: Order) -> str:
        """Why a step is not carried out here; empty where it is."""
        plan = approved_plan(order)
        if plan is None:
            return "it is not what its approval names"
        judgement = safety.judge_again(plan, order.language)
        if judgement.run is None or replace(judgement.run, values=plan.values) != plan:
            return "it is not in the form that runs unattended"
        return _graver(order, judgement, shown(plan)) or self._not_allowed(order, judgement)

    def _not_allowed(self, order: Order, judgement: Judgement) -> str:
        risk: Risk = "reads" if order.dry else order.risk
        if risk not in self.risks:
            return f"it {risk}, which this runner may not"
        if foreign := sorted(tools_of(judgement) - self.tools):
            return f"this runner may not use {', '.join(foreign)}"
        assert judgement.run is not None
        reached = safety.namespaces(judgement.run)
        if self.namespaces is not None and not reached <= self.namespaces and EVERYWHERE not in self.namespaces:
            outside = ", ".join(sorted(n if n != EVERYWHERE else "the whole cluster" for n in reached))
            return f"it reaches {outside}, and this runner keeps to {', '.join(sorted(self.namespaces))}"
        return ""


def _graver(order: Order, judgement: Judgement, text: str) -> str:
    """What makes a step graver than it was shown and approved to be, if anything does."""
    told = set(judgement.run_flags)
    faults = {
        "it is not what people were shown": text != order.text,
        f"it {judgement.risk}, and was shown as something that {order.risk}": RISKS.index(judgement.risk)
        > RISKS.index(order.risk),
        f"it {order.risk}, and is ordered as something that may run twice": order.risk != "reads"
        and not (order.changes or order.dry),
        f"it is {', '.join(sorted(told & WITHHELD))}": order.risk == "reads"
        and bool(told & WITHHELD - {"reveals-secrets"}),
        "it reveals secrets, and what it writes was to be kept": "reveals-secrets" in told and not order.hidden,
    }
    return next((fault for fault, there in faults.items() if there), "")


class RunnerFile(Struct, frozen=True):
    """A runner's file: what it may do, and the executors that it does it by."""

    allowance: Allowance
    executors: Mapping[str, Mapping[str, Any]]


_KNOWN = ("tools", "risks", "namespaces", "limit", "executors")


def read_runner_file(path: Path) -> RunnerFile:
    """Read a runner's file. Raises AllowanceFault."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AllowanceFault(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AllowanceFault(f"{path} is not TOML: {error}") from error
    if unknown := sorted(values.keys() - set(_KNOWN)):
        raise AllowanceFault(f'{path}: "{unknown[0]}" is not known; known are {", ".join(_KNOWN)}')
    executors = values.get("executors")
    if not isinstance(executors, dict) or not all(isinstance(t, dict) for t in executors.values()) or not executors:
        raise AllowanceFault(f"{path}: without a table such as [executors.shell] there is nothing to run steps by")
    return RunnerFile(_allowance(path, values), executors)


def _allowance(path: Path, values: Mapping[str, Any]) -> Allowance:
    tools = _words(path, values, "tools", '["kubectl"]')
    if not tools:
        raise AllowanceFault(f'{path}: write tools = ["kubectl"]: the kinds of tools that this runner may use')
    risks = _words(path, values, "risks", '["reads", "changes"]') or ["reads"]
    if foreign := [r for r in risks if r not in get_args(Risk)]:
        raise AllowanceFault(f'{path}: risks has "{foreign[0]}"; write some of {", ".join(RISKS)}')
    places = _words(path, values, "namespaces", '["prod"]') if "namespaces" in values else None
    known = msgspec.convert(risks, frozenset[Risk])
    return Allowance(frozenset(tools), known, None if places is None else frozenset(places), _limit(path, values))


def _words(path: Path, values: Mapping[str, Any], key: str, example: str) -> list[str]:
    found = values.get(key, [])
    if not isinstance(found, list) or not all(isinstance(w, str) and w for w in found):
        raise AllowanceFault(f"{path}: {key} must be a list of texts: {key} = {example}")
    return found


def _limit(path: Path, values: Mapping[str, Any]) -> float:
    try:
        seconds = wait_seconds(values.get("limit", "60s"))
    except ValueError as error:
        raise AllowanceFault(f'{path}: limit: {error}; write limit = "60s"') from error
    if not 1 <= seconds <= LONGEST:
        raise AllowanceFault(f"{path}: limit must be from one second to {LONGEST}")
    return float(seconds)
