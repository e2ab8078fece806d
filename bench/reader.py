"""Measures how long reading takes: the examples as one playbook of 1,000 lines, and texts of up to 5 MB.

usage: reader.py [--largest MEGABYTES]
Time in proportion to the length shows as one figure of kB/s throughout.
"""

import argparse
import statistics
import time
from pathlib import Path

from sirenbook.playbook.compile import compile_playbook

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*/playbook.md"))


def main() -> None:
    """Measure and print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=float, default=5.0, help="megabytes of the longest text (default 5)")
    largest = int(parser.parse_args().largest * 1_000_000)
    text = "\n\n".join(path.read_text("utf-8") for path in EXAMPLES)
    lines = text.split("\n")
    thousand = "\n".join((lines * (1 + 1000 // len(lines)))[:1000])
    seconds = statistics.median(_seconds(thousand) for _ in range(5))
    print(f"{'1,000 lines':>12}  {seconds * 1000:8.0f} ms")
    size = 100_000
    while size <= largest:
        seconds = _seconds((text * (1 + size // len(text)))[:size])
        print(f"{size // 1000:>9} kB  {seconds * 1000:8.0f} ms  {size / 1000 / seconds:6.0f} kB/s")
        size = largest if size < largest < size * 4 else size * 4


def _seconds(text: str) -> float:
    """The processor's time for one reading."""
    started = time.process_time()
    compile_playbook([("playbook.md", text)])
    return time.process_time() - started


if __name__ == "__main__":
    main()
