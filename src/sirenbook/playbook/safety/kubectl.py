"""Judges kubectl: the verb by a table, its options by what kubectl has, and a command in a pod by its own judge."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from sirenbook.model.judgement import Flag, Word
from sirenbook.playbook.safety.arguments import Parsed, Spec, parse, spec
from sirenbook.playbook.safety.programs import without
from sirenbook.playbook.safety.tables import facts
from sirenbook.playbook.safety.verdict import HOLE, Call, Judge, Verdict, changes, destroys, reads, shown

_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "logs": ("--follow",),
    "get": ("--watch", "--watch-only"),
    "events": ("--watch",),
}
_ALIASES = {
    "top pods": "top pod", "top po": "top pod", "top nodes": "top node", "top no": "top node",
}  # fmt: skip
_HEALTH = re.compile(r"/(?:healthz|livez|readyz|version)(?:/[\w-]+)*(?:\?verbose(?:=true)?)?")
_FILE_OUTPUT = re.compile(r"-file\b")
_TABLES = ("", "wide", "name")
_MEANT_CHANGES = frozenset({"restart", "undo"})
"""Verbs that kubectl lacks, with one meaning, and a change: what reads or takes away is never guessed."""


@cache
def rules() -> Mapping[str, Any]:
    """The table of kubectl's verbs, options and kinds."""
    text = resources.files("sirenbook.playbook.safety.data").joinpath("kubectl.toml").read_text("utf-8")
    return tomllib.loads(text)


def versions() -> tuple[str, ...]:
    """The versions of kubectl whose verbs and options are known."""
    return tuple(facts("kubectl.json"))


@cache
def options(verb: str) -> Spec:
    """The options of a verb in any known version, those of every verb among them."""
    texts = [verbs[name] for verbs in facts("kubectl.json").values() for name in ("", verb) if name in verbs]
    return spec(*texts)


@cache
def verbs() -> frozenset[str]:
    """Every verb that some known version has."""
    return frozenset(v for known in facts("kubectl.json").values() for v in known if v)


def _verb(words: list[str]) -> str:
    """A verb by its full name."""
    return _ALIASES.get(" ".join(words), " ".join(words))


def judge_oc(call: Call, inner: Judge) -> Verdict:
    """The verdict on OpenShift's oc: what it shares with kubectl is judged so, its own verbs change something."""
    verdict = judge_kubectl(call, inner)
    return replace(verdict, reasons=tuple(r.replace("kubectl", "oc") for r in verdict.reasons))


class Kubectl:
    """The words of kubectl sorted out: its verb, its options, and what it is done to."""

    def __init__(self, call: Call) -> None:
        texts = call.texts
        lead = parse(texts, options(""), interspersed=False)
        arguments = [text for _, text in lead.arguments]
        self.unknown = lead.unknown
        self.verb = next((v for v in map(_verb, (arguments[:2], arguments[:1])) if v in verbs()), "")
        self.named = arguments[0] if arguments else ""
        self.start = (lead.arguments[0][0] if arguments else len(texts)) + len(self.verb.split())
        self.before = lead.options
        self.rest = parse(texts[self.start :], options(self.verb)) if self.verb else lead

    @property
    def arguments(self) -> list[str]:
        """What stands after the verb, without options and without a command for a pod."""
        end = self.rest.rest
        return [text for place, text in self.rest.arguments if end is None or place < end]

    @property
    def names(self) -> frozenset[str]:
        """Every option that is used."""
        return self.rest.names | {o.name for o in self.before}

    def value(self, name: str) -> str | None:
        """The value of an option."""
        return self.rest.value(name) or next((o.value for o in self.before if o.name == name), None)

    @property
    def kinds(self) -> set[str]:
        """The kinds of objects that are named, without their API group; what is set to a value names none."""
        found: set[str] = set()
        arguments = [a for a in self.arguments if "=" not in a]
        slashed = any("/" in a for a in arguments)
        for text in arguments if slashed else arguments[:1]:
            found |= {k.partition("/")[0].partition(".")[0].lower() for k in text.split(",")}
        return found


def judge_kubectl(call: Call, inner: Judge) -> Verdict:
    """The verdict on kubectl with these words; `inner` judges a command that runs in a pod."""
    kubectl = Kubectl(call)
    if not kubectl.verb and not kubectl.unknown and kubectl.named in _MEANT_CHANGES:
        return _as_meant(call, kubectl, inner)
    if not kubectl.verb:
        what = f"kubectl {shown(kubectl.named)}".strip()
        return changes(call, f"{what}: kubectl has no such verb, so what it does is not known")
    unknown = (*kubectl.unknown, *kubectl.rest.unknown)
    verdict = _by_verb(call, kubectl, inner)
    if unknown and verdict.risk == "reads":
        return changes(call, f"kubectl {kubectl.verb} {shown(unknown[0])}: no such option is known")
    return _by_options(verdict, kubectl)


def _as_meant(call: Call, kubectl: Kubectl, inner: Judge) -> Verdict:
    """A change by a verb that kubectl lacks: what would run is the verb that is meant, shown before consent."""
    meant = rules()["meant"][kubectl.named].split()
    at = 1 + kubectl.start
    words = (*call.words[:at], *(Word((w,)) for w in meant), *call.words[at + 1 :])
    verdict = judge_kubectl(call._replace(words=words), inner)
    said = f"`{kubectl.named}`, which kubectl does not have, became `{' '.join(meant)}`"
    return replace(verdict.also(risk="changes"), rewrites=(said, *verdict.rewrites))


def _by_verb(call: Call, kubectl: Kubectl, inner: Judge) -> Verdict:
    verb = kubectl.verb
    if verb == "exec":
        return _exec(call, kubectl, inner)
    if _takes_away(kubectl):
        return destroys(call, f"kubectl {verb} takes away what runs")
    if verb == "port-forward":
        return Verdict(
            "reads", ("kubectl port-forward opens a port here",), frozenset({"listener", "endless"}), None
        )
    if verb in ("edit", "attach", "debug", "proxy", "run"):
        flags: tuple[Flag, ...] = ("interactive", "tty") if verb in ("edit", "attach") else ()
        return changes(call, f"kubectl {verb} changes something, or waits at a terminal", flags)
    if verb not in rules()["reads"]:
        return changes(call, f"kubectl {verb} changes something")
    return _unattended(reads(call, f"kubectl {verb} only reads", _shows(kubectl)), kubectl)


def _takes_away(kubectl: Kubectl) -> bool:
    verb, names = kubectl.verb, kubectl.names
    return (
        verb in rules()["destroys"]
        or (verb == "scale" and kubectl.value("--replicas") == "0")
        or (verb == "replace" and "--force" in names)
        or (verb == "apply" and "--prune" in names)
    )


def _by_options(verdict: Verdict, kubectl: Kubectl) -> Verdict:
    """The verdict with what the options say against it."""
    names = kubectl.names
    if kubectl.verb in rules()["reads"]:
        raw = kubectl.value("--raw") if kubectl.verb == "get" else None
        for name in sorted(names & set(rules()["files"])):
            if not (name == "--raw" and raw is not None and _HEALTH.fullmatch(raw)):
                if kubectl.verb == "config view" and name == "--raw":
                    verdict = verdict.also("reveals-secrets")
                    continue
                because = f"kubectl {name} reads or writes what is not seen here"
                verdict = verdict.also(risk="changes", because=because)
        if _FILE_OUTPUT.search(kubectl.value("--output") or ""):
            verdict = verdict.also(risk="changes", because="kubectl -o reads a file")
    if names & set(rules()["elsewhere"]):
        verdict = verdict.also("elsewhere")
    return verdict


def _shows(kubectl: Kubectl) -> Iterable[Flag]:
    """What the output may hold that is not for everybody."""
    kinds = kubectl.kinds
    whole = (kubectl.value("--output") or "") not in _TABLES or _verbose(kubectl)
    if kubectl.verb == "logs":
        yield "logs"
    if kubectl.verb == "get" and whole:
        yield "sensitive-output"
    if kubectl.verb == "get" and whole and (kinds & set(rules()["secret"]) or any(HOLE in k for k in kinds)):
        yield "reveals-secrets"
    if kubectl.verb == "describe" and (kinds & set(rules()["telling"]) or any(HOLE in k for k in kinds)):
        yield "sensitive-output"
    if kubectl.verb == "cluster-info" and kubectl.arguments:
        yield "sensitive-output"


def _verbose(kubectl: Kubectl) -> bool:
    """Whether kubectl prints what it sends and gets, whatever the output is."""
    return not re.fullmatch(r"[0-5]?", kubectl.value("--v") or "")


def _unattended(verdict: Verdict, kubectl: Kubectl) -> Verdict:
    """The verdict with a form that ends: nothing is followed or watched."""
    if kubectl.verb == "wait" and (kubectl.value("--timeout") or "").startswith("-"):
        return Verdict("reads", verdict.reasons, verdict.flags | {"endless"}, None)
    follows = [o for o in kubectl.rest.options if o.name in _FOLLOWS.get(kubectl.verb, ())]
    if not follows or verdict.words is None:
        return verdict
    words = without(verdict.words, [(1 + kubectl.start + o.at, o.words, o.spelled) for o in follows])
    endless: frozenset[Flag] = frozenset({"endless"}) if any(o.value != "false" for o in follows) else frozenset()
    dropped = tuple(f"`{o.spelled}` dropped" for o in follows)
    return Verdict(verdict.risk, verdict.reasons, verdict.flags | endless, words, dropped, endless)


def _exec(call: Call, kubectl: Kubectl, inner: Judge) -> Verdict:
    """A command in a pod is judged by what it is; a terminal for it is never asked for."""
    parsed: Parsed = kubectl.rest
    if parsed.rest is None or len(kubectl.arguments) > 1:
        return changes(call, "kubectl exec without `--` before the command: what runs is not clear", ("in-pod",))
    begin = 1 + kubectl.start + parsed.rest + 1
    terminal = [o for o in parsed.options if o.name in ("--tty", "--stdin")]
    lead = without(call.words[:begin], [(1 + kubectl.start + o.at, o.words, o.spelled) for o in terminal])
    words = tuple(_bare_program(w) if i == 0 else w for i, w in enumerate(call.words[begin:]))
    if not words:
        return changes(call, "kubectl exec without a command", ("in-pod",))
    tty: frozenset[Flag] = frozenset({"tty"}) if any(o.name == "--tty" for o in terminal) else frozenset()
    stdin_open = any(o.name == "--stdin" for o in terminal) and not call.first
    verdict = inner(Call(words, call.fed, call.depth + 1, call.first or not stdin_open))
    if stdin_open:
        lead = call.words[:begin]
    dropped = tuple(dict.fromkeys(f"`{o.spelled}` dropped" for o in terminal if not stdin_open))
    outer = Verdict("reads", (), tty | {"in-pod"}, lead, dropped, tty if not stdin_open else frozenset())
    return verdict.inside(outer, lead)


def _bare_program(word: Word) -> Word:
    """The program's name where it is called by a usual path of a container."""
    found = re.fullmatch(r"/(?:usr/(?:local/)?)?s?bin/([\w.-]+)", word.spelled)
    return Word((found[1],)) if found and not word.holes else word
