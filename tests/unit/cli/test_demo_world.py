"""The demo's platform as a state machine: every fault shows, and every repair that it names ends it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sirenbook.cli.demo.build import build
from sirenbook.cli.demo.faults import FAULTS, NAMED, Fault
from sirenbook.cli.demo.inventory import take_stock
from sirenbook.cli.demo.load import service, usage
from sirenbook.cli.demo.logs import lines
from sirenbook.cli.demo.pods import condition
from sirenbook.cli.demo.service import respond
from sirenbook.cli.demo.views import views
from sirenbook.cli.demo.world import Key, Struck, World

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
COMMANDS = (
    "kubectl get pods -n shop -l app=web",
    "kubectl rollout undo deployment/web -n shop",
    "kubectl set env deployment/agent-runtime FALLBACK=true -n shop",
    "kubectl exec <redis-pod> -n shop -- redis-cli info",
    "kubectl rollout restart statefulset/neo4j -n graph",
    "kubectl get secret keys -n shop -o jsonpath='{.data.SIGNING}'",
    "curl http://langflow:7860/health",
)


@pytest.fixture
def world() -> World:
    return build(take_stock(COMMANDS), NOW, lambda: "worthless")


def change(world: World, key: Key, path: str, value: Any) -> None:
    """Change one field of a workload, as a patch would."""
    thing = json.loads(json.dumps(world.objects[key]))
    place = thing
    *way, last = path.split(".")
    for part in way:
        place = place[int(part)] if part.isdigit() else place.setdefault(part, {})
    place[last] = value
    world.put(key, thing, LATER)


def cure(world: World, struck: Struck, how: str) -> None:
    """Do what a repair does."""
    key, container = struck.target, "spec.template.spec.containers.0"
    match how:
        case "rolled back":
            change(world, key, "spec.template", world.releases[key][-2].template)
        case "restarted":
            change(world, key, "spec.template.metadata.annotations", {"restartedAt": "now"})
        case "scaled":
            change(world, key, "spec.replicas", struck.replicas + 2)
        case "memory":
            change(world, key, f"{container}.resources.limits", {"memory": "1Gi"})
        case "deleted":
            for pod in world.pods_of(key):
                world.remove(("pods", key[1], pod.name), LATER)
        case "fallback":
            change(world, key, f"{container}.env", [{"name": "FALLBACK_LLM_ENABLED", "value": "true"}])
        case "reissued":
            world.remove(("certificates", "shop", "public-tls"), LATER)
        case "flushed":
            world.facts["keys"] = 0
        case _:
            world.facts[struck.fault.name] = 0
    world.settle(LATER)


CURES = [pytest.param(f, c, id=f"{f.name}: {c}") for f in FAULTS for c in f.cures]


@pytest.mark.parametrize(("fault", "how"), CURES)
def test_each_repair_that_a_fault_names_ends_it(world: World, fault: Fault, how: str) -> None:
    struck = world.strike(fault, NOW)
    world.settle(LATER)
    assert world.active() == [struck], "time alone mends nothing"
    cure(world, struck, how)
    assert world.active() == []
    assert struck.until == LATER


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_repair_that_a_fault_does_not_name_leaves_it(world: World, fault: Fault) -> None:
    others = {"rolled back", "restarted", "scaled", "memory", "fallback", "flushed"} - set(fault.cures)
    if fault.look == "oom" or fault.one:
        # New pods are another matter where one pod is ill, and a rollback has the old limits.
        others -= {"restarted", "rolled back", "memory", "fallback"}
    if fault.release:
        # A changed template is a new release, and so not the bad one any more.
        others = {"scaled", "flushed"}
    if "restarted" in fault.cures:
        others -= {"rolled back", "memory", "fallback"}
    for how in sorted(others):
        again = build(take_stock(COMMANDS), NOW, lambda: "worthless")
        struck = again.strike(fault, NOW)
        cure(again, struck, how)
        assert again.active() == [struck], how


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_each_fault_shows_in_logs_or_pods_and_is_gone_with_its_end(world: World, fault: Fault) -> None:
    struck = world.strike(fault, NOW)
    wrote = [x for p in world.pods_of(struck.target) for x in lines(world, p, NOW - timedelta(minutes=5), NOW)]
    assert any(line in x for line in fault.lines for x in wrote)
    assert service(world, struck.target, NOW).errors > 0.001
    ill = [p for p in world.pods_of(struck.target) if not world.ready(p, NOW)]
    assert bool(ill) == bool(fault.look)
    world.mend(fault.name, LATER)
    assert all(world.ready(p, LATER) for p in world.pods_of(struck.target))
    assert service(world, struck.target, LATER).errors == 0.001
    after = [x for p in world.pods_of(struck.target) for x in lines(world, p, LATER, LATER + timedelta(minutes=1))]
    assert after
    assert not any(line in x for line in fault.lines for x in after)


def test_a_bad_release_crashes_its_own_pods_only(world: World) -> None:
    struck = world.strike(NAMED["bad-release"], NOW)
    assert struck.target == ("deployments", "shop", "web")
    looks = [condition(world, p, NOW) for p in world.pods_of(struck.target)]
    assert {(c.reason, c.last, c.ready) for c in looks} == {("CrashLoopBackOff", "Error", False)}
    assert all(c.restarts >= 3 for c in looks)
    answer = respond(world, "GET", "https://shop.example/health", "", NOW)
    assert answer is not None
    assert answer.status == 503
    cure(world, struck, "rolled back")
    assert [r.number for r in world.releases[struck.target]] == [1, 2, 4, 5]
    assert not any(world.ready(p, LATER) for p in world.pods_of(struck.target)), "new pods take a moment"
    assert all(world.ready(p, LATER + timedelta(seconds=3)) for p in world.pods_of(struck.target))


def test_pods_that_were_restarted_before_a_fault_do_not_end_it(world: World) -> None:
    change(world, ("deployments", "shop", "web"), "spec.template.metadata.annotations", {"restartedAt": "now"})
    struck = world.strike(NAMED["signing-key"], LATER + timedelta(minutes=1))
    assert world.active() == [struck]


def test_overload_and_memory_show_in_what_pods_use(world: World) -> None:
    pod = world.pods_of(("deployments", "shop", "web"))[0]
    calm = usage(world, pod, NOW)
    world.strike(NAMED["overload"], NOW)
    assert usage(world, pod, NOW)[0] > 4 * calm[0]
    world.mend("overload", NOW)
    world.strike(NAMED["out-of-memory"], NOW)
    assert usage(world, pod, NOW)[1] > 2 * calm[1]


def test_a_struck_world_is_the_same_whoever_looks_and_however_often(world: World) -> None:
    world.strike(NAMED["out-of-memory"], NOW)
    for plural in ("pods", "deployments", "replicasets", "events", "nodes"):
        assert views(world, "", plural, None, NOW) == views(world, "", plural, None, NOW)


def test_what_the_commands_name_is_there(world: World) -> None:
    names = {(k[0], k[2]) for k in world.objects}
    assert {("deployments", "web"), ("deployments", "agent-runtime"), ("deployments", "langflow")} <= names
    assert {("statefulsets", "redis"), ("statefulsets", "neo4j"), ("statefulsets", "postgres")} <= names
    assert set(world.objects["secrets", "shop", "keys"]["data"]) == {"SIGNING"}
    assert {k[2] for k in world.objects if k[0] == "namespaces"} >= {"shop", "graph"}
