"""How the demo's things look to kubectl: whole Kubernetes objects, made of the platform's state at a time."""

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sirenbook.cli.demo.build import NODES
from sirenbook.cli.demo.happenings import happenings
from sirenbook.cli.demo.load import usage
from sirenbook.cli.demo.pods import condition, pod_view
from sirenbook.cli.demo.world import Json, Key, Release, World, stamp, uid

BACKOFF_LIFE = timedelta(days=90)


def views(world: World, group: str, plural: str, namespace: str | None, now: datetime) -> list[Json]:
    """Every object of one kind, in one namespace or in all, as it is at a time."""
    make = _MAKE.get((group, plural)) or _MAKE.get(("", plural), _stored)
    found = [_numbered(o) for o in make(world, plural, now)]
    return [o for o in found if namespace is None or o["metadata"].get("namespace") == namespace]


def _numbered(value: Json) -> Json:
    """The object with a version that changes whenever anything of it does."""
    version = str(zlib.crc32(repr(value).encode()) + 1)
    return {**value, "metadata": {**value["metadata"], "resourceVersion": version}}


def _stored(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for key, value in world.objects.items():
        if key[0] == plural:
            yield value


def _pods(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for pod in sorted(world.pods.values(), key=lambda p: p.name):
        yield pod_view(world, pod, now)


def _workloads(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for key in world.workloads():
        if key[0] == plural:
            yield _workload(world, key, now)


def _workload(world: World, key: Key, now: datetime) -> Json:
    value = world.objects[key]
    metadata = dict(value["metadata"])
    release = world.current(key)
    pods = world.pods_of(key)
    ready = sum(world.ready(p, now) for p in pods)
    status: Json = {
        "observedGeneration": metadata["generation"],
        "replicas": len(pods),
        "updatedReplicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    if key[0] == "deployments":
        notes = {**metadata.get("annotations", {}), "deployment.kubernetes.io/revision": str(release.number)}
        metadata["annotations"] = notes
        status |= {"unavailableReplicas": len(pods) - ready, "conditions": _conditions(len(pods), ready, release)}
    else:
        revision = f"{key[2]}-{release.digest}"
        status |= {"currentReplicas": len(pods), "currentRevision": revision, "updateRevision": revision}
    status = {k: v for k, v in status.items() if v != 0}
    return {**value, "metadata": metadata, "status": status}


def _conditions(wanted: int, ready: int, release: Release) -> list[Json]:
    enough = ready == wanted
    times = dict.fromkeys(("lastTransitionTime", "lastUpdateTime"), stamp(release.born))
    advance = "has successfully progressed" if enough else "is progressing"
    available = {
        "type": "Available", "status": "True" if enough else "False", **times,
        "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    }  # fmt: skip
    progressing = {
        "type": "Progressing", "status": "True", **times,
        "reason": "NewReplicaSetAvailable" if enough else "ReplicaSetUpdated",
        "message": f"ReplicaSet of release {release.number} {advance}.",
    }  # fmt: skip
    return [available, progressing]


def _replica_sets(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for key in world.workloads():
        if key[0] == "deployments":
            for release in world.releases[key]:
                yield _replica_set(world, key, release, now)


def _replica_set(world: World, key: Key, release: Release, now: datetime) -> Json:
    owner = world.objects[key]
    pods = [p for p in world.pods_of(key) if p.release.number == release.number]
    ready = sum(world.ready(p, now) for p in pods)
    labels = {**release.template["metadata"]["labels"], "pod-template-hash": release.digest}
    image = release.template["spec"]["containers"][0]["image"]
    newest = release.number == world.current(key).number
    cause = owner["metadata"].get("annotations", {}).get("kubernetes.io/change-cause") if newest else None
    notes = {
        "deployment.kubernetes.io/revision": str(release.number),
        "kubernetes.io/change-cause": cause or f"release {image}",
    }
    template = {**release.template, "metadata": {**release.template["metadata"], "labels": labels}}
    name = f"{key[2]}-{release.digest}"
    return {
        "metadata": {
            "name": name, "namespace": key[1], "uid": uid(name), "labels": labels, "annotations": notes,
            "creationTimestamp": stamp(release.born), "generation": 1,
            "ownerReferences": [_owner(owner, "Deployment")],
        },
        "spec": {"replicas": len(pods), "selector": {"matchLabels": labels}, "template": template},
        "status": {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready,
                   "observedGeneration": 1},
    }  # fmt: skip


def _owner(value: Json, kind: str) -> Json:
    metadata = value["metadata"]
    return {"apiVersion": "apps/v1", "kind": kind, "name": metadata["name"], "uid": metadata["uid"],
            "controller": True, "blockOwnerDeletion": True}  # fmt: skip


def _revisions(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for key in world.workloads():
        if key[0] == "statefulsets":
            owner = world.objects[key]
            for release in world.releases[key]:
                name = f"{key[2]}-{release.digest}"
                yield {
                    "metadata": {"name": name, "namespace": key[1], "uid": uid(name),
                                 "labels": release.template["metadata"]["labels"],
                                 "creationTimestamp": stamp(release.born),
                                 "ownerReferences": [_owner(owner, "StatefulSet")]},
                    "revision": release.number,
                    "data": {"spec": {"template": {**release.template, "$patch": "replace"}}},
                }  # fmt: skip


def _certificates(world: World, plural: str, now: datetime) -> Iterator[Json]:
    expired = next((s for s in world.active() if s.fault.name == "certificate-expired"), None)
    for value in _stored(world, plural, now):
        issued = datetime.strptime(value["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%S%z")
        ends = expired.since if expired else issued + BACKOFF_LIFE
        word = {
            "type": "Ready", "status": "False" if expired else "True", "lastTransitionTime": stamp(issued),
            "reason": "Expired" if expired else "Ready",
            "message": f"Certificate expired on {stamp(ends)}" if expired else "Certificate is up to date",
        }  # fmt: skip
        times = {"notBefore": stamp(ends - BACKOFF_LIFE), "notAfter": stamp(ends)}
        yield {**value, "status": {"conditions": [word], **times}}


def _namespaces(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for value in _stored(world, plural, now):
        yield {**value, "status": {"phase": "Active"}}


def _nodes(world: World, plural: str, now: datetime) -> Iterator[Json]:
    capacity = {"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "80Gi"}
    for value in _stored(world, plural, now):
        name = value["metadata"]["name"]
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is ready",
                 "lastTransitionTime": value["metadata"]["creationTimestamp"],
                 "lastHeartbeatTime": stamp(now)}  # fmt: skip
        info = {"kubeletVersion": "v1.34.1", "osImage": "Demo", "architecture": "amd64", "operatingSystem": "linux",
                "kernelVersion": "6.1", "containerRuntimeVersion": "demo://1", "kubeProxyVersion": ""}  # fmt: skip
        address = {"type": "InternalIP", "address": f"10.0.0.{NODES.index(name) + 10 if name in NODES else 9}"}
        yield {**value, "status": {"capacity": capacity, "allocatable": capacity, "conditions": [ready],
                                   "nodeInfo": info, "addresses": [address]}}  # fmt: skip


def _pod_metrics(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for pod in sorted(world.pods.values(), key=lambda p: p.name):
        if condition(world, pod, now).running:
            cpu, memory = usage(world, pod, now)
            container = pod.release.template["spec"]["containers"][0]["name"]
            labels = pod.release.template["metadata"]["labels"]
            use = {"cpu": f"{cpu}m", "memory": f"{memory}Mi"}
            yield {
                "metadata": {"name": pod.name, "namespace": pod.of[1], "labels": labels,
                             "creationTimestamp": stamp(now)},
                "timestamp": stamp(now), "window": "15s", "containers": [{"name": container, "usage": use}],
            }  # fmt: skip


def _node_metrics(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for place, name in enumerate(NODES):
        here = [usage(world, p, now) for p in world.pods.values() if (p.number % len(NODES)) == place]
        cpu, memory = 180 + sum(c for c, _ in here), 1400 + sum(m for _, m in here)
        yield {
            "metadata": {"name": name, "creationTimestamp": stamp(now)}, "timestamp": stamp(now), "window": "15s",
            "usage": {"cpu": f"{cpu}m", "memory": f"{memory}Mi"},
        }  # fmt: skip


def _endpoints(world: World, plural: str, now: datetime) -> Iterator[Json]:
    for key, value in world.objects.items():
        if key[0] != "services":
            continue
        pods = [p for p in world.pods.values() if p.of[1:] == key[1:] and world.ready(p, now)]
        yield {
            "metadata": {"name": key[2], "namespace": key[1], "uid": uid(f"slice{key}"),
                         "labels": {"kubernetes.io/service-name": key[2]}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [pod_view(world, p, now)["status"]["podIP"]], "conditions": {"ready": True}}
                          for p in pods],
            "ports": [{**p, "name": p.get("name", "")} for p in value["spec"].get("ports", ())],
        }  # fmt: skip


def _events(world: World, plural: str, now: datetime) -> Iterator[Json]:
    return happenings(world, now)


_MAKE: dict[tuple[str, str], Callable[[World, str, datetime], Iterator[Json]]] = {
    ("", "pods"): _pods,
    ("", "deployments"): _workloads,
    ("", "statefulsets"): _workloads,
    ("", "replicasets"): _replica_sets,
    ("", "controllerrevisions"): _revisions,
    ("", "certificates"): _certificates,
    ("", "namespaces"): _namespaces,
    ("", "nodes"): _nodes,
    ("", "events"): _events,
    ("", "endpointslices"): _endpoints,
    ("metrics.k8s.io", "pods"): _pod_metrics,
    ("metrics.k8s.io", "nodes"): _node_metrics,
}
