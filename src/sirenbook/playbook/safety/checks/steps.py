"""Checks a command as a step: what it takes away unseen, code that nobody knows, checks that cannot fail."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.checks.look import Finding, Look
from sirenbook.playbook.safety.python_code import drops_result, swallows, tree
from sirenbook.playbook.safety.tables import tables

_RELATIVE = re.compile(r"(?!/|~|-$|https?:|\0)[\w.-]+/[\w./-]+|[\w-]+\.(?:ya?ml|json|sh|py|sql|js|ts|rb|tf)")
_PYTHON = ("python", "python3")
_FILTERS = frozenset({"jq", "tail", "head", "wc", "sort", "cut", "awk", "python", "python3", "column"})


def check_step(look: Look) -> Iterator[Finding]:
    """What makes a command a bad step."""
    if look.judged.risk == "destroys" and not look.around.checked:
        yield Finding(
            "SB431", "warning", "This takes away what does not come back, and nothing says what to look at before.",
            "Put the check that must hold in front of it, and save what will be gone.",
        )  # fmt: skip
    yield from _restores(look)
    yield from _code(look)
    yield from _files(look)
    yield from _pipes(look)


def _restores(look: Look) -> Iterator[Finding]:
    for piece in look.of("pg_restore"):
        safe = {
            "--clean",
            "-c",
            "--single-transaction",
            "-1",
            "-C",
            "--create",
            "--exit-on-error",
            "-e",
            "-l",
            "--list",
        }
        if not safe & set(piece.call.texts):
            yield Finding(
                "SB450", "error", "On a database that holds rows this doubles some tables and fails on the others.",
                "Restore into an empty database, or add `--clean --if-exists --single-transaction`.",
            )  # fmt: skip


def _code(look: Look) -> Iterator[Finding]:
    for piece in look.of(*_PYTHON):
        texts = piece.call.texts
        code = texts[1] if len(texts) > 1 and texts[0] == "-c" else ""
        if code and tree(code) is None:
            yield Finding("SB474", "error", "This is no Python: it ends with a SyntaxError.", "Mend the code.")
        if code and swallows(code):
            yield Finding(
                "SB471", "error", "Every fault is caught and printed, so this succeeds whatever happens.",
                "Let the fault through, or end with `sys.exit(1)`.",
            )  # fmt: skip
        if code and drops_result(code):
            yield Finding(
                "SB472", "warning", "The answer of the check is thrown away: this succeeds even when it says no.",
                "Print the answer, and exit by it.",
            )  # fmt: skip
    if "unknown-code" in look.judged.flags and look.pieces:
        yield Finding(
            "SB473", "note", f"A person must run this: {look.judged.reasons[0]}.",
            "Nothing to mend; it waits for an approval each time.",
        )  # fmt: skip


def _files(look: Look) -> Iterator[Finding]:
    named: list[str] = []
    for piece in look.pieces:
        texts = piece.call.texts
        if piece.inside or not texts:
            continue
        if piece.program in _PYTHON and texts[0] == "-m" and len(texts) > 1 and texts[1] != "json.tool":
            named.append(texts[1])
        elif piece.program in _PYTHON and texts[0] == "-c" and len(texts) > 1:
            named += _own_modules(texts[1])
        elif piece.program in (*_PYTHON, "bash", "sh", "node") and _RELATIVE.fullmatch(texts[0]):
            named.append(texts[0])
        elif piece.program in ("kubectl", "helm", "psql", "terraform", "make"):
            named += _given(texts)
        elif piece.program.startswith("./") or piece.program == "git":
            named.append(piece.program)
    if named:
        yield Finding(
            "SB410", "warning", f"`{named[0]}` is found only in the right folder of a checkout.",
            "Say where it must be run, or give the full path or address.",
        )  # fmt: skip


def _given(texts: tuple[str, ...]) -> list[str]:
    """The files that are given by `-f` or `-k`, which follows a log instead."""
    pairs = () if "logs" in texts else pairwise(texts)
    return [value for option, value in pairs if option in ("-f", "-k") and _RELATIVE.fullmatch(value)]


def _own_modules(code: str) -> list[str]:
    from sirenbook.playbook.safety.python_code import imports

    known = {
        "os",
        "sys",
        "json",
        "re",
        "time",
        "datetime",
        "requests",
        "socket",
        "subprocess",
        "urllib",
        "urllib.request",
    }
    return [name for name in imports(code) if name not in known]


def _pipes(look: Look) -> Iterator[Finding]:
    for pipeline in look.pipelines:
        programs = [s.words[0].spelled for s in pipeline.stages]
        if programs[-1] in ("grep", "egrep") and len(programs) > 1 and not _inverted(pipeline.stages[-1].words[1:]):
            yield Finding(
                "SB411", "note", "grep ends with 1 when nothing matches, so the good outcome looks like a fault.",
                "Say what no line means. Sirenbook shows it as “no match”.",
            )  # fmt: skip
        elif len(programs) > 1 and programs[0] in ("kubectl", "curl") and programs[-1] in _FILTERS:
            yield Finding(
                "SB412", "note", f"If {programs[0]} fails, this still ends well and shows nothing.",
                "Begin with `set -o pipefail`. Sirenbook looks at every part.",
            )  # fmt: skip


def _inverted(words: "tuple[object, ...]") -> bool:
    texts = [getattr(w, "spelled", "") for w in words]
    return "--invert-match" in parse(texts, spec(tables()["grep"].verbs[""].options)).names
