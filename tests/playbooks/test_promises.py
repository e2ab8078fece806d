"""What playbooks promise is read with its lines: three house styles whole, and the facts of the examples.

The tables in `promises/*.txt` were checked by eye against each text; `pytest tests/playbooks --update-golden`
writes them anew.
"""

from pathlib import Path

import pytest

from sirenbook.model.policy import Policy
from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.policy import explain
from sirenbook.playbook.explain.promises import promise_words, sections, template_words

STYLES = Path(__file__).parent / "promises"
NAMES = sorted(path.stem for path in STYLES.glob("*.md"))
SEEDS = sorted((Path(__file__).parents[3] / "shared" / "seeds").glob("*.txt"))

seeds_only = pytest.mark.skipif(len(SEEDS) != 5, reason="the example playbooks as they were found are not here")


def compiled(name: str) -> Policy:
    return compile_playbook([(f"{name}.md", (STYLES / f"{name}.md").read_text("utf-8"))])


def seed(number: int) -> Policy:
    return compile_playbook([(f"{number}.md", SEEDS[number].read_text("utf-8"))])


def table(policy: Policy) -> str:
    rows = [row for heading, lines in sections(policy) for row in (f"{heading}:", *(f"  {x}" for x in lines))]
    rows.append("templates:")
    for template in policy.templates:
        rows.append(f"  {template.title}: {template_words(template)}  [{template.why}]")
        for blank in template.blanks:
            more = [", ".join(blank.choices), blank.default, blank.zone]
            words = template.text[blank.start : blank.end]
            rows.append(f"    {blank.line}: {words} {' | '.join(x for x in more if x)}".rstrip())
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_house_style_is_read_as_it_was_meant(name: str, request: pytest.FixtureRequest) -> None:
    golden = STYLES / f"{name}.txt"
    told = table(compiled(name))
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_line_holds_what_is_quoted_from_it(name: str) -> None:
    rows = (STYLES / f"{name}.md").read_text("utf-8").split("\n")
    policy = compiled(name)
    stated = [p.why for p in (*policy.promises, *policy.demands, *policy.obligations, *policy.security)]
    stated += [u.why for o in policy.outlets for u in o.uses] + [d.why for r in policy.roles for d in r.duties]
    for why in stated:
        assert why.quote.split()[0].strip("*`:") in rows[why.line - 1], why


def promised(policy: Policy) -> set[tuple[int, str]]:
    return {(p.why.line, promise_words(p)) for p in policy.promises}


@seeds_only
@pytest.mark.parametrize(
    ("number", "facts"),
    [
        (0, {(39, "tell stakeholders"), (225, "P0: tell public every 15 minutes")}),
        (
            1,
            {
                (223, "P0, P1: tell internal every 30 minutes"),
                (223, "P2: tell internal every 1 hour"),
                (228, "P0, P1: tell customers (affecting multiple customers) by Email"),
            },
        ),
        (
            2,
            {
                (94, "P0, P1: tell public by status.agentplatform.com"),
                (95, "P0, P1: tell customers (if significant) by email"),
                (96, "P0, P1: tell support"),
                (324, "P0, P1: tell public every 30 minutes"),
            },
        ),
        (
            3,
            {
                (39, "P1: tell everyone every 15 minutes"),
                (66, "P2: tell everyone every 30 minutes"),
                (93, "P3: tell everyone at the start, on major news, at the resolution"),
                (120, "P4: tell nobody outside"),
                (485, "tell public at the resolution by status page"),
            },
        ),
        (
            4,
            {
                (25, "P0: tell customers within 30 minutes"),
                (33, "P1: tell customers within 2 hours"),
                (41, "P2: tell internal"),
                (223, "P0, P1: tell customers every 30 minutes"),
            },
        ),
    ],
)
def test_who_is_told_when(number: int, facts: set[tuple[int, str]]) -> None:
    assert facts <= promised(seed(number))


@seeds_only
def test_nothing_is_promised_that_is_not_said() -> None:
    assert [len(seed(n).promises) for n in range(5)] == [4, 7, 6, 9, 4]


@seeds_only
def test_what_a_message_must_contain() -> None:
    found = {(d.why.line, d.moment, d.fields) for n in (1, 3) for d in seed(n).demands}
    assert found == {
        (222, "start", ("severity", "impact", "ETA")),
        (224, "resolution", ("root cause", "prevention measures")),
        (202, "escalation", ("Incident link", "Current status", "Why escalating", "What help is needed")),
    }


@seeds_only
def test_what_severities_oblige_to() -> None:
    found = {(n, o.why.line, o.kind, o.severities) for n in range(5) for o in seed(n).obligations}
    assert found >= {
        (0, 29, "business hours only", ("P3",)),
        (0, 30, "tracked, not paged", ("P3",)),
        (1, 14, "management at once", ("P0",)),
        (4, 10, "management at once", ("P0",)),
        (4, 13, "periodic review", ("P3",)),
        (4, 25, "all hands", ("P0",)),
        (4, 33, "dedicated commander", ("P1",)),
        (4, 49, "standard process", ("P3",)),
    }


@seeds_only
def test_roles_and_duties() -> None:
    roles = {(n, r.kind): r for n in (0, 3, 4) for r in seed(n).roles}
    assert roles[0, "responsible"].why.line == 233
    assert [why.line for why in roles[0, "commander"].assigned] == [12, 203]
    assert [why.line for why in roles[3, "commander"].assigned] == [421]
    assert roles[3, "technical lead"].why.line == 238
    assert roles[4, "commander"].holders[1:] == ("@alice.chen (Slack)", "@bob.smith (Slack)")
    primary, secondary = roles[3, "primary"].duties, roles[3, "secondary"].duties
    assert [d.why.line for d in primary] == list(range(137, 144))
    assert [d.within.seconds for d in primary if d.within] == [300, 1800]
    assert [d.why.line for d in secondary] == list(range(158, 162))


@seeds_only
def test_rules_of_security_incidents() -> None:
    assert [(r.why.line, r.kind, r.who) for r in seed(2).security] == [
        (275, "alert at once", ("Security Team Lead",)),
        (276, "approval before external words", ("Security Team Lead",)),
        (277, "evidence first", ()),
        (278, "document the timeline", ()),
        (279, "assess what is affected", ()),
        (280, "isolate with care", ()),
    ]
    assert [(r.why.line, r.kind, r.who) for r in seed(0).security] == [
        (202, "alert at once", ("security team",)),
    ]


@seeds_only
def test_states_as_the_playbook_words_them() -> None:
    assert [(s.name, s.kind, s.why.line) for s in seed(4).states] == [
        ("Investigating", "investigating", 220),
        ("Identified", "identified", 220),
        ("Fixing", "identified", 220),
        ("Resolved", "resolved", 231),
    ]
    assert [s.name for s in seed(3).states] == ["Investigating", "Identified", "Monitoring", "Resolved"]


@seeds_only
def test_where_words_go() -> None:
    found = {(n, o.kind, o.name, o.why.line) for n in range(5) for o in seed(n).outlets}
    assert found >= {
        (0, "chat", "team channel", 24),
        (0, "status page", "status page", 38),
        (0, "mail", "security-oncall@intelgraph.ai", 250),
        (1, "chat", "#incident-response", 208),
        (1, "pager", "ai-orchestrator-oncall", 209),
        (1, "chat", "#incident-YYYY-MM-DD-HHMMSS", 221),
        (1, "status page", "status.ai-orchestrator.com", 227),
        (2, "chat", "#incident-response", 89),
        (2, "tracker", "Linear", 90),
        (3, "chat", "#incidents", 200),
        (3, "status page", "status.autolytiq.com", 296),
        (4, "chat", "#emergency-response", 4),
        (4, "bridge", "/incident bridge", 75),
    }
    assert [o.name for o in seed(1).outlets if o.pattern] == ["#incident-YYYY-MM-DD-HHMMSS"]


@seeds_only
def test_what_templates_are_for() -> None:
    found = {n: {t.why.line: t for t in seed(n).templates} for n in (0, 3, 4)}
    assert [(t.purpose, t.moment) for line, t in found[3].items() if 290 < line < 350] == [
        ("status page", "start"),
        ("status page", "identified"),
        ("status page", "monitoring"),
        ("status page", "resolution"),
    ]
    assert (found[3][357].purpose, found[3][357].severities) == ("customer mail", ("P1", "P2"))
    assert (found[0][221].severities, found[0][228].severities) == (("P0",), ("P1",))
    assert (found[4][212].purpose, found[4][212].moment, found[4][229].moment) == (
        "customer update",
        "start",
        "resolution",
    )


@seeds_only
def test_choices_defaults_and_zones_of_placeholders() -> None:
    studio = {b.line: b for t in seed(4).templates for b in t.blanks}
    blanks = {b.line: b for t in seed(3).templates for b in reversed(t.blanks)}
    assert blanks[231].choices == ("P1", "P2", "P3", "P4")
    assert blanks[254].choices == ("Investigating", "Identified", "Monitoring", "Resolved")
    assert (blanks[307].name, blanks[307].zone) == ("Time", "ET")
    assert (blanks[540].zone, blanks[299].choices) == ("ET", ())
    assert studio[221].default == "Under investigation"
    assert studio[220].choices == ("INVESTIGATING", "IDENTIFIED", "FIXING")


@pytest.mark.parametrize("name", NAMES)
def test_explain_tells_it(name: str) -> None:
    policy, text = compiled(name), explain(compiled(name))
    assert all(promise_words(p) in text for p in policy.promises)
    assert all(o.name in text for o in policy.outlets)
