"""The columns in which kubectl shows things: Kubernetes' server lays them out, so the demo's does too."""

from collections.abc import Callable
from datetime import datetime

from sirenbook.cli.demo.kinds import Kind
from sirenbook.cli.demo.world import Json

Cells = list[str | int]
_AGE = "Age"


def table(kind: Kind, objects: list[Json], now: datetime, include: str) -> Json:
    """A list of objects as a table; `include` says how much of each object goes along."""
    names, wide, cells = _COLUMNS.get(kind.plural, (("Name", _AGE), (), lambda o, n: [_name(o), age(o, n)]))
    columns = [_column(n, 0) for n in names] + [_column(n, 1) for n in wide]
    rows = []
    for each in objects:
        row: Json = {"cells": cells(each, now)}
        whole = {"kind": kind.kind, "apiVersion": kind.api, **each}
        if include == "Object":
            row["object"] = whole
        elif include != "None":
            partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            row["object"] = {**partial, "metadata": each["metadata"]}
        rows.append(row)
    return {
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
        "columnDefinitions": columns, "rows": rows,
    }  # fmt: skip


def _column(name: str, priority: int) -> Json:  # Kubernetes' own word for what only `-o wide` shows
    form = "name" if name == "Name" else ""
    return {"name": name, "type": "string", "format": form, "description": name, "priority": priority}


def _name(value: Json) -> str:
    return str(value["metadata"]["name"])


def age(value: Json, now: datetime) -> str:
    """How old an object is, as kubectl writes it."""
    return span(value["metadata"].get("creationTimestamp"), now)


def span(since: str | None, now: datetime) -> str:
    """How long ago a time was, in Kubernetes' short form."""
    if not since:
        return "<unknown>"
    seconds = max(0, int((now - datetime.strptime(since, "%Y-%m-%dT%H:%M:%S%z")).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return f"{minutes}m{seconds % 60}s" if seconds % 60 else f"{minutes}m"
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    return f"{hours}h" if days < 2 else f"{days}d"


def _pod(value: Json, now: datetime) -> Cells:
    status = value["status"]
    states = status["containerStatuses"]
    ready = sum(s["ready"] for s in states)
    restarts = sum(s["restartCount"] for s in states)
    ended = states[0].get("lastState", {}).get("terminated", {}).get("finishedAt")
    told = f"{restarts} ({span(ended, now)} ago)" if restarts and ended else str(restarts)
    return [_name(value), f"{ready}/{len(states)}", _status(value), told, age(value, now),
            status["podIP"], value["spec"]["nodeName"], "<none>", "<none>"]  # fmt: skip


def _status(value: Json) -> str:
    state = value["status"]["containerStatuses"][0]["state"]
    for part in ("waiting", "terminated"):
        if part in state:
            return str(state[part]["reason"])
    return str(value["status"]["phase"])


def _deployment(value: Json, now: datetime) -> Cells:
    status, container = value["status"], value["spec"]["template"]["spec"]["containers"][0]
    wanted = value["spec"].get("replicas", 1)
    return [_name(value), f"{status.get('readyReplicas', 0)}/{wanted}", status.get("updatedReplicas", 0),
            status.get("availableReplicas", 0), age(value, now), container["name"], container["image"],
            _selector(value)]  # fmt: skip


def _stateful_set(value: Json, now: datetime) -> Cells:
    container = value["spec"]["template"]["spec"]["containers"][0]
    ready = f"{value['status'].get('readyReplicas', 0)}/{value['spec'].get('replicas', 1)}"
    return [_name(value), ready, age(value, now), container["name"], container["image"]]


def _replica_set(value: Json, now: datetime) -> Cells:
    status, container = value["status"], value["spec"]["template"]["spec"]["containers"][0]
    return [_name(value), value["spec"]["replicas"], status["replicas"], status["readyReplicas"], age(value, now),
            container["name"], container["image"], _selector(value)]  # fmt: skip


def _selector(value: Json) -> str:
    return ",".join(f"{k}={v}" for k, v in value["spec"]["selector"]["matchLabels"].items())


def _service(value: Json, now: datetime) -> Cells:
    spec = value["spec"]
    ports = ",".join(f"{p['port']}/{p.get('protocol', 'TCP')}" for p in spec.get("ports", ()))
    selector = ",".join(f"{k}={v}" for k, v in spec.get("selector", {}).items()) or "<none>"
    return [_name(value), spec.get("type", "ClusterIP"), spec.get("clusterIP", "None"), "<none>", ports or "<none>",
            age(value, now), selector]  # fmt: skip


def _ingress(value: Json, now: datetime) -> Cells:
    spec = value["spec"]
    hosts = ",".join(r.get("host", "*") for r in spec.get("rules", ()))
    at = ",".join(i["ip"] for i in value.get("status", {}).get("loadBalancer", {}).get("ingress", ()))
    return [_name(value), spec.get("ingressClassName", "<none>"), hosts or "*", at,
            "80, 443" if spec.get("tls") else "80", age(value, now)]  # fmt: skip


def _certificate(value: Json, now: datetime) -> Cells:
    word = value["status"]["conditions"][0]
    issuer = value.get("spec", {}).get("issuerRef", {}).get("name", "")
    return [_name(value), word["status"], value.get("spec", {}).get("secretName", ""), age(value, now), issuer,
            word["message"]]  # fmt: skip


def _claim(value: Json, now: datetime) -> Cells:
    spec, status = value["spec"], value.get("status", {})
    return [_name(value), status.get("phase", "Pending"), spec.get("volumeName", ""),
            status.get("capacity", {}).get("storage", ""), "RWO", spec.get("storageClassName", ""), "<unset>",
            age(value, now), "Filesystem"]  # fmt: skip


def _event(value: Json, now: datetime) -> Cells:
    about = value["involvedObject"]
    count = value.get("count", 1)
    seen = span(value["lastTimestamp"], now)
    told = f"{seen} (x{count} over {span(value['firstTimestamp'], now)})" if count > 1 else seen
    return [told, value["type"], value["reason"], f"{about['kind'].lower()}/{about['name']}", value["message"],
            about.get("fieldPath", ""), value["source"]["component"], span(value["firstTimestamp"], now), count,
            _name(value)]  # fmt: skip


def _node(value: Json, now: datetime) -> Cells:
    info = value["status"]["nodeInfo"]
    return [_name(value), "Ready", "<none>", age(value, now), info["kubeletVersion"], "10.0.0.10", "<none>",
            info["osImage"], info["kernelVersion"], info["containerRuntimeVersion"]]  # fmt: skip


_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Json, datetime], Cells]]] = {
    "pods": (
        ("Name", "Ready", "Status", "Restarts", _AGE), ("IP", "Node", "Nominated Node", "Readiness Gates"), _pod),
    "deployments": (
        ("Name", "Ready", "Up-to-date", "Available", _AGE), ("Containers", "Images", "Selector"), _deployment),
    "statefulsets": (("Name", "Ready", _AGE), ("Containers", "Images"), _stateful_set),
    "replicasets": (
        ("Name", "Desired", "Current", "Ready", _AGE), ("Containers", "Images", "Selector"), _replica_set),
    "services": (("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", _AGE), ("Selector",), _service),
    "ingresses": (("Name", "Class", "Hosts", "Address", "Ports", _AGE), (), _ingress),
    "certificates": (("Name", "Ready", "Secret", _AGE), ("Issuer", "Status"), _certificate),
    "persistentvolumeclaims": (
        ("Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", _AGE),
        ("VolumeMode",), _claim),
    "secrets": (("Name", "Type", "Data", _AGE), (),
                lambda o, n: [_name(o), o.get("type", "Opaque"), len(o.get("data", {})), age(o, n)]),
    "configmaps": (("Name", "Data", _AGE), (), lambda o, n: [_name(o), len(o.get("data", {})), age(o, n)]),
    "namespaces": (("Name", "Status", _AGE), (), lambda o, n: [_name(o), "Active", age(o, n)]),
    "nodes": (
        ("Name", "Status", "Roles", _AGE, "Version"),
        ("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"), _node),
    "events": (("Last Seen", "Type", "Reason", "Object", "Message"),
               ("Subobject", "Source", "First Seen", "Count", "Name"), _event),
}  # fmt: skip
