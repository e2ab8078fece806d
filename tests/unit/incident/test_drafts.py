"""Drafts: the playbook's own words, filled in from the incident, with the rest told and nothing evaluated."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from sirenbook.incident.updates.drafts import Draft, Known, draft, gaps_in, template_for
from sirenbook.model import command as c
from sirenbook.model.policy import Policy
from sirenbook.model.promise import Audience, Moment
from sirenbook.playbook.compile import compile_playbook
from unit.incident.scenes import START, Scene, bindings

BOOK = """\
# Incidents

| Severity | Response | Updates |
|---|---|---|
| P1 | 5 minutes | Every 30 minutes |
| P2 | 30 minutes | Every hour |

## Roles
- **Incident Commander**: decides

## Communication templates

### Slack: first message

```
{{severity}} [ALERT_NAME] since [START TIME] ET
Impact: {impact}
State: [Investigating/Identified/Monitoring/Resolved]
Incident Commander: @[name]
Next update: [TIME]
Tracking: <link>
```

### Status page: investigating

```
Title: Investigating [SERVICE]
We look into [DESCRIPTION]. Users may see [IMPACT].
ETA: [TIME_ESTIMATE or "not known yet"]
INC-[NUMBER], posted [TIME] UTC
```

### Status page: resolved

```
[SERVICE] works again since [TIME] CET, after [DURATION]. Cause: [ROOT CAUSE]
```
"""


def book() -> Policy:
    return compile_playbook([("book.md", BOOK)])


def drafted(audience: Audience = "internal", moment: Moment = "start", known: Known | None = None) -> Draft:
    scene = Scene(replace(book(), levels=()), bindings()).do(1, c.Acknowledge("mira"))
    scene.do(2, c.AssignRole("mira", "commander", "theo"))
    incident = replace(scene.incident, title="HighErrorRate · api", impact="some uploads fail")
    return draft(scene.context(12), incident, audience, moment, known)


def test_what_the_incident_knows_is_filled_in() -> None:
    known = Known(next_by=START + timedelta(minutes=30), state="Investigating", url="https://on.call/INC-1")
    found = drafted(known=known)
    assert found.text.split("\n") == [
        "P1 HighErrorRate · api since 04:00 ET",
        "Impact: some uploads fail",
        "State: Investigating",
        "Incident Commander: @Theo",
        "Next update: 09:30 UTC",
        "Tracking: https://on.call/INC-1",
    ]
    assert (found.gaps, found.template) == ((), "Slack: first message")


def test_what_it_does_not_know_is_told_with_its_line() -> None:
    found = drafted("customers")
    assert found.text.split("\n")[1:] == [
        "We look into some uploads fail. Users may see some uploads fail.",
        "ETA: not known yet",
        "INC-1, posted 09:12 UTC",
    ]
    assert [(g.words, g.why.line) for g in found.gaps] == [("[SERVICE]", 27)]


def test_a_title_stays_in_the_house() -> None:
    """An alert's name was written by a machine, for people inside."""
    scene = Scene(replace(book(), levels=()), bindings())
    found = draft(scene.context(5), scene.incident, "public", "start")
    assert "disk full" not in found.text
    assert "[DESCRIPTION]" in found.text


def test_people_may_fill_in_by_a_placeholders_name() -> None:
    found = drafted("customers", known=Known(given={"service": "Uploads", "time_estimate": "noon"}))
    assert found.text.startswith("Title: Investigating Uploads")
    assert ("ETA: noon" in found.text, found.gaps) == (True, ())


@pytest.mark.parametrize(
    "value",
    [
        "[SERVICE] {impact} {{severity}}",
        "{{ 7*7 }}",
        "{% for x in y %}",
        "\\1 \\g<0> $(id) `id`",
        "<script>x</script>",
    ],
)
def test_a_value_is_text_and_is_not_looked_at_again(value: str) -> None:
    found = drafted("customers", known=Known(given={"SERVICE": value}))
    assert found.text.startswith(f"Title: Investigating {value}\n")
    assert found.gaps == ()


def test_a_value_breaks_no_line() -> None:
    found = drafted("customers", known=Known(given={"SERVICE": "a\nSubject: b\r\n\x1b[31mc\u202ed"}))
    assert found.text.split("\n")[0] == "Title: Investigating a Subject: b [31mc d"


def test_the_end_has_words_of_its_own() -> None:
    scene = Scene(replace(book(), levels=()), bindings()).do(47, c.Resolve("mira"))
    found = draft(scene.context(50), scene.incident, "customers", "resolution", Known(service="Uploads"))
    assert found.text == "Uploads works again since 10:47 CET, after 47 min. Cause: [ROOT CAUSE]"
    assert [g.words for g in found.gaps] == ["[ROOT CAUSE]"]


def test_a_text_with_an_open_placeholder_is_not_given() -> None:
    scene = Scene(book(), bindings()).do(1, c.Acknowledge("mira"))
    template = template_for(scene.context(1), scene.incident, "customers", "start")
    assert template is not None
    assert gaps_in(template, "We look into [SERVICE], [SERVICE] and [TIME]") == ("[SERVICE]", "[TIME]")
    words = c.Tell("mira", "customers", "We look into [SERVICE]", posted=True, template=template.title)
    with pytest.raises(c.Refused, match=r"still to fill in: \[SERVICE\]"):
        scene.do(2, words)


def test_without_a_template_there_is_nothing_to_draft() -> None:
    scene = Scene(replace(book(), templates=()), bindings())
    assert draft(scene.context(1), scene.incident, "customers", "start") == Draft("customers", "")


def test_what_ended_it_is_told_in_the_house_and_left_open_outside() -> None:
    text = (
        BOOK + "\n### Slack: resolved\n\n```\nResolution: [WHAT FIXED IT]\nRoot cause: [BRIEF DESCRIPTION]\n```\n"
    )
    scene = Scene(replace(compile_playbook([("book.md", text)]), levels=()), bindings())
    incident = replace(scene.do(9, c.Resolve("mira")).incident, solution="rolled back to 1.4.2")
    found = draft(scene.context(10), incident, "internal", "resolution")
    assert found.text == "Resolution: rolled back to 1.4.2\nRoot cause: [BRIEF DESCRIPTION]"
    assert "1.4.2" not in draft(scene.context(10), incident, "customers", "resolution").text


AMOUNTS = """\
# Kiln incidents

### P1 - Critical
- **Response Time**: 5 minutes

## Communication templates

### Slack update

```
Down for [X] minutes, acknowledged after {N} min. Next update in [X] minutes
It lasted [duration] hours so far, [X] users and [X]% of orders are affected
Expected to be back within [X] hours. Estimated time to resolution: [X] minutes
Resolved in [X] minutes
Next update in X minutes
Duration: X hours Y minutes
```
"""


def test_a_number_of_a_unit_is_filled_in_where_it_is_known() -> None:
    own = compile_playbook([("kiln.md", AMOUNTS)])
    scene = Scene(replace(own, levels=()), bindings()).do(7, c.Acknowledge("mira"))
    known = Known(next_by=START + timedelta(minutes=120))
    made = draft(scene.context(90), scene.incident, "internal", "update", known)
    assert made.text.split("\n") == [
        "Down for 90 minutes, acknowledged after 7 min. Next update in 30 minutes",
        "It lasted 1.5 hours so far, [X] users and [X]% of orders are affected",
        "Expected to be back within [X] hours. Estimated time to resolution: [X] minutes",
        "Resolved in [X] minutes",
        "Next update in 30 min",
        "Duration: 1 h 30 min",
    ]
    assert [g.why.line for g in made.gaps] == [12, 12, 13, 13, 14]
    over = scene.do(95, c.Resolve("mira", at_once=True, without="a test"))
    made = draft(over.context(100), over.incident, "internal", "update", Known())
    assert "Resolved in 95 minutes" in made.text
    assert "Next update in [X] minutes" in made.text, "nobody says when"
