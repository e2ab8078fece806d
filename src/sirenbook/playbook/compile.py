"""Compiles a playbook: the team's Markdown files and the owner's answers become one immutable policy."""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Clock, Policy
from sirenbook.model.provenance import default
from sirenbook.playbook import diagnostics, oncall
from sirenbook.playbook.communication import join_cadences
from sirenbook.playbook.contacts import read_contacts
from sirenbook.playbook.document import Document, parse
from sirenbook.playbook.duration import spoken
from sirenbook.playbook.escalation import read_escalation
from sirenbook.playbook.levels import Ladder, build_levels
from sirenbook.playbook.metrics import read_metrics
from sirenbook.playbook.questions import WATCH_SECONDS, Asked
from sirenbook.playbook.review import read_reviews
from sirenbook.playbook.runbooks import read_alerts, read_runbooks
from sirenbook.playbook.severity import Draft, read_severities, scale_of
from sirenbook.playbook.templates import read_templates

NO_ANSWERS: Mapping[str, str] = {}


def compile_playbook(files: Sequence[tuple[str, str]], answers: Mapping[str, str] = NO_ANSWERS) -> Policy:
    """Compile a playbook's files, given as name and text; any text gives a policy, with findings and questions."""
    documents = [parse(name, text) for name, text in files]
    drafts = read_severities(documents)
    scale = scale_of(drafts)
    join_cadences(documents, drafts, scale)
    steps = read_escalation(documents, drafts, scale)
    asked = Asked(answers)
    on_call, on_call_why = oncall.first_on_call(documents, steps)
    targets = asked.names("oncall.first") or (on_call,)
    ladder = build_levels(steps, scale, targets, answers)
    severities = tuple(draft.finish(rank) for rank, draft in enumerate(drafts))
    wait = asked.clock("escalation.silence") or oncall.ack_clock(documents, steps, scale)
    second = oncall.backup(documents, steps)
    policy = Policy(
        digest=digest(files, answers),
        title=documents[0].title if documents else "",
        files=tuple(name for name, _ in files),
        severities=severities,
        levels=tuple(ladder.levels),
        on_call=targets,
        on_call_why=on_call_why
        if targets == (on_call,)
        else default(f"answer oncall.first = {', '.join(targets)}"),
        ack=wait,
        backup=second[0] if second else None,
        backup_why=second[1] if second else None,
        in_doubt_higher=oncall.in_doubt(documents),
        alerts=read_alerts(documents, scale),
        rotation=oncall.read_rotation(documents, wait),
        runbooks=read_runbooks(documents),
        templates=read_templates(documents),
        reviews=read_reviews(documents, scale),
        contacts=read_contacts(documents),
        metrics=read_metrics(documents, scale),
    )
    return _settle(policy, documents, drafts, ladder, asked)


def digest(files: Sequence[tuple[str, str]], answers: Mapping[str, str]) -> str:
    """The name under which a policy is kept: it changes with every text and every answer."""
    pieces = [piece for pair in (*files, *sorted(answers.items())) for piece in pair]
    sum_ = hashlib.sha256(str(len(files)).encode())
    for piece in pieces:
        data = piece.encode("utf-8", "surrogatepass")
        sum_.update(f"|{len(data)}|".encode() + data)
    return sum_.hexdigest()


def _settle(
    policy: Policy, documents: Sequence[Document], drafts: Sequence[Draft], ladder: Ladder, asked: Asked
) -> Policy:
    """The policy with its questions asked, their defaults in force, and every finding listed."""
    watch = _watch(documents, asked)
    restart = _ask_regrade(asked)
    _ask_silence(policy, asked)
    _ask_first(policy, asked)
    asked.questions.extend(ladder.questions)
    asked.close()
    findings = [*_findings(documents, policy, drafts), *ladder.findings, *asked.findings]
    findings.sort(key=lambda d: (d.at.file, d.at.line))
    return replace(
        policy,
        watch=watch,
        restart_on_regrade=restart,
        questions=tuple(asked.questions),
        diagnostics=tuple(findings),
    )


def _watch(documents: Sequence[Document], asked: Asked) -> Clock | None:
    stated = oncall.watch_clock(documents)
    fallback = stated.seconds if stated else WATCH_SECONDS
    answer = asked.clock("resolve.watch")
    never = asked.answers.get("resolve.watch", "").strip().lower() == "never"
    if not stated or answer or never:
        asked.ask(
            "resolve.watch",
            "After how long without alerts does an incident resolve by itself? A duration, or 'never'.",
            spoken(fallback),
            stated.why if stated else default("no line says how long to watch"),
        )
    if never:
        return None
    return answer or stated or Clock(WATCH_SECONDS, default(f"watched for {spoken(WATCH_SECONDS)}"))


def _ask_regrade(asked: Asked) -> bool:
    value = asked.ask(
        "regrade.clock",
        "Does a new severity start its escalation clock afresh, or keep the time that has passed?",
        "restart",
        default("no line says so"),
        ("restart", "keep"),
    )
    return value.lower() == "restart"


def _ask_silence(policy: Policy, asked: Asked) -> None:
    """Tell what happens when nobody acknowledges, and let the owner set another time."""
    after = f"after {spoken(policy.ack.seconds)}" if policy.ack else "after the severity's response time"
    also = f", and {policy.backup} is brought in" if policy.backup else ""
    at = policy.ack.why if policy.ack else default("no line says how long a page may stay unanswered")
    asked.ask(
        "escalation.silence",
        "What happens when nobody acknowledges a page? It goes out again; answer with a duration to change when.",
        f"page again {after}{also}",
        at,
    )


def _ask_first(policy: Policy, asked: Asked) -> None:
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


def _findings(documents: Sequence[Document], policy: Policy, drafts: Sequence[Draft]) -> list[Diagnostic]:
    found = [diagnostics.mended(d.file, d.mended) for d in documents if d.mended]
    found += [diagnostics.empty(d.file) for d in documents if not d.root.contents]
    first = policy.files[0] if policy.files else ""
    if not policy.severities:
        found.append(diagnostics.no_severities(first))
    elif not any(x.after != 0 for x in policy.levels):
        found.append(diagnostics.no_escalation(first))
    found += [diagnostics.no_response(s.name, s.why) for s in policy.severities if not (s.response or s.ack)]
    for draft in drafts:
        for what, rival in draft.rivals:
            found.append(diagnostics.contradiction(draft.name.id, what, draft.clocks[what], rival))
        found += [
            diagnostics.unreadable(draft.name.id, what, why)
            for what, why in draft.unread
            if what not in draft.clocks
        ]
    return found
