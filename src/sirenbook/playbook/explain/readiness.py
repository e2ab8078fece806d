"""Says in plain words what a playbook keeps ready beside its procedures, each with its line."""

from collections.abc import Iterable, Iterator

from sirenbook.model.policy import Policy
from sirenbook.model.readiness import Access, Change, FollowUp, Link, Meeting, Practice, Stamp, Stated
from sirenbook.playbook.language.duration import spoken


def explain_readiness(policy: Policy) -> Iterator[tuple[str, Iterable[str]]]:
    """Every heading with its lines; a heading may have none."""
    ready = policy.readiness
    yield "access that is required", map(_access, ready.access)
    yield "tools that are required", map(_stated, ready.tools)
    yield "links", map(_link, ready.links)
    yield "told at hand-off", map(_stated, ready.handoff)
    yield "done regularly", map(_practice, ready.practices)
    yield "to do after an incident", map(_follow_up, ready.follow_ups)
    yield "review meetings", (line for m in ready.meetings for line in _meeting(m))
    yield "what an action item holds", map(_stated, ready.fields)
    yield "figures of impact", map(_stated, ready.impact)
    yield "access in an emergency", map(_stated, ready.break_glass)
    yield "when the usual is down", map(_stated, ready.fallbacks)
    yield "looks whether all is well", map(_stated, ready.probes)
    yield "the playbook itself", _stamp(ready.stamp)
    yield "its history", map(_change, ready.changes)


def _stated(stated: Stated) -> str:
    return f"{stated.text}  [{stated.why}]"


def _access(access: Access) -> str:
    for_ = f" for {access.purpose}" if access.purpose else ""
    level = f": {access.level}" if access.level else ""
    return f"{access.system}{for_}{level}  [{access.why}]"


def _link(link: Link) -> str:
    return f"{link.kind}: {link.title}: {link.url or link.command}  [{link.why}]"


def _practice(practice: Practice) -> str:
    every = f" every {spoken(practice.every)}" if practice.every else " (how often is not said)"
    whose = f", by {practice.owner}" if practice.owner else ""
    return f"{practice.kind}{every}{whose}: {practice.what}  [{practice.why}]"


def _follow_up(follow_up: FollowUp) -> str:
    within = f"within {spoken(follow_up.within, follow_up.business)}" if follow_up.within else "no time stated"
    whose = f" for {', '.join(follow_up.severities)}" if follow_up.severities else ""
    return f"{within}{whose}: {follow_up.what}  [{follow_up.why}]"


def _meeting(meeting: Meeting) -> Iterator[str]:
    length = f", {meeting.minutes} minutes" if meeting.minutes else ""
    who = f", with {', '.join(meeting.attendees)}" if meeting.attendees else ""
    yield f"{meeting.title}{length}{who}  [{meeting.why}]"
    for item in meeting.agenda:
        minutes = f" {item.minutes} minutes" if item.minutes else ""
        yield f"  {item.what}{minutes}  [{item.why}]"


def _stamp(stamp: Stamp) -> Iterator[str]:
    said = (
        ("version", stamp.version),
        ("owner", stamp.owner),
        ("author", stamp.author),
        ("last updated", stamp.updated),
        ("next review", stamp.next_review),
        ("reviewed", stamp.review),
    )
    yield from (f"{words} {_stated(value)}" for words, value in said if value)


def _change(change: Change) -> str:
    said = (change.date, change.version, change.author, change.what)
    return f"{', '.join(x for x in said if x)}  [{change.why}]"
