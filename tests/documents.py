"""The tree in docs/architecture.md, made from the first sentence of every module. `just docs` writes it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
TREE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- tree: written by `just docs` -->\n", "<!-- end of tree -->\n"
WIDTH = 26
ORDER = ("model", "playbook", "incident", "engine", "store", "sources", "channels", "web", "cli")
"""The order to read in."""


def tree() -> str:
    """Every module in one line: its name, and what it says of itself."""
    lines: list[str] = []
    packages = [p.parent for p in (ROOT / "src" / "sirenbook").glob("*/__init__.py")]
    for package in sorted(packages, key=_place):
        lines += ["", _line(f"{package.name}/", package / "__init__.py")]
        modules = sorted(p for p in package.rglob("*.py") if p.name != "__init__.py")
        lines += [_line(f"  {m.relative_to(package)}", m) for m in modules]
    return "\n".join(["```text", *lines[1:], "```", ""])


def _place(package: Path) -> tuple[int, str]:
    return (ORDER.index(package.name) if package.name in ORDER else len(ORDER), package.name)


def _line(name: str, module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text())) or ""
    first = " ".join(docstring.split("\n\n")[0].split())
    return f"{name:<{WIDTH}}{first}"


def parts(text: str) -> tuple[str, str, str]:
    """A paper as it stands before the tree, the tree, and after it."""
    before, _, rest = text.partition(BEGIN)
    inside, _, after = rest.partition(END)
    return before + BEGIN, inside, END + after


if __name__ == "__main__":
    before, _, after = parts(TREE.read_text())
    TREE.write_text(before + tree() + after)
