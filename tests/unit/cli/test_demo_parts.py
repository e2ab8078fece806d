"""The small parts of the demo: patches, selectors, queries, and what stands for a playbook's platform."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sirenbook.cli.demo.build import build
from sirenbook.cli.demo.faults import NAMED
from sirenbook.cli.demo.inventory import take_stock
from sirenbook.cli.demo.patches import BadPatch, apply_json_patch, merge
from sirenbook.cli.demo.prometheus import BadQuery, query
from sirenbook.cli.demo.quantities import amount
from sirenbook.cli.demo.selectors import fielded, labelled
from sirenbook.cli.demo.tables import span

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("old", "change", "merged"), [
    ({"a": 1, "b": {"c": 2}}, {"b": {"d": 3}}, {"a": 1, "b": {"c": 2, "d": 3}}),
    ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
    ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
])  # fmt: skip
def test_merge(old: Any, change: Any, merged: Any) -> None:
    assert merge(old, change) == merged


def test_a_strategic_merge_knows_containers_by_name() -> None:
    old = {"containers": [{"name": "web", "image": "a", "env": [{"name": "X", "value": "1"}]}, {"name": "side"}]}
    change = {"$setElementOrder/containers": [{"name": "web"}], "containers": [
        {"name": "web", "env": [{"name": "Y", "value": "2"}]}, {"name": "side", "$patch": "delete"}]}  # fmt: skip
    assert merge(old, change, strategic=True) == {
        "containers": [
            {"name": "web", "image": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}
        ]
    }
    assert old["containers"][1] == {"name": "side"}


def test_json_patch() -> None:
    operations = [{"op": "replace", "path": "/a/b~1c", "value": 2}, {"op": "add", "path": "/l/-", "value": 3},
                  {"op": "remove", "path": "/l/0"}]  # fmt: skip
    assert apply_json_patch({"a": {"b/c": 1}, "l": [1, 2]}, operations) == {"a": {"b/c": 2}, "l": [2, 3]}


@pytest.mark.parametrize("bad", [
    {"op": "add"}, [{"op": "remove", "path": "/x"}], [{"path": "/a"}], [{"op": "test", "path": "/a", "value": 9}],
    [7],
])  # fmt: skip
def test_a_bad_json_patch_says_so(bad: Any) -> None:
    with pytest.raises(BadPatch):
        apply_json_patch({"a": 1}, bad)


@pytest.mark.parametrize(("selector", "fits"), [
    ("app=web", True), ("app==web", True), ("app!=web", False), ("app=web,part=x", False), ("app", True),
    ("!part", True), ("app in (web, api)", True), ("app notin (api)", True), ("app in (api),app", False),
    ("", True),
])  # fmt: skip
def test_label_selectors(selector: str, fits: bool) -> None:
    assert labelled({"metadata": {"labels": {"app": "web"}}}, selector) is fits


@pytest.mark.parametrize(("selector", "fits"), [
    ("status.phase=Running", True), ("status.phase!=Running", False), ("status.nothing=x", False), ("junk", False),
    ("metadata.name=a,status.phase=Running", True),
])  # fmt: skip
def test_field_selectors(selector: str, fits: bool) -> None:
    assert fielded({"metadata": {"name": "a"}, "status": {"phase": "Running"}}, selector) is fits


@pytest.mark.parametrize(("text", "value"), [
    ("512Mi", 512 << 20), ("1Gi", 1 << 30), ("250m", 0.25), ("2", 2), (2, 2), ("junk", 0), ("5 apples", 0),
])  # fmt: skip
def test_quantities(text: Any, value: float) -> None:
    assert amount(text) == value


@pytest.mark.parametrize(("since", "told"), [
    ("2026-03-02T08:59:15Z", "45s"), ("2026-03-02T08:54:50Z", "5m10s"), ("2026-03-02T08:20:00Z", "40m"),
    ("2026-03-02T02:30:00Z", "6h30m"), ("2026-02-20T09:00:00Z", "10d"), (None, "<unknown>"),
])  # fmt: skip
def test_ages_look_like_kubectls(since: str | None, told: str) -> None:
    assert span(since, NOW) == told


@pytest.mark.parametrize(("text", "least"), [
    ("up", 3), ("up == 1", 3), ('up{job="web"}', 1), ("sum by (status) (rate(http_requests_total[5m]))", 3),
    ("sum(rate(http_requests_total[5m])) by (status)", 3),
    ('topk(2, rate(http_requests_total{status=~"5.."}[5m]))', 2), ('shop_errors_total{job!="x"}', 1),
])  # fmt: skip
def test_queries_are_answered(text: str, least: int) -> None:
    world = build(take_stock(["kubectl get deployment/web -n shop", "curl x?query=shop_errors_total"]), NOW, str)
    assert len(query(text, world, NOW)) >= least


def test_failing_requests_show_in_a_query() -> None:
    world = build(take_stock(["kubectl get deployment/web -n shop"]), NOW, str)
    failing = 'sum(rate(http_requests_total{status=~"5..",job="web"}[5m]))'
    calm = query(failing, world, NOW)[0].value
    world.strike(NAMED["bad-release"], NOW)
    assert query(failing, world, NOW)[0].value > 100 * calm
    assert [s.labels["job"] for s in query("up == 0", world, NOW)] == ["web"]


@pytest.mark.parametrize(
    "text", ["", "sum(", "up{", "up ==", "up == x", "histogram_quantile(0.9, up)", "up)", "§", 'up{a=~"("}']
)
def test_a_query_that_cannot_be_answered_says_so(text: str) -> None:
    with pytest.raises(BadQuery):
        query(text, build(take_stock([]), NOW, str), NOW)


def test_a_playbook_without_commands_has_a_platform_all_the_same() -> None:
    found = take_stock(["not a command 'at all", "", "<<<>>>"])
    assert found.namespace == "default"
    assert {w.name for w in found.workloads} == {"api", "worker", "postgres", "redis"}


def test_databases_and_roles_are_read_from_the_commands() -> None:
    found = take_stock(
        ["psql -U reader -d shop -c 'select 1'", "kubectl exec <postgres-pod> -- psql -U boss -d shop -c x"]
    )
    assert (found.database, found.roles) == ("shop", {"reader", "boss"})
