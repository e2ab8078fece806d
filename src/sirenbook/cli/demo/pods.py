"""How a pod fares: waiting, running, crashing, and the Kubernetes object that says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sirenbook.cli.demo.world import STARTS_IN, Json, Pod, World, stamp, uid

BACKOFF = timedelta(seconds=75)
"""How long a crashing container rests between two attempts."""


@dataclass(frozen=True)
class Condition:
    """How a pod fares: the state of its container, and how its last run ended."""

    running: bool
    ready: bool
    restarts: int = 0
    reason: str = ""
    message: str = ""
    last: str = ""
    code: int = 0
    since: datetime | None = None


def condition(world: World, pod: Pod, now: datetime) -> Condition:
    """How a pod fares at a time."""
    if now < pod.born + STARTS_IN / 2:
        return Condition(False, False, reason="ContainerCreating")
    struck = world.suffers(pod, now)
    look = struck.fault.look if struck else ""
    if struck is None or not look:
        past = [
            s
            for s in world.faults
            if s.fault.look in ("crash", "oom") and s.until and _held(s.target, pod, s.since)
        ]
        crashes = sum(_restarts(s.since, s.until or now) for s in past)
        since = max((s.until for s in past if s.until), default=pod.born)
        return Condition(True, world.ready(pod, now), crashes, since=since)
    begun = max(struck.since, pod.born)
    restarts = _restarts(begun, now)
    if look == "unready":
        return Condition(True, False, message="Readiness probe failed: HTTP probe failed with statuscode: 503")
    if look == "oom" and int((now - begun) / (BACKOFF / 3)) % 3 == 0:
        return Condition(False, False, restarts, "OOMKilled", "", "OOMKilled", 137, since=now - BACKOFF / 5)
    word = f"back-off 1m15s restarting failed container={pod.of[2]} pod={pod.name}_{pod.of[1]}"
    last = ("OOMKilled", 137) if look == "oom" else ("Error", 1)
    return Condition(False, False, restarts, "CrashLoopBackOff", word, *last, since=now - BACKOFF / 5)


def _held(target: tuple[str, str, str], pod: Pod, since: datetime) -> bool:
    return pod.of == target and pod.born <= since


def _restarts(since: datetime, now: datetime) -> int:
    """A crash a minute or so; the first ones follow each other quickly."""
    return 2 + max(0, int((now - since) / BACKOFF))


def pod_view(world: World, pod: Pod, now: datetime) -> Json:
    """The pod as Kubernetes tells it."""
    fares = condition(world, pod, now)
    template = pod.release.template
    container = template["spec"]["containers"][0]
    number = pod.number
    metadata: Json = {
        "name": pod.name, "namespace": pod.of[1], "uid": uid(f"{pod.name}{number}"),
        "creationTimestamp": stamp(pod.born), "labels": _labels(pod), "ownerReferences": [_owner(world, pod)],
        **({"annotations": template["metadata"]["annotations"]} if "annotations" in template["metadata"] else {}),
    }  # fmt: skip
    status = {
        "phase": "Pending" if fares.reason == "ContainerCreating" else "Running",
        "conditions": _conditions(pod, fares),
        "containerStatuses": [_container(pod, container, fares)],
        "hostIP": "10.0.0.10", "podIP": f"10.244.{number % 3}.{number % 250}",
        "podIPs": [{"ip": f"10.244.{number % 3}.{number % 250}"}], "qosClass": "Burstable",
        "startTime": stamp(pod.born),
    }  # fmt: skip
    spec = {**template["spec"], "nodeName": f"node-{'abc'[number % 3]}", "restartPolicy": "Always",
            "serviceAccountName": "default"}  # fmt: skip
    return {"metadata": metadata, "spec": spec, "status": status}


def _labels(pod: Pod) -> dict[str, str]:
    more = {"pod-template-hash": pod.release.digest} if pod.of[0] == "deployments" else {}
    return {**pod.release.template["metadata"]["labels"], **more}


def _owner(world: World, pod: Pod) -> Json:
    if pod.of[0] == "deployments":
        name = f"{pod.of[2]}-{pod.release.digest}"
        return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": name, "uid": uid(name), "controller": True}
    owner = world.objects.get(pod.of, {"metadata": {"uid": uid(pod.of[2])}})
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": pod.of[2], "controller": True,
            "uid": owner["metadata"]["uid"]}  # fmt: skip


def _conditions(pod: Pod, fares: Condition) -> list[Json]:
    at = stamp(fares.since or pod.born)
    ready = "True" if fares.ready else "False"
    why = {} if fares.ready else {"reason": "ContainersNotReady",
                                  "message": f"containers with unready status: [{pod.of[2]}]"}  # fmt: skip
    word = {"lastTransitionTime": at, "lastProbeTime": None}
    return [
        {"type": "Initialized", "status": "True", **word},
        {"type": "Ready", "status": ready, **word, **why},
        {"type": "ContainersReady", "status": ready, **word, **why},
        {"type": "PodScheduled", "status": "True", **word},
    ]


def _container(pod: Pod, container: Json, fares: Condition) -> Json:
    since = fares.since or pod.born
    started = stamp(since)
    ended = {"exitCode": fares.code, "reason": fares.last, "startedAt": stamp(since - BACKOFF / 5),
             "finishedAt": started, "containerID": f"demo://{uid(pod.name)}"}  # fmt: skip
    if fares.running:
        state: Json = {"running": {"startedAt": started}}
    elif fares.reason == "OOMKilled":
        state = {"terminated": ended}
    else:
        state = {"waiting": {"reason": fares.reason, **({"message": fares.message} if fares.message else {})}}
    return {
        "name": container["name"], "image": container["image"], "imageID": f"{container['image']}@sha256:demo",
        "containerID": f"demo://{uid(pod.name)}", "ready": fares.ready, "started": fares.running,
        "restartCount": fares.restarts, "state": state, "lastState": {"terminated": ended} if fares.last else {},
    }  # fmt: skip
