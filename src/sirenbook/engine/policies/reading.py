"""From the texts of a playbook to its policy and bindings, with every finding about them."""

import hashlib
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sirenbook.engine.policies.texts import BINDINGS, Texts
from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Policy
from sirenbook.playbook.bare import runnable
from sirenbook.playbook.bindings.reachability import unbound
from sirenbook.playbook.bindings.reader import check_bindings, demo_bindings, read_bindings
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.lint import in_order, lint
from sirenbook.playbook.lint.book import Book
from sirenbook.playbook.lint.commands import commands_of, place_of


class Loaded(Struct, frozen=True):
    """A playbook as it will run."""

    texts: Texts
    policy: Policy
    bindings: Bindings
    diagnostics: tuple[Diagnostic, ...]


def load(texts: Texts) -> Loaded:
    """Compile the texts; whatever is wrong with them is a diagnostic, never an exception."""
    answers = read_bindings(texts.bindings, BINDINGS)[0].answers
    policy = runnable(compile_playbook(list(texts.files.items()), answers))
    return bind(texts, replace(policy, digest=_digest(policy)))


def bind(texts: Texts, policy: Policy) -> Loaded:
    """Bind a policy, compiled here or by another node, to the bindings among the texts it was compiled from."""
    bindings, findings = read_bindings(texts.bindings, BINDINGS, policy.rotation)
    if texts.demo:
        bindings = demo_bindings(policy, bindings)
    own = _placed(policy, bindings).diagnostics
    return Loaded(texts, policy, bindings, (*own, *findings, *check_bindings(policy, bindings)))


def _placed(policy: Policy, bindings: Bindings) -> Policy:
    """The policy with what the reader found about answers at the line of sirenbook.toml that gives them."""
    found = (d if d.at.stated else replace(d, at=bindings.places.get(d.at.quote, d.at)) for d in policy.diagnostics)
    return replace(policy, diagnostics=tuple(found))


def inspect(loaded: Loaded, today: date) -> tuple[Diagnostic, ...]:
    """Every finding of a playbook and its bindings, by all the checks there are, in the order of the text."""
    files = list(loaded.texts.files.items())
    if not loaded.texts.bindings:
        found = (*lint(loaded.policy, files, today=today), unbound(loaded.policy))
    else:
        policy = _placed(loaded.policy, loaded.bindings)
        found = (*lint(policy, files, loaded.bindings, today), *loaded.diagnostics)
    return in_order(found, loaded.policy.files)


def against(loaded: Loaded, dsn: str | None, context: str | None) -> tuple[Diagnostic, ...]:
    """What a real database and a real cluster refuse of the commands; neither is changed. Raises Unreachable."""
    from sirenbook.engine.steps.against_cluster import against_cluster
    from sirenbook.engine.steps.against_database import against_database

    book = Book(loaded.policy, list(loaded.texts.files.items()))
    commands = [(c.text, c.language, place_of(book, c, file)) for c, file, _ in commands_of(book)]
    found = against_database(dsn, commands) if dsn else ()
    return (*found, *against_cluster(context, commands)) if context else found


def every_finding(loaded: Loaded, today: date) -> tuple[Diagnostic, ...]:
    """The same for a playbook that runs, or is to: what keeps pages from people is told name by name."""
    bindings = loaded.bindings if loaded.texts.bindings else None
    policy = _placed(loaded.policy, loaded.bindings)
    looked = lint(policy, list(loaded.texts.files.items()), bindings, today)
    return in_order((*looked, *loaded.diagnostics), loaded.policy.files)


def _digest(policy: Policy) -> str:
    """The name under which a policy is kept for ever: read otherwise, the same text is another policy.

    An upgrade of the reader must not change the clocks of incidents that are open.
    """
    sum_ = hashlib.sha256(policy.digest.encode())
    sum_.update(msgspec.json.encode(policy))
    return sum_.hexdigest()
