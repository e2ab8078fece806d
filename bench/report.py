"""Turns figures into the table that people read, with the goal beside each."""

from collections.abc import Iterator
from pathlib import Path

Figures = dict[str, float]
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

INTAKE = (
    ("distinct8", "distinct alerts, 8 clients", 0.5),
    ("distinct64", "distinct alerts, 64 clients", 0.5),
    ("batch100", "distinct alerts, 100 a request, 8 clients", 0.4),
    ("repeated8", "1,000 alerts repeated, 8 clients", None),
    ("each8", "each alert a new incident that pages, 8 clients", None),
)


def table(figures: Figures, machine: dict[str, str], crowd: int) -> str:
    """The whole report in Markdown; lines whose figures were not measured are left out."""
    parts = [
        "\n".join(f"- {name}: {words}" for name, words in machine.items()),
        _section(["alerts a second", "Sirenbook", "ceiling", "of it", "goal", "Alertmanager", "of it", "errors"],
                 _intake(figures)),
        _section(["milliseconds", "p50", "p99", "goal", "Alertmanager p50", "p99", "lost or doubled"],
                 [*_latency(figures), *_lateness(figures, crowd)]),
        _section(["a page of incidents, milliseconds", "p50", "p99", "goal"], _lists(figures, crowd)),
        _section(["one process with its database and watchdog", "", "goal"], _whole(figures)),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def write(file: Path, text: str) -> None:
    """Put the report between the markers of a file."""
    before, _, rest = file.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    file.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


def _section(heads: list[str], rows: Iterator[list[str]] | list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = f"|{'|'.join(['---'] + ['--:'] * (len(heads) - 1))}|"
    return "\n".join([f"| {' | '.join(heads)} |", rule, *lines]) if lines else ""


def _intake(figures: Figures) -> Iterator[list[str]]:
    for name, words, goal in INTAKE:
        own = figures.get(f"sirenbook.{name}.rate")
        if own is None:
            continue
        top, other = figures.get(f"ceiling.{name}.rate"), figures.get(f"alertmanager.{name}.rate")
        errors = figures.get(f"sirenbook.{name}.errors", 0) + figures.get(f"sirenbook.{name}.missing", 0)
        yield [words, f"{own:,.0f}", _count(top), _ratio(own, top), _intake_goal(name, goal), _count(other),
               _ratio(own, other), f"{errors:.0f}"]  # fmt: skip
    if (pages := figures.get("sirenbook.each8.pages")) is not None:
        other = figures.get("alertmanager.each8.pages")
        words = "… and their pages arrived, a second"
        yield [words, f"{pages:,.0f}", "", "", "", _count(other), _ratio(pages, other), ""]


def _intake_goal(name: str, goal: float | None) -> str:
    if name == "repeated8":
        return "no fewer than distinct"
    if name == "batch100":
        return f"≥ {goal}, ahead of Alertmanager"
    return f"≥ {goal}" if goal else ""


def _latency(figures: Figures) -> Iterator[list[str]]:
    for name, words, goal in (
        ("idle", "alert → webhook, at rest", "≤ 10 / 40"),
        ("busy", "alert → webhook, 100 a second", "p99 ≤ 80"),
    ):
        if f"sirenbook.{name}.p50" in figures:
            own, other = (_pair(figures, f"{who}.{name}") for who in ("sirenbook", "alertmanager"))
            yield [words, *own, goal, *other, f"{figures[f'sirenbook.{name}.errors']:.0f}"]


def _lateness(figures: Figures, crowd: int) -> Iterator[list[str]]:
    for name, count, goal in (("few", 100, "p99 ≤ 100"), ("many", crowd, "p99 ≤ 1,000")):
        if f"{name}.decided.p50" in figures:
            lost = f"{figures[f'{name}.errors']:.0f}"
            yield [
                f"escalation due → decided, {count:,} open",
                *_pair(figures, f"{name}.decided"),
                goal,
                "",
                "",
                lost,
            ]
            yield [f"… → its page at the webhook, {count:,} open", *_pair(figures, f"{name}.paged"), "", "", "", ""]


def _lists(figures: Figures, crowd: int) -> Iterator[list[str]]:
    for name, words in (
        ("first", f"the first page of {crowd:,}"),
        ("second", "a page from the middle"),
        ("severity", "one severity (a tenth)"),
        ("common", "words in the title, found often"),
        ("nothing", "words in the title, found nowhere"),
        ("resolved", "resolved ones (none)"),
    ):
        if f"list.{name}.p50" in figures:
            yield [words, *_pair(figures, f"list.{name}"), "≤ 20" if name == "first" else ""]


def _whole(figures: Figures) -> Iterator[list[str]]:
    for name, words, unit, goal in (
        ("sirenbook.cold", "start to ready, first time", "s", ""),
        ("sirenbook.warm", "start to ready, again", "s", "≤ 2 s"),
        ("many.ready", "start to ready, with the great many open", "s", ""),
        ("sirenbook.memory.all", "memory at rest (PSS)", "MiB", "≤ 120 MiB"),
        ("sirenbook.memory.postgres", "… of it PostgreSQL", "MiB", ""),
        ("many.memory", "memory with the great many open", "MiB", ""),
        ("alertmanager.memory.all", "Alertmanager's memory at rest", "MiB", ""),
    ):
        if name in figures:
            yield [words, f"{figures[name]:.2f} {unit}" if unit == "s" else f"{figures[name]:.0f} {unit}", goal]


def _pair(figures: Figures, name: str) -> list[str]:
    return [f"{figures[f'{name}.{share}']:.1f}" if f"{name}.{share}" in figures else "" for share in ("p50", "p99")]


def _count(value: float | None) -> str:
    return f"{value:,.0f}" if value is not None else ""


def _ratio(own: float, other: float | None) -> str:
    return f"{own / other:.2f}" if other else ""
