"""Checks kubectl: verbs and options that it does not have, and those that do less or more than they seem to."""

import difflib
import re
from collections.abc import Iterator

from sirenbook.model.judgement import Word
from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.checks.look import Finding, Look, Piece
from sirenbook.playbook.safety.kubectl import Kubectl, rules, verbs, versions
from sirenbook.playbook.safety.tables import facts
from sirenbook.playbook.safety.verdict import shown

_NAMESPACED = re.compile(
    r"(?:get|describe|logs|exec|scale|delete|rollout|set|patch|apply|events|edit|label|annotate|port-forward|cp"
    r"|autoscale|expose|wait|top)\b"
)
_WITHOUT = re.compile(
    r"(?:nodes?|no|namespaces?|ns|pv|persistentvolumes?|crds?|clusterrole\w*|storageclass\w*|sc|cs)"
)
_ROLLS = frozenset(
    ("rollout restart", "rollout undo", "set env", "set image", "set resources", "scale", "patch", "apply")
)


def check_kubectl(look: Look) -> Iterator[Finding]:
    """What kubectl will not do, or will do otherwise than it seems."""
    for piece in look.of("kubectl"):
        kubectl = Kubectl(piece.call)
        if not kubectl.verb:
            if kubectl.named and not kubectl.unknown:
                yield _no_verb(kubectl.named)
            continue
        yield from _options(piece, kubectl)
        yield from _namespace(look, kubectl)
        yield from _logs(kubectl)
        yield from _changes(look, kubectl)
    yield from _not_ready(look)


def _no_verb(named: str) -> Finding:
    near = rules()["meant"].get(named) or next(iter(difflib.get_close_matches(named, verbs(), 1)), "")
    meant = f"Write `kubectl {near}`." if near else "See `kubectl --help` for its verbs."
    return Finding(
        "SB421", "error", f"kubectl has no verb `{shown(named)}`: it ends with “unknown command”.", meant
    )


def _options(piece: Piece, kubectl: Kubectl) -> Iterator[Finding]:
    for name in (*kubectl.unknown, *kubectl.rest.unknown):
        if name in ("-it", "-ti") or "\0" in name:
            continue
        near = next(iter(difflib.get_close_matches(name, _known(kubectl.verb), 1)), "")
        help_ = f"Write `{near}`." if near else f"See `kubectl {kubectl.verb} --help` for its options."
        text = f"`kubectl {kubectl.verb}` has no option `{shown(name)}`."
        yield Finding("SB422", "error", text, help_)
    words = [w.spelled for w in piece.call.words[1 + kubectl.start :]]
    for version in versions():
        table = facts("kubectl.json")[version]
        unknown = parse(words, spec(table[""], table.get(kubectl.verb, ""))).unknown
        for name in unknown:
            if name not in kubectl.rest.unknown:
                text = f"kubectl {version} has no option `{name}` of `{kubectl.verb}`; others have it."
                yield Finding(
                    "SB422", "warning", text, "Say which version of kubectl the step needs, or do without."
                )


def _known(verb: str) -> list[str]:
    return [o for known in facts("kubectl.json").values() for o in spec(known[""], known.get(verb, "")).takes]


def _namespace(look: Look, kubectl: Kubectl) -> Iterator[Finding]:
    named = {"--namespace", "--all-namespaces"} & kubectl.names
    if not look.around.namespaced or named or not _NAMESPACED.match(kubectl.verb):
        return
    if (
        any(_WITHOUT.fullmatch(k) for k in kubectl.kinds)
        or kubectl.verb in ("top node", "top")
        or {"--raw", "--filename"} & kubectl.names
    ):
        return
    yield Finding(
        "SB423", "warning",
        "No namespace is named, though the commands around it name theirs: it goes where the last one worked.",
        "Add `-n` with the namespace.",
    )  # fmt: skip


def _logs(kubectl: Kubectl) -> Iterator[Finding]:
    if kubectl.verb != "logs":
        return
    if "--selector" in kubectl.names and "--tail" not in kubectl.names and "--follow" not in kubectl.names:
        yield Finding(
            "SB424", "warning", "With a selector kubectl shows only the last 10 lines of each container.",
            "Add `--tail=-1`, with `--since` to bound it.",
        )  # fmt: skip
    if any(
        a.startswith(("deployment/", "deploy/", "statefulset/", "sts/", "svc/")) for a in kubectl.arguments
    ) and not ({"--all-pods", "--selector"} & kubectl.names):
        yield Finding(
            "SB425", "note", "Of all the pods behind this name, kubectl reads the log of one.",
            "Use `-l` with the label of the pods, `--tail=-1` and `--prefix`.",
        )  # fmt: skip


def _changes(look: Look, kubectl: Kubectl) -> Iterator[Finding]:
    if kubectl.verb == "rollout undo" and "--to-revision" not in kubectl.names:
        yield Finding(
            "SB426", "warning", "Run twice, this brings the bad version back: it goes to and fro between two.",
            "Name the version that is known to be good: `--to-revision=N`, from `kubectl rollout history`.",
        )  # fmt: skip
    if kubectl.verb in _ROLLS and not look.around.waited and "--dry-run" not in kubectl.names:
        yield Finding(
            "SB427", "note", "Nothing waits for the change, so the next check may still look at the old pods.",
            "Follow it by `kubectl rollout status … --timeout=5m`.",
        )  # fmt: skip
    if kubectl.verb == "exec" and kubectl.rest.rest is None:
        yield Finding(
            "SB428", "error", "kubectl exec needs `--` before the command.", "Put ` -- ` before the command."
        )  # fmt: skip


def _not_ready(look: Look) -> Iterator[Finding]:
    for pipeline in look.pipelines:
        for first, second in zip(pipeline.stages, pipeline.stages[1:], strict=False):
            listed = _begins(first.words, "kubectl", "get") and _begins(second.words, "grep")
            if listed and _hides(second.words):
                yield Finding(
                    "SB429", "warning", "This hides pods that run and are not ready, and lists finished ones.",
                    "Look at the READY column, or use `--field-selector=status.phase!=Running` and the restarts.",
                )  # fmt: skip


def _begins(words: tuple[Word, ...], *named: str) -> bool:
    return tuple(w.spelled for w in words[: len(named)]) == named


def _hides(words: tuple[Word, ...]) -> bool:
    texts = [w.spelled for w in words[1:]]
    return "Running" in texts and any(t.startswith("-") and "v" in t for t in texts)
