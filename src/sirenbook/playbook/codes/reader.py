"""The codes of the reader: what it could not understand, or had to mend."""

from sirenbook.playbook.codes.code import Code

READER = {
    "SB101": Code(
        "no severities found",
        "error",
        "Without severities nothing can be graded, so every alert is paged alike and no clock runs.",
        "Add a table `| Severity | Response Time |` with a row for each, or a heading for each.",
        """\
# Incidents

Call somebody when the shop is closed to customers.
""",
    ),
    "SB102": Code(
        "a severity without a response time",
        "warning",
        "A page that stays unanswered is only late when somebody said by when it must be answered.",
        "State it beside the severity: `Response Time: 15 minutes`.",
        """\
| Severity | Meaning |
|---|---|
| P0 | Nobody can pay |
| P1 | Searching is slow |
""",
    ),
    "SB103": Code(
        "a time that cannot be read",
        "warning",
        "A clock that cannot be read does not run: nobody is reminded, and nobody else is brought in.",
        "Write one amount: `30 minutes`, `4 business hours`, `every 2 hours`.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 15 |
| P1 | 30 minutes |
""",
    ),
    "SB104": Code(
        "text in a wrong encoding",
        "note",
        "It was saved in one encoding and read in another. Sirenbook reads it as it was meant; people see "
        "gibberish in the very line that is to catch their eye.",
        "`sirenbook lint --fix` mends it, or save the file as UTF-8.",
        """\
# Incidents

ðŸš¨ Call the on-call engineer first.
""",
    ),
    "SB105": Code(
        "an escalation that names nobody",
        "warning",
        "When the time has passed it must be known who is called. Until it is, the people on call are paged again.",
        "Name a role or a person: `escalate to the team lead`.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the team lead immediately |
| P1 | 30 minutes | Escalate if not resolved in 4 hours |
""",
    ),
    "SB106": Code(
        "two values for one clock",
        "warning",
        "People act on the line that they happen to read; Sirenbook acts on the first.",
        "Make both places say the same.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

### P0

**Response Time:** 20 minutes
""",
    ),
    "SB107": Code(
        "a severity that names nobody to begin with",
        "note",
        "The first page goes to whoever is on call by default, who may not be the one you had in mind.",
        "Say it in the severity's escalation, or answer `oncall.first` in sirenbook.toml.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the on-call engineer immediately, team lead after 30 minutes |
| P1 | 1 hour | Team lead after 4 hours |
""",
    ),
    "SB108": Code(
        "no escalation found",
        "warning",
        "When the first person is stuck or asleep, nobody else is brought in: the same person is paged again.",
        "Add a section `Escalation` with a table, a list or a drawing of who follows after how long.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |
""",
    ),
    "SB109": Code(
        "an answer that its question does not allow",
        "warning",
        "The answer has no effect: what you believe to have decided goes on by its default.",
        "Write one of the choices that the finding lists; `sirenbook explain --questions` shows the questions.",
        """\
[answers]
"regrade.clock" = "perhaps"
""",
    ),
    "SB110": Code(
        "a file without text",
        "warning",
        "Somebody believes that this file is followed, and there is nothing in it to follow.",
        "Write the playbook into it, or take it out of the folder.",
        "",
    ),
    "SB111": Code(
        "somebody who is brought in for no incident in particular",
        "note",
        "The sentence reads as if they were brought in, and they are not: it holds for no incident.",
        "Name the severity in the sentence, or say it under a heading `Escalation`.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

Bring in the database administrator within 30 minutes.
""",
    ),
    "SB112": Code(
        "an answer that says otherwise than the text",
        "warning",
        "People read one time, and another one runs. Often the text was mended after the answer was given.",
        "Take the answer out if the text is right, or mend the text.",
        """\
[answers]
resolve.watch = "5 minutes"
""",
    ),
    "SB113": Code(
        "a procedure that is pointed to and is not there",
        "warning",
        "Whoever follows the runbook comes to a point where it goes on elsewhere, and elsewhere is nothing.",
        "Write the title of the runbook as it stands, or write the runbook.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |

## Runbooks

### Cellar under water

**Resolution:**
1. Close the main valve
2. Follow the Pump Station runbook
""",
    ),
}
