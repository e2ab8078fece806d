"""The events that Kubernetes would have recorded of the platform: scheduling, pulling, failing, scaling."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sirenbook.cli.demo.pods import condition
from sirenbook.cli.demo.world import STARTS_IN, Json, Key, Pod, World, stamp, uid

KEPT = timedelta(hours=1)
"""How long Kubernetes keeps events."""


class Happening(NamedTuple):
    """One event: when it was first and last seen, how often, and its words."""

    first: datetime
    last: datetime
    kind: str
    reason: str
    text: str
    times: int = 1


def happenings(world: World, now: datetime) -> Iterator[Json]:
    """Every event that is still kept."""
    for pod in world.pods.values():
        about: Json = {"kind": "Pod", "apiVersion": "v1", "name": pod.name, "namespace": pod.of[1],
                       "uid": uid(f"{pod.name}{pod.number}"),
                       "fieldPath": f"spec.containers{{{pod.of[2]}}}"}  # fmt: skip
        for each in _of_pod(world, pod, now):
            if each.last > now - KEPT:
                yield _event(each, about, "kubelet")
    for key in world.workloads():
        for release in world.releases[key]:
            if release.born > now - KEPT:
                yield _event(
                    _scaling(key, release.born, release.digest), _about(world, key), "deployment-controller"
                )
    yield from _of_certificates(world, now)


def _of_certificates(world: World, now: datetime) -> Iterator[Json]:
    for struck in world.active():
        if struck.fault.name == "certificate-expired":
            for key in [k for k in world.objects if k[0] == "certificates"]:
                word = Happening(struck.since, now, "Warning", "Expired", "The certificate has expired")
                yield _event(word, _about(world, key), "cert-manager")


def _of_pod(world: World, pod: Pod, now: datetime) -> Iterator[Happening]:
    born, image = pod.born, pod.release.template["spec"]["containers"][0]["image"]
    yield Happening(born, born, "Normal", "Scheduled", f"Successfully assigned {pod.of[1]}/{pod.name}")
    fares = condition(world, pod, now)
    count = 1 + fares.restarts
    last = now - timedelta(seconds=15) if fares.last else born + STARTS_IN
    yield Happening(born, last, "Normal", "Pulled", f'Container image "{image}" already present on machine', count)
    yield Happening(born, last, "Normal", "Created", f"Created container: {pod.of[2]}", count)
    yield Happening(born, last, "Normal", "Started", f"Started container {pod.of[2]}", count)
    struck = world.suffers(pod, now)
    begun = max(struck.since, born) if struck else born
    if fares.last == "OOMKilled":
        yield Happening(begun, last, "Warning", "OOMKilling", "Memory cgroup out of memory: killed process", count)
    if fares.last:
        text = f"Back-off restarting failed container {pod.of[2]} in pod {pod.name}"
        yield Happening(begun, now - timedelta(seconds=8), "Warning", "BackOff", text, count * 4)
    elif fares.message:
        times = 1 + int((now - begun).total_seconds() / 10)
        yield Happening(begun, now - timedelta(seconds=3), "Warning", "Unhealthy", fares.message, times)


def _scaling(key: Key, at: datetime, digest: str) -> Happening:
    return Happening(at, at, "Normal", "ScalingReplicaSet", f"Scaled up replica set {key[2]}-{digest}")


def _about(world: World, key: Key) -> Json:
    kinds = {"deployments": "Deployment", "statefulsets": "StatefulSet", "certificates": "Certificate"}
    groups = {"certificates": "cert-manager.io/v1"}
    return {"kind": kinds[key[0]], "apiVersion": groups.get(key[0], "apps/v1"), "name": key[2], "namespace": key[1],
            "uid": world.objects[key]["metadata"]["uid"]}  # fmt: skip


def _event(each: Happening, about: Json, source: str) -> Json:
    name = f"{about['name']}.{uid(f'{about}{each.reason}{each.first}')[:8]}"
    return {
        "metadata": {"name": name, "namespace": about["namespace"], "uid": uid(name),
                     "creationTimestamp": stamp(each.first)},
        "involvedObject": about, "type": each.kind, "reason": each.reason, "message": each.text,
        "firstTimestamp": stamp(each.first), "lastTimestamp": stamp(each.last), "count": each.times,
        "source": {"component": source}, "eventTime": None, "reportingComponent": source, "reportingInstance": "",
    }  # fmt: skip
