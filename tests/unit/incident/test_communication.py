"""What was promised is a deadline: who is reminded, paged, brought in; what may be said, and by whose consent."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sirenbook.incident.updates import communication
from sirenbook.incident.updates.promises import owed
from sirenbook.model import command as c
from sirenbook.model.clock import Clock
from sirenbook.model.event import Notified, UpdateDue
from sirenbook.model.policy import Policy
from sirenbook.model.promise import Audience, Outlet, Promise, Role, SecurityRule, Use
from sirenbook.model.update_event import UpdateGiven
from unit.incident.scenes import START, WHY, Scene, bindings, level, person, policy

SAID = "the export is slow; we are on it"


def promise(audience: Audience = "customers", **more: Any) -> Promise:
    """A promise to customers, its clocks in minutes."""
    clocks = {k: Clock(int(more.pop(k) * 60), WHY) for k in ("first", "every") if k in more}
    return Promise(audience, more.pop("bound", "must"), WHY, **clocks, **more)


def book(*promises: Promise, **more: Any) -> Policy:
    """Mira is paged at once, Theo after three hours, Vera after five; every severity keeps these promises."""
    levels = (
        level("1", 0),
        level("2", 180, "secondary", until="resolved"),
        level("3", 300, "vp", until="resolved"),
    )
    return policy(*levels, promises=promises, **more)


def taken(policy_: Policy, **more: Any) -> Scene:
    """An incident that Mira took after a minute."""
    return Scene(policy_, more.pop("cast", None), **more).do(1, c.Acknowledge("mira"))


def given(audience: Audience = "customers", **more: Any) -> c.Tell:
    """Mira has posted something."""
    return c.Tell("mira", audience, more.pop("text", SAID), posted=more.pop("posted", True), **more)


FIRST = book(promise(first=30, every=60))


def test_the_first_word_has_a_time_of_its_own() -> None:
    """Within 30 minutes, then every hour: each with a reminder five minutes before."""
    scene = taken(FIRST).do(20, given()).run(75)
    assert scene.told("UpdateNudged", "UpdateGiven", "UpdateDue") == ["20 UpdateGiven", "75 UpdateNudged"]


def test_missed_it_pages_missed_again_it_brings_in_the_next() -> None:
    """At 30 whoever has it is paged; an hour later the next level comes in, at the fourth the one after it."""
    scene = taken(FIRST).run(211)
    assert scene.told("UpdateNudged", "UpdateDue", "Paged", "Escalated") == [
        "0 Escalated 1",
        "0 Paged mira",
        "25 UpdateNudged",
        "30 UpdateDue",
        "30 Paged mira",
        "90 UpdateDue",
        "90 Escalated by name",
        "90 Paged theo",
        "150 UpdateDue",
        "150 Paged mira",
        "180 Escalated 2",
        "180 Paged theo",
        "210 UpdateDue",
        "210 Escalated by name",
        "210 Paged vera",
    ]


def test_an_update_answers_the_page_that_asked_for_it() -> None:
    """The page is settled, and the next word is due a whole period later."""
    scene = taken(FIRST).run(31).do(32, given())
    assert all(p.settled for p in scene.incident.pages)
    assert scene.run(91).told("UpdateDue") == ["30 UpdateDue"]
    assert scene.run(93).told("UpdateDue") == ["30 UpdateDue", "92 UpdateDue"]


def test_whoever_takes_it_owes_from_then_on_what_nobody_told() -> None:
    """While nobody has it its pages go on anyway, and everybody who was paged is reminded."""
    scene = Scene(FIRST).do(40, c.Acknowledge("mira")).run(71)
    assert scene.told("UpdateDue") == ["30 UpdateDue", "70 UpdateDue"]
    assert scene.told()[-1] == "70 Paged mira"


def test_the_reminders_of_one_update_grow_apart_up_to_a_day() -> None:
    """Each of the first four, then after twice as long every time; what was missed between them counts."""
    scene = taken(book(promise("internal", every=60))).run(5 * 24 * 60)
    due = [e.event for e in scene.entries if isinstance(e.event, UpdateDue)]
    assert [e.round for e in due] == [1, 2, 3, 4, 8, 16, 32, 56, 80, 104]
    assert sum(e.periods for e in due) == 104


def test_a_house_that_was_told_is_reminded_at_its_pace_when_nobody_has_it_any_more() -> None:
    """The snooze ended: one reminder in every period, and never two for one time."""
    scene = taken(book(promise("internal", every=30))).do(5, given("internal"))
    scene.do(10, c.Snooze("mira", START + timedelta(minutes=20))).run(96)
    assert scene.told("UpdateDue") == ["35 UpdateDue", "65 UpdateDue", "95 UpdateDue"]


def test_a_time_that_is_stated_is_a_promise() -> None:
    """Nothing in the playbook asks for it; the words themselves did."""
    at = START + timedelta(minutes=50)
    scene = taken(book()).do(10, given("internal", next_by=at)).run(50)
    assert scene.told("UpdateNudged", "UpdateDue") == ["45 UpdateNudged", "50 UpdateDue"]


def test_a_stated_time_does_not_put_the_playbook_off() -> None:
    """The playbook's hour ends before the promised two."""
    at = START + timedelta(minutes=130)
    assert taken(FIRST).do(10, given(next_by=at)).run(70).told("UpdateDue") == ["70 UpdateDue"]


@pytest.mark.parametrize("minutes", [-1, 8 * 24 * 60])
def test_nobody_promises_the_past_or_the_far_future(minutes: int) -> None:
    """It would never be kept, or never be noticed."""
    with pytest.raises(c.Refused, match="within the next week"):
        taken(FIRST).do(10, given(next_by=START + timedelta(minutes=minutes)))


def test_the_communications_role_is_asked_before_whoever_has_it() -> None:
    """Theo writes the words, so he is reminded and paged."""
    scene = taken(FIRST).do(2, c.AssignRole("mira", "communications", "theo")).run(30)
    assert scene.told("Notified", "Paged")[1:] == ["2 Notified theo", "25 Notified theo", "30 Paged theo"]


def test_what_holds_only_under_a_condition_pages_nobody() -> None:
    """Whether it holds is for people to say."""
    scene = taken(book(promise(first=30, condition="if significant"))).run(600)
    assert scene.told("UpdateNudged", "UpdateDue") == []


def test_internal_only_is_kept_and_says_by_which_line() -> None:
    """A severity that stays in the house is told nobody outside, by nobody."""
    scene = taken(book(promise("external", bound="never", severities=("P1",)), promise(first=30)))
    with pytest.raises(c.Refused, match="playbook keeps P1 in the house"):
        scene.do(5, given())
    assert scene.run(600).told("UpdateDue") == []
    assert scene.do(601, given("internal")).told("UpdateGiven") == ["601 UpdateGiven"]


def test_everyone_is_the_house_until_the_owner_says_otherwise() -> None:
    """The text does not say to whom: a question with a default."""
    inside = book(promise("everyone", every=15))
    assert [o.audience for o in owed(inside, inside.severities[0])] == ["internal"]
    both = replace(inside, everyone_outside=True)
    assert [o.audience for o in owed(both, both.severities[0])] == ["internal", "customers"]


def test_the_stricter_of_two_promises_holds() -> None:
    """Both were made."""
    twice = book(promise(every=60), promise("public", every=30))
    assert [(o.audience, o.every and o.every.seconds) for o in owed(twice, twice.severities[0])] == [
        ("customers", 1800)
    ]


def test_a_new_severity_starts_its_clock_and_knows_who_was_told() -> None:
    """What P0 promises runs from the moment it is P0; the first word has been given already."""
    promises = (promise(first=30, every=60, severities=("P0",)), promise(every=120, severities=("P1",)))
    scene = taken(book(*promises)).do(10, given()).do(20, c.Regrade("mira", "P0")).run(80)
    assert scene.told("UpdateDue") == ["80 UpdateDue"]


def test_whoever_was_told_hears_of_the_end() -> None:
    """A reminder, not a page: it is over."""
    scene = taken(FIRST).do(10, given()).do(20, c.Resolve("mira"))
    assert scene.told()[-2:] == ["20 Resolved", "20 Notified mira"]
    assert scene.intents[-1].text == "tell customers that it is over"
    assert scene.do(25, given(text="it is over")).told()[-1] == "25 UpdateGiven"
    assert scene.wake_at is None


PAGE = Outlet("status page", "status.example.com", (Use(WHY, "public"),))
ROOM = Outlet("chat", "#incidents", (Use(WHY, "internal"),))


def test_it_is_sent_where_something_is_bound() -> None:
    """The room is bound to a channel like anybody; the words go there whole."""
    cast = bindings(person("room", "push"), targets={"primary": ("mira",), "#incidents": ("room",)})
    scene = taken(book(promise("internal", every=30), outlets=(ROOM,)), cast=cast)
    scene.do(10, given("internal", posted=False))
    assert scene.told()[-2:] == ["10 UpdateGiven", "10 Notified room"]
    assert scene.intents[-1].text == SAID
    assert scene.run(39).told("UpdateDue") == []


def test_what_is_bound_nowhere_stays_owed_until_somebody_confirms() -> None:
    """Nothing was told by pressing a button."""
    scene = taken(book(promise(first=30), outlets=(PAGE,)))
    with pytest.raises(c.Refused, match=r"nothing is bound where customers read \(status.example.com\)"):
        scene.do(10, given(posted=False))
    assert scene.run(30).told("UpdateDue") == ["30 UpdateDue"]


def test_one_place_bound_and_one_not_stays_open_for_the_other() -> None:
    """The public page was written; the other one waits for a hand."""
    other = Outlet("status page", "status.other.com", (Use(WHY, "public"),))
    cast = bindings(person("page", "push"), targets={"primary": ("mira",), "status.example.com": ("page",)})
    scene = taken(book(promise(first=30), outlets=(PAGE, other)), cast=cast).do(10, given(posted=False))
    event = scene.entries[-2].event
    assert isinstance(event, UpdateGiven)
    assert (event.outlets, event.left) == (("status.example.com",), ("status.other.com",))
    assert scene.run(30).told("UpdateDue") == ["30 UpdateDue"]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_update_needs_words(text: str) -> None:
    """Boilerplate is bad enough; nothing is worse."""
    with pytest.raises(c.Refused, match="needs words"):
        taken(FIRST).do(2, given(text=text))


RULES = (
    SecurityRule("approval before external words", WHY, ("vp",)),
    SecurityRule("alert at once", WHY, ("secondary",)),
)
SECURE = book(promise(first=30), security=RULES)


def breach(policy_: Policy = SECURE) -> Scene:
    """An incident that somebody marked as one of security."""
    return taken(policy_).do(2, c.MarkSecurity("mira", "keys were posted"))


def test_a_security_incident_alerts_whom_the_playbook_names() -> None:
    """At once, by the line that says so."""
    assert breach().pages() == ["0 mira", "2 theo"]


def test_words_outside_wait_for_the_named_role() -> None:
    """Every route is one command, so none goes around it."""
    scene = breach()
    with pytest.raises(c.Refused, match="vp must approve these very words"):
        scene.do(5, given())
    with pytest.raises(c.Refused, match="only vp may approve"):
        scene.do(6, c.ApproveUpdate("mira", "customers", SAID))
    scene.do(7, c.ApproveUpdate("vera", "customers", SAID)).do(8, given())
    event = scene.entries[-1].event
    assert isinstance(event, UpdateGiven)
    assert event.approved_by == "vera"


def test_other_words_need_consent_anew() -> None:
    """It was given to these words and this audience."""
    scene = breach().do(7, c.ApproveUpdate("vera", "customers", SAID))
    with pytest.raises(c.Refused, match="must approve"):
        scene.do(8, given(text=SAID + "!"))
    with pytest.raises(c.Refused, match="must approve"):
        scene.do(9, given("authorities"))


def test_a_new_severity_lifts_no_ban() -> None:
    """Nor does any other way than the one who may."""
    scene = breach().do(5, c.Regrade("mira", "P0"))
    with pytest.raises(c.Refused, match="must approve"):
        scene.do(6, given())
    with pytest.raises(c.Refused, match="only vp may approve"):
        scene.do(7, c.MarkSecurity("mira", lift=True))
    assert scene.do(8, c.MarkSecurity("vera", "a test account", lift=True)).incident.security is False
    assert scene.do(9, given()).told()[-1] == "9 UpdateGiven"


def test_the_house_is_told_without_consent() -> None:
    """Only words outside are held back."""
    assert breach().do(5, given("internal")).told()[-1] == "5 UpdateGiven"


def test_the_holder_of_the_role_may_approve() -> None:
    """A role that nobody is bound to is given to somebody in the incident."""
    lead = Role("Security Lead", "security lead", WHY)
    rules = (SecurityRule("approval before external words", WHY, ("Security Lead",)),)
    scene = breach(book(promise(first=30), security=rules, roles=(lead,)))
    scene.do(3, c.AssignRole("mira", "Security Lead", "theo")).do(4, c.ApproveUpdate("theo", "customers", SAID))
    assert scene.do(5, given()).told()[-1] == "5 UpdateGiven"


@pytest.mark.parametrize("title", ["SecurityEventSpike", "Data breach at the gateway", "possible ransomware"])
def test_its_own_words_mark_a_security_incident(title: str) -> None:
    """In doubt it is one: it is lifted more easily than words are unsaid."""
    scene = Scene.__new__(Scene)
    Scene.__init__(scene, replace(SECURE, title="A playbook"))
    from sirenbook.incident.core import decide
    from sirenbook.model.incident import Incident

    opening = c.Open(title, "P1", "it is", WHY, by="")
    assert decide(scene.context(0), Incident(id=2), opening).incident.security


def test_without_rules_nothing_is_of_security() -> None:
    """There would be nothing to keep to."""
    with pytest.raises(c.Refused, match="says nothing of security"):
        taken(FIRST).do(2, c.MarkSecurity("mira"))


def test_a_line_that_asks_for_consent_holds_without_a_breach() -> None:
    """The status page is updated after approval by the VP."""
    scene = taken(book(promise("public", approval=True, approver=("vp",))))
    with pytest.raises(c.Refused, match="vp must approve"):
        scene.do(2, given())
    assert scene.do(3, c.ApproveUpdate("vera", "customers", SAID)).do(4, given()).told()[-1] == "4 UpdateGiven"


def test_the_digest_is_of_the_words_alone() -> None:
    """Space around them is none of them."""
    assert communication.digest(" a ") == communication.digest("a") != communication.digest("a b")


def test_a_role_is_handed_over_with_a_brief() -> None:
    """The new holder hears of it; a second time to the same person changes nothing."""
    scene = taken(book(roles=(Role("Captain", "commander", WHY),)))
    scene.do(2, c.AssignRole("mira", "captain", "mira")).do(
        3, c.AssignRole("mira", "commander", "Theo", "all yours")
    )
    assert scene.told("RoleAssigned", "Notified") == ["2 RoleAssigned", "3 RoleAssigned", "3 Notified theo"]
    assert scene.intents[-1].text == "you are now Captain: all yours"
    assert scene.do(4, c.AssignRole("mira", "Captain", "theo")).told("RoleAssigned")[2:] == []
    assert [(h.role, h.person) for h in scene.incident.roles] == [("Captain", "theo")]


@pytest.mark.parametrize(
    ("role", "who", "why"),
    [("juggler", "theo", "no role 'juggler'"), ("scribe", "nobody", "nobody is called 'nobody'")],
)
def test_a_role_and_its_holder_must_be_known(role: str, who: str, why: str) -> None:
    """The answer says which there are."""
    with pytest.raises(c.Refused, match=why):
        taken(book()).do(2, c.AssignRole("mira", role, who))


def test_while_nobody_has_it_one_reminder_names_all_that_is_overdue() -> None:
    """Three audiences at once and shortly after each other are one reminder; the next one names them all."""
    book_ = book(
        promise("internal", every=30), promise(first=35, every=60), promise("management", first=30, every=60)
    )
    scene = Scene(book_).run(62)
    assert scene.told("UpdateDue") == ["30 UpdateDue", "30 UpdateDue", "35 UpdateDue", "60 UpdateDue"]
    reminders = [e.event for e in scene.entries if isinstance(e.event, Notified)]
    assert list(dict.fromkeys(x.text for x in reminders)) == [
        "an update to internal, management is due",
        "an update to internal, management, customers is due",
    ]


def test_words_to_the_house_do_not_put_off_the_first_ones_outside() -> None:
    """Each audience has its own clock, from the beginning."""
    scene = taken(book(promise("internal", every=15), promise(first=30))).do(10, given("internal"))
    assert "30 UpdateDue" in scene.do(20, given("internal")).run(31).told("UpdateDue")


def reminders(scene: Scene) -> list[str]:
    """What Mira is reminded to tell, by the minute."""
    found = [e for e in scene.entries if isinstance(e.event, Notified) and e.event.text.startswith("tell ")]
    return [f"{(e.at - START).total_seconds() / 60:g} {e.event.person}: {e.event.text}" for e in found]


def test_at_the_start_and_the_end_whom_the_playbook_names_is_to_be_told() -> None:
    """Whoever takes it first is reminded once of the start, whoever has it of the end; each by its line."""
    book_ = book(promise("internal", moments=("start", "update", "resolution")))
    scene = taken(book_).do(5, c.Acknowledge("theo")).do(9, c.Resolve("mira", "gone"))
    assert reminders(scene) == ["1 mira: tell internal that it has begun", "9 mira: tell internal that it is over"]
    told = Scene(book_).do(0.5, given("internal")).do(1, c.Acknowledge("mira"))
    assert reminders(told) == []


def test_whoever_was_to_hear_and_did_not_hears_of_the_end() -> None:
    """It ended before the two hours were over, and customers know nothing; a false alarm is nothing to them."""
    late = book(promise(first=120))
    assert reminders(taken(late).do(30, c.Resolve("mira", "gone"))) == ["30 mira: tell customers that it is over"]
    assert reminders(taken(late).do(30, c.Resolve("mira", "a test", false_alarm=True))) == []


def test_a_line_of_the_severitys_own_without_a_time_is_a_word_at_the_start() -> None:
    """`P1: internal notification` is kept at its beginning; what holds for all severities alike reminds nobody."""
    assert reminders(taken(book(promise("internal", severities=("P1",))))) == [
        "1 mira: tell internal that it has begun"
    ]
    assert reminders(taken(book(promise("internal", severities=("P2",)), promise("support")))) == []


def test_words_are_owed_until_the_end_while_what_is_solved_is_watched() -> None:
    """Every half hour until it is resolved: being watched for an hour is not resolved."""
    watched = book(promise(first=30, every=30), watch=Clock(3600, WHY))
    scene = taken(watched).do(10, given()).do(20, c.Fold(0, 1, "x")).do(20, c.Resolve("mira", "gone"))
    scene.do(39, given()).run(81)
    assert scene.told("UpdateNudged", "UpdateDue", "Resolved") == [
        "35 UpdateNudged",
        "64 UpdateNudged",
        "69 UpdateDue",
        "80 Resolved",
    ]
    quiet = Scene(watched, severity="P1").do(5, c.Fold(0, 1, "x")).run(64)
    assert quiet.told("UpdateDue", "Paged", "Silent") == ["0 Paged mira"], "nobody has it, and its alerts are gone"


def test_two_words_that_are_missed_in_one_moment_are_one_page() -> None:
    """The house and customers both wait for half an hour: whoever owes them is woken once."""
    both = book(promise("internal", first=30), promise(first=30))
    scene = taken(both).run(31)
    assert scene.told("UpdateDue", "Paged") == ["0 Paged mira", "30 UpdateDue", "30 Paged mira", "30 UpdateDue"]
