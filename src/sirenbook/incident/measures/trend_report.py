"""The report of a month as Markdown, to be sent, kept and read by people."""

from collections.abc import Iterable, Sequence

from sirenbook.incident.markdown import escaped, table
from sirenbook.incident.measures.metrics import Compared, Figure, aim, verdict, worded
from sirenbook.incident.measures.trends import NIGHT_BEGINS, NIGHT_ENDS, Group, Report
from sirenbook.incident.timeline import person_name
from sirenbook.model.bindings import Bindings

PER_GROUP = ("incidents", "acknowledgement", "recovery", "response", "resolution", "cadence")
"""The measures that are told for each month, severity and service; the whole month has all."""


def written(found: Report, bindings: Bindings) -> str:
    """The report whole."""
    lines = [f"# Incidents in {found.month}", "", *_targets(found.targets), "## Measures", ""]
    lines += [*table(("Measure", "Mean", "Median", "Incidents"), map(_figure, found.figures)), ""]
    lines += _groups("By severity", "Severity", found.severities)
    lines += _groups("By service", "Service", found.services)
    lines += _groups("By month", "Month", found.months)
    lines += _patterns(found) + _people(found, bindings)
    drilled = next((f for f in found.drills if f.key == "incidents"), None)
    if drilled is not None and drilled.value:
        rows = map(_figure, found.drills)
        lines += ["## Drills", "", "Drills count in nothing above.", ""]
        lines += [*table(("Measure", "Mean", "Median", "Incidents"), rows), ""]
    return "\n".join(lines)


def _targets(targets: Sequence[Compared]) -> list[str]:
    head = ["## Targets of the playbook", ""]
    if not targets:
        return [*head, "The playbook states no figures by which it wants to be judged.", ""]
    header = ("Metric", "Target", "Measured", "", "Playbook")
    return [*head, *table(header, map(_target, targets)), ""]


def _target(each: Compared) -> tuple[str, ...]:
    figure = each.figure
    said = worded(figure.value, figure.unit) if figure is not None else "–"
    place = f"{escaped(each.why.file)}:{each.why.line}"
    return escaped(each.name), escaped(aim(each)), said, verdict(each), place


def _figure(figure: Figure) -> tuple[str, ...]:
    middle = worded(figure.median, figure.unit) if figure.median is not None else ""
    return figure.name, worded(figure.value, figure.unit), middle, str(figure.counted)


def _groups(title: str, what: str, groups: Iterable[Group]) -> list[str]:
    rows = [(escaped(g.name), *(worded(f.value, f.unit) for f in chosen(g))) for g in groups]
    if not rows:
        return []
    names = tuple(f.name for f in chosen(next(iter(groups))))
    return [f"## {title}", "", *table((what, *names), rows), ""]


def chosen(group: Group) -> list[Figure]:
    """The figures of a group that its row shows."""
    return [f for f in group.figures if f.key in PER_GROUP]


def _patterns(found: Report) -> list[str]:
    lines = ["## What keeps coming back", ""]
    for each in found.patterns:
        where = f" ({', '.join(f'INC-{i}' for i in each.incidents[:20])})" if each.incidents else ""
        lines.append(f"- {each.kind.capitalize()}: **{escaped(each.what)}** {each.detail}{where}")
    if not found.patterns:
        lines.append("Nothing came back in this month.")
    return [*lines, ""]


def _people(found: Report, bindings: Bindings) -> list[str]:
    if not found.people:
        return []
    rows = [(escaped(person_name(bindings, x.person)), str(x.pages), str(x.at_night)) for x in found.people]
    night = f"At night is from {NIGHT_BEGINS}:00 to {NIGHT_ENDS:02}:00 in the team's zone."
    lines = ["## Pages", "", night, "", *table(("Person", "Pages", "At night"), rows), ""]
    if found.nights:
        lines += [*table(("Night to", "Pages"), ((n.morning, str(n.pages)) for n in found.nights)), ""]
    return lines
