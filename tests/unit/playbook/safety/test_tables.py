"""Every table judges its own examples as it says."""

import pytest

from sirenbook.playbook.safety import judge, render
from sirenbook.playbook.safety.tables import tables

READS = sorted({text for table in tables().values() for text in table.reads})
NOT = sorted({text for table in tables().values() for text in table.not_reads})


@pytest.mark.parametrize("text", READS)
def test_what_only_reads(text: str) -> None:
    judged = judge(text)
    assert judged.risk == "reads", judged.reasons


@pytest.mark.parametrize("text", NOT)
def test_what_does_not(text: str) -> None:
    judged = judge(text)
    assert judged.risk != "reads", judged.reasons


@pytest.mark.parametrize(
    "text",
    ["systemctl reboot", "docker rm -f web", "docker system prune -f", "helm uninstall api", "git push --force"]
    + ["rm -rf /tmp/x", "kubectl delete ns shop", "kubectl drain n1", "terraform destroy", "redis-cli FLUSHALL"]
    + [
        "aws ec2 terminate-instances --instance-ids i-1",
        "gcloud sql instances delete x",
        "curl -X DELETE http://a/b",
    ]
    + [
        "kubectl exec p -- rm -rf /data",
        "sh -c 'kill -9 1'",
        "psql -c 'drop table a'",
        "docker exec c dropdb shop",
    ],
)
def test_what_takes_away_is_said(text: str) -> None:
    assert judge(text).risk == "destroys"


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("kubectl restart deployment/web -n shop", "kubectl rollout restart deployment/web -n shop"),
        ("kubectl -n shop restart <service>", "kubectl -n shop rollout restart <service>"),
        ("kubectl undo deploy/web", "kubectl rollout undo deploy/web"),
    ],
)
def test_a_change_by_a_verb_that_kubectl_lacks_is_the_one_that_is_meant(text: str, run: str) -> None:
    judged = judge(text)
    assert judged.run is not None
    assert (judged.risk, render(judged.run)) == ("changes", run)
    assert "which kubectl does not have" in judged.rewrites[0]


@pytest.mark.parametrize("verb", ["list", "log", "status", "show", "info", "rm", "reboot"])
def test_no_other_verb_is_guessed(verb: str) -> None:
    judged = judge(f"kubectl {verb} deployment/web")
    assert (judged.risk, judged.rewrites) == ("changes", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kubectl logs $(kubectl get pods -o name | head -1)", "writes would be words of the command"),
        ("kubectl logs `kubectl get pods -o name`", "writes would be words of the command"),
        ("kubectl logs $(frobnicate)", "`frobnicate` is not known to read only"),
        ("kubectl logs $(kubectl get pods $(id))", "only a shell knows"),
    ],
)
def test_why_a_substitution_needs_a_person_is_said(text: str, said: str) -> None:
    judged = judge(text)
    assert (judged.risk, judged.run) == ("changes", None)
    assert said in judged.reasons[0]


def test_every_round_of_a_loop_is_judged_by_itself() -> None:
    assert judge("for ns in a b; do kubectl get pods -n $ns; done").automatic
    assert judge("for verb in get delete; do kubectl $verb pods; done").risk == "destroys"
    assert judge("for o in -n --all; do kubectl get pods $o; done").risk == "changes"
