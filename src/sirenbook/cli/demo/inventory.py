"""Reads from a playbook's own commands what the demo's platform must have."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .-]*)>")
_STAND_IN = re.compile(r"@[\w .-]+@")
_SEPARATORS = {"|", "||", "&&", ";", "&", "(", ")", ">", "<", ">>"}
_PLURALS = {
    "deployment": "deployments", "deployments": "deployments", "deploy": "deployments",
    "statefulset": "statefulsets", "statefulsets": "statefulsets", "sts": "statefulsets",
    "secret": "secrets", "secrets": "secrets", "pvc": "persistentvolumeclaims",
    "certificate": "certificates", "certificates": "certificates", "ingress": "ingresses",
    "configmap": "configmaps", "cm": "configmaps", "svc": "services", "service": "services",
}  # fmt: skip
_VALUED = {"-n", "--namespace", "-l", "--selector", "-o", "--output", "-c", "-p", "--patch", "--tail", "--since"}
_URL = re.compile(r"https?://([A-Za-z][\w.-]*)")
_OWN = {"localhost", "prometheus", "grafana", "alertmanager", "postgres", "redis"}
_METRIC = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+){2,}\b")


@dataclass
class Wanted:
    """One workload that the playbook's commands act upon."""

    plural: str
    namespace: str
    name: str
    labels: dict[str, str]


@dataclass
class Inventory:
    """What the commands of one playbook take for granted."""

    namespace: str = "default"
    namespaces: set[str] = field(default_factory=set)
    workloads: list[Wanted] = field(default_factory=list)
    things: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    database: str = "postgres"
    databases: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)

    def workload(self, namespace: str, name: str) -> Wanted | None:
        """A workload by its name, or by one that begins so."""
        here = [w for w in self.workloads if w.namespace == namespace]
        exact = [w for w in here if w.name == name]
        return next(iter(exact or [w for w in here if w.name.startswith(f"{name}-")]), None)


@dataclass
class _Call:
    """One kubectl command line, as far as it names things."""

    words: list[str]
    namespace: str | None = None
    selector: str | None = None
    jsonpath: str = ""
    inner: list[str] = field(default_factory=list)


def take_stock(commands: Iterable[str]) -> Inventory:
    """Everything that the commands of a playbook name, and two deployments at least."""
    texts = list(commands)
    found = Inventory()
    stages = [stage for text in texts for stage in _stages(text)]
    calls = [_call(stage) for stage in stages if stage[0] == "kubectl"]
    spoken = Counter(c.namespace for c in calls if c.namespace)
    found.namespace = spoken.most_common(1)[0][0] if spoken else "default"
    found.namespaces = {*spoken, found.namespace}
    for call in calls:
        _note_named(found, call)
    for call in calls:
        _note_selected(found, call)
    _note_hosts(found, "\n".join(texts))
    _note_databases(found, [*stages, *(c.inner for c in calls)])
    _complete(found)
    return found


def _stages(text: str) -> Iterator[list[str]]:
    """The programs of a command line, each as its words; nothing where the text is no command line."""
    spelled = _PLACEHOLDER.sub(r"@\1@", text.replace("\\\n", " ").replace("\n", " ; "))
    reader = shlex.shlex(spelled, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    reader.commenters = ""
    words: list[str] = []
    try:
        for word in reader:
            if word not in _SEPARATORS:
                words.append(word)
            elif words:
                yield words
                words = []
    except ValueError:
        return
    if words:
        yield words


def _call(stage: Sequence[str]) -> _Call:
    call = _Call([])
    rest = iter(stage[1:])
    for word in rest:
        name, _, given = word.partition("=")
        if word == "--":
            call.inner = list(rest)
        elif name in _VALUED:
            _flag(call, name, given or next(rest, ""))
        elif not word.startswith("-"):
            call.words.append(word)
    return call


def _flag(call: _Call, name: str, value: str) -> None:
    if _STAND_IN.search(value):
        return
    if name in ("-n", "--namespace"):
        call.namespace = value
    elif name in ("-l", "--selector") and "=" in value:
        call.selector = value
    elif name in ("-o", "--output"):
        call.jsonpath = value.partition("=")[2]


def _note_named(found: Inventory, call: _Call) -> None:
    """What stands as `deployment/api`, `deployment api`, `secret keys` or `<redis-pod>`."""
    namespace = call.namespace or found.namespace
    for word in call.words:
        if pod := re.fullmatch(r"@(\w+)-pod@", word):
            _want(found, "statefulsets", namespace, pod[1])
    named = [w.partition("/")[::2] for w in call.words if "/" in w]
    pairs = zip(call.words, call.words[1:], strict=False) if call.words[:1] != ["exec"] else ()
    for kind, name in [*named, *pairs]:
        plural = _PLURALS.get(kind)
        if plural and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name) and name not in _PLURALS:
            if plural in ("deployments", "statefulsets"):
                _want(found, plural, namespace, name)
            else:
                keys = tuple(re.findall(r"\.data\.([\w-]+)", call.jsonpath))
                found.things[plural, namespace, name] = (*found.things.get((plural, namespace, name), ()), *keys)


def _want(found: Inventory, plural: str, namespace: str, name: str) -> Wanted:
    known = found.workload(namespace, name)
    if known is None or known.name != name:
        known = Wanted(plural, namespace, name, {"app": name})
        found.workloads.append(known)
    found.namespaces.add(namespace)
    return known


def _note_selected(found: Inventory, call: _Call) -> None:
    """What stands as `-l app=api`: the workload of that name gets the label."""
    if call.selector is None:
        return
    namespace = call.namespace or found.namespace
    for pair in call.selector.split(","):
        key, _, value = pair.partition("=")
        if re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value.lstrip("=")):
            workload = found.workload(namespace, value) or _want(found, "deployments", namespace, value)
            workload.labels[key.rstrip("!")] = value


def _note_hosts(found: Inventory, text: str) -> None:
    """Hosts of URLs: those inside the cluster are services, so something must serve them."""
    found.hosts = set(_URL.findall(text))
    found.metrics = {m for m in _METRIC.findall(text) if m.endswith(("_total", "_seconds", "_bytes", "_ratio"))}
    for host in sorted(found.hosts):
        name, _, rest = host.partition(".")
        name = name.removesuffix("-service")
        inside = not rest or ".svc" in f".{rest}"
        if inside and name not in _OWN and not any(w.name == name for w in found.workloads):
            namespace = rest.split(".")[0] if rest and rest.split(".")[0] in found.namespaces else found.namespace
            _want(found, "deployments", namespace, name)


def _note_databases(found: Inventory, stages: Iterable[Sequence[str]]) -> None:
    named: list[str] = []
    for words in stages:
        if not words or words[0] not in ("psql", "pg_restore", "pg_isready", "pg_dump"):
            continue
        for flag, value in pairwise(words):
            if re.fullmatch(r"[a-z_]\w*", value):
                if flag == "-d":
                    named.append(value)
                if flag == "-U":
                    found.roles.add(value)
    found.databases = set(named)
    found.database = Counter(named).most_common(1)[0][0] if named else "postgres"


def _complete(found: Inventory) -> None:
    """What every platform has: something that serves, and where it keeps its data."""
    serving = [w for w in found.workloads if w.plural == "deployments" and w.namespace == found.namespace]
    for name in ("api", "worker")[len(serving) :]:
        _want(found, "deployments", found.namespace, name)
    for name in ("postgres", "redis"):
        _want(found, "statefulsets", found.namespace, name)
    for plural, namespace, name in list(found.things):
        if plural == "services" and found.workload(namespace, name) is None:
            _want(found, "deployments", namespace, name)
