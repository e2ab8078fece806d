"""Says whether an order to run a step is what was approved, so that nobody has to believe whoever hands it over."""

import hashlib

import msgspec
from msgspec.structs import replace

from sirenbook.incident.steps.dry_run import rehearsed
from sirenbook.model.judgement import Plan
from sirenbook.model.step import Order

_DRY = "--dry-run=server"
_EXPLAIN = "EXPLAIN "


def digest_of(run: tuple[int, int, int], place: tuple[str, str], plan: Plan) -> str:
    """The name of exactly these bytes, at this place (executor, target), for one run.

    A run is named by its incident, its step, and how many runs of the step there were before.
    """
    whole = [*run, *place, plan]
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def approved_plan(order: Order) -> Plan | None:
    """The plan that the order's digest names: its own, or the one that it rehearses; None where it is neither."""
    plan = _whole(order.plan) if order.dry else order.plan
    if plan is None:
        return None
    named = digest_of((order.incident, order.step, order.before), (order.executor, order.target), plan)
    return plan if named == order.digest else None


def _whole(dry: Plan) -> Plan | None:
    """The change that a dry run asks about; None where this is no dry run of anything."""
    plan = _without_explain(dry) if dry.statement is not None else _without_option(dry)
    return plan if plan is not None and rehearsed(plan) == dry else None


def _without_explain(dry: Plan) -> Plan | None:
    assert dry.statement is not None
    text = dry.statement.text
    if not text.startswith(_EXPLAIN):
        return None
    return replace(dry, statement=replace(dry.statement, text=text.removeprefix(_EXPLAIN)))


def _without_option(dry: Plan) -> Plan | None:
    stages = list(dry.stages())
    if len(stages) != 1 or stages[0].words[-1].spelled != _DRY:
        return None
    stage = replace(stages[0], words=stages[0].words[:-1])
    return replace(dry, pipelines=(replace(dry.pipelines[0], stages=(stage,)),))
