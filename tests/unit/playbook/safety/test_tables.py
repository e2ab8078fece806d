"""Every table judges its own examples as it says."""

import pytest

from sirenbook.playbook.safety import judge
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
