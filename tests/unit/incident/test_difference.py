"""Which severity and which level became which: by name, by another name, by what it is like; each at most once."""

from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.incident.difference import amount, fact_changes, likeness, pair_levels, pair_severities
from sirenbook.incident.rebinding import binding_changes
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.identity import Oidc, Team
from sirenbook.model.policy import Clock, Level, Policy, Severity
from sirenbook.model.promise import Promise
from sirenbook.model.provenance import Provenance


def at(line: int, quote: str = "") -> Provenance:
    return Provenance("p.md", line, quote)


def severity(name: str, rank: int, label: str | None = None, minutes: int = 0, **more: Any) -> Severity:
    response = Clock(minutes * 60, at(rank + 1)) if minutes else None
    return Severity(name, rank, at(rank + 1), label, response=response, **more)


def policy(*severities: Severity, levels: tuple[Level, ...] = ()) -> Policy:
    return Policy("d", "t", ("p.md",), severities, levels, ("On-Call",), at(1))


def paired(old: Policy, new: Policy) -> set[tuple[str | None, str | None]]:
    return {(p.before and p.before.name, p.after and p.after.name) for p in pair_severities(old, new)}


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([("P1", 0), ("P2", 1)], [("P1", 0), ("P2", 1)], {("P1", "P1"), ("P2", "P2")}),
        ([("P1", 0), ("P2", 1)], [("P2", 0), ("P1", 1)], {("P1", "P1"), ("P2", "P2")}),
        ([("P1", 0)], [("P1", 0), ("P2", 1)], {("P1", "P1"), (None, "P2")}),
        ([("P1", 0), ("P2", 1)], [("P1", 0)], {("P1", "P1"), ("P2", None)}),
        ([("P1", 0, "Critical")], [("SEV1", 0, "Critical")], {("P1", "SEV1")}),
        ([("Critical", 0)], [("P1", 0, "Critical")], {("Critical", "P1")}),
        ([("P1", 0, None, 5)], [("Red", 0, None, 5)], {("P1", "Red")}),
        ([("P1", 0, None, 5)], [("Red", 3, None, 90)], {("P1", None), (None, "Red")}),
        ([], [("P1", 0)], {(None, "P1")}),
        ([], [], set()),
    ],
)
def test_severities_find_each_other(old: Any, new: Any, pairs: Any) -> None:
    assert paired(policy(*(severity(*s) for s in old)), policy(*(severity(*s) for s in new))) == pairs


def test_a_name_goes_before_a_likeness() -> None:
    """P2 became the old P1 in all but name: it is still P2 that people know."""
    old = policy(severity("P1", 0, "Critical", 5), severity("P2", 1, "High", 15))
    new = policy(severity("P2", 0, "Critical", 5), severity("P3", 1, "High", 15))
    assert paired(old, new) == {("P2", "P2"), ("P1", None), (None, "P3")}


def test_no_severity_is_paired_twice() -> None:
    old = policy(*(severity(f"A{n}", n, "Same", 5) for n in range(6)))
    new = policy(*(severity(f"B{n}", n, "Same", 5) for n in range(4)))
    pairs = pair_severities(old, new)
    befores = [p.before.name for p in pairs if p.before]
    afters = [p.after.name for p in pairs if p.after]
    assert sorted(befores) == sorted({s.name for s in old.severities})
    assert sorted(afters) == sorted({s.name for s in new.severities})


def test_words_make_severities_alike() -> None:
    words = (at(3, "nobody can pay and the checkout is down"),)
    one, other = severity("P1", 0, words=words), severity("Red", 4, words=words)
    assert likeness(one, other) == 1
    assert likeness(one, severity("Red", 0, words=words)) == 2


def level(who: str, minutes: int | None, until: Any = "resolved", **more: Any) -> Level:
    return Level(f"{who}/{minutes}", None, None if minutes is None else minutes * 60, (who,), until, at(9), **more)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (level("CTO", 30), level("CTO", 30)),
        (level("CTO", 30), level("the  cto", 30)),
        (level("CTO", 30), level("CTO", 60)),
        (level("CTO", 30), level("VP", 30)),
        (level("CTO", 30), level("CTO", 45, "acknowledged")),
        (level("CTO", None), level("CTO", 10)),
    ],
)
def test_levels_find_each_other(before: Level, after: Level) -> None:
    noise = level("Team Lead", 5)
    pairs = pair_levels([before, noise], [noise, after])
    assert {(p.before, p.after) for p in pairs} == {(before, after), (noise, noise)}


def test_levels_that_share_nothing_come_and_go() -> None:
    before, after = level("CTO", 30), level("VP", 60)
    assert {(p.before, p.after) for p in pair_levels([before], [after])} == {(before, None), (None, after)}


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (None, "no time stated"),
        (Clock(300, at(1)), "5 min"),
        (Clock(14400, at(1), business=True), "4 h of business hours"),
    ],
)
def test_amounts(clock: Clock | None, said: str) -> None:
    assert amount(clock) == said


def test_what_is_promised_is_compared() -> None:
    """To whom, how soon, how often, and what never leaves the house."""
    before = replace(policy(severity("P1", 0)), promises=(promise(first=30),))
    after = replace(before, promises=(promise(first=30, every=60), promise("never", audience="external")))
    told = [(c.what, c.before, c.after) for c in fact_changes(before, replace(after, promises=after.promises[:1]))]
    assert told == [("updates to customers for P1", "first within 30 min", "first within 30 min, then every 1 h")]
    assert [(c.what, c.after) for c in fact_changes(before, after)] == [
        ("updates to customers for P1", ""),
        ("words outside for P1", "never"),
    ]


def promise(bound: Any = "must", *, audience: Any = "customers", **minutes: int) -> Promise:
    clocks = {name: Clock(m * 60, at(4)) for name, m in minutes.items()}
    return Promise(audience, bound, at(4), ("P1",), **clocks)


def test_rights_that_would_be_given_are_told() -> None:
    mira = {"mira": Person("mira", "Mira Kovač")}
    teams = {"ships": Team(("ferry-desk",), {"mira": "commander"})}
    oidc = Oidc("https://login.example.org", "sirenbook", groups={"oncall": "responder"}, role="viewer")
    told = list(binding_changes(Bindings(people=mira), Bindings(people=mira, oidc=oidc, teams=teams)))
    assert [(c.before, c.after) for c in told] == [
        ("", "https://login.example.org, client sirenbook, by groups: oncall: responder, everybody: viewer"),
        ("", "Mira Kovač commander, for ferry-desk"),
    ]
