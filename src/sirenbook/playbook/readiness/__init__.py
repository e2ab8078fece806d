"""Reads what a playbook keeps ready beside its procedures: access, links, drills, reviews, its history."""

from collections.abc import Sequence

from sirenbook.model.readiness import Readiness
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.readiness.access import read_access, read_break_glass, read_fallbacks, read_tools
from sirenbook.playbook.readiness.aftermath import read_fields, read_follow_ups, read_impact, read_meetings
from sirenbook.playbook.readiness.handoff import read_handoff
from sirenbook.playbook.readiness.links import read_links
from sirenbook.playbook.readiness.papers import read_changes, read_stamp
from sirenbook.playbook.readiness.practices import read_practices
from sirenbook.playbook.readiness.probes import read_probes
from sirenbook.playbook.text.document import Document


def read_readiness(documents: Sequence[Document], scale: Scale) -> Readiness:
    """All that stands beside the procedures."""
    return Readiness(
        access=read_access(documents),
        tools=read_tools(documents),
        links=read_links(documents),
        practices=read_practices(documents),
        handoff=read_handoff(documents),
        meetings=read_meetings(documents),
        follow_ups=read_follow_ups(documents, scale),
        fields=read_fields(documents),
        impact=read_impact(documents),
        break_glass=read_break_glass(documents),
        fallbacks=read_fallbacks(documents),
        probes=read_probes(documents),
        changes=read_changes(documents),
        stamp=read_stamp(documents),
    )
