"""Instructions that people tick, ways on, phases, the watch before the end, and evidence of an attack."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.incident.context import Context
from sirenbook.incident.core import deadlines, decide, fold
from sirenbook.incident.measures.accuracy import tallied
from sirenbook.incident.steps.attack import suspected
from sirenbook.incident.steps.resolving import resolve_all
from sirenbook.incident.steps.sheets import runbook_sheet
from sirenbook.incident.timeline import describe, phase
from sirenbook.model import command as c
from sirenbook.model import event as e
from sirenbook.model import progress_event as p
from sirenbook.model import step_event as st
from sirenbook.model.command import Refused
from sirenbook.model.procedure import Branch, Routine, Runbook, RunbookStep
from sirenbook.model.provenance import Provenance, default
from sirenbook.model.step import Order
from unit.incident.grounds import PODS, SCALE, ground, rule
from unit.incident.scenes import START, WHY, Scene, bindings, clock, level, policy


def at(line: int, quote: str = "as written") -> Provenance:
    return Provenance("playbook.md", line, quote)


def todo(text: str, line: int, *, part: str = "", branch: int = 0) -> RunbookStep:
    return RunbookStep(text, "", at(line, text), part, "manual", branch)


def command(text: str, line: int, *, part: str = "investigation", branch: int = 0) -> RunbookStep:
    return RunbookStep(text, "shell", at(line, text), part, "command", branch)


QUAY = Runbook(
    "Quay down",
    at(10),
    steps=(
        command(PODS, 11),
        todo("Ask the pilot", 12, part="investigation"),
        command(SCALE, 14, part="resolution", branch=1),
        todo("Call the crane driver", 16, part="resolution", branch=2),
        todo("Look whether ships leave", 18, part="verification"),
    ),
    branches=(
        Branch("If it is crowded", at(13), 1, "it is crowded", "Make room", "resolution"),
        Branch("If the crane is stuck", at(15), 1, "the crane is stuck", "", "resolution"),
    ),
)
FIRST = Routine("Look", "phase", at(30), (todo("Take it", 31), command("kubectl get nodes", 32)), (), 0, 300)
SECOND = Routine("Mend", "phase", at(35), (todo("Tell people", 36),), (), 300, 900)
THIRD = Routine("Close", "phase", at(40), (todo("Watch the gauge", 41, part="verification"),))
AFTER = Routine("Learn", "phase", at(45), (todo("Meet", 46),), (), 0, 86_400, "resolved")
AT_HAND = Routine("At hand", "palette", at(50), (command("kubectl get events", 51, part=""),))


class Shift(Scene):
    """A night under a playbook with a runbook, phases and commands at hand."""

    def __init__(self, title: str = "QuayDown", runbook: Runbook = QUAY, *, labels: Any = (), **more: Any):
        self.ground = ground()
        self.orders: list[Order] = []
        self.title, self.labels = title, dict(labels)
        parts: dict[str, Any] = {"routines": (FIRST, SECOND, THIRD, AFTER, AT_HAND), **more}
        made = policy(level("1", 0), runbooks=(runbook,), alerts=(rule("QuayDown", runbook.title),), **parts)
        super().__init__(made, bindings())

    def context(self, minute: float) -> Context:
        return Context(self.policy, self.bindings, START + timedelta(minutes=minute), self.ground)

    def _decide(self, minute: float, command: c.Command) -> None:
        if isinstance(command, c.Open):
            command = c.Open(
                self.title, "P1", "it is", WHY, "", "g", 1, labels={"alertname": self.title, **self.labels}
            )
        decision = decide(self.context(minute), self.incident, command)
        self.incident, self.wake_at = decision.incident, decision.wake_at
        self.entries.extend(decision.entries)
        self.orders.extend(decision.orders)

    def approve(self, minute: float, number: int, by: str = "mira") -> "Shift":
        digest = resolve_all(self.context(minute), self.incident)[number - 1].digest
        self.do(minute, c.RunStep(by, number, digest))
        return self

    def words(self) -> str:
        return describe(self.entries[-1].event, self.bindings).text


def ticks(shift: Shift) -> list[tuple[int, str, str]]:
    events = (entry.event for entry in shift.entries)
    return [(x.step, x.verdict, x.of) for x in events if isinstance(x, st.StepMarked)]


# --- instructions


def test_an_instruction_never_runs_and_is_ticked() -> None:
    shift = Shift()
    with pytest.raises(Refused, match="a person does it"):
        shift.do(1, c.RunStep("mira", 2))
    shift.do(2, c.MarkStep("mira", 2, "worked", "he saw nothing"))
    assert ticks(shift) == [(2, "worked", "")]
    assert shift.words() == "Step 2 worked (Ask the pilot): he saw nothing"
    assert fold(1, shift.entries) == shift.incident


def test_what_reads_has_run_at_the_beginning_of_runbook_and_phases_and_nothing_at_hand() -> None:
    shift = Shift()
    assert [(o.step, o.text) for o in shift.orders] == [(1, PODS), (1002, "kubectl get nodes")]
    assert Shift("SomethingElse").orders[0].text == "kubectl get nodes", "also without a runbook"


def test_a_command_at_hand_runs_when_it_is_asked_for() -> None:
    shift = Shift().do(1, c.RunStep("mira", 1006))
    assert isinstance(shift, Shift)
    assert shift.orders[-1].text == "kubectl get events"
    [started] = [x.event for x in shift.entries if isinstance(x.event, st.StepStarted) and x.event.by]
    assert started.of == "At hand"


def test_another_runbook_keeps_what_was_done_in_the_phases() -> None:
    shift = Shift().do(1, c.MarkStep("mira", 1001, "worked")).do(2, c.MarkStep("mira", 2, "worked"))
    shift.do(3, c.ChooseRunbook("mira", "Quay down"))
    procedure = shift.incident.procedure
    assert procedure is not None
    assert [m.step for m in procedure.marks] == [1001]
    assert [r.step for r in procedure.runs] == [0, 1002, 1]


def test_ticks_count_as_trials_of_their_line() -> None:
    shift = Shift().do(1, c.MarkStep("mira", 2, "failed")).do(2, c.MarkStep("mira", 1001, "worked"))
    found = {(t.runbook, t.why.line): (t.worked, t.failed) for t in tallied([[x.event for x in shift.entries]])}
    assert found == {("Quay down", 12): (0, 1), ("Look", 31): (1, 0)}


@pytest.mark.parametrize("number", [0, 6, 999, 1000, 1008, 5000])
def test_there_is_no_such_step(number: int) -> None:
    with pytest.raises(Refused, match="there is no step"):
        Shift().do(1, c.MarkStep("mira", number, "worked"))


# --- ways on


def test_a_way_is_taken_and_another_in_its_place() -> None:
    shift = Shift().do(1, c.ChooseBranch("mira", 1))
    assert isinstance(shift, Shift)
    assert shift.words() == "Found that it is crowded"
    shift.do(2, c.ChooseBranch("mira", 1))
    assert shift.told("BranchChosen") == ["1 BranchChosen"], "twice is once"
    shift.do(3, c.ChooseBranch("theo", 2))
    assert shift.incident.procedure is not None
    assert shift.incident.procedure.branches == (2,)
    assert shift.words() == "Found that the crane is stuck, and no longer what was thought before"
    shift.approve(4, 3)
    assert shift.orders[-1].text == SCALE, "the steps of a way not taken stay within reach"
    assert fold(1, shift.entries) == shift.incident


def test_a_further_way_takes_the_one_around_it_and_folds_with_it() -> None:
    ways = (*QUAY.branches, Branch("If it is the motor", at(17), 2, "it is the motor", inside=2))
    steps_ = (*QUAY.steps[:3], todo("Oil it", 17, part="resolution", branch=3), *QUAY.steps[3:])
    shift = Shift(runbook=replace(QUAY, branches=ways, steps=steps_)).do(1, c.ChooseBranch("mira", 3))
    assert isinstance(shift, Shift)
    sheet = runbook_sheet(shift.policy, shift.incident.procedure)
    assert shift.incident.procedure is not None
    assert sheet is not None
    assert (sheet.path(3), shift.incident.procedure.branches) == ((2, 3), (2, 3))
    assert shift.told("BranchChosen") == ["1 BranchChosen", "1 BranchChosen"]
    assert [sheet.left(n, shift.incident.procedure.branches) for n in (0, 1, 2, 3)] == [False, True, False, False]
    shift.do(2, c.ChooseBranch("mira", 1))
    assert [sheet.left(n, shift.incident.procedure.branches) for n in (1, 2, 3)] == [False, True, True]
    assert fold(1, shift.entries) == shift.incident


def test_a_way_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="no branch 3"):
        Shift().do(1, c.ChooseBranch("mira", 3))
    with pytest.raises(Refused, match="resolved"):
        Shift().do(1, c.Resolve("mira", false_alarm=True)).do(2, c.ChooseBranch("mira", 1))


# --- phases


def test_a_phase_begins_at_its_time_and_says_what_is_left() -> None:
    shift = Shift().do(1, c.Acknowledge("mira")).do(2, c.MarkStep("mira", 1001, "worked")).run(60)
    assert shift.told("PhaseReached") == ["5 PhaseReached"]
    [reached] = [x.event for x in shift.entries if isinstance(x.event, p.PhaseReached)]
    assert (reached.phase, reached.left, reached.ends, reached.why.line) == (2, 1, 900, 35)
    assert shift.incident.procedure is not None
    assert shift.incident.procedure.phase == 2


def test_a_phase_that_people_went_on_to_does_not_begin_again() -> None:
    shift = Shift().do(1, c.EnterPhase("mira", 3)).run(60)
    assert shift.told("PhaseReached") == ["1 PhaseReached"]
    with pytest.raises(Refused, match="no phase 4"):
        shift.do(61, c.EnterPhase("mira", 4))


def test_nothing_begins_while_a_solved_incident_is_watched() -> None:
    shift = Shift(watch=clock(30)).do(1, c.Fold(0, 1, "x")).run(20)
    assert shift.told("PhaseReached") == []


def test_labels_fill_in_phases_where_no_runbook_answers() -> None:
    mends = Routine("Mend", "phase", at(35), (command("kubectl describe pods -l app=<service> -n berth", 36),))
    shift = Shift("Unknown", labels={"service": "quay", "pod": "--all"}, routines=(FIRST, mends))
    assert [o.text for o in shift.orders][-1] == "kubectl describe pods -l app=quay -n berth"
    given = [x.event for x in shift.entries if isinstance(x.event, st.ValueGiven)]
    assert [(g.name, g.value, g.by, g.source) for g in given] == [("service", "quay", "", "label service")]
    assert describe(given[0], shift.bindings).text == "service is quay, by label service"
    shift.do(1, c.GiveValue("mira", "service", "crane"))
    assert shift.incident.procedure is not None
    assert {(v.value, v.source) for v in shift.incident.procedure.values} == {
        ("quay", "label service"),
        ("crane", "said by mira"),
    }


# --- the watch before the end


def watched(**more: Any) -> Shift:
    shift = Shift(watch=clock(30), **more).do(1, c.Acknowledge("mira"))
    assert isinstance(shift, Shift)
    return shift


def test_what_is_solved_is_watched_first_and_then_over() -> None:
    shift = watched().do(5, c.Fold(0, 1, "x")).do(10, c.Resolve("mira", "made room"))
    assert phase(shift.incident) == "watching"
    assert shift.incident.open
    [began] = [x.event for x in shift.entries if isinstance(x.event, p.WatchBegan)]
    assert began.unverified == ("Look whether ships leave", "Watch the gauge")
    shift.run(34)
    assert shift.incident.open
    shift.run(36)
    assert shift.told("Resolved", "Reopened") == ["35 Resolved"], "quiet since the fifth minute"
    resolved = shift.entries[-1].event
    assert isinstance(resolved, e.Resolved)
    assert (resolved.by, resolved.reason) == ("mira", "made room")
    assert fold(1, shift.entries) == shift.incident


def test_what_comes_back_while_it_is_watched_is_open_again_and_pages() -> None:
    shift = watched().do(5, c.Fold(0, 1, "x")).do(10, c.Resolve("mira")).do(20, c.Fold(1, 1, "x"))
    assert shift.told("AlertsReturned", "Reopened") == ["20 AlertsReturned", "20 Reopened"]
    assert (shift.incident.status, phase(shift.incident)) == ("unacknowledged", "unacknowledged")
    assert shift.run(21).told("Paged")[-1] == "20 Paged mira"


def test_what_never_stopped_firing_is_open_again_at_the_end_of_the_watch() -> None:
    shift = watched().do(10, c.Resolve("mira")).run(41)
    assert shift.told("Resolved", "Reopened") == ["40 Reopened"]
    assert shift.incident.status == "unacknowledged"


def test_nobody_is_paged_and_nothing_is_missed_while_it_is_watched() -> None:
    made = Shift(watch=clock(30)).do(1, c.Resolve("mira"))
    assert [type(d.event).__name__ for d in deadlines(made.context(2), made.incident)] == ["Reopened"]
    assert made.incident.acknowledged_by == "mira", "whoever solved it has it"


def test_the_watch_can_be_ended_with_a_reason() -> None:
    shift = watched().do(10, c.Resolve("mira"))
    with pytest.raises(Refused, match="watched until 09:40"):
        shift.do(11, c.Resolve("mira"))
    with pytest.raises(Refused, match="say why"):
        shift.do(11, c.Resolve("mira", at_once=True))
    assert shift.do(12, c.Resolve("mira", "the quay is gone", at_once=True)).told("Resolved") == ["12 Resolved"]


def test_a_false_alarm_needs_no_watch() -> None:
    assert watched().do(10, c.Resolve("mira", false_alarm=True)).told("Resolved") == ["10 Resolved"]


def test_without_a_stated_watch_only_what_is_unverified_asks_for_one() -> None:
    assumed = default("watched for 5 minutes")
    quiet = Runbook("Quay down", at(10), steps=(command(PODS, 11),))
    unstated = {"watch": c_assumed(assumed), "routines": ()}
    assert Shift(runbook=quiet, **unstated).do(1, c.Resolve("mira")).told("Resolved") == ["1 Resolved"]
    asked = Shift(**unstated).do(1, c.Resolve("mira"))
    assert asked.told("WatchBegan", "Resolved") == ["1 WatchBegan"]
    ticked = Shift(**unstated).do(1, c.MarkStep("mira", 5, "worked")).do(2, c.Resolve("mira"))
    assert ticked.told("Resolved") == ["2 Resolved"]


def c_assumed(why: Provenance) -> Any:
    made = clock(5)
    assert made is not None
    return type(made)(made.seconds, why)


# --- evidence of an attack


KEEP = c.KeepEvidence("mira", "ab" * 32, "cd" * 32, 4, 1, 1, 900)
BREACH = Runbook(
    "Quay breach", at(60), steps=(command(PODS, 61), command(SCALE, 62)), security=at(60, "Quay breach")
)


@pytest.mark.parametrize(("title", "runbook"), [("QuayDown", BREACH), ("Unauthorized access to the crane", QUAY)])
def test_nothing_is_changed_before_the_evidence_is_kept(title: str, runbook: Runbook) -> None:
    shift = Shift(title, runbook, routines=())
    number = 2 if runbook is BREACH else 3
    if runbook is QUAY:
        shift.do(0, c.ChooseRunbook("mira", "Quay down"))
    with pytest.raises(Refused, match="keep the evidence"):
        shift.approve(1, number)
    shift.do(2, c.RunStep("mira", number, dry=True)).do(2, c.EndStep(2, "worked", 0))
    shift.do(3, KEEP)
    assert shift.words().startswith("Evidence put by: 4 entries, 1 outputs, 1 alerts, SHA-256 abababab")
    shift.approve(4, number)
    assert shift.orders[-1].text == SCALE
    assert fold(1, shift.entries) == shift.incident


def test_other_incidents_need_no_evidence() -> None:
    shift = Shift()
    assert suspected(shift.context(0), shift.incident) is None
    assert shift.approve(1, 3).orders[-1].text == SCALE
