"""What `just docs` writes: the tree in docs/architecture.md and the codes in docs/diagnostics.md, from the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sirenbook.playbook.codes import CODES, Code

ROOT = Path(__file__).parents[1]
TREE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- tree: written by `just docs` -->\n", "<!-- end of tree -->\n"
FINDINGS = ROOT / "docs" / "diagnostics.md"
BEGIN_CODES, END_CODES = "<!-- codes: written by `just docs` -->\n", "<!-- end of codes -->\n"
GROUPS = {
    "SB1": "What the reader could not understand",
    "SB20": "Clocks",
    "SB21": "Contradictions",
    "SB22": "Escalation",
    "SB23": "Contacts and channels",
    "SB24": "Names that mislead",
    "SB25": "Templates",
    "SB26": "Links",
    "SB27": "Alerts and runbooks",
    "SB28": "The document itself",
    "SB3": "sirenbook.toml",
    "SB4": "Commands",
}
"""The codes by what they begin with, and the heading that they stand under."""
WIDTH = 26
ORDER = ("model", "playbook", "incident", "engine", "executors", "store", "sources", "channels", "web", "cli")
"""The order to read in."""


def tree() -> str:
    """Every module in one line: its name, and what it says of itself."""
    lines: list[str] = []
    packages = [p.parent for p in (ROOT / "src" / "sirenbook").glob("*/__init__.py")]
    for package in sorted(packages, key=_place):
        lines += ["", *_package(package)]
    return "\n".join(["```text", *lines[1:], "```", ""])


def _package(package: Path, depth: int = 0) -> Iterator[str]:
    """A folder with what it says of itself, its modules, and then the folders in it."""
    yield _line(f"{'  ' * depth}{package.name}/", package / "__init__.py")
    for module in sorted(package.glob("*.py")):
        if module.name != "__init__.py":
            yield _line(f"{'  ' * (depth + 1)}{module.name}", module)
    for inner in sorted(package.glob("*/__init__.py")):
        yield from _package(inner.parent, depth + 1)


def _place(package: Path) -> tuple[int, str]:
    return (ORDER.index(package.name) if package.name in ORDER else len(ORDER), package.name)


def _line(name: str, module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text())) or ""
    first = " ".join(docstring.split("\n\n")[0].split())
    return f"{name:<{WIDTH}}{first}"


def codes() -> str:
    """Every code that a finding can carry: a table of all, then one section each."""
    return "\n".join([*_overview(), *(line for group in GROUPS for line in _group(group))])


def _overview() -> Iterator[str]:
    yield from ("", "| code | finding | grade |", "|---|---|---|")
    for code, told in CODES.items():
        yield f"| [{code}](#{_anchor(code, told)}) | {told.title} | {told.grade} |"


def _anchor(code: str, told: Code) -> str:
    """The anchor of a code's heading, as web hosts make it."""
    return re.sub(r"[^\w\- ]", "", f"{code} {told.title}".lower()).replace(" ", "-")


def _group(group: str) -> Iterator[str]:
    mine = {code: told for code, told in CODES.items() if code.startswith(group)}
    if mine:
        yield from ("", f"## {GROUPS[group]}")
    for code, told in mine.items():
        yield from ("", f"### {code}: {told.title}", "", f"*{told.grade.capitalize()}.* {told.why}", "")
        if told.example:
            language = "toml" if code in ("SB109", "SB112") or group == "SB3" else "markdown"
            yield from (f"````{language}", told.example.rstrip("\n"), "````", "")
        yield f"**Mend:** {told.mend}"
    if mine:
        yield ""


def parts(text: str, begin: str = BEGIN, end: str = END) -> tuple[str, str, str]:
    """A paper as it stands before what is written by itself, that, and after it."""
    before, _, rest = text.partition(begin)
    inside, _, after = rest.partition(end)
    return before + begin, inside, end + after


if __name__ == "__main__":
    before, _, after = parts(TREE.read_text())
    TREE.write_text(before + tree() + after)
    before, _, after = parts(FINDINGS.read_text(), BEGIN_CODES, END_CODES)
    FINDINGS.write_text(before + codes() + after)
