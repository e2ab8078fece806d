"""Turns a kubectl command into what a cluster can be asked without a change: a right, or a dry run there."""

from collections.abc import Iterator

from sirenbook.playbook.safety.checks.look import Look
from sirenbook.playbook.safety.kubectl import Kubectl, rules
from sirenbook.playbook.safety.verdict import HOLE

_RIGHTS = {
    "logs": ("get", "pods", "log"),
    "exec": ("create", "pods", "exec"),
    "port-forward": ("create", "pods", "portforward"),
}
_READING = frozenset({"get", "describe"})
_DRY = frozenset(
    ("scale", "set env", "set image", "set resources", "delete", "patch", "rollout undo", "label", "annotate")
)


def questions(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The words for kubectl that ask about every kubectl of a command; none where something is to be filled in."""
    if language != "shell":
        return ()
    look = Look(text, language)
    calls = [p.call for p in look.of("kubectl") if not (p.inside or p.call.environment)]
    return tuple(question for call in calls for question in _asked(Kubectl(call), call.texts))


def _asked(kubectl: Kubectl, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    never = set(rules()["files"]) | set(rules()["elsewhere"]) | {"--dry-run", "--all-namespaces"}
    lead = words if kubectl.rest.rest is None else words[: kubectl.start + kubectl.rest.rest]
    if kubectl.unknown or kubectl.rest.unknown or never & kubectl.names or any(HOLE in w for w in lead):
        return
    namespace = kubectl.value("--namespace")
    where = ("-n", namespace) if namespace else ()
    if kubectl.verb in _RIGHTS:
        verb, kind, part = _RIGHTS[kubectl.verb]
        yield ("auth", "can-i", verb, kind, f"--subresource={part}", *where)
    elif kubectl.verb in _READING:
        yield from (("auth", "can-i", "get", kind, *where) for kind in sorted(kubectl.kinds))
    elif kubectl.verb == "rollout restart":
        yield from (("auth", "can-i", "patch", kind, *where) for kind in sorted(kubectl.kinds))
    elif kubectl.verb in _DRY and kubectl.rest.rest is None:
        yield (*words, "--dry-run=server")
