"""Measures Sirenbook beside the ceiling and Alertmanager in one run, and prints or writes the table.

usage: run.py [--quick] [--json] [--only PART,...] [--repeat N] [--write docs/performance.md]
Parts: intake, calm (start, memory, alert to webhook), lateness (100 open incidents), crowded (100,000).
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import measures
from machine import describe
from report import table, write
from systems import sink

PARTS = ("intake", "calm", "lateness", "crowded")


def main() -> None:
    """Read the command line, measure, and tell."""
    asked = _arguments()
    size = measures.QUICK if asked.quick else measures.FULL
    repeat = asked.repeat or (1 if asked.quick else 3)
    with tempfile.TemporaryDirectory(prefix="sirenbook-bench-") as folder:
        Path(folder).chmod(0o755)  # the database may run as a user of its own
        machine = describe(Path(folder))
        start = time.monotonic()
        figures = medians(_measure(Path(folder), asked.only.split(","), size, repeat))
        took = time.monotonic() - start
    about = {**machine, "run": f"{repeat} × {'quick' if asked.quick else 'full'}, {took / 60:.0f} min"}
    if asked.json:
        print(json.dumps({"machine": about, "crowd": size.crowd, "figures": figures}, indent=1))
    else:
        print(table(figures, about, size.crowd))
    if asked.write:
        write(Path(asked.write), table(figures, about, size.crowd))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and once: to see that it runs")
    parser.add_argument("--json", action="store_true", help="print every figure")
    parser.add_argument("--only", default=",".join(PARTS), help="some of: " + ", ".join(PARTS))
    parser.add_argument("--repeat", type=int, help="repetitions; the table shows medians")
    parser.add_argument("--write", metavar="FILE", help="put the table between the markers of this file")
    return parser.parse_args()


def _measure(folder: Path, parts: list[str], size: measures.Size, repeat: int) -> Iterator[measures.Figures]:
    with sink(folder) as port:
        for number in range(repeat):
            for part in ("intake", "calm", "lateness"):
                if part in parts:
                    _say(f"{part}, {number + 1} of {repeat}")
                    place = folder / f"{part}{number}"
                    yield getattr(measures, part)(place, port, size, f"r{number}{part}")
        if "crowded" in parts:
            _say(f"crowded: opening {size.crowd} incidents first")
            yield from measures.crowded(folder / "crowded", port, size, "crowded", repeat)


def medians(found: Iterator[measures.Figures]) -> measures.Figures:
    """Every figure as the median of its repetitions; of errors, the sum."""
    values: dict[str, list[float]] = {}
    for figures in found:
        for name, value in figures.items():
            values.setdefault(name, []).append(value)
    return {
        name: sum(each) if name.endswith((".errors", ".missing")) else statistics.median(each)
        for name, each in values.items()
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
