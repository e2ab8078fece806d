"""Says which namespaces of a cluster a plan reaches, so that a runner can keep to its own."""

from collections.abc import Iterator

from sirenbook.model.judgement import Plan, Stage
from sirenbook.playbook.safety.kubectl import Kubectl, rules
from sirenbook.playbook.safety.verdict import Call

EVERYWHERE = "*"
"""All namespaces, what belongs to none of them, or a place that cannot be told."""
UNNAMED = "default"
"""The namespace of the kubeconfig, where a command names none."""


def namespaces(plan: Plan) -> frozenset[str]:
    """The namespaces that the kubectl commands of a plan reach; none where it has no such command."""
    return frozenset(place for stage in plan.stages() for place in _of(stage))


def _of(stage: Stage) -> Iterator[str]:
    call = Call(stage.words, stage.fed)
    mentions = sum("kubectl" in word.spelled for word in stage.words)
    if mentions > 1 or (mentions and (call.program != "kubectl" or stage.environment)):
        yield EVERYWHERE  # it is started by something else, inside a pod, or on who knows which cluster
    elif mentions:
        yield _reached(Kubectl(call))


def _reached(kubectl: Kubectl) -> str:
    leave = {"--all-namespaces", *rules()["elsewhere"], *rules()["files"]}
    if kubectl.unknown or kubectl.rest.unknown or kubectl.names & leave or not _bound_to_one(kubectl):
        return EVERYWHERE
    return kubectl.value("--namespace") or UNNAMED


def _bound_to_one(kubectl: Kubectl) -> bool:
    """Whether all that is named lives in a namespace."""
    table = rules()["in_namespace"]
    return kubectl.verb in table["verbs"] or (
        kubectl.verb in table["verbs_of_kinds"] and bool(kubectl.kinds) and kubectl.kinds <= set(table["kinds"])
    )
