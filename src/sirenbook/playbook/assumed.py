"""Asks the owner what a policy had to assume, so that no default is silent."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.clock import Clock
from sirenbook.model.policy import Level, Policy, Severity
from sirenbook.model.promise import OUTSIDE, SecurityRule
from sirenbook.model.provenance import Provenance, default
from sirenbook.playbook import oncall
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.duration import spoken
from sirenbook.playbook.questions import WATCH_SECONDS, Asked
from sirenbook.playbook.text.document import Document

_NIGHTS = re.compile(
    r"\b(?:outside|out of|off|after)[ -](?:of )?(?:the )?(?:business |working |office )?hours?\b|\botherwise\b"
    r"|\bafter-hours\b|\bnights?\b|\bovernight\b|\bweekends?\b|\b24\s?[/x]\s?7\b|\bat any (?:hour|time)\b"
    r"|\bround the clock\b|\balways\b",
    re.IGNORECASE,
)
"""What a line says where a severity is not left to business hours alone."""


def watch(documents: Sequence[Document], asked: Asked) -> Clock | None:
    """How long an incident is watched before it resolves by itself; None if the owner never wants that."""
    stated = oncall.watch_clock(documents)
    fallback = stated.seconds if stated else WATCH_SECONDS
    found = asked.clock("resolve.watch", stated, never=True)
    never = asked.answers.get("resolve.watch", "").strip().lower() == "never"
    if found is not stated or not stated or never:
        asked.ask(
            "resolve.watch",
            "After how long without alerts does an incident resolve by itself? A duration, or 'never'.",
            spoken(fallback),
            stated.why if stated else default("no line says how long to watch"),
        )
    if never:
        return None
    return found or Clock(WATCH_SECONDS, default(f"watched for {spoken(WATCH_SECONDS)}"))


def restart_on_regrade(asked: Asked) -> bool:
    """Whether a new severity starts its escalation clock afresh."""
    value = asked.ask(
        "regrade.clock",
        "Does a new severity start its escalation clock afresh, or keep the time that has passed?",
        "restart",
        default("no line says so"),
        ("restart", "keep"),
    )
    return value.lower() == "restart"


def everyone_outside(policy: Policy, asked: Asked) -> bool:
    """Whether an update that is promised to nobody in particular is promised to customers too."""
    promise = next((p for p in policy.promises if p.audience == "everyone" and p.every), None)
    if promise is None or not any(t.audience in OUTSIDE for t in policy.templates):
        return False
    value = asked.ask(
        "updates.outside",
        f"“{promise.why.quote}” does not say to whom. Do customers hear as often, or only the house?",
        "internal",
        promise.why,
        ("internal", "both"),
    )
    return value.lower() == "both"


def approvers(policy: Policy, asked: Asked) -> tuple[SecurityRule, ...]:
    """The rules of security incidents, with whoever approves words outside where the text does not say who."""
    open_ = next((r for r in policy.security if r.kind == "approval before external words" and not r.who), None)
    if open_ is None:
        return policy.security
    first = next((r.who for r in policy.security if r.kind == "alert at once" and r.who), policy.on_call)
    asked.ask(
        "security.approver",
        "Who approves words to the outside in a security incident? The text does not say.",
        ", ".join(first),
        open_.why,
    )
    who = asked.names("security.approver") or first
    return tuple(replace(r, who=who) if r is open_ else r for r in policy.security)


def patient(policy: Policy, files: Sequence[tuple[str, str]], asked: Asked) -> tuple[str, ...]:
    """The severities of which nobody is paged outside business hours: the least ones, by their own words."""
    found = dict(_left_to_business_hours(policy, files))
    if not found:
        return ()
    asked.ask(
        "escalation.business-hours",
        "Which severities page nobody outside business hours, so that their first page waits? Names, or 'none'.",
        ", ".join(found),
        next(iter(found.values())),
    )
    names = asked.names("escalation.business-hours")
    if names is None:
        return tuple(found)
    if [n.casefold() for n in names] == ["none"]:
        return ()
    meant = tuple(
        s.name
        for s in policy.severities
        if {s.name.casefold(), (s.label or "").casefold()} & {n.casefold() for n in names}
    )
    if len(meant) == len(names):
        return meant
    asked.refuse("escalation.business-hours", "Name severities of the playbook, or write `none`.")
    return tuple(found)


def _left_to_business_hours(policy: Policy, files: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Provenance]]:
    """From the least severity up, as long as they are left to business hours or page nobody; never the worst."""
    for severity in reversed(policy.severities[1:]):
        at_once = [x for x in policy.levels_of(severity.name) if x.after == 0 and x.manner == "page"]
        if _speaks_of_nights(severity, at_once, files):
            return
        response = severity.response
        said = next(
            (o for o in policy.obligations if o.kind == "business hours only" and severity.name in o.severities),
            None,
        )
        if response is not None and response.business and not any(duration.immediate(x.why.quote) for x in at_once):
            yield severity.name, response.why
        elif said is not None and not at_once:
            yield severity.name, said.why
        elif at_once:
            return


def _speaks_of_nights(severity: Severity, levels: Sequence[Level], files: Sequence[tuple[str, str]]) -> bool:
    """Whether a severity's own lines, or those that page for it, say what holds outside business hours."""
    rows = {name: text.split("\n") for name, text in files}
    stated = [severity.why, *(x.why for x in (severity.response, *levels) if x is not None), *severity.words]
    said = (rows[w.file][w.line - 1] for w in stated if 0 < w.line <= len(rows.get(w.file, ())))
    return any(_NIGHTS.search(row) for row in said)


def silence(policy: Policy, asked: Asked) -> None:
    """Tell what happens when nobody acknowledges, and let the owner set another time."""
    after = f"after {spoken(policy.ack.seconds)}" if policy.ack else "after the severity's response time"
    also = f", and {policy.backup} is brought in" if policy.backup else ""
    run_by = [policy.severity(s.name) for s in policy.severities]
    waiting = [s.name for s in run_by if s.name in policy.patient or (s.response and s.response.business)]
    quiet = [s.name for s in policy.severities if not _pages(policy, s)]
    exceptions = [f"for {', '.join(waiting)} in business hours only"] if waiting else []
    exceptions += [f"for {', '.join(quiet)} nobody is paged to begin with"] if quiet else []
    at = policy.ack.why if policy.ack else default("no line says how long a page may stay unanswered")
    asked.ask(
        "escalation.silence",
        "What happens when nobody acknowledges a page? It goes out again; answer with a duration to change when.",
        "; ".join([f"page again {after}{also}", *exceptions]),
        at,
    )


def quiet(policy: Policy, asked: Asked) -> tuple[tuple[Level, ...], tuple[str, ...]]:
    """Tell that a severity which only informs people pages them once its response time has passed.

    Gives the levels that the owner's answers add, and the severities that may pass theirs without a page.
    """
    added: list[Level] = []
    silent: list[str] = []
    for severity in (policy.severity(s.name) for s in policy.severities):
        clock = severity.response
        if clock is None or _pages(policy, severity):
            continue
        key = f"escalation.{severity.name}.unanswered"
        then = spoken(clock.seconds, clock.business)
        asked.ask(
            key,
            f"{severity.name} pages nobody to begin with. Who is paged when nobody has taken it after {then}?"
            " Names, or 'never': then only after a day.",
            ", ".join(policy.on_call),
            clock.why,
        )
        names = asked.names(key) or ()
        if [n.lower() for n in names] == ["never"]:
            silent.append(severity.name)
        elif names:
            added.append(
                Level(
                    f"{severity.name}/{clock.seconds}/unanswered",
                    severity.name,
                    clock.seconds,
                    names,
                    "acknowledged",
                    clock.why,
                    business=clock.business,
                    named=False,
                )
            )
    return tuple(added), tuple(silent)


def _pages(policy: Policy, severity: Severity) -> bool:
    """Whether anybody is paged for a severity by the clock."""
    return any(x.manner == "page" and x.after is not None for x in policy.levels_of(severity.name))


def first(policy: Policy, asked: Asked) -> None:
    """Ask whom to page first, where a severity leaves it open or nobody is on call."""
    unsaid = [x.severity or "" for x in policy.levels if x.after == 0 and not x.why.stated]
    if unsaid or "oncall.first" in asked.answers or not policy.on_call_why.stated:
        which = f" for {', '.join(unsaid)}" if unsaid else ""
        asked.ask(
            "oncall.first",
            f"Who is paged first{which}? The text does not say.",
            ", ".join(policy.on_call),
            policy.on_call_why,
        )
