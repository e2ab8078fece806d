"""The codes of what is promised and who comes: clocks, contradictions, escalation, contacts."""

from sirenbook.playbook.codes.code import Code

PROCEDURE = {
    "SB201": Code(
        "a lower severity with a shorter clock than a higher one",
        "warning",
        "Whoever sorts two incidents by their clocks takes up the lesser one first.",
        "Give the worse severity the shorter time, or exchange the two.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 30 minutes |
| P1 | 15 minutes |
""",
    ),
    "SB202": Code(
        "a severity without regular updates, while a lower one has them",
        "warning",
        "In the worst incident nobody is reminded to tell the others, and everybody asks instead.",
        "State how often people hear of it: `Communication: every 15 minutes`.",
        """\
| Severity | Response Time | Updates |
|---|---|---|
| P0 | 5 minutes | |
| P1 | 15 minutes | Every hour |
""",
    ),
    "SB203": Code(
        "a vague word where a time should stand",
        "warning",
        "`As soon as possible` is never late, so nobody is reminded and nobody else is brought in.",
        "Write one amount, such as `30 minutes`, even if it is generous.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

- **Response time for security reports**: as soon as possible
""",
    ),
    "SB204": Code(
        "a template that promises another rhythm than the procedure",
        "warning",
        "What customers read binds you, and Sirenbook reminds you by the procedure: one of the two is broken.",
        "Make both say the same, or put `[TIME]` into the template.",
        """\
| Severity | Response Time | Updates |
|---|---|---|
| P0 | 5 minutes | Every 30 minutes |
| P1 | 30 minutes | Every hour |

## Templates

### P0 Status Update

```
We are looking into problems with [SERVICE].
Next update in 15 minutes.
```
""",
    ),
    "SB205": Code(
        "a template that promises a rhythm which no procedure keeps",
        "warning",
        "Customers wait for the update; nobody is reminded to write it.",
        "Say it where the procedure is: `Communication: every 30 minutes`.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

## Templates

### Status Update

```
We are looking into problems with [SERVICE].
Updates every 30 minutes.
```
""",
    ),
    "SB206": Code(
        "no severity promises regular updates",
        "note",
        "Nobody is reminded to say how it stands, so people in the middle of it are asked one by one.",
        "State for each severity how often people hear of it: `Communication: every 30 minutes`.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |
""",
    ),
    "SB211": Code(
        "one promise with two deadlines",
        "warning",
        "One of the two is going to be missed, and it is the one that somebody else was counting on.",
        "Keep one of the two; what customers read is the one that binds you.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

The post-mortem will be published within 48 hours.

## Within 1 week

- Post-mortem document
""",
    ),
    "SB212": Code(
        "an example that is graded otherwise than the playbook's own table",
        "warning",
        "At night people copy what stands in the playbook: the incident is opened too low, and too few are called.",
        "Write the severity that the table gives.",
        """\
| Severity | Response Time | Examples |
|---|---|---|
| P0 | 5 minutes | API gateway unavailable |
| P1 | 15 minutes | Slow search results |

To declare an incident write `/incident declare severity=P1 title="API Gateway Outage"`.
""",
    ),
    "SB213": Code(
        "the same words as the mark of two severities",
        "warning",
        "Two people grade the same incident differently, and both are right by the playbook.",
        "Say what tells the two apart, or leave one out.",
        """\
| Severity | Response Time | Examples |
|---|---|---|
| P0 | 5 minutes | Checkout fails for customers |
| P1 | 15 minutes | Checkout fails for customers |
""",
    ),
    "SB214": Code(
        "two severities claim the same figures",
        "warning",
        "The graver one is chosen wherever both hold, so the other is reached more seldom than it says, or never.",
        "Let one begin where the other ends.",
        """\
| Severity | Response Time | Criteria |
|---|---|---|
| P0 | 5 minutes | Error rate > 5% |
| P1 | 15 minutes | Error rate > 20% |
""",
    ),
    "SB215": Code(
        "figures between two severities that neither claims",
        "note",
        "Nothing that the playbook says grades an alert with such a figure: in doubt it wakes people as the worst.",
        "Let one begin where the other ends.",
        """\
| Severity | Response Time | Criteria |
|---|---|---|
| P0 | 5 minutes | Error rate > 20% |
| P1 | 15 minutes | Error rate 1-10% |
""",
    ),
    "SB221": Code(
        "nobody follows after the first page, while a lower severity has somebody",
        "warning",
        "When the first person does not get on with the worst incident, nobody else is brought in.",
        "Say who follows when it is not acknowledged or not resolved, and after how long.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the team lead immediately |
| P1 | 15 minutes | Page the on-call engineer, team lead after 2 hours |
""",
    ),
    "SB222": Code(
        "a level that brings in nobody new",
        "note",
        "The clock runs out, and the same people are called who are at it already.",
        "Name somebody else, or leave the level out.",
        """\
| Severity | Immediate | 30 min | 1 hour |
|---|---|---|---|
| P0 | Team Lead | CTO | Team Lead |
| P1 | Team Lead | CTO | CEO |
""",
    ),
    "SB223": Code(
        "a level that comes only when the target to resolve has passed",
        "note",
        "They hear of it when the promise is broken already, and could have helped to keep it.",
        "Bring them in before the target has passed.",
        """\
| Severity | Response Time | Resolution Time | Escalation |
|---|---|---|---|
| P0 | 5 minutes | 1 hour | Page the on-call engineer immediately, CTO after 2 hours |
| P1 | 30 minutes | 1 day | Page the on-call engineer immediately |
""",
    ),
    "SB224": Code(
        "a lower severity that begins louder, or with more people, than a higher one",
        "warning",
        "The lesser incident wakes more people than the worse one, which then has too few.",
        "Let the worse severity reach at least the same people in at least the same way.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the on-call engineer immediately |
| P1 | 15 minutes | Page the on-call engineer and the team lead immediately |
""",
    ),
    "SB225": Code(
        "a lower severity that brings somebody in sooner than a higher one",
        "warning",
        "Whoever is needed is with the lesser incident while the worse one waits for them.",
        "Bring them in for the worse severity at least as early.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the on-call engineer immediately, CTO if not resolved in 2 hours |
| P1 | 15 minutes | Page the on-call engineer immediately, CTO if not resolved in 30 minutes |
""",
    ),
    "SB226": Code(
        "a rotation that does not say when it changes hands",
        "note",
        "Around the hand-off two people each believe that the other one has the duty.",
        "Write day, time and zone: `Handoff: Monday 9:00 Europe/Vienna`.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

## On-Call Rotation

- **Primary**: weekly rotation
- **Handoff**: Monday 9:00
""",
    ),
    "SB227": Code(
        "an escalation level that no clock reaches",
        "warning",
        "The ladder looks complete, and it stops here: nobody is called unless somebody awake thinks of it.",
        "Say after how long each of them follows: `team lead after 15 minutes, CTO after 1 hour`.",
        """\
| Severity | Response Time | Escalation |
|---|---|---|
| P0 | 5 minutes | Page the on-call engineer immediately, team lead after 30 minutes |
| P1 | 30 minutes | Page the on-call engineer immediately |

## Escalation

On-call engineer → Team lead → CTO
""",
    ),
    "SB231": Code(
        "a contact that was never filled in",
        "warning",
        "Somebody looks for a number at three in the morning and finds a placeholder.",
        "Fill it in, or write where the current contacts stand.",
        """\
| Severity | Response Time |
|---|---|
| P0 | 5 minutes |
| P1 | 30 minutes |

## Emergency Contacts

| Role | Name | Phone |
|---|---|---|
| CTO | {Name} | {Phone} |
""",
    ),
    "SB232": Code(
        "an address or number that belongs to nobody",
        "note",
        "`example.com` and 555-01xx are reserved for documents: what is sent there arrives nowhere.",
        "Write the real one.",
        """\
## Contacts

Write to security@example.com.
""",
    ),
    "SB233": Code(
        "a chat channel that nothing binds",
        "note",
        "People look for news in a channel where Sirenbook posts nothing.",
        "Bind it under `[targets]` in sirenbook.toml, or leave it to people.",
        """\
## Communication

Say in #shop-incidents how it stands.
""",
    ),
    "SB234": Code(
        "a placeholder in the text itself",
        "warning",
        "The playbook was taken from a template and this was never filled in: the line tells nothing.",
        "Write what it stands for.",
        """\
## Tools

- Dashboards: https://grafana.{your-domain}/d/shop
""",
    ),
}
