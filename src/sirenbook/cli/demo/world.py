"""The demo's platform as a state machine: workloads, their pods, and faults. Pure: the time is always given."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sirenbook.cli.demo.faults import FRONT, Cure, Fault
from sirenbook.cli.demo.inventory import Inventory
from sirenbook.cli.demo.quantities import amount

Key = tuple[str, str, str]
"""Plural, namespace and name."""
Json = dict[str, Any]

STARTS_IN = timedelta(seconds=2)
AGE = timedelta(minutes=7)
"""How long a fault has been on when the alert comes: monitoring needs a while to be sure."""
KEYS = 1841
"""How many keys the cache holds until somebody flushes it."""
ENOUGH_MEMORY = 1 << 30
WORKLOADS = ("deployments", "statefulsets")
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True)
class Release:
    """One version of a workload's template."""

    number: int
    digest: str
    template: Json
    born: datetime


@dataclass
class Pod:
    """One pod: of which workload and release, and since when."""

    of: Key
    name: str
    release: Release
    born: datetime
    number: int


@dataclass
class Struck:
    """A fault that is or was on: what it strikes, since when it shows, and `at` when it was switched on."""

    fault: Fault
    target: Key
    since: datetime
    at: datetime
    until: datetime | None = None
    release: int = 0
    pod: str = ""
    replicas: int = 0

    def holds(self, pod: Pod, at: datetime) -> bool:
        """Whether the pod suffers from it at that time."""
        if pod.of != self.target or at < self.since or (self.until is not None and at >= self.until):
            return False
        if self.fault.one:
            return pod.name == self.pod
        return not self.release or pod.release.number == self.release


@dataclass
class World:
    """Everything that is: objects as kubectl sees them, releases and pods of the workloads, faults, and facts.

    `facts` are what the real database says of its own faults, counted by whoever watches it.
    """

    inventory: Inventory
    started: datetime
    objects: dict[Key, Json] = field(default_factory=dict)
    releases: dict[Key, list[Release]] = field(default_factory=dict)
    pods: dict[tuple[str, str], Pod] = field(default_factory=dict)
    faults: list[Struck] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)
    serial: int = 0

    # Asking

    def workloads(self, namespace: str | None = None) -> Iterator[Key]:
        """Every deployment and stateful set, of one namespace or of all."""
        for key in self.objects:
            if key[0] in WORKLOADS and namespace in (None, key[1]):
                yield key

    def pods_of(self, key: Key) -> list[Pod]:
        """The pods of a workload, the oldest first."""
        return [p for p in self.pods.values() if p.of == key]

    def current(self, key: Key) -> Release:
        """The newest release of a workload."""
        return self.releases[key][-1]

    def active(self) -> list[Struck]:
        """The faults that are on."""
        return [s for s in self.faults if s.until is None]

    def suffers(self, pod: Pod, at: datetime) -> Struck | None:
        """The fault that a pod suffers from at that time."""
        return next((s for s in self.faults if s.holds(pod, at)), None)

    def ready(self, pod: Pod, now: datetime) -> bool:
        """Whether a pod takes requests."""
        if now < pod.born + STARTS_IN:
            return False
        struck = self.suffers(pod, now)
        return struck is None or not struck.fault.look

    # Changing

    def put(self, key: Key, value: Json, now: datetime) -> Json:
        """Create or replace an object; a new template of a workload is a new release."""
        old = self.objects.get(key)
        metadata = dict(value.get("metadata", {}))
        kept = old["metadata"] if old else {"creationTimestamp": stamp(now), "uid": self._uid(key)}
        for name in ("creationTimestamp", "uid"):
            metadata[name] = kept[name]
        metadata["name"] = key[2]
        if key[1]:
            metadata["namespace"] = key[1]
        changed = old is None or old.get("spec") != value.get("spec")
        metadata["generation"] = (old or {"metadata": {}})["metadata"].get("generation", 0) + changed
        self.objects[key] = {**value, "metadata": metadata}
        if key[0] in WORKLOADS:
            self._release(key, now)
        self.settle(now)
        return self.objects[key]

    def remove(self, key: Key, now: datetime) -> Json | None:
        """Delete an object. A pod comes back by its workload, a certificate by the ingress that asks for it."""
        if key[0] == "pods":
            self.pods.pop((key[1], key[2]), None)
            self.settle(now)
            return None
        gone = self.objects.pop(key, None)
        self.releases.pop(key, None)
        if key[0] == "certificates" and gone and any(k[0] == "ingresses" and k[1] == key[1] for k in self.objects):
            fresh = {k: v for k, v in gone.items() if k != "metadata"}
            self.put(key, {**fresh, "metadata": {}}, now)
        self.settle(now)
        return gone

    def strike(self, fault: Fault, now: datetime) -> Struck:
        """Switch a fault on, as if it had begun a while ago."""
        since = now - AGE
        target = self.target(fault)
        struck = Struck(fault, target, since, now, replicas=self.objects[target]["spec"].get("replicas", 1))
        if fault.release:
            struck.release = self._ship_badly(target, since).number
        elif fault.one:
            struck.pod = self.pods_of(target)[0].name
        if "fallback" in fault.cures:
            self._forget_environment(target, since)
        if "flushed" in fault.cures:
            self.facts["keys"] = KEYS
        self.facts.pop(fault.name, None)
        self.faults.append(struck)
        self.settle(now)
        return struck

    def target(self, fault: Fault) -> Key:
        """The workload that a fault strikes: the one whose name fits best, else one that serves."""
        keys = sorted(self.workloads(), key=lambda k: k[1] != self.inventory.namespace)
        serving = sorted(keys, key=lambda k: (k[0] != "deployments", re.search(FRONT, k[2]) is None))
        fitting = [k for name in fault.strikes.split("|") for k in keys if re.search(name, k[2])]
        return [*fitting, *serving][0]

    def mend(self, name: str, now: datetime) -> bool:
        """Switch a fault off by hand; whether it was on."""
        found = [s for s in self.active() if s.fault.name == name]
        for struck in found:
            struck.until = now
        return bool(found)

    def settle(self, now: datetime) -> None:
        """Bring pods in line with what is wanted, and end the faults that a repair has cured."""
        self.pods = {name: pod for name, pod in self.pods.items() if pod.of in self.objects}
        for key in list(self.workloads()):
            self._arrange(key, now)
        for struck in self.active():
            if any(_CURED[cure](self, struck) for cure in struck.fault.cures):
                struck.until = now

    # Inside

    def _arrange(self, key: Key, now: datetime) -> None:
        """As many pods of the newest release as the workload wants, and none of the older ones."""
        release = self.current(key)
        wanted = int(self.objects[key]["spec"].get("replicas", 1))
        fitting = [p for p in self.pods_of(key) if p.release.number == release.number][:wanted]
        kept = {p.name for p in fitting}
        for pod in self.pods_of(key):
            if pod.name not in kept:
                del self.pods[key[1], pod.name]
        for _ in range(wanted - len(fitting)):
            self._begin(key, release, now)

    def _begin(self, key: Key, release: Release, born: datetime) -> None:
        """Start one pod; those of a stateful set are numbered."""
        if key[0] == "statefulsets":
            taken = {p.name for p in self.pods_of(key)}
            name = next(n for i in range(len(taken) + 1) if (n := f"{key[2]}-{i}") not in taken)
        else:
            name = f"{key[2]}-{release.digest}-{self._letters(key)}"
        self.serial += 1
        self.pods[key[1], name] = Pod(key, name, release, born, self.serial)

    def _release(self, key: Key, now: datetime) -> Release:
        """The release that the object's template is: the newest one, an older one again, or a new one."""
        template = self.objects[key]["spec"]["template"]
        digest = letters(json.dumps(template, sort_keys=True), 10)
        known = self.releases.setdefault(key, [])
        if known and known[-1].digest == digest:
            return known[-1]
        number = known[-1].number + 1 if known else 1
        self.releases[key] = [*(r for r in known if r.digest != digest), Release(number, digest, template, now)]
        return self.releases[key][-1]

    def _ship_badly(self, key: Key, since: datetime) -> Release:
        """Roll out a release that does not work."""
        value: Json = json.loads(json.dumps(self.objects[key]))
        container = value["spec"]["template"]["spec"]["containers"][0]
        name, _, tag = container["image"].rpartition(":")
        major, minor, patch = ([*map(int, re.findall(r"\d+", tag)), 0, 0])[:3]
        container["image"] = f"{name}:{major}.{minor + 1}.{patch * 0}"
        value["metadata"].setdefault("annotations", {})["kubernetes.io/change-cause"] = (
            f"release {container['image']}"
        )
        self.put(key, value, since)
        return self.current(key)

    def _forget_environment(self, key: Key, now: datetime) -> None:
        value: Json = json.loads(json.dumps(self.objects[key]))
        for container in value["spec"]["template"]["spec"]["containers"]:
            container["env"] = [e for e in container.get("env", ()) if not _FALLBACK.search(e["name"])]
        self.put(key, value, now)

    def _uid(self, key: Key) -> str:
        self.serial += 1
        return uid(f"{key}{self.serial}")

    def _letters(self, key: Key) -> str:
        return letters(f"{key}{self.serial}", 5)


_FALLBACK = re.compile(r"FALLBACK|CACHE")


def _restarted(world: World, struck: Struck) -> bool:
    pods = world.pods_of(struck.target)
    return bool(pods) and all(p.born > struck.at for p in pods)


def _scaled(world: World, struck: Struck) -> bool:
    return int(world.objects[struck.target]["spec"].get("replicas", 1)) >= struck.replicas + 2


def _memory(world: World, struck: Struck) -> bool:
    for container in world.current(struck.target).template["spec"]["containers"]:
        given = container.get("resources", {})
        if any(amount(given.get(k, {}).get("memory", "0")) >= ENOUGH_MEMORY for k in ("limits", "requests")):
            return True
    return False


def _fallback(world: World, struck: Struck) -> bool:
    containers = world.current(struck.target).template["spec"]["containers"]
    return any(
        _FALLBACK.search(e["name"]) and str(e.get("value", "")).lower() in ("true", "1", "on", "yes")
        for c in containers
        for e in c.get("env", ())
    )


def _reissued(world: World, struck: Struck) -> bool:
    return all(
        c["metadata"]["creationTimestamp"] >= stamp(struck.at)
        for k, c in world.objects.items()
        if k[0] == "certificates"
    )


_CURED: dict[Cure, Any] = {
    "rolled back": lambda w, s: bool(s.release) and w.current(s.target).number != s.release,
    "restarted": _restarted,
    "scaled": _scaled,
    "memory": _memory,
    "deleted": lambda w, s: bool(s.pod) and all(p.name != s.pod for p in w.pods_of(s.target)),
    "fallback": _fallback,
    "reissued": _reissued,
    "flushed": lambda w, s: w.facts.get("keys", 1) == 0,
    "sessions ended": lambda w, s: w.facts.get(s.fault.name) == 0,
    "queries ended": lambda w, s: w.facts.get(s.fault.name) == 0,
    "revoked": lambda w, s: w.facts.get(s.fault.name) == 0,
    "restored": lambda w, s: w.facts.get(s.fault.name) == 0,
}


def stamp(at: datetime) -> str:
    """A time as Kubernetes writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def letters(text: str, count: int) -> str:
    """A short name made of a text, in the letters that Kubernetes uses."""
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(_ALPHABET[b % len(_ALPHABET)] for b in digest[:count])


def uid(text: str) -> str:
    """A unique identifier made of a text."""
    h = hashlib.sha256(text.encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
