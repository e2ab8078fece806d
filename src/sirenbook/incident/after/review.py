"""The review of an incident: who writes it, when it is talked about, its versions, approved and published."""

from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident import security
from sirenbook.incident.after.aftermath import NOTHING_YET
from sirenbook.incident.context import Course
from sirenbook.model.command import (
    ApproveReview,
    AssignReview,
    PublishReview,
    Refused,
    ScheduleReview,
    WriteReview,
)
from sirenbook.model.incident import Incident
from sirenbook.model.review import Aftermath, Meeting
from sirenbook.model.review_event import (
    ReviewApproved,
    ReviewAssigned,
    ReviewPublished,
    ReviewScheduled,
    ReviewWritten,
)

LONGEST_REVIEW = 64_000
MOST_VERSIONS = 200
LONGEST_MEETING = 480


def assign(course: Course, command: AssignReview) -> None:
    """Name who writes the review."""
    owner = command.owner.strip()
    if not owner:
        raise Refused("say who writes the review")
    if owner != _left(course.incident).owner:
        course.happen(ReviewAssigned(owner=owner, by=command.by))


def schedule(course: Course, command: ScheduleReview) -> None:
    """Set the time of the meeting."""
    if command.at <= course.context.now:
        raise Refused("a review is scheduled for a time to come")
    if not 0 < command.minutes <= LONGEST_MEETING:
        raise Refused(f"a meeting takes from 1 to {LONGEST_MEETING} minutes")
    if Meeting(command.at, command.minutes) != _left(course.incident).meeting:
        course.happen(ReviewScheduled(at=command.at, minutes=command.minutes, by=command.by))


def write(course: Course, command: WriteReview) -> None:
    """Keep a new version; nobody overwrites what another has written meanwhile."""
    left, text = _left(course.incident), command.text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_REVIEW:
        raise Refused(f"a review needs words, at most {LONGEST_REVIEW} characters")
    if command.based_on != left.version:
        raise Refused(f"version {left.version} of the review was written meanwhile; look at it first")
    if left.version >= MOST_VERSIONS:
        raise Refused(f"the review has {MOST_VERSIONS} versions, which is all it may have")
    course.happen(ReviewWritten(version=left.version + 1, text=text, by=command.by))


def approve(course: Course, command: ApproveReview) -> None:
    """Stand for the newest version; approving it twice changes nothing."""
    left = _left(course.incident)
    if course.incident.open:
        raise Refused(f"{course.incident.number} is open; its review is approved after it")
    if not left.version:
        raise Refused("there is no review yet; write it first")
    if command.version != left.version:
        raise Refused(f"version {left.version} is the newest; look at it before you approve it")
    if left.approved != left.version:
        course.happen(ReviewApproved(version=left.version, by=command.by))


def publish(course: Course, command: PublishReview) -> None:
    """Give the approved version to all who may read it; of a security incident with the consent that words need."""
    left = _left(course.incident)
    security.must_consent(course, command.by, command.token)
    if not left.approved or left.approved != left.version:
        raise Refused("only an approved review is published, and its newest version is not approved")
    if left.published != left.version:
        course.happen(ReviewPublished(version=left.version, by=command.by))


def _left(incident: Incident) -> Aftermath:
    return incident.aftermath or NOTHING_YET


def assigned(incident: Incident, event: ReviewAssigned, at: datetime) -> Incident:
    """Fold the name of the owner."""
    return replace(incident, aftermath=replace(_left(incident), owner=event.owner))


def scheduled(incident: Incident, event: ReviewScheduled, at: datetime) -> Incident:
    """Fold the time of the meeting."""
    return replace(incident, aftermath=replace(_left(incident), meeting=Meeting(event.at, event.minutes)))


def written(incident: Incident, event: ReviewWritten, at: datetime) -> Incident:
    """Fold a version: its text stays on the timeline."""
    return replace(incident, aftermath=replace(_left(incident), version=event.version))


def approved(incident: Incident, event: ReviewApproved, at: datetime) -> Incident:
    """Fold an approval."""
    return replace(incident, aftermath=replace(_left(incident), approved=event.version))


def published(incident: Incident, event: ReviewPublished, at: datetime) -> Incident:
    """Fold a publication."""
    return replace(incident, aftermath=replace(_left(incident), published=event.version))
