"""Compiles a playbook: the team's Markdown files and the owner's answers become one immutable policy."""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy
from sirenbook.model.provenance import default
from sirenbook.playbook import assumed, diagnostics, oncall
from sirenbook.playbook.communication import join_cadences
from sirenbook.playbook.contacts import read_contacts
from sirenbook.playbook.criteria import join_criteria
from sirenbook.playbook.demands import read_demands
from sirenbook.playbook.draft import Draft
from sirenbook.playbook.escalation.levels import Ladder, build_levels
from sirenbook.playbook.escalation.reader import read_escalation
from sirenbook.playbook.language.statements import statements
from sirenbook.playbook.metrics import read_metrics
from sirenbook.playbook.obligations import read_obligations
from sirenbook.playbook.outlets import read_outlets
from sirenbook.playbook.procedures.references import unresolved
from sirenbook.playbook.procedures.routines import read_routines
from sirenbook.playbook.procedures.runbooks import read_alerts, read_runbooks
from sirenbook.playbook.promises import read_promises
from sirenbook.playbook.questions import Asked
from sirenbook.playbook.readiness import read_readiness
from sirenbook.playbook.review import read_reviews
from sirenbook.playbook.roles import read_roles
from sirenbook.playbook.security import read_security
from sirenbook.playbook.severity import read_severities, scale_of
from sirenbook.playbook.stated import join_clocks
from sirenbook.playbook.states import read_states
from sirenbook.playbook.templates import read_templates
from sirenbook.playbook.text.document import Document, parse

NO_ANSWERS: Mapping[str, str] = {}


def compile_playbook(files: Sequence[tuple[str, str]], answers: Mapping[str, str] = NO_ANSWERS) -> Policy:
    """Compile a playbook's files, given as name and text; any text gives a policy, with findings and questions."""
    documents = [parse(name, text) for name, text in files]
    drafts = read_severities(documents)
    scale = scale_of(drafts)
    thoughts = statements(documents, scale)
    join_cadences(documents, drafts, scale)
    join_clocks(thoughts, drafts, scale)
    join_criteria(documents, drafts, scale)
    read = read_escalation(documents, drafts, scale)
    steps = [s for s in read if not s.unheeded]
    asked = Asked(answers)
    on_call, on_call_why = oncall.first_on_call(documents, steps, scale)
    targets = asked.names("oncall.first") or (on_call,)
    ladder = build_levels(steps, scale, targets, answers)
    ladder.findings += [diagnostics.unheeded(s.who, s.why) for s in read if s.unheeded]
    severities = tuple(draft.finish(rank) for rank, draft in enumerate(drafts))
    wait = asked.clock("escalation.silence", oncall.ack_clock(documents, steps, scale))
    second = oncall.backup(documents, steps)
    contacts, templates = read_contacts(documents), read_templates(documents, scale)
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
        routines=read_routines(documents),
        templates=templates,
        reviews=read_reviews(documents, scale),
        contacts=contacts,
        metrics=read_metrics(documents, scale),
        outlets=read_outlets(documents, thoughts, templates, scale),
        promises=read_promises(thoughts, templates, scale),
        demands=read_demands(thoughts),
        obligations=read_obligations(thoughts, scale),
        roles=read_roles(thoughts, contacts, templates, scale),
        security=read_security(thoughts),
        states=read_states(thoughts, templates),
        readiness=read_readiness(documents, scale),
    )
    return _settle(policy, documents, drafts, ladder, asked, files=files)


def digest(files: Sequence[tuple[str, str]], answers: Mapping[str, str]) -> str:
    """The name under which a policy is kept: it changes with every text and every answer."""
    pieces = [piece for pair in (*files, *sorted(answers.items())) for piece in pair]
    sum_ = hashlib.sha256(str(len(files)).encode())
    for piece in pieces:
        data = piece.encode("utf-8", "surrogatepass")
        sum_.update(f"|{len(data)}|".encode() + data)
    return sum_.hexdigest()


def _settle(
    policy: Policy,
    documents: Sequence[Document],
    drafts: Sequence[Draft],
    ladder: Ladder,
    asked: Asked,
    *,
    files: Sequence[tuple[str, str]],
) -> Policy:
    """The policy with its questions asked, their defaults in force, and every finding listed."""
    watch = assumed.watch(documents, asked)
    restart = assumed.restart_on_regrade(asked)
    policy = replace(policy, patient=assumed.patient(policy, files, asked))
    assumed.silence(policy, asked)
    assumed.first(policy, asked)
    added, quiet = assumed.quiet(policy, asked)
    outside = assumed.everyone_outside(policy, asked)
    security = assumed.approvers(policy, asked)
    asked.questions.extend(ladder.questions)
    findings = [*_findings(documents, policy, drafts), *ladder.findings, *asked.findings]
    findings.sort(key=lambda d: (d.at.file, d.at.line))
    return replace(
        policy,
        levels=(*policy.levels, *added),
        quiet=quiet,
        watch=watch,
        restart_on_regrade=restart,
        everyone_outside=outside,
        security=security,
        questions=tuple(asked.questions),
        diagnostics=tuple(findings),
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
    found += [diagnostics.leads_nowhere(*each) for r in policy.runbooks for each in unresolved(r.references)]
    for draft in drafts:
        for what, rival in draft.rivals:
            found.append(diagnostics.contradiction(draft.name.id, what, draft.clocks[what], rival))
        found += [
            diagnostics.unreadable(draft.name.id, what, why)
            for what, why in draft.unread
            if what not in draft.clocks
        ]
    return found
