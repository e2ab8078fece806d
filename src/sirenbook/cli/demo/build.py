"""Builds the demo's platform from what a playbook's commands take for granted."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sirenbook.cli.demo.inventory import Inventory, Wanted
from sirenbook.cli.demo.world import Json, Key, World

AGES = (timedelta(days=21), timedelta(days=6), timedelta(days=2))
"""How long ago each release of the history was made."""
NODES = ("node-a", "node-b", "node-c")
_IMAGES = {"postgres": "postgres:18.1.0", "redis": "redis:8.0.2", "neo4j": "neo4j:5.26.0"}


def build(inventory: Inventory, now: datetime, secret: Callable[[], str]) -> World:
    """A platform that is well. `secret` makes the values of secrets: random ones that are worth nothing."""
    world = World(inventory, now)
    start = now - AGES[0] - timedelta(days=9)
    for name in sorted({*inventory.namespaces, "kube-system"}):
        world.put(("namespaces", "", name), _namespace(name), start)
    for name in NODES:
        world.put(
            ("nodes", "", name), {"metadata": {"labels": {"kubernetes.io/hostname": name}}, "spec": {}}, start
        )
    for wanted in inventory.workloads:
        _deploy(world, wanted)
    _entrance(world, start, secret)
    for (plural, namespace, name), keys in inventory.things.items():
        _place(world, (plural, namespace, name), keys, start, secret)
    world.settle(now)
    return world


def _namespace(name: str) -> Json:
    return {"metadata": {"labels": {"kubernetes.io/metadata.name": name}}, "spec": {"finalizers": ["kubernetes"]}}


def _deploy(world: World, wanted: Wanted) -> None:
    """A workload with the history of its releases, its service, and its disk if it keeps state."""
    key = (wanted.plural, wanted.namespace, wanted.name)
    for number, age in enumerate(AGES):
        at = world.started - age
        world.put(key, _workload(wanted, number), at)
        world.settle(at + timedelta(seconds=5))
    port = {"postgres": 5432, "redis": 6379, "neo4j": 7474}.get(wanted.name, 8000)
    spec = {"selector": _selector(wanted), "ports": [{"name": "main", "port": port, "protocol": "TCP"}],
            "clusterIP": f"10.96.{len(world.objects) % 250}.{len(wanted.name)}", "type": "ClusterIP"}  # fmt: skip
    world.put(("services", wanted.namespace, wanted.name), {"metadata": {}, "spec": spec}, world.started - AGES[0])
    if wanted.plural == "statefulsets" or wanted.name in _IMAGES:
        for name in (f"data-{wanted.name}-0", f"{wanted.name}-data"):
            disk = ("persistentvolumeclaims", wanted.namespace, name)
            world.put(disk, _claim(wanted.name), world.started - AGES[0])


def _selector(wanted: Wanted) -> dict[str, str]:
    return {"app": wanted.labels.get("app", wanted.name)}


def _workload(wanted: Wanted, number: int) -> Json:
    image = _IMAGES.get(wanted.name, f"registry.example/{wanted.name}:1.{number + 4}.0")
    template = {
        "metadata": {"labels": dict(wanted.labels)},
        "spec": {"containers": [_container(wanted, image, number)]},
    }
    spec: dict[str, Any] = {
        "replicas": 1 if wanted.plural == "statefulsets" or wanted.name in _IMAGES else 2,
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": _selector(wanted)},
        "template": template,
    }
    if wanted.plural == "deployments":
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
        spec["progressDeadlineSeconds"] = 600
    else:
        spec |= {"serviceName": wanted.name, "updateStrategy": {"type": "RollingUpdate"}}
    cause = {"kubernetes.io/change-cause": f"release {image}"}
    return {"metadata": {"labels": dict(wanted.labels), "annotations": cause}, "spec": spec}


def _container(wanted: Wanted, image: str, number: int) -> Json:
    return {
        "name": wanted.name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"containerPort": 8000, "protocol": "TCP"}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "BUILD", "value": str(number + 104)}],
        "resources": {
            "limits": {"cpu": "500m", "memory": "512Mi"},
            "requests": {"cpu": "100m", "memory": "256Mi"},
        },
    }


def _claim(name: str) -> Json:
    return {
        "metadata": {"labels": {"app": name}},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}},
                 "storageClassName": "standard", "volumeName": f"pv-{name}", "volumeMode": "Filesystem"},
        "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "20Gi"}},
    }  # fmt: skip


def _entrance(world: World, at: datetime, secret: Callable[[], str]) -> None:
    """The public address: an ingress, its certificate, and the secret in which that is kept."""
    namespace = world.inventory.namespace
    front = next(w.name for w in world.inventory.workloads if w.namespace == namespace)
    host = next((h for h in sorted(world.inventory.hosts) if h.startswith("api.") and "openai" not in h), "")
    _place(world, ("certificates", namespace, "public-tls"), (), at, secret)
    _place(world, ("secrets", namespace, "public-tls"), ("tls.crt", "tls.key"), at, secret)
    backend = {"service": {"name": front, "port": {"number": 8000}}}
    rule = {"host": host or f"api.{namespace}.example",
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}  # fmt: skip
    tls = [{"hosts": [rule["host"]], "secretName": "public-tls"}]
    notes = {"cert-manager.io/cluster-issuer": "public"}
    value = {
        "metadata": {"annotations": notes},
        "spec": {"ingressClassName": "nginx", "rules": [rule], "tls": tls},
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}},
    }
    world.put(("ingresses", namespace, "public"), value, at)


def _place(world: World, key: Key, keys: tuple[str, ...], at: datetime, secret: Callable[[], str]) -> None:
    """Something that is no workload, unless it is there already."""
    if key in world.objects:
        return
    plural, _, name = key
    value: Json = {"metadata": {}}
    if plural == "secrets":
        names = keys or ("key",)
        data = {n: base64.b64encode(secret().encode()).decode() for n in names}
        value |= {"type": "Opaque", "data": data}
    elif plural == "certificates":
        value["spec"] = {"secretName": name, "dnsNames": [f"api.{key[1]}.example"],
                         "issuerRef": {"kind": "ClusterIssuer", "name": "public"}}  # fmt: skip
    elif plural == "configmaps":
        value["data"] = {"LOG_LEVEL": "info"}
    elif plural == "persistentvolumeclaims":
        value |= _claim(name)
    else:
        value["spec"] = {}
    world.put(key, value, at)
