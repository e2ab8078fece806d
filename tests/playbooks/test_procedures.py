"""What playbooks tell people to do: steps in order, branches, time boxes, lists, and where each stands in the text.

The tables below and the files in procedures/ were checked by eye against each text.
"""

from pathlib import Path

import pytest

from sirenbook.model.policy import Policy
from sirenbook.model.procedure import Branch, Routine, Runbook
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.policy import explain
from sirenbook.playbook.explain.procedure import told_of_routines, told_of_runbooks

STYLES = Path(__file__).parent / "procedures"
NAMES = sorted(path.stem for path in STYLES.glob("*.md"))
SEEDS = sorted((Path(__file__).parents[3] / "shared" / "seeds").glob("*.txt"))
seeds = pytest.mark.skipif(not SEEDS, reason="the example playbooks are not here")


def style(name: str) -> Policy:
    return compile_playbook([(f"{name}.md", (STYLES / f"{name}.md").read_text("utf-8"))])


def seed(number: int) -> Policy:
    return compile_playbook([(f"{number}.txt", SEEDS[number].read_text("utf-8"))])


# --- other house styles


@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_read_as_it_was_meant(name: str, request: pytest.FixtureRequest) -> None:
    policy = style(name)
    told = "\n".join([*told_of_routines(policy.routines), *told_of_runbooks(policy.runbooks)]).lstrip("\n") + "\n"
    golden = STYLES / f"{name}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")
    assert told.splitlines()[1] in explain(policy)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_quotes_its_line(name: str) -> None:
    rows = (STYLES / f"{name}.md").read_text("utf-8").split("\n")
    policy = style(name)
    for one in (*policy.runbooks, *policy.routines):
        for step in one.steps:
            assert step.why.quote.split()[0].strip("*[]") in rows[step.why.line - 1], step
            assert step.branch <= len(one.branches)


def test_a_procedure_that_is_not_there_is_a_finding() -> None:
    found = [d for d in style("vineyard").diagnostics if d.code == "SB113"]
    assert [(d.at.line, d.at.quote) for d in found] == [(21, "Follow the Cold Restart runbook")]


@pytest.mark.parametrize(
    "text",
    [
        "See the Ferry timetable section",  # a section that is not there is another finding
        "Follow this runbook to the end",
        "Read the Kubernetes documentation",
        "Follow up with the harbour master",
    ],
)
def test_not_everything_that_is_followed_is_a_runbook(text: str) -> None:
    policy = compile_playbook([("p.md", f"# A\n\n## Runbooks\n\n### Ferry late\n\n1. {text}\n2. Wait\n")])
    assert [r.title for r in policy.runbooks] == ["Ferry late"]
    assert [d for d in policy.diagnostics if d.code == "SB113"] == []


@pytest.mark.parametrize(
    "item",
    [
        "If needed, scale up",
        "Scale up if possible",
        "Check if the disk is full",
        "When in doubt, escalate to the lead",
        "**Verify status**: look at the board",
    ],
)
def test_an_aside_is_no_branch(item: str) -> None:
    text = f"# A\n\n## Runbooks\n\n### Ferry late\n\n**Resolution:**\n\n- {item}\n- Call the pier\n"
    [runbook] = compile_playbook([("p.md", text)]).runbooks
    assert runbook.branches == ()
    assert [s.kind for s in runbook.steps] == ["manual", "manual"]


def test_what_a_fence_says_defines_nothing() -> None:
    text = "# A\n\n## Incident process\n\n```\n## Phase 1 (0-5 min)\n1. Wake everybody\n- [ ] Really?\n```\n"
    policy = compile_playbook([("p.md", text)])
    assert (policy.routines, policy.runbooks) == ((), ())


# --- the example playbooks


def branches(one: Runbook | Routine) -> list[tuple[int, str]]:
    return [(b.why.line, b.condition) for b in one.branches]


def manual(one: Runbook | Routine) -> list[int]:
    return [s.why.line for s in one.steps if s.kind == "manual"]


RUNBOOKS: dict[int, list[tuple[str, int, int, list[int], list[tuple[int, str]]]]] = {
    0: [
        (
            "MaestroServiceDown",
            64,
            7,
            [85, 86, 87, 88],
            [
                (85, "Resource Exhaustion"),
                (86, "Configuration Issues"),
                (87, "Dependency Failure"),
                (88, "Image Issues"),
                (91, "resource issue"),
                (96, "resource constrained"),
                (101, "recent deployment caused issue"),
            ],
        ),
        (
            "Neo4jDatabaseDown",
            112,
            7,
            [131, 132, 133, 134],
            [(137, "simple pod issue"), (142, "storage-related"), (148, "resource constrained")],
        ),
        ("HighErrorRate", 154, 2, [170, 171, 172, 173, 176, 177, 178, 179], []),
        ("SecurityEventSpike", 181, 2, [196, 197, 198, 199, 202, 203, 204], []),
    ],
    1: [
        (
            "Service Down Alert",
            49,
            7,
            [88, 89, 90],
            [(75, "pod is crashed"), (81, "resource exhaustion"), (87, "persistent issues")],
        ),
        (
            "High Error Rate Alert",
            92,
            1,
            [101, 102, 103, 106, 107, 108, 118, 119, 120, 123, 124, 125],
            [(111, "database issues"), (117, "external service issues"), (122, "application bugs")],
        ),
        (
            "High Response Time Alert",
            127,
            3,
            [136, 137, 138, 141, 142, 143],
            [(146, "resource constraints"), (152, "database performance"), (158, "cache issues")],
        ),
        (
            "Workflow Execution Failures",
            164,
            2,
            [173, 174, 175, 178, 179, 180, 191, 192, 193, 196, 197, 198],
            [(183, "engine connectivity issues"), (190, "resource issues"), (195, "workflow definition issues")],
        ),
        ("Database Recovery", 233, 2, [], []),
        ("Service Recovery", 242, 3, [], []),
        ("Cache Recovery", 252, 2, [], []),
    ],
    2: [
        (
            "API Service Down",
            124,
            7,
            [],
            [(149, "recent deployment"), (154, "resource exhaustion"), (159, "database issue")],
        ),
        (
            "Database Connection Issues",
            166,
            5,
            [198],
            [(188, "Connection pool exhausted"), (193, "Database overloaded"), (198, "Database down")],
        ),
        (
            "High Error Rate",
            202,
            3,
            [224, 225, 226],
            [(224, "Single endpoint"), (225, "Upstream dependency"), (226, "Resource issue")],
        ),
        (
            "Agent Execution Failures",
            230,
            4,
            [257, 258],
            [(252, "LLM provider issue"), (257, "Tool failures"), (258, "Timeout issues")],
        ),
        (
            "Security Incident",
            262,
            6,
            [275, 276, 277, 278, 279, 280],
            [(299, "Compromised credentials"), (305, "Suspicious user")],
        ),
    ],
    3: [
        (
            "High Error Rate (5xx)",
            580,
            2,
            [601, 602, 603, 604],
            [
                (601, "Upstream service down"),
                (602, "Memory exhaustion"),
                (603, "Configuration error"),
                (604, "Database connection issues"),
            ],
        ),
        ("Connection Pool Exhausted", 610, 5, [], []),
        ("Slow Queries", 641, 2, [669, 670, 671], []),
        ("Pod OOMKilled", 677, 4, [], []),
        ("SSL Certificate Expired", 713, 4, [], []),
        (
            "JWT Validation Failures",
            740,
            2,
            [759, 760, 761],
            [(759, "JWT secret rotated"), (760, "clock skew"), (761, "service misconfigured")],
        ),
        ("Third-Party API Down", 767, 1, [784, 785, 786], []),
    ],
    4: [
        ("API Gateway Outage", 123, 5, [], []),
        ("Database Performance Issues", 141, 2, [], []),
        ("AI Pipeline Failures", 171, 3, [], []),
    ],
}
"""Of each playbook the runbooks: title, line, commands, lines of what is done by hand, branches with lines."""

PHASES: dict[int, list[tuple[int, int | None, int | None, int, int]]] = {
    0: [(35, 0, 300, 0, 4), (41, 300, 900, 0, 4), (50, None, None, 0, 4), (56, 0, 86_400, 0, 4)],
    1: [],
    2: [(n, None, None, 0, k) for n, k in ((58, 0), (71, 6), (86, 5), (98, 6), (113, 4))],
    3: [(395, 0, 900, 2, 6), (423, 900, 3600, 4, 6), (451, None, None, 3, 6), (476, None, None, 0, 8)],
    4: [(55, 0, 300, 3, 4), (69, 300, 600, 3, 0), (81, 600, 1800, 10, 0)],
}
"""For each playbook its phases: line, begin, end, commands, and what is done by hand."""


@seeds
@pytest.mark.parametrize("number", RUNBOOKS)
def test_every_runbook_has_its_steps_and_branches(number: int) -> None:
    found = [(r.title, r.why.line, len(r.commands), manual(r), branches(r)) for r in seed(number).runbooks]
    assert found == RUNBOOKS[number]


@seeds
@pytest.mark.parametrize("number", PHASES)
def test_every_phase_has_its_time_box_and_steps(number: int) -> None:
    phases = [r for r in seed(number).routines if r.kind == "phase"]
    found = [(r.why.line, r.begins, r.ends, len(r.steps) - len(manual(r)), len(manual(r))) for r in phases]
    assert found == PHASES[number]
    assert [r.why.line for r in phases if r.since == "resolved"] == {0: [56], 2: [113]}.get(number, [])


@seeds
def test_commands_at_hand() -> None:
    palettes = {n: [(r.why.line, len(r.steps)) for r in seed(n).routines if r.kind == "palette"] for n in range(5)}
    assert palettes == {0: [], 1: [], 2: [(415, 4)], 3: [(790, 4)], 4: [(298, 5), (314, 3), (326, 4)]}


@seeds
def test_a_phase_whose_commands_are_for_one_of_several_troubles() -> None:
    [mitigation] = [r for r in seed(4).routines if r.why.line == 81]
    assert branches(mitigation) == [(82, "API/Service Issues"), (95, "Database Issues"), (107, "Pipeline Issues")]
    assert [s.branch for s in mitigation.steps] == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]


@seeds
def test_what_is_verified_before_the_end_and_for_how_long() -> None:
    verified = {
        n: [s.why.line for r in seed(n).routines for s in r.steps if s.part == "verification"] for n in range(5)
    }
    assert verified == {0: [52, 53], 1: [], 2: [106, 108, 109], 3: [479, 480, 481], 4: []}
    watch = seed(3).watch
    assert watch is not None
    assert (watch.low, watch.seconds, watch.why.line) == (900, 1800, 481)


@seeds
def test_a_row_that_points_to_another_runbook() -> None:
    [gateway] = [r for r in seed(3).runbooks if r.why.line == 580]
    [reference] = gateway.references
    assert (reference.why.line, reference.heading) == (604, "Database Issues")
    assert reference.runbooks == ("Connection Pool Exhausted", "Slow Queries")
    assert gateway.branches[0] == Branch(
        "Upstream service down", gateway.branches[0].why, 1, "Upstream service down",
        "Restart/rollback upstream service", "causes",
    )  # fmt: skip


@seeds
def test_what_a_runbook_says_beside_its_steps() -> None:
    maestro = seed(0).runbooks[0]
    assert [w.line for w in (*maestro.symptoms, *maestro.impact)] == [66, 67]
    assert [w.line for w in maestro.prevention] == [107, 108, 109, 110]
    assert [w.line for w in seed(0).runbooks[3].escalation] == [202, 203, 204]
    assert [w.line for w in seed(1).runbooks[0].symptoms] == [52, 53, 54]
    assert [w.line for w in seed(3).runbooks[0].causes] == [601, 602, 603, 604]
    assert [w.line for w in seed(3).runbooks[3].prevention] == [707]


@seeds
def test_which_runbooks_are_about_an_attack() -> None:
    about = {n: [r.title for r in seed(n).runbooks if r.security] for n in range(5)}
    assert about == {0: ["SecurityEventSpike"], 1: [], 2: ["Security Incident"], 3: [], 4: []}


@seeds
def test_no_reference_of_the_examples_leads_nowhere() -> None:
    assert [d for n in range(5) for d in seed(n).diagnostics if d.code == "SB113"] == []
