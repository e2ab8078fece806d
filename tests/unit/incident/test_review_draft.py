"""Drafts of a review: each house's own template is filled with what is known, and nothing else is made up."""

import re
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from sirenbook.incident.after.invitation import invitation
from sirenbook.incident.after.proposals import Proposal, proposals
from sirenbook.incident.after.review_draft import blanks_in, draft
from sirenbook.incident.after.suggestion import patch, remarks
from sirenbook.model import command as c
from sirenbook.model import event as e
from sirenbook.model import step_event as st
from sirenbook.model.event import Entry
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.compile import compile_playbook
from unit.incident.scenes import START, Scene, bindings, policy

LEVELS = """# Incidents

## Severity levels

| Level | Response |
|---|---|
| SEV-1 | 5 minutes |
| SEV-2 | 30 minutes |

"""
PLAIN = (
    LEVELS
    + """## Postmortem template

```
POSTMORTEM {{incident_id}} - {{title}}
Date: <date>            Severity: SEV-X
Started: HH:MM UTC      Resolved: HH:MM UTC
Impact: <customer impact>
Timeline (ET):
HH:MM  <what happened>
HH:MM  <what happened>
Contributing factors:
<factors>
Corrective actions:
| what | who | by when |
|---|---|---|
| <action> | <owner> | <date> |
```
"""
)
QUOTED = (
    LEVELS
    + """## After the incident

### Retrospective template

> **What happened?** _[summary]_
> **When?** from [start time] to [end time] ([duration])
> **Who was involved?** [responders]
> **Five whys**
> 1. Why? [answer]
> **Next review**: [date]
> **Follow-ups**
> - [ ] [item] @[owner] until [date]
"""
)
EMPTY = (
    LEVELS
    + """## Incident report template

```markdown
# [Incident Title]

## Impact

## Timeline
_All times in UTC_

## Root Cause

## Action Items
```
"""
)
LISTED = (
    LEVELS
    + """## Post-incident review template

1. **Chronology**: what happened when
2. **Root cause**: technical and human
3. **Action items**: what we will change
4. **Follow-up**: who looks after it
"""
)


def lived(text: str, *, impact: str = "", items: bool = True) -> Scene:
    own = compile_playbook([("playbook.md", text)])
    scene = Scene(own, severity="SEV-2")
    opened = scene.entries[0].event
    assert isinstance(opened, e.Opened)
    scene.do(2, c.Acknowledge("mira")).do(10, c.Note("mira", "We see <b>5xx</b> | [x](http://x)", update=True))
    scene.do(40, c.Resolve("mira", "rolled back to 1.4.2"))
    return scene.do(50, c.AddItem("mira", "Alert sooner", "theo", START)) if items else scene


def drafted(scene: Scene, picks: list[int] | None = None) -> str:
    return draft(scene.context(60), scene.incident, scene.entries, picks, "mira").text


def body(text: str) -> str:
    return text.partition("## From the record")[0]


def test_a_plain_template_keeps_its_form() -> None:
    rows = drafted(lived(PLAIN)).split("\n")
    assert rows[:4] == [
        "POSTMORTEM INC-1 - disk full",
        "Date: 2026-11-23            Severity: SEV-2",
        "Started: 09:00 UTC      Resolved: 09:40 UTC",
        "Impact: [to fill in: customer impact]",
    ]
    assert rows[4:6] == ["Timeline (ET):", "- 04:00 - Opened as SEV-2: disk full — it is"]
    assert "[to fill in: factors]" in rows
    assert "| Alert sooner | Theo | 2026-11-23 |" in rows
    assert not [r for r in rows if "HH:MM" in r or "<owner>" in r]


def test_questions_in_prose_are_answered_where_the_incident_knows() -> None:
    text = body(drafted(lived(QUOTED)))
    assert "When? from 09:00 to 09:40 (40 min)" in text
    assert "Who was involved? Mira" in text
    assert "Why? [to fill in: answer]" in text
    assert "Next review: [to fill in: date]" in text
    assert "- [ ] Alert sooner (Owner: Theo, Due: 2026-11-23)" in text


def test_a_date_of_something_else_is_left_open() -> None:
    text = body(drafted(lived(QUOTED, items=False)))
    assert "[to fill in: item] @[to fill in: owner] until [to fill in: date]" in text


def test_empty_sections_are_filled_or_marked() -> None:
    text = body(drafted(lived(EMPTY)))
    assert re.search(r"# disk full\n\n## Impact\n+\[to fill in: Impact\]", text)
    assert re.search(r"## Timeline\n.*\n?- 09:00 - Opened", text)
    assert re.search(r"## Root Cause\n+\[to fill in: Root Cause\]", text)
    assert "(Owner: Theo" in text


def test_a_list_of_sections_becomes_a_document() -> None:
    text = body(drafted(lived(LISTED)))
    assert text.startswith("# Review: disk full\n\n- Date: 2026-11-23\n- Duration: 40 min\n- Severity: SEV-2\n")
    assert "## Chronology\n\n- 09:00 - Opened" in text
    assert text.count("Alert sooner") == 1
    assert "[to fill in: who looks after it]" in text


def test_without_a_template_there_is_a_plain_one_that_says_so() -> None:
    made = draft(lived(LEVELS).context(60), lived(LEVELS).incident, lived(LEVELS).entries)
    assert not made.why.stated
    assert made.text.startswith("# Review: disk full\n")
    assert "HH:MM" not in made.text


def test_the_timeline_shows_what_is_ticked() -> None:
    scene = lived(EMPTY)
    updates = [x.seq for x in scene.entries if isinstance(x.event, e.Noted)]
    text = body(drafted(scene, updates))
    assert "We see" in text
    assert "Opened" not in text


def test_the_record_tells_times_deeds_words_and_steps() -> None:
    scene = lived(LEVELS)
    why = Provenance("playbook.md", 3, "as written")
    events = (
        st.RunbookChosen("Disk", "by hand", why),
        st.StepStarted(1, 2, "df -h | sort\nmore", "here", "d", why),
        st.StepEnded(1, 2, "worked", why),
        st.StepMarked(3, "wrong", "theo", why, "it is /srv now", "rm /tmp/x"),
    )
    extra = [Entry(90 + n, START, x) for n, x in enumerate(events)]
    entries = [*scene.entries, *extra]
    text = draft(scene.context(60), scene.incident, entries).text.partition("## From the record")[2]
    assert "| Acknowledged after | 2 min |" in text
    assert "| Mira | acknowledged, wrote notes, resolved it |" in text
    assert "| 2 | df -h \\| sort | worked |" in text
    assert "| 3 | rm /tmp/x | wrong |" in text


def test_what_people_and_alerts_wrote_stays_words() -> None:
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(drafted(lived(EMPTY)))
    assert "&lt;b&gt;5xx&lt;/b&gt; | [x](http://x)" in html
    assert "<a " not in html


def test_blanks_are_counted_from_the_text() -> None:
    assert blanks_in("a [to fill in: one] b\n[to fill in: two]") == ("one", "two")


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        (
            "## Action items\n- [ ] Add a probe (Owner: Mira, Due: 2026-12-01)",
            [("Add a probe", "Mira", "2026-12-01")],
        ),
        (
            "## Follow-ups\n1. Call the customer @theo by 2026-12-02",
            [("Call the customer by 2026-12-02", "theo", "2026-12-02")],
        ),
        ("## Next steps\n* Write it down\n\n## Timeline\n- 09:00 - opened", [("Write it down", "", None)]),
        ("## Anything\n- [ ] ticked anywhere\n- not this", [("ticked anywhere", "", None)]),
        (
            "**Actions:**\n| Action | Owner | Due |\n|---|---|---|\n| Pin \\| the version | @ana | 2026-12-03 |\n"
            "| [to fill in: Action] | | |",
            [("Pin | the version", "ana", "2026-12-03")],
        ),
        ("## Action items\n- [to fill in: Action]\n- [ ] \n- [ ] Same\n- [ ] same", [("same", "", None)]),
        ("## Action items\n- [ ] No such day (Owner: Jo, Due: 2026-02-31)", [("No such day", "Jo", None)]),
        ("no list at all", []),
    ],
)
def test_the_action_items_in_a_review(markdown: str, found: list[tuple[str, str, str | None]]) -> None:
    def told(p: Proposal) -> tuple[str, str, str | None]:
        return p.text, p.owner, p.due.isoformat() if p.due else None

    assert [told(p) for p in proposals(markdown)] == found


def test_the_invitation_says_when_and_who() -> None:
    scene = Scene(policy(), bindings()).do(1, c.Acknowledge("mira")).do(5, c.Resolve("mira", "x"))
    assert invitation(scene.context(9), scene.incident, scene.entries, "https://x/y") == ""
    scene.do(6, c.ScheduleReview("mira", START.replace(day=25), 45))
    text = invitation(scene.context(9), scene.incident, scene.entries, "https://x/" + "ü" * 60)
    assert "DTSTART:20261125T090000Z\r\nDTEND:20261125T094500Z\r\n" in text
    assert "SUMMARY:Review of INC-1: disk full\r\n" in text
    assert 'ATTENDEE;CN="Mira":mailto:mira@push\r\n' in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


BOOK = """# Runbooks

## Disk full

1. Look:

   ```sh
   df -h
   du -x
   ```

2. Restart the web server
"""


def test_what_was_marked_wrong_becomes_a_patch_that_applies(tmp_path: Path) -> None:
    scene = Scene(policy())

    def marked(seq: int, line: int, verdict: str, note: str) -> Entry:
        why = Provenance("playbook.md", line, "…")
        return Entry(seq, START, st.StepMarked(seq, verdict, "mira", why, note))  # type: ignore[arg-type]

    entries = [
        marked(1, 8, "wrong", "it hangs on\nNFS"),
        marked(2, 12, "failed", ""),
        marked(3, 12, "failed", "it is caddy now"),
        marked(4, 9, "wrong", ""),
        marked(5, 9, "worked", ""),
    ]
    found = remarks(scene.context(9), scene.incident, entries)
    assert [(r.line, r.text.partition(": ")[2]) for r in found] == [(8, "it hangs on NFS"), (12, "it is caddy now")]
    text = patch({"playbook.md": BOOK, "other.md": "x"}, found)
    assert text.startswith("--- a/playbook.md\n+++ b/playbook.md\n")
    added = [row[1:] for row in text.splitlines() if row.startswith("+") and not row.startswith("+++")]
    assert [row for row in added if row] == [
        "   > **To check** INC-1, 2026-11-23, Mira: it hangs on NFS",
        "> **To check** INC-1, 2026-11-23, Mira: it is caddy now",
    ]
    (tmp_path / "playbook.md").write_text(BOOK)
    applied = subprocess.run(
        ["git", "apply", "-"], input=text, text=True, cwd=tmp_path, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    rows = (tmp_path / "playbook.md").read_text().splitlines()
    assert rows[rows.index("   > **To check** INC-1, 2026-11-23, Mira: it hangs on NFS") - 2] == "   ```"
    assert patch({"playbook.md": BOOK}, []) == ""


def test_a_line_of_blanks_takes_no_time() -> None:
    """As long as a review may be, searched for an owner in steps that grow with the square of its length."""
    assert proposals("- [ ] Look" + " " * 60_000 + "away") == [Proposal("Look away")]
    [long] = proposals("- [ ] " + "owner: x, due: (" * 4000)
    assert len(long.text) <= 2000
