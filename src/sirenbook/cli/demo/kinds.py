"""The kinds of things that the demo's cluster knows: their groups, names and verbs, as discovery tells kubectl."""

from typing import Any, NamedTuple


class Kind(NamedTuple):
    """One kind of thing, by all the names it goes by."""

    group: str
    version: str
    plural: str
    kind: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")

    @property
    def api(self) -> str:
        """Group and version as objects state them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The name of one, as kubectl takes it."""
        return self.kind.lower()


_READ = ("get", "list", "watch")
_ALL = ("all",)
KINDS = (
    Kind("", "v1", "pods", "Pod", ("po",), categories=_ALL, subresources=("log", "exec", "status")),
    Kind("", "v1", "services", "Service", ("svc",), categories=_ALL),
    Kind("", "v1", "secrets", "Secret"),
    Kind("", "v1", "configmaps", "ConfigMap", ("cm",)),
    Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ("pvc",)),
    Kind("", "v1", "events", "Event", ("ev",), verbs=_READ),
    Kind("", "v1", "namespaces", "Namespace", ("ns",), namespaced=False),
    Kind("", "v1", "nodes", "Node", ("no",), namespaced=False),
    Kind("apps", "v1", "deployments", "Deployment", ("deploy",), categories=_ALL, subresources=("scale", "status")),
    Kind("apps", "v1", "statefulsets", "StatefulSet", ("sts",), categories=_ALL, subresources=("scale", "status")),
    Kind("apps", "v1", "replicasets", "ReplicaSet", ("rs",), categories=_ALL, verbs=_READ),
    Kind("apps", "v1", "controllerrevisions", "ControllerRevision", verbs=_READ),
    Kind("networking.k8s.io", "v1", "ingresses", "Ingress", ("ing",)),
    Kind("cert-manager.io", "v1", "certificates", "Certificate", ("cert", "certs")),
    Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", verbs=_READ),
    Kind("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", verbs=_READ),
    Kind("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", namespaced=False, verbs=_READ),
    Kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False,
         verbs=("create",)),
)  # fmt: skip
BY_PATH = {(k.group, k.version, k.plural): k for k in KINDS}
GROUPS = tuple(dict.fromkeys((k.group, k.version) for k in KINDS if k.group))


def resource_list(group: str, version: str) -> dict[str, Any] | None:
    """What discovery says of one group and version; None where there is none such."""
    kinds = [k for k in KINDS if (k.group, k.version) == (group, version)]
    if not kinds:
        return None
    resources = [r for kind in kinds for r in _resources(kind)]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": kinds[0].api, "resources": resources}


def _resources(kind: Kind) -> list[dict[str, Any]]:
    own = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
        **({"shortNames": list(kind.short)} if kind.short else {}),
        **({"categories": list(kind.categories)} if kind.categories else {}),
    }
    return [own, *(_subresource(kind, name) for name in kind.subresources)]


def _subresource(kind: Kind, name: str) -> dict[str, Any]:
    verbs = ["create", "get"] if name in ("log", "exec") else ["get", "patch", "update"]
    scale = {"kind": "Scale", "group": "autoscaling", "version": "v1"} if name == "scale" else {"kind": kind.kind}
    return {
        "name": f"{kind.plural}/{name}",
        "singularName": "",
        "namespaced": kind.namespaced,
        "verbs": verbs,
    } | scale


def group_list() -> dict[str, Any]:
    """The groups beside the core one."""
    groups = []
    for group, version in GROUPS:
        one = {"groupVersion": f"{group}/{version}", "version": version}
        groups.append({"name": group, "versions": [one], "preferredVersion": one})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
