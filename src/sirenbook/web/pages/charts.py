"""Charts as the measurements of their shapes, for a template to draw as SVG: no script, no colour of their own."""

from collections.abc import Sequence

from msgspec import Struct

from sirenbook.incident.measures.metrics import worded
from sirenbook.incident.measures.trends import Report

WIDTH, HEIGHT, FOOT, HEAD = 320, 140, 22, 18
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHARTED = ("incidents", "acknowledgement", "recovery", "pages")


class Bar(Struct, frozen=True):
    """One bar: where it stands, what it is of, and its value in words."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str


class Chart(Struct, frozen=True):
    """One measure over some months, and the line of the playbook's target, where there is one."""

    key: str
    title: str
    bars: tuple[Bar, ...]
    told: str
    target_y: float | None = None
    target: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def charts(found: Report) -> list[Chart]:
    """The charts of a report: of each measure that has a figure in some month."""
    made = [_chart(found, key) for key in CHARTED]
    return [chart for chart in made if chart is not None]


def _chart(found: Report, key: str) -> Chart | None:
    series = [(m.name, f) for m in found.months for f in m.figures if f.key == key]
    if not any(f.value for _, f in series):
        return None
    aims = [c for c in found.targets if c.figure is not None and c.figure.key == key and c.severity is None]
    target = aims[0].target if aims else None
    top = max([f.value or 0.0 for _, f in series] + ([target] if target else []))
    title, unit = series[0][1].name, series[0][1].unit
    named = [(label(i, name), f.value, worded(f.value, unit)) for i, (name, f) in enumerate(series)]
    return Chart(
        key=key,
        title=title,
        bars=tuple(bars(named, top)),
        told="; ".join(f"{name}: {worded(f.value, unit)}" for name, f in series),
        target_y=None if target is None else _y(target, top),
        target="" if target is None else f"target {worded(target, unit)}",
    )


def label(place: int, month: str) -> str:
    """A month below its bar, as short as the bars need it: the year stands where one begins."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}" if place == 0 or number == "01" else MONTHS[int(number) - 1]


def bars(series: Sequence[tuple[str, float | None, str]], top: float) -> list[Bar]:
    """Bars side by side, the highest as high as the chart; nothing is drawn for what has no value."""
    room = WIDTH / len(series)
    found = []
    for place, (name, value, text) in enumerate(series):
        x, y = place * room + room * 0.15, _y(value or 0.0, top)
        found.append(Bar(round(x, 1), y, round(room * 0.7, 1), round(HEIGHT - FOOT - y, 1), name, text))
    return found


def _y(value: float, top: float) -> float:
    return round(HEAD + (HEIGHT - HEAD - FOOT) * (1 - value / top), 1)
