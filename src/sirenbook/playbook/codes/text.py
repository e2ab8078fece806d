"""The codes of the text itself: names that mislead, templates, links, runbooks, age."""

from sirenbook.playbook.codes.code import Code

TEXT = {
    "SB241": Code(
        "a product that has ended, or is about to",
        "warning",
        "Whoever follows the line opens a tool that is gone, or soon will be.",
        "Name what has taken its place.",
        """\
## Tools

Create the incident in Opsgenie.
""",
    ),
    "SB242": Code(
        "a product that has another name now",
        "note",
        "Somebody new looks for an icon with this name and does not find it.",
        "Write the name that its app and its mail show.",
        """\
## Tools

Schedules are kept in VictorOps.
""",
    ),
    "SB251": Code(
        "a message that does not say when the next one comes",
        "note",
        "Without a time people ask, and whoever answers them does not work on the incident.",
        "Add a line such as `Next update: [TIME]`.",
        """\
| Severity | Response Time | Updates |
|---|---|---|
| P0 | 5 minutes | Every 30 minutes |
| P1 | 30 minutes | Every hour |

## Templates

### Initial Status Update

```
We are looking into problems with [SERVICE].
```
""",
    ),
    "SB252": Code(
        "a message without a field that the playbook demands of it",
        "warning",
        "Whoever fills the template in believes that it is complete, and sends it without.",
        "Add the field to the template.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

The initial message must include the impact.

## Templates

### Initial Announcement

```
We are looking into it. Lead: [NAME]
```
""",
    ),
    "SB261": Code(
        "a link to a heading that there is not",
        "warning",
        "A click that leads nowhere costs the minute in which the answer was needed.",
        "Point it to a heading that there is, or take the link away.",
        """\
# Incidents

First read [how to escalate](#escalation-paths).

## Escalation

Page the on-call engineer.
""",
    ),
    "SB262": Code(
        "a section that is named and does not exist",
        "warning",
        "Its reader searches for a section that was renamed or taken out.",
        "Write the heading as it stands, or link to it.",
        """\
# Incidents

For the database see the Failover Procedure section.
""",
    ),
    "SB263": Code(
        "one heading for two sections",
        "warning",
        "A link, or somebody searching for it, gets to the first one, which may be the wrong one.",
        "Give each its own name.",
        """\
# Incidents

Who follows stands under [escalation](#escalation).

## Escalation

Page the on-call engineer.

## Escalation

Page the team lead.
""",
    ),
    "SB264": Code(
        "a link to a file that is no part of the playbook",
        "note",
        "Sirenbook neither reads the file nor shows it on its pages.",
        "Put the file into the playbook's folder, or give its full web address.",
        """\
# Incidents

See [the runbooks](../runbooks/database.md).
""",
    ),
    "SB265": Code(
        "a link without a target",
        "warning",
        "It looks like a link, and a click on it does nothing.",
        "Give it the address that it was meant to have.",
        """\
# Incidents

Open the [dashboard](#).
""",
    ),
    "SB271": Code(
        "an alert that no runbook names",
        "warning",
        "Whoever it wakes begins from nothing.",
        "Name the alert among the symptoms of the runbook that answers it.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

## Alerts

| Alert | Severity |
|---|---|
| ShopDown | P0 |
""",
    ),
    "SB272": Code(
        "a runbook that no alert fires",
        "note",
        "The procedure is there and nobody is led to it: people have to know of it.",
        "Name the alert among its symptoms: `Alert: HighErrorRate`.",
        """\
## Runbooks

### Shop is slow

#### Symptoms

- Pages take ten seconds

#### Resolution

```bash
kubectl rollout restart deployment/shop
```
""",
    ),
    "SB281": Code(
        "a value that was never expanded",
        "warning",
        "What should be a date or a version is the command that was to write it.",
        "Write the value itself; Markdown runs nothing.",
        """\
# Incidents

*Last updated: $(date)*
""",
    ),
    "SB282": Code(
        "nothing says when the playbook was last looked at",
        "note",
        "Nobody can tell whether its names and commands still hold.",
        "Add a line such as `Last updated: 2026-01-31`.",
        """\
# Incidents

Call the on-call engineer.
""",
    ),
    "SB283": Code(
        "a playbook that was not looked at for long",
        "note",
        "People change teams and tools change names; the text still says what was so then.",
        "Read it with those who are on call, then write today's date.",
        """\
# Incidents

Last updated: 2019-03-01
""",
    ),
    "SB284": Code(
        "a code block that is never closed",
        "warning",
        "All that follows counts as code: severities, contacts and levels in it are not read.",
        "Close it with the same marks on a line of their own.",
        """\
# Incidents

```bash
kubectl get pods
""",
    ),
    "SB285": Code(
        "something that is still to be written",
        "note",
        "Whoever gets to this line is left alone by it.",
        "Write it, or take the line out.",
        """\
# Incidents

TODO: who may switch off the shop?
""",
    ),
    "SB286": Code(
        "characters that are lost",
        "warning",
        "The file is not UTF-8, so names and signs in it could not be read.",
        "Save the file as UTF-8.",
        """\
# Incidents

Call J\ufffdrgen.
""",
    ),
    "SB287": Code(
        "a drill that nobody knows the next day of",
        "note",
        "What has no day is put off, and is tried for the first time in an incident.",
        "Write how often, such as `every quarter`.",
        """\
## Testing

- Disaster recovery drills
""",
    ),
}
