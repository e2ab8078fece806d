"""A runner's own file: what it allows, and that nothing is carried out that differs from what was approved."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from sirenbook.engine.steps.allowance import Allowance, AllowanceFault, read_runner_file
from sirenbook.engine.steps.ground import OwnGround
from sirenbook.incident.steps.orders import digest_of
from sirenbook.model import command as c
from sirenbook.model.judgement import Plan
from sirenbook.model.step import Order
from sirenbook.playbook import safety
from unit.incident.grounds import DELETE, PODS, SCALE, runbook, step
from unit.incident.test_runbooks import Night

ANY = Allowance(frozenset({"kubectl", "sql", "query"}), frozenset({"reads", "changes", "destroys"}))


def ordered(text: str, *, dry: bool = False, language: str = "shell") -> Order:
    """The order that an incident makes of a step, as it goes to a runner."""
    night = Night("uptime", on=OwnGround({}, dict.fromkeys(("kubectl", "sql", "query"), ("west",))))
    one = replace(runbook("Berth service down"), steps=(step(text, language=language),))
    night.policy = replace(night.policy, runbooks=(one,))
    if dry:
        night.do(1, c.RunStep("mira", 1, dry=True))
    else:
        for person in ("mira", "jonas")[: night.steps()[0].approvals]:
            night.approve(1, 1, person)
        if not night.orders:
            night.do(1, c.RunStep("mira", 1))
    return night.orders[-1]


def test_what_was_approved_is_carried_out() -> None:
    for text in (PODS, SCALE, "kubectl rollout undo deployment/quay -n berth"):
        assert ANY.refusal(ordered(text)) == ""
    assert ANY.refusal(ordered(SCALE, dry=True)) == ""
    assert ANY.refusal(ordered("UPDATE keys SET on_hold = true WHERE id = 7", language="sql")) == ""
    assert ANY.refusal(ordered("UPDATE keys SET on_hold = true WHERE id = 7", language="sql", dry=True)) == ""
    assert ANY.refusal(ordered("rate(errors[5m])", language="query")) == ""


def judged(text: str) -> Plan:
    found = safety.judge(text).run
    assert found is not None
    return found


def test_what_differs_from_it_is_not() -> None:
    order = ordered(SCALE)
    other = judged("kubectl scale deployment/quay --replicas=0 -n berth")
    assert "not what its approval names" in ANY.refusal(replace(order, plan=other))
    assert "not what its approval names" in ANY.refusal(replace(order, target="elsewhere"))
    assert "not what its approval names" in ANY.refusal(replace(order, before=1)), "the approval of another run"
    assert "not what its approval names" in ANY.refusal(replace(order, dry=True)), "a change that calls itself dry"
    assert "not what people were shown" in ANY.refusal(replace(order, text=PODS))


def signed(order: Order, **changes: object) -> Order:
    """The order as a server would send it that lies from end to end."""
    made = replace(order, **changes)
    named = digest_of((made.incident, made.step, made.before), (made.executor, made.target), made.plan)
    return replace(made, digest=named)


def test_a_server_that_lies_is_judged_again() -> None:
    reading = ordered(PODS)
    plan = judged(SCALE)
    lie = signed(reading, plan=plan, text=safety.render(plan))
    assert "it changes, and was shown as something that reads" in ANY.refusal(lie)
    twice = signed(ordered(SCALE), changes=False)
    assert "may run twice" in ANY.refusal(twice)
    follows = safety.judge("kubectl logs -f quay-1 -n berth").plan
    assert follows is not None
    assert "unattended" in ANY.refusal(signed(reading, plan=follows, text=safety.render(follows)))
    secret = judged("kubectl get secret quay -o yaml -n berth")
    assert "reveals secrets" in ANY.refusal(signed(reading, plan=secret, text=safety.render(secret)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PODS, ""),
        ("kubectl logs quay-1 -n berth --tail=5", ""),
        ("kubectl rollout undo deployment/quay -n berth", ""),
        ("kubectl set image deployment/quay quay=registry.internal/quay:1.4 -n berth", ""),
        ("kubectl get pods", "it reaches default"),
        ("kubectl get pods -n pier", "it reaches pier"),
        ("kubectl get pods --namespace=pier", "it reaches pier"),
        ("kubectl get pods -A", "the whole cluster"),
        ("kubectl get nodes -n berth", "the whole cluster"),
        ("kubectl delete namespace pier -n berth", "the whole cluster"),
        ("kubectl get pods -n berth --context=other", "the whole cluster"),
        ("kubectl apply -f https://example.org/x.yaml -n berth", "the whole cluster"),
        (
            "kubectl delete -f <<E - -n berth\nkind: Pod\nmetadata: {name: a, namespace: berth}\nE",
            "the whole cluster",
        ),
        ("kubectl create -k overlays/berth -n berth", "the whole cluster"),
        ("kubectl get --raw /api/v1/namespaces/pier/pods", "the whole cluster"),
        ("KUBECONFIG=other kubectl get pods -n berth", "the whole cluster"),
        ("kubectl exec quay-1 -n berth -- kubectl get pods -A", "the whole cluster"),
        ("timeout 5 kubectl get pods -n berth", "may not use timeout"),
        ("kubectl get pods -n berth | sh", "may not use sh"),
        ("psql -c 'select 1'", "may not use psql"),
    ],
)
def test_a_runner_keeps_to_its_tools_and_namespaces(text: str, said: str) -> None:
    berth = Allowance(frozenset({"kubectl"}), ANY.risks, frozenset({"berth"}))
    plan = judged(text)
    judgement = safety.judge_again(plan, "shell")
    order = signed(ordered(SCALE), plan=plan, text=safety.render(plan), risk="destroys")
    refusal = berth.refusal(order)
    assert (refusal == "") if not said else (said in refusal), (refusal, judgement.reasons)


def test_a_runner_keeps_to_its_risks() -> None:
    reads = Allowance(frozenset({"kubectl"}))
    assert reads.refusal(ordered(PODS)) == ""
    assert reads.refusal(ordered(SCALE, dry=True)) == "", "a dry run only asks"
    assert reads.refusal(ordered(SCALE)) == "it changes, which this runner may not"
    changes = Allowance(frozenset({"kubectl"}), frozenset({"reads", "changes"}))
    assert changes.refusal(ordered(DELETE.replace("<pod-name>", "quay-1"))).startswith("it destroys")


WHOLE = """tools = ["kubectl"]
risks = ["reads", "changes"]
namespaces = ["berth"]
limit = "2m"
[executors.shell]
tools = ["kubectl"]
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "runner.toml"
    path.write_text(WHOLE)
    found = read_runner_file(path)
    assert found.allowance == Allowance(
        frozenset({"kubectl"}), frozenset({"reads", "changes"}), frozenset({"berth"}), 120.0
    )
    assert found.executors == {"shell": {"tools": ["kubectl"]}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('tools = ["kubectl"]\nrisks', "risks", 'write tools = ["kubectl"]'),
        ('"changes"]', '"anything"]', 'risks has "anything"; write some of reads, changes, destroys'),
        ("namespaces", "namespace", '"namespace" is not known'),
        ('["berth"]', '"berth"', "namespaces must be a list of texts"),
        ('"2m"', '"forever"', "limit"),
        ('"2m"', '"3h"', "limit must be from one second"),
        ("[executors.shell]", "[executor.shell]", '"executor" is not known'),
        ("[executors.shell]\ntools = [", "x = [", '"x" is not known'),
        ("tools = [", "tools = ", "is not TOML"),
    ],
)
def test_a_file_that_does_not_say_it_is_refused_with_its_mend(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    path = tmp_path / "runner.toml"
    path.write_text(WHOLE.replace(before, after, 1))
    with pytest.raises(AllowanceFault, match=r".") as fault:
        read_runner_file(path)
    assert said in str(fault.value)
    assert str(path) in str(fault.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(AllowanceFault, match="cannot be read"):
        read_runner_file(tmp_path / "none.toml")
