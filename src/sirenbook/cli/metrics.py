"""`sirenbook metrics`: a month's figures beside the targets that the playbook states, and the report of it."""

from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.client import Json, connect
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.screen import Screen, put_json, say, screen, table
from sirenbook.cli.show import place
from sirenbook.incident.measures.metrics import worded

PATIENCE = 60.0
"""Seconds: a year of incidents is read and folded in a few."""


@click.command("metrics")
@click.option("--month", metavar="YYYY-MM", help="Which month; else this one.")
@click.option("--months", type=click.IntRange(1, 36), default=6, show_default=True, help="How many for the trend.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as HTML.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as Markdown.")
@options.server
@options.as_json
def metrics(
    *, month: str | None, months: int, html: Path | None, markdown: Path | None, as_json: bool, **where: Any
) -> None:
    """Show how a month went: times taken, promises kept, and what keeps coming back."""
    server = connect(where["url"], where["home_"], PATIENCE)
    if html or markdown:
        found = server.get("/api/metrics/report", month=month, months=months)
        for file, text in ((html, found["html"]), (markdown, found["markdown"])):
            if file is not None:
                _write(file, text)
    if as_json or not (html or markdown):
        report = server.get("/api/metrics", month=month, months=months)
        put_json(report) if as_json else _show(report)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}", "Name another file.", Exit.USAGE) from error
    say(f"Wrote {file}.")


def _show(report: Json) -> None:
    out = screen()
    out.line(out.paint(f"Incidents in {report['month']}", "bold"))
    out.heading("Targets of the playbook")
    if report["targets"]:
        header = ("metric", "target", "measured", "verdict", "line")
        table(out, header, map(_target, report["targets"]), give=0)
    else:
        out.line("  It states none.")
    out.heading("Measures")
    table(out, ("measure", "mean", "median", "incidents"), map(_figure, report["figures"]), give=0)
    _groups(out, report)
    out.heading("What keeps coming back")
    for each in report["patterns"]:
        out.wrapped(f"  {each['kind']:<14} ", f"{each['what']} {each['detail']}")
    if not report["patterns"]:
        out.line("  Nothing in this month.")
    out.show()


def _groups(out: Screen, report: Json) -> None:
    """The measures that matter most, for each severity and month."""
    for title, groups in (("By severity", report["severities"]), ("By month", report["months"])):
        if groups:
            out.heading(title)
            header = ("", "incidents", "MTTA", "MTTR", "response kept", "resolution kept")
            table(out, header, map(_group, groups), give=0)


def _group(group: Json) -> tuple[str, ...]:
    by_key = {f["key"]: _said(f) for f in group["figures"]}
    keys = ("incidents", "acknowledgement", "recovery", "response", "resolution")
    return group["name"], *(by_key[k] for k in keys)


def _figure(figure: Json) -> tuple[str, ...]:
    middle = worded(figure["median"], figure["unit"]) if figure["median"] is not None else ""
    return figure["name"], _said(figure), middle, str(figure["counted"])


def _said(figure: Json) -> str:
    return worded(figure["value"], figure["unit"])


def _target(each: Json) -> tuple[str, ...]:
    bound = "at most" if each["op"] == "<" else "at least"
    severity = f" for {each['severity']}" if each["severity"] else ""
    target = f"{bound} {worded(each['target'], each['unit'])}{severity}"
    figure = each["figure"]
    verdict = {None: "no figure yet", True: "met", False: "missed"}[each["met"]] if figure else "not measured"
    return each["name"], target, _said(figure) if figure else "–", verdict, place(each["why"])
