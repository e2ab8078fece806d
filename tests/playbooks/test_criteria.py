"""The criteria of whole playbooks: every figure with its line, in others' playbooks and further house styles."""

from pathlib import Path

import pytest

from sirenbook.playbook.compile import compile_playbook

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
SEEN = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
STYLES = Path(__file__).parent / "styles"

Figure = tuple[str, int, str]

FIGURES: dict[str, set[Figure]] = {
    "000": set(),
    "001": set(),
    "002": set(),
    "003": {
        ("P2", 57, "latency > 3x the normal"),
        ("P2", 58, "error rate > 10 %"),
        ("P3", 84, "latency 1.5–3x the normal"),
        ("P3", 85, "error rate 1–10 %"),
    },
    "004": {("P1", 30, "requests > 50 %")},
}
WORDS = {
    "000": {("P0", 13, "Maestro service down"), ("P1", 19, "High error rates"), ("P3", 31, "cosmetic problems")},
    "001": {("P0", 12, "data loss"), ("P0", 17, "Database corruption"), ("P1", 26, "Authentication service down")},
    "002": {("P0", 13, "data breach"), ("P1", 14, "payments failing"), ("P3", 16, "UI bug")},
    "003": {("P1", 30, "Data loss"), ("P2", 60, "One or more services down"), ("P4", 110, "Cosmetic issues")},
    "004": {("P0", 20, "data loss"), ("P1", 30, "pipeline processing failures"), ("P3", 44, "Cosmetic issues")},
}  # fmt: skip


def figures(text: str) -> set[Figure]:
    policy = compile_playbook([("playbook.md", text)])
    return {
        (s.name, c.why.line, " and ".join(map(str, c.conditions)))
        for s in policy.severities
        for c in s.criteria
        if c.conditions
    }


def words(text: str) -> set[Figure]:
    policy = compile_playbook([("playbook.md", text)])
    return {(s.name, c.why.line, c.words) for s in policy.severities for c in s.criteria if c.words}


@pytest.mark.skipif(not SEEN, reason="needs the shared playbooks")
@pytest.mark.parametrize("file", SEEN, ids=lambda p: p.name[:3])
def test_playbooks_of_others(file: Path) -> None:
    text = file.read_text("utf-8")
    assert figures(text) == FIGURES[file.name[:3]]
    assert words(text) >= WORDS[file.name[:3]]


MATRIX = """\
# On-call handbook

## How bad is it?

| | Sev1 | Sev2 | Sev3 |
|---|---|---|---|
| Error rate | >10% | 2–10% | <2% |
| Checkout latency (p99) | > 5s | 2s - 5s | |
| Users affected | 500+ | 50-500 | fewer than 50 |
| Respond within | 5 min | 30 min | 1 day |
| Example | Nobody can pay | Search broken | Typo on the home page |
"""
PROSE = """\
# Incident policy

An incident is SEV1 if the error rate exceeds 20% or more than 1,000 customers are affected. Page within 5 minutes.
It is SEV2 when the error rate is above 5% and p95 latency is over 800 ms for 15 minutes.
Everything else is SEV3.

**SEV1**: all hands. Respond in under 5 minutes. Escalate to the CTO after more than 1 hour.

**SEV2**: on-call engineer. Respond in 30 minutes.

**SEV3**: next business day.
"""
LIST = """\
# Runbook: Brewery

## Priorities

- **Critical** – more than 3 kettles stopped, or temperature deviation > 5 °C for 10 minutes; respond in 5 min
- **Major** – 1-3 kettles stopped; respond in 30 min
- **Minor** – sensor offline; respond next business day
"""


def test_a_matrix_with_severities_on_top() -> None:
    assert figures(MATRIX) == {
        ("Sev1", 7, "error rate > 10 %"),
        ("Sev2", 7, "error rate 2–10 %"),
        ("Sev3", 7, "error rate < 2 %"),
        ("Sev1", 8, "p99 checkout latency > 5 s"),
        ("Sev2", 8, "p99 checkout latency 2–5 s"),
        ("Sev1", 9, "users ≥ 500"),
        ("Sev2", 9, "users 50–500"),
        ("Sev3", 9, "users < 50"),
    }


def test_sentences_and_no_clock_among_them() -> None:
    assert figures(PROSE) == {
        ("SEV1", 3, "error rate > 20 %"),
        ("SEV1", 3, "customers > 1000"),
        ("SEV2", 4, "error rate > 5 % and p95 latency > 0.8 s for 900 s"),
    }


def test_a_list_with_dashes() -> None:
    assert figures(LIST) == {
        ("Critical", 5, "kettles > 3"),
        ("Critical", 5, "temperature deviation > 5 for 600 s"),
        ("Major", 6, "kettles 1–3"),
    }
    assert {("Critical", 5, "stopped"), ("Major", 6, "stopped")} <= words(LIST)


def test_no_figure_is_invented_in_the_house_styles() -> None:
    found = {p.stem: figures(p.read_text("utf-8")) for p in sorted(STYLES.glob("*.md"))}
    assert {name: told for name, told in found.items() if told} == {
        "aquarium": {("S2", 10, "oxygen < 5 for 1800 s")},
        "depot": {("SEV-2", 18, "error rate > 5 % for 600 s")},
        "foundry": {("High", 12, "latency > 5 s for 600 s")},
        "mill": {("P1", 14, "error rate > 10 % for 300 s"), ("P1", 14, "latency > 30 s")},
        "railway": {("SEV2", 9, "delays > 600 s")},
    }
