"""Writes a policy in the neutral schema `sirenbook.playbook/1`, so that readers can be compared and scored."""

from typing import Any

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Level, Metric, Policy, ReviewDeadline, Rotation, Severity
from sirenbook.model.procedure import Runbook
from sirenbook.playbook.language import targets


def normalise(policy: Policy, doc: str) -> dict[str, Any]:
    """What the playbook itself states, without our defaults."""
    return {
        "schema": "sirenbook.playbook/1",
        "doc": doc,
        "severities": [_severity(s) for s in policy.severities if s.why.stated],
        "escalation": _escalation(policy),
        "rotation": _rotation(policy.rotation) if policy.rotation else {},
        "runbooks": [_runbook(r) for r in policy.runbooks],
        "templates": [{"title": t.title, "placeholders": list(t.placeholders)} for t in policy.templates],
        "post_incident": [_review(r) for r in policy.reviews],
        "contacts": {"count": len(policy.contacts)} if policy.contacts else {},
        "metrics": [_metric(m) for m in policy.metrics],
    }


def _severity(severity: Severity) -> dict[str, Any]:
    return {
        "name": severity.name,
        "label": severity.label,
        "aliases": list(severity.aliases),
        "response_time_seconds": _seconds(severity.response),
        "response_time_business": bool(severity.response and severity.response.business),
        "ack_seconds": _seconds(severity.ack),
        "resolution_target_seconds": _seconds(severity.resolution),
        "update_cadence_seconds": _seconds(severity.update),
    }


def _seconds(clock: Clock | None) -> int | None:
    return clock.seconds if clock and clock.why.stated else None


def _escalation(policy: Policy) -> list[dict[str, Any]]:
    """Whom the text brings in and when; whom one line brings in on either clock is named once, with the earlier."""
    stated = [x for x in policy.levels if x.why.stated and (x.named or x.manner == "page") and not _posted(x)]
    later = {id(x) for x in stated for y in stated if _sooner(y, x)}
    levels = [each for x in stated if id(x) not in later for each in _level(x)]
    return list({str(tuple(each.values())).casefold(): each for each in levels}.values())


def _posted(level: Level) -> bool:
    """Whether a level only posts in places of chat: the schema knows people, roles and teams."""
    return bool(level.who) and all(targets.is_channel(w) for w in level.who)


def _sooner(one: Level, other: Level) -> bool:
    """Whether one line brings in the same people on another clock before this one does."""
    same = (one.severity, one.who, one.why.line) == (other.severity, other.who, other.why.line)
    timed = one.after is not None and other.after is not None and one.after < other.after
    return same and timed and one.until != other.until


def _level(level: Level) -> list[dict[str, Any]]:
    """One entry for each whom the level pages; one without a name where the text states only the time."""
    after = level.advised if level.after is None else level.after
    whom = [w for w in level.who if not targets.is_channel(w)] if level.named else [None]
    return [{"severity": level.severity, "after_seconds": after, "who": who} for who in whom]


def _runbook(runbook: Runbook) -> dict[str, Any]:
    languages = dict.fromkeys(step.language for step in runbook.commands)
    return {
        "title": runbook.title,
        "sections": list(runbook.sections),
        "commands": {language: runbook.count(language) for language in languages},
    }


def _review(review: ReviewDeadline) -> dict[str, Any]:
    within = review.within
    return {
        "what": review.what,
        "within_seconds": within.seconds,
        "business": within.business,
        "severities": list(review.severities),
    }


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "op": metric.op,
        "value": metric.value,
        "unit": metric.unit,
        "severity": metric.severity,
    }


def _rotation(rotation: Rotation) -> dict[str, Any]:
    facts = {
        "period_seconds": rotation.period_seconds,
        "handoff_weekday": rotation.handoff_weekday,
        "handoff_time": rotation.handoff_time,
        "handoff_tz": rotation.handoff_zone,
        "coverage": rotation.coverage,
        "ack_timeout_seconds": rotation.ack_timeout_seconds,
        "tiers": list(rotation.tiers),
        "teams": list(rotation.teams),
    }
    return {key: value for key, value in facts.items() if value}
