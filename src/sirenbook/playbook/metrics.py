"""Reads the figures by which a team judges its incident response: MTTR, MTTD, rates and their targets."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.policy import Metric
from sirenbook.playbook.language import duration
from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.vocabulary import METRIC_TOPIC, TEMPLATE_TOPIC
from sirenbook.playbook.text.document import Document, Items, Section, Table, lines_of, plain
from sirenbook.playbook.text.inline import Line

_LESS = re.compile(
    r"[<≤]|\bunder\b|\bbelow\b|less than|at most|within|no more than|fewer|maximum|\bmax\b|up to", re.IGNORECASE
)
_MORE = re.compile(
    r"[>≥]|\bover\b|\babove\b|more than|at least|minimum|\bmin(?:imum)?\b(?! ?ute)|\d\+", re.IGNORECASE
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?(?:%|percent)")
_COUNT = re.compile(
    r"[<>≤≥=]\s?(\d+(?:\.\d+)?)(?!\s?[\w%])|\b(\d+)\s?(?:per|/)\s?(?:month|quarter|week|year|engineer)"
)
_KNOWN = re.compile(
    r"\bmtt[a-z]\b|mean time|time to|rate\b|accuracy|percentage|uptime|availability|compliance|completion"
    r"|satisfaction|number of|count\b|coverage",
    re.IGNORECASE,
)
_NAME = re.compile(r"metric|name|measure|kpi|indicator|objective|sli\b|slo\b", re.IGNORECASE)
_ALARM = re.compile(r"(?:alert|page|warn|notify)s? (?:if|when|on)\b", re.IGNORECASE)
_WARNING = re.compile(r"alert|warn|alarm|page", re.IGNORECASE)
_TARGET = re.compile(r"target|goal|objective|threshold|value|\bslo\b|benchmark", re.IGNORECASE)


def read_metrics(documents: Sequence[Document], scale: Scale) -> tuple[Metric, ...]:
    """Every target figure under a heading of metrics."""
    return tuple(m for d in documents for s in d.root.walk() for m in _of_section(s, scale))


def _of_section(section: Section, scale: Scale) -> Iterator[Metric]:
    titles = [plain(t) for t in section.path[2:]]
    if not any(METRIC_TOPIC.search(t) for t in titles) or any(TEMPLATE_TOPIC.search(t) for t in titles):
        return
    if any(scale.titled(t) for t in section.path[2:]):
        return  # what is aimed at in an incident of one severity are its clocks
    for block in section.blocks:
        if isinstance(block, Table):
            yield from _of_table(block, scale)
        elif isinstance(block, Items):
            for line in lines_of(block):
                yield from _of_line(line, scale)


def _of_line(line: Line, scale: Scale) -> Iterator[Metric]:
    """A metric in a list: its name before the colon or the sign, its target after."""
    label = line.label or re.split(r"[<>≤≥]|\s[-–—]\s|:", line.text)[0]
    value = line.value if line.label else line.text[len(label) :]
    name = re.sub(r"\([^)]*\)", "", label).strip(" :-–—")
    aimed = _KNOWN.search(label) or _TARGET.search(value) or _LESS.search(value) or _MORE.search(value)
    if name and aimed and not _ALARM.match(name):
        yield from _metric(name, value, line, scale.mentioned(line.text))


def _of_table(table: Table, scale: Scale) -> Iterator[Metric]:
    """A table of metrics with one target column, or with one column per severity."""
    headers = [h.text for h in table.header]
    if not headers or not (_NAME.search(headers[0]) or any(_KNOWN.search(r[0].text) for r in table.rows if r)):
        return
    aimed = [h for h in headers if _TARGET.search(h) and not _WARNING.search(h)]
    for row in table.rows:
        for header, cell in list(zip(headers, row, strict=False))[1:]:
            severities = scale.mentioned(header) or scale.mentioned(row[0].text)
            if (header in aimed if aimed else _TARGET.search(header)) or scale.mentioned(header):
                yield from _metric(re.sub(r"\([^)]*\)", "", row[0].text).strip(), cell.text, cell, severities)


def _metric(name: str, words: str, line: Line, severities: Sequence[str]) -> Iterator[Metric]:
    if re.search(r"\d\s?ms\b|millisecond|\bp9\d\b", words, re.IGNORECASE):
        return  # how fast a service is, not how fast people are
    percent = _PERCENT.search(words)
    amount = duration.read(re.sub(r"\([^)]*\)", "", words))
    count = _COUNT.search(words)
    op = ">" if _MORE.search(words) and not _LESS.search(words) else "<"
    if percent:
        value, unit = float(percent[1]), "percent"
        op = op if _LESS.search(words) or _MORE.search(words) else ">"
    elif amount:
        value, unit = float(amount.seconds), "seconds"
    elif count:
        value, unit = float(next(g for g in count.groups() if g)), "count"
    else:
        return
    for severity in severities or (None,):
        yield Metric(name, op, value, unit, line.at(words), severity)
