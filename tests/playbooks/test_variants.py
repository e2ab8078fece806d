"""The same playbook in another shape gives the same policy: heading levels, names, order, lists for tables."""

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sirenbook.playbook.compile import compile_playbook
from sirenbook.playbook.explain.normalised import normalise
from sirenbook.playbook.language.names import read_name

STYLES = sorted((Path(__file__).parent / "styles").glob("*.md"))
SEEDS = sorted((Path(__file__).parents[3] / "shared" / "seeds").glob("*.txt"))
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/playbook.md"))
PLAYBOOKS = [
    pytest.param(p, id=p.parent.name if p.stem == "playbook" else p.stem[:16]) for p in (*STYLES, *SEEDS, *EXAMPLES)
]
Facts = dict[str, Any]


@cache
def facts(text: str) -> Facts:
    """What must stay: the severities with their clocks, and who is reached when, whatever the order of the text."""
    normal = normalise(compile_playbook([("p.md", text)]), "")
    levels = {
        (e["severity"], e["after_seconds"], one.casefold())
        for e in normal["escalation"]
        for one in (e["who"] or "nobody").split(" + ")
    }
    return {"severities": {s["name"]: s for s in normal["severities"]}, "levels": levels}


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Change the parts of a text that stand in no fence."""
    parts = re.split(r"(^[ ]*```.*?^[ ]*```[ ]*$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))


def deeper(text: str) -> str:
    return outside_fences(text, lambda part: re.sub(r"^(#{1,5} )", r"#\1", part, flags=re.MULTILINE))


def underlined(text: str) -> str:
    def line(found: re.Match[str]) -> str:
        return f"{found[2]}\n{('=' if found[1] == '#' else '-') * 5}"

    return outside_fences(text, lambda x: re.sub(r"^(#|##) ([^\d\n][^\n]{1,90})$", line, x, flags=re.MULTILINE))


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def starred(text: str) -> str:
    return outside_fences(text, lambda part: re.sub(r"^( *)- (?!-)", r"\1* ", part, flags=re.MULTILINE))


def emphasised(text: str) -> str:
    """Bold written with underscores."""
    return outside_fences(text, lambda part: re.sub(r"\*\*([^*\n]+)\*\*", r"__\1__", part))


def decorated(text: str) -> str:
    """An emoji in front of every heading."""
    return outside_fences(text, lambda part: re.sub(r"^(#{2,6}) ", r"\1 🔥 ", part, flags=re.MULTILINE))


def shuffled(text: str) -> str:
    """The sections of the second level in another order."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    head, sections = parts[0], parts[1:]
    if any(part.count("```") % 2 for part in parts):
        return text
    random.Random(7).shuffle(sections)
    return head + "".join(s.rstrip("\n") + "\n\n" for s in sections)


def listed(text: str) -> str:
    """Tables whose rows are severities written as headings with lists."""

    def rewrite(found: re.Match[str]) -> str:
        rows = [[c.strip() for c in r.strip().strip("|").split("|")] for r in found[0].strip().split("\n")]
        header, body = rows[0], rows[2:]
        named = [r for r in body if read_name(re.sub(r"[*_]", "", r[0]))]
        if len(named) < 2 or len(named) != len(body) or len(header) < 3:
            return found[0]
        level = "#" * (depth_before(text, found.start()) + 1)
        blocks = [
            f"{level} {re.sub('[*_]', '', row[0])}\n\n"
            + "\n".join(f"- **{h}**: {c}" for h, c in zip(header[1:], row[1:], strict=False) if c)
            for row in body
        ]
        return "\n\n".join(blocks) + "\n"

    return outside_fences(
        text, lambda part: re.sub(r"(?:^\|[^\n]*\|[ ]*\n){3,}", rewrite, part, flags=re.MULTILINE)
    )


def depth_before(text: str, place: int) -> int:
    marks = re.findall(r"^(#{1,6}) ", text[:place], flags=re.MULTILINE)
    return len(marks[-1]) if marks else 1


def tabled(text: str) -> str:
    """Severities that are headings with a list of labels each, as one table."""
    entry = r"^(#{2,5}) ([^\n]+)\n\n?((?:- \*\*[^*\n]+\*\*: [^\n]+\n)+)\n?"

    def rewrite(found: re.Match[str]) -> str:
        parts = re.findall(entry, found[0], flags=re.MULTILINE)
        rows = [
            (title, re.findall(r"^- \*\*([^*]+)\*\*: (.+)$", body, flags=re.MULTILINE)) for _, title, body in parts
        ]
        labels = [[label for label, _ in row] for _, row in rows]
        if len(rows) < 2 or any(x != labels[0] for x in labels) or not all(read_name(t) for t, _ in rows):
            return found[0]
        lines = [["Severity", *labels[0]], ["---"] * (len(labels[0]) + 1)]
        lines += [[title, *(value.replace("|", "/") for _, value in row)] for title, row in rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"

    return outside_fences(
        text, lambda part: re.sub(f"(?:{entry})+".replace("(#{2,5})", "#{2,5}"), rewrite, part, flags=re.MULTILINE)
    )


def back(text: str) -> str:
    """Tables turned to headings with lists, and those to tables again."""
    return tabled(listed(text))


UNITS = {"minutes": "min", "min": "minutes", "mins": "minutes", "hours": "hrs", "hrs": "hours"}


def reworded(text: str) -> str:
    """The same times in other words: `15 minutes` as `15 min`, `1 hour` as `60 minutes`."""

    def other(part: str) -> str:
        part = re.sub(
            r"(?<![\d./-])(\d+) (minutes|min|mins|hours|hrs)\b(?! ?\d)", lambda m: f"{m[1]} {UNITS[m[2]]}", part
        )
        return re.sub(r"(?<![\d./+-])(?<!T\+)1 hour\b(?!s|-)", "60 minutes", part)

    return outside_fences(text, other)


SHAPES = [deeper, underlined, crlf, starred, emphasised, decorated, shuffled, listed, tabled, back, reworded]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("path", PLAYBOOKS)
def test_shape(path: Path, shape: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    assert facts(shape(text)) == facts(text)


RENAMED = {"P0": "SEV-1", "P1": "SEV-2", "P2": "SEV-3", "P3": "SEV-4", "P4": "SEV-5"}
CODED = [p for p in PLAYBOOKS if re.search(r"\bP[0-4]\b", p.values[0].read_text(encoding="utf-8"))]  # type: ignore[union-attr]


@pytest.mark.parametrize("path", CODED)
def test_other_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    renamed = re.sub(r"\bP[0-4]\b", lambda m: RENAMED[m[0]], text)
    before, after = facts(text), facts(renamed)
    expected = {RENAMED.get(n, n): {**s, "name": RENAMED.get(n, n)} for n, s in before["severities"].items()}
    assert after["severities"] == expected
    assert after["levels"] == {(RENAMED.get(s, s), after_, who) for s, after_, who in before["levels"]}
