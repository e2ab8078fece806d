"""Times in sentences about people that do not say when those are brought in."""

import pytest

from sirenbook.playbook.compile import compile_playbook

NOBODY: tuple[str, ...] = (
    "The on-call engineer acknowledges within 5 minutes and updates the CTO every 30 minutes.",
    "Page the secondary; they have 10 minutes to join the bridge.",
    "Escalate to the DBA when replication lag exceeds 30 seconds.",
    "The team lead is on the bridge for at most 2 hours, then hands over to the deputy.",
    "If a deploy took longer than 15 minutes, tell the release manager.",
    "After 3 failed attempts in 10 minutes escalate to the platform team.",
    "The engineering manager reviews the incident within 24 hours.",
    "After 20 minutes of downtime the support lead informs the customers.",
    "Keep the database team informed every 15 minutes during a SEV1.",
    "The CTO has to approve a rollback that takes longer than 30 minutes.",
    "- Team lead: available within 15 minutes by phone",
    "- CTO: on leave for 2 weeks from Monday",
    "- DBA on-call: restores take about 3 hours",
    "- Platform lead (office hours, replies within 1 hour)",
    "- Security lead - joins a call within 30 minutes of being asked",
    "- Engineering manager - if the on-call has worked for more than 4 hours straight",
    "- Rotate the on-call engineer after 6 hours of continuous work",
    "- Head of support: gets a summary every 2 hours",
    "- VP Engineering: wants a written report within 48 hours",
    "- Release manager: freezes deploys for 24 hours after a SEV1",
    "- The incident commander posts a first update within 10 minutes",
    "- The secondary keeps the line open for 30 minutes",
    "- CFO: if losses exceed 10k in 1 hour",
    "- Do not page the CTO before 30 minutes have passed",
)
BY_HAND = {
    "Escalate to the team lead if the error rate stays above 5% for 10 minutes.": "team lead",
    "Wake the CTO only if data was lost in the last 24 hours.": "CTO",
    "Page the security team if more than 100 logins fail in 5 minutes.": "security team",
    "- Recurring leak (3+ in a day) → Escalate to the Platform Lead": "Platform Lead",
    "- The same alert twice in 30 minutes → Escalate to the Platform Lead": "Platform Lead",
    "- Escalate to the CTO if the outage is expected to last more than 4 hours": "CTO",
}


def called(sentence: str) -> list[tuple[int | None, tuple[str, ...]]]:
    """Whom a sentence under a heading of escalation brings in, and after how many seconds."""
    policy = compile_playbook([("p.md", f"# Mill\n\n## Escalation\n\n{sentence}\n- Board: by letter\n")])
    return [(level.after, level.who) for level in policy.levels if level.why.stated]


@pytest.mark.parametrize("sentence", NOBODY)
def test_nobody_is_brought_in_at_such_a_time(sentence: str) -> None:
    assert called(sentence) == []


@pytest.mark.parametrize("sentence", BY_HAND)
def test_whoever_comes_on_such_a_condition_is_called_by_hand(sentence: str) -> None:
    assert called(sentence) == [(None, (BY_HAND[sentence],))]
