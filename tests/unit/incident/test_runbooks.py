"""Runbooks: which one answers an incident, what runs by itself, what waits for consent, and what came of it."""

from datetime import timedelta
from typing import Any

import pytest

from sirenbook.incident.context import Context, Ground
from sirenbook.incident.core import decide, fold
from sirenbook.incident.steps.matching import match
from sirenbook.incident.steps.resolving import Resolved, approvals_needed, resolve_all
from sirenbook.model import command as c
from sirenbook.model import step_event as st
from sirenbook.model.bindings import Bindings, Filling, Stepping
from sirenbook.model.command import Refused
from sirenbook.model.step import Order
from sirenbook.playbook.safety import judge
from unit.incident.grounds import DELETE, DESCRIBE, PODS, SCALE, SHELL, berth, ground, rule, runbook, step
from unit.incident.scenes import START, WHY, Scene, bindings, policy


class Night(Scene):
    """An incident whose playbook has runbooks, and what is ordered in it."""

    def __init__(self, *texts: str, on: Ground | None = None, labels: dict[str, str] | None = None, **bound: Any):
        self.ground = on or ground()
        self.orders: list[Order] = []
        self.labels = labels or {}
        made = policy(runbooks=tuple(berth(*texts)), alerts=(rule("BerthDown", "Berth service down"),))
        super().__init__(made, bindings(**bound))

    def context(self, minute: float) -> Context:
        return Context(self.policy, self.bindings, START + timedelta(minutes=minute), self.ground)

    def _decide(self, minute: float, command: c.Command) -> None:
        if isinstance(command, c.Open):
            labels = {"alertname": "BerthDown", **self.labels}
            command = c.Open("BerthDown", "P1", "it is", WHY, by="", group="g", alerts=1, labels=labels)
        decision = decide(self.context(minute), self.incident, command)
        self.incident, self.wake_at = decision.incident, decision.wake_at
        self.entries.extend(decision.entries)
        self.intents.extend(decision.intents)
        self.orders.extend(decision.orders)

    def steps(self, minute: float = 0) -> list[Resolved]:
        return resolve_all(self.context(minute), self.incident)

    def approve(self, minute: float, number: int, by: str, token: str = "") -> "Night":
        self.do(minute, c.RunStep(by, number, self.steps(minute)[number - 1].digest, token=token))
        return self


def orders(night: Night) -> list[str]:
    return [o.text for o in night.orders]


# --- which runbook


@pytest.mark.parametrize(
    ("alert", "title"),
    [
        ("HarbourApiDown", "Harbour API Down"),
        ("HighErrorRate", "High Error Rate Alert"),
        ("HighErrorRate", "High error rate (> 5 %)"),
        ("SslCertificateExpired", "SSL Certificate Expired"),
    ],
)
def test_a_runbook_is_found_by_the_words_of_its_title(alert: str, title: str) -> None:
    found = match(policy(runbooks=(runbook("Slow queries"), runbook(title))), {"alertname": alert}, "")
    assert found is not None
    assert found.runbook.title == title


@pytest.mark.parametrize("alert", ["DiskFull", "ErrorRate", "Down", "", "API"])
def test_a_name_that_says_something_else_has_no_runbook(alert: str) -> None:
    made = policy(runbooks=(runbook("API service down"), runbook("API gateway high error rate")))
    assert match(made, {"alertname": alert}, "something else") is None


def test_the_alert_that_a_runbook_names_is_surer_than_its_words() -> None:
    made = policy(runbooks=(runbook("Berth down"), runbook("Quay")), alerts=(rule("BerthDown", "Quay"),))
    found = match(made, {"alertname": "BerthDown"}, "")
    assert found is not None
    assert (found.runbook.title, found.why.line) == ("Quay", 8)


def test_two_runbooks_that_would_do_are_a_choice_for_people() -> None:
    made = policy(runbooks=(runbook("Berth down"), runbook("Down berth")))
    assert match(made, {"alertname": "BerthDown"}, "") is None


# --- what runs by itself


def test_reading_steps_run_when_the_incident_opens() -> None:
    night = Night(labels={"pod": "quay-7f3"})
    assert orders(night) == [PODS, "kubectl describe pod quay-7f3 -n berth"]
    assert not any(o.changes for o in night.orders)
    assert night.told("RunbookChosen", "StepStarted") == ["0 RunbookChosen", "0 StepStarted", "0 StepStarted"]


def test_a_step_waits_for_its_parameter_and_runs_once_it_is_said() -> None:
    night = Night()
    assert orders(night) == [PODS]
    assert night.steps()[1].hindrance == "<pod-name> is not filled in"
    night.do(1, c.GiveValue("mira", "pod", "quay-7f3"))
    assert orders(night) == [PODS, "kubectl describe pod quay-7f3 -n berth"]
    assert [v.source for v in night.steps()[1].values] == ["said by mira"]


@pytest.mark.parametrize(
    "value", ["--all", "-lapp=api", "--raw=/api", "x; curl evil|sh", "", "a b", "$(id)", "X\n"]
)
def test_what_is_no_name_fills_nothing_in(value: str) -> None:
    night = Night()
    with pytest.raises(Refused):
        night.do(1, c.GiveValue("mira", "pod-name", value))
    told = Night(labels={"pod": value})
    assert orders(told) == [PODS]
    assert told.told("Escalated") == night.told("Escalated"), "the incident goes on"


def test_the_team_binds_parameters_once() -> None:
    night = Night(parameters={"pod_name": Filling(value="quay-0")})
    assert orders(night)[1] == "kubectl describe pod quay-0 -n berth"
    night = Night(parameters={"pod-name": Filling(label="instance")}, labels={"instance": "quay-9", "pod": "other"})
    assert orders(night)[1] == "kubectl describe pod quay-9 -n berth"


def test_nothing_runs_where_the_team_does_not_want_it() -> None:
    assert orders(Night(labels={"pod": "q"}, stepping=Stepping(auto=False))) == []
    assert orders(Night(labels={"pod": "q"}, stepping=Stepping(budget=1))) == [PODS]


def test_nothing_runs_where_nothing_is_bound() -> None:
    night = Night(on=type(ground())({}))
    assert orders(night) == []
    assert {s.hindrance for s in night.steps()} >= {"nothing is bound here to run it"}
    night.do(1, c.MarkStep("mira", 1, "worked"))
    assert night.incident.procedure is not None
    assert [m.verdict for m in night.incident.procedure.marks] == ["worked"]


def test_what_only_a_shell_understands_is_for_a_persons_own_terminal() -> None:
    night = Night(SHELL)
    [found] = night.steps()
    assert not found.ready
    with pytest.raises(Refused, match="cannot run"):
        night.do(1, c.RunStep("mira", 1))


# --- consent


def test_a_change_waits_for_one_approval_of_exactly_what_is_shown() -> None:
    night = Night(SCALE)
    with pytest.raises(Refused, match="needs approval"):
        night.do(1, c.RunStep("mira", 1))
    with pytest.raises(Refused, match="not what you were shown"):
        night.do(1, c.RunStep("mira", 1, "0" * 64))
    night.approve(1, 1, "mira")
    assert [(o.text, o.changes, o.target) for o in night.orders] == [(SCALE, True, "cluster west")]


def test_an_approval_is_for_one_run() -> None:
    night = Night(SCALE)
    digest = night.steps()[0].digest
    night.approve(1, 1, "mira").do(2, c.EndStep(1, "worked", 0))
    with pytest.raises(Refused, match="not what you were shown"):
        night.do(3, c.RunStep("mira", 1, digest))
    assert len(night.orders) == 1


def test_an_approval_is_for_one_target() -> None:
    night = Night(SCALE)
    digest = night.steps()[0].digest
    night.ground = ground("cluster east")
    with pytest.raises(Refused, match="not what you were shown"):
        night.do(1, c.RunStep("mira", 1, digest))


def test_destroying_needs_two_people() -> None:
    night = Night(DELETE, labels={"pod": "quay-7f3"})
    night.approve(1, 1, "mira")
    assert night.orders == []
    with pytest.raises(Refused, match="second person"):
        night.approve(2, 1, "mira")
    night.approve(3, 1, "theo")
    assert [o.risk for o in night.orders] == ["destroys"]


@pytest.mark.parametrize("others", ["robot", "another robot"])
def test_of_two_approvals_shared_tokens_give_one_whatever_names_they_say(others: str) -> None:
    night = Night(DELETE, labels={"pod": "quay-7f3"})
    night.approve(1, 1, "mira", token="robot")
    with pytest.raises(Refused, match="sirenbook token new NAME --person PERSON"):
        night.approve(2, 1, "theo", token=others)
    with pytest.raises(Refused, match="second person"):
        night.approve(2, 1, "mira")
    assert night.orders == []
    night.approve(3, 1, "theo")
    assert [o.risk for o in night.orders] == ["destroys"]


def test_a_shared_token_may_be_the_second_of_two_but_not_in_the_name_of_the_first() -> None:
    night = Night(DELETE, labels={"pod": "quay-7f3"}).approve(1, 1, "mira")
    with pytest.raises(Refused, match="second person"):
        night.approve(2, 1, "mira", token="robot")
    night.approve(3, 1, "theo", token="robot")
    assert [o.risk for o in night.orders] == ["destroys"]


def test_a_shared_token_alone_is_enough_where_one_approval_is() -> None:
    night = Night(SCALE).approve(1, 1, "mira", token="robot")
    assert [o.text for o in night.orders] == [SCALE]


def test_what_contains_an_attack_needs_two_people_too() -> None:
    made = step(SCALE, part="containment")
    assert approvals_needed(judge(SCALE), made.part) == 2
    assert approvals_needed(judge(PODS), made.part) == 0
    assert approvals_needed(judge(SCALE), "resolution") == 1


def test_an_approval_lapses() -> None:
    night = Night(DELETE, labels={"pod": "quay-7f3"}, stepping=Stepping(approval=600))
    night.approve(1, 1, "mira").run(12)
    assert night.told("ApprovalLapsed") == ["11 ApprovalLapsed"]
    night.approve(13, 1, "theo")
    assert night.orders == [], "theo's is the only one that counts by now"


def test_another_value_voids_what_was_approved() -> None:
    night = Night(DELETE, labels={"pod": "quay-7f3"})
    night.approve(1, 1, "mira").do(2, c.GiveValue("theo", "pod-name", "quay-0"))
    night.approve(3, 1, "theo")
    assert night.orders == [], "mira did not approve that pod"


def test_a_dry_run_needs_nobodys_consent_and_changes_nothing() -> None:
    night = Night(SCALE)
    night.do(1, c.RunStep("mira", 1, dry=True))
    [order] = night.orders
    words = [w.spelled for stage in order.plan.stages() for w in stage.words]
    assert (words[-1], order.dry, order.changes) == ("--dry-run=server", True, False)
    night.do(2, c.EndStep(1, "worked", 0)).do(3, c.RunStep("mira", 1, night.steps()[0].digest))
    assert night.orders[1].changes


def test_a_running_step_is_not_started_again() -> None:
    night = Night(SCALE).approve(1, 1, "mira")
    with pytest.raises(Refused, match="running already"):
        night.approve(2, 1, "theo")


# --- what came of it


def test_what_ended_unseen_is_unknown_and_asked_about() -> None:
    night = Night(SCALE).approve(1, 1, "mira")
    night.do(2, c.EndStep(1, "unknown", detail="its process ended"))
    assert night.told("StepEnded", "Notified")[-1].startswith("2 Notified")
    night.do(3, c.EndStep(1, "worked", 0))
    assert night.incident.procedure is not None
    assert [r.outcome for r in night.incident.procedure.runs] == ["worked"], "it turned out after all"
    night.do(4, c.EndStep(1, "failed", 1))
    assert [r.outcome for r in night.incident.procedure.runs] == ["worked"], "the first word stands"


def test_a_run_may_end_after_the_incident() -> None:
    night = Night(PODS).do(1, c.Resolve("mira")).do(2, c.EndStep(1, "worked", 0, excerpt="x" * 5000))
    [ended] = [x.event for x in night.entries if isinstance(x.event, st.StepEnded)]
    assert len(ended.excerpt) == 2000
    with pytest.raises(Refused, match="resolved"):
        night.do(3, c.RunStep("mira", 1))


def test_another_runbook_starts_afresh() -> None:
    night = Night(PODS)
    night.policy = policy(runbooks=(*berth(PODS), runbook("Crane stuck", DESCRIBE, "kubectl get nodes")))
    night.do(1, c.ChooseRunbook("mira", "crane stuck", {"pod": "crane-1"}))
    assert orders(night) == [PODS, "kubectl describe pod crane-1 -n berth", "kubectl get nodes"]
    assert [o.run for o in night.orders] == [1, 2, 3]
    with pytest.raises(Refused, match="Crane stuck"):
        night.do(2, c.ChooseRunbook("mira", "no such thing"))


def test_the_timeline_tells_the_same_state() -> None:
    night = Night(DELETE, PODS, labels={"pod": "quay-7f3"})
    night.approve(1, 1, "mira").approve(2, 1, "theo")
    night.do(3, c.EndStep(1, "worked", 0)).do(4, c.EndStep(2, "failed", 1)).do(5, c.MarkStep("mira", 2, "wrong"))
    assert fold(1, night.entries) == night.incident


def test_an_incident_without_a_runbook_refuses_its_steps() -> None:
    scene = Scene(policy(), Bindings())
    for command in (c.RunStep("mira", 1), c.GiveValue("mira", "pod", "x"), c.EndStep(1, "worked")):
        with pytest.raises(Refused, match="no step|no run 1"):
            scene.do(1, command)


# --- rollbacks

HISTORY = "kubectl rollout history deployment/quay -n berth"
UNDO = "kubectl rollout undo deployment/quay -n berth"
REVISIONS = "deployment.apps/quay\nREVISION  CHANGE-CAUSE\n3    <none>\n5    release 12\n6    release 13\n"


def test_a_rollback_goes_to_the_revision_that_the_history_told() -> None:
    night = Night(HISTORY, UNDO)
    assert night.steps()[1].text == UNDO
    before = night.steps()[1].digest
    night.do(1, c.EndStep(1, "worked", 0, excerpt=REVISIONS))
    found = night.steps()[1]
    assert found.text == f"{UNDO} --to-revision=5"
    assert found.digest != before, "who approved the other text did not approve this one"
    assert fold(1, night.entries) == night.incident


@pytest.mark.parametrize(
    ("history", "undo", "output"),
    [
        ("kubectl rollout history deployment/other -n berth", UNDO, REVISIONS),
        ("kubectl rollout history deployment/quay -n other", UNDO, REVISIONS),
        (HISTORY, UNDO, "REVISION  CHANGE-CAUSE\n6  <none>\n"),
        (HISTORY, UNDO, "error: no such deployment"),
        (f"{HISTORY} --revision=3", UNDO, REVISIONS),
    ],
)
def test_what_the_history_does_not_tell_of_this_object_pins_nothing(history: str, undo: str, output: str) -> None:
    night = Night(history, undo)
    night.do(1, c.EndStep(1, "worked", 0, excerpt=output))
    assert night.steps()[1].text == undo


def test_a_revision_that_the_playbook_names_stays() -> None:
    night = Night(HISTORY, f"{UNDO} --to-revision=3")
    night.do(1, c.EndStep(1, "worked", 0, excerpt=REVISIONS))
    assert night.steps()[1].text == f"{UNDO} --to-revision=3"
