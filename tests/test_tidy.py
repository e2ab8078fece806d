"""The house stays tidy: sizes, names, words, and papers that say what the code says."""

import ast
import re
import statistics
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from documents import BEGIN_CODES, END_CODES, FINDINGS, GROUPS, TREE, parts, tree
from documents import codes as documented_codes
from sirenbook.cli import COMMANDS
from sirenbook.playbook.codes import CODES

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sirenbook"
FILES = sorted(SOURCE.rglob("*.py"))
MODULES = {str(f.relative_to(SOURCE)): ast.parse(f.read_text()) for f in FILES}
NODES = {file: list(ast.walk(module)) for file, module in MODULES.items()}
"""Every node of a module, found once."""

BANNED = {
    "issue": "incident", "case": "incident", "ticket": "incident", "tier": "level", "rung": "level",
    "roster": "rotation", "mute": "snooze", "broadcast": "update", "timer": "deadline", "job": "deadline or step",
    "task": "step", "priority": "severity", "urgency": "severity", "integration": "source, channel or executor",
    "simulation": "rehearsal", "retro": "review", "config": "policy or bindings",
}  # fmt: skip
"""Glossary: the word that is not ours, and the one that is.

Only words with no other proper meaning here: `close` lets go of a connection, a `message` is either a page or a
notification, a `provider` stands behind a channel, and a `plugin` is any of source, channel and executor.
"""
ALLOWED = {
    "playbook/explain/normalised.py:tiers",
    "model/policy.py:tiers",  # the neutral schema `sirenbook.playbook/1` calls them so
    "playbook/oncall.py:tiers",
    "engine/serve.py:_server_config",  # uvicorn's own word
}
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.DOTALL | re.MULTILINE)
NO_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
CLOCK_IN_SQL = re.compile(
    r"\bnow\(\)|\b(?:clock|statement|transaction)_timestamp\(\)|\bcurrent_(?:timestamp|date|time)\b|\blocaltime",
    re.I,
)
MAY_ASK_THE_CLOCK = {"store/queries.py": 1, "engine/watchdog.py": 4}
"""The one question that all nodes take the time from, and the watchdog's, which trusts no node."""


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    """Every function with the file it is in."""
    for file, nodes in NODES.items():
        for node in nodes:
            if isinstance(node, Function):
                yield file, node


def length(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def names() -> Iterator[tuple[str, str]]:
    """Every name that readers meet: modules, classes, functions and fields, each with its file."""
    for file, nodes in NODES.items():
        yield file, Path(file).stem
        for node in nodes:
            if isinstance(node, Function | ast.ClassDef):
                yield file, node.name
            if isinstance(node, ast.ClassDef):
                fields = (s.target for s in node.body if isinstance(s, ast.AnnAssign))
                yield from ((file, f.id) for f in fields if isinstance(f, ast.Name))


def words(name: str) -> list[str]:
    return [w.lower().removesuffix("s") for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def texts(nodes: list[ast.AST]) -> Iterator[str]:
    """The string constants among the nodes of a module that are not docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, Function | ast.ClassDef | ast.Module)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(f.relative_to(SOURCE)): len(f.read_text().splitlines()) for f in FILES}
    assert {f: n for f, n in lengths.items() if n > 400} == {}


def test_no_function_is_longer_than_60_lines_and_most_are_short() -> None:
    assert [f"{file}:{f.name}: {length(f)}" for file, f in functions() if length(f) > 60] == []
    assert statistics.median(length(f) for _, f in functions()) < 10


def test_the_words_of_the_glossary_are_kept() -> None:
    found = {
        f"{file}:{name}: say {BANNED[word]}"
        for file, name in names()
        for word in words(name)
        if word in BANNED and f"{file}:{name}" not in ALLOWED
    }
    assert found == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [file for file in MODULES if Path(file).stem in NO_NAMES or NO_NAMES & set(Path(file).parts)] == []


def test_at_most_ten_entries_at_the_top() -> None:
    shown = [p.name for p in SOURCE.iterdir() if not p.name.startswith("__") and p.name != "py.typed"]
    assert len(shown) <= 10, sorted(shown)


def test_time_is_a_parameter_of_sql() -> None:
    asked = {file: len(CLOCK_IN_SQL.findall("\n".join(texts(nodes)))) for file, nodes in NODES.items()}
    asked |= {f.name: len(CLOCK_IN_SQL.findall(f.read_text())) for f in SOURCE.rglob("*.sql")}
    assert {file: count for file, count in asked.items() if count > MAY_ASK_THE_CLOCK.get(file, 0)} == {}


def documented() -> Iterator[tuple[str, str | None]]:
    """Everything public with its docstring: modules, and the classes, functions and methods that others use."""
    for file, module in MODULES.items():
        yield file, ast.get_docstring(module)
        yield from _inside(file, module)


def _inside(place: str, parent: ast.Module | ast.ClassDef) -> Iterator[tuple[str, str | None]]:
    for node in parent.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield f"{place}:{node.name}", ast.get_docstring(node)
        if isinstance(node, ast.ClassDef):
            yield from _inside(f"{place}:{node.name}", node)


def test_everything_public_begins_with_a_sentence() -> None:
    assert [place for place, text in documented() if not _is_sentence(text)] == []


def _is_sentence(docstring: str | None) -> bool:
    first = (docstring or "").split("\n\n")[0].strip()
    return bool(first) and not first[0].islower() and first[-1] in ".?!…"


def test_the_tree_in_the_architecture_is_the_one_on_disk() -> None:
    assert parts(TREE.read_text())[1] == tree(), "run: just docs"


def mentioned(page: str) -> str:
    path = ROOT / "docs" / page
    return path.read_text() if path.exists() else ""


def test_every_command_is_in_the_docs() -> None:
    page = mentioned("cli.md")
    shown = [name for name, lazy in COMMANDS.items() if not lazy.hidden]
    assert [name for name in shown if f"sirenbook {name}" not in page] == [], "docs/cli.md"


def test_every_channel_and_source_is_in_the_docs() -> None:
    page, pages = mentioned("bindings.md"), " ".join(p.read_text() for p in (ROOT / "docs").glob("*.md"))
    channels = [e.name for e in entry_points(group="sirenbook.channels")]
    sources = [e.name for e in entry_points(group="sirenbook.sources")]
    assert [n for n in channels if not re.search(rf"\b{n}\b", page)] == [], "docs/bindings.md"
    assert [n for n in sources if f"/in/{n}" not in pages] == [], "docs/"


def reported() -> set[str]:
    """Every code that the source can report."""
    sources = (nodes for file, nodes in NODES.items() if not file.startswith("playbook/codes/"))
    return {code for nodes in sources for text in texts(nodes) for code in re.findall(r"\bSB\d{3}\b", text)}


def test_every_code_is_in_the_one_table_and_no_other() -> None:
    assert reported() == set(CODES), "playbook/codes/"


def test_every_code_says_all_that_is_to_be_said() -> None:
    assert [c for c in CODES if not c.startswith(tuple(GROUPS))] == [], "tests/documents.py: GROUPS"
    for code, told in CODES.items():
        assert told.title[0].islower(), code
        assert told.why.endswith(".") and told.mend.endswith("."), code


def test_the_codes_in_the_docs_are_those_of_the_table() -> None:
    assert parts(FINDINGS.read_text(), BEGIN_CODES, END_CODES)[1] == documented_codes(), "run: just docs"


def links() -> Iterator[tuple[str, Path]]:
    """Every relative link of our papers, with the file it leads to."""
    for paper in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", FENCE.sub("", paper.read_text())):
            if not re.match(r"[a-z]+:", target):
                yield f"{paper.relative_to(ROOT)}: {target}", (paper.parent / target).resolve()


def test_no_link_leads_nowhere() -> None:
    assert [link for link, target in links() if not target.exists()] == []
