"""Judges python: code is never known to be harmless, but what it imports and swallows can be told."""

import ast
from collections.abc import Iterator

from sirenbook.playbook.safety.verdict import HOLE, Call, Verdict, changes, reads

LONGEST = 20_000


def judge_python(call: Call) -> Verdict:
    """The verdict on python with these words."""
    texts = call.texts
    if texts in (("-V",), ("--version",), ("-m", "json.tool")):
        return reads(call, "python only rewrites what passes")
    if not texts:
        verdict = changes(call, "python waits for code", ("interactive", "stdin", "tty", "unknown-code"))
        return Verdict(verdict.risk, verdict.reasons, verdict.flags, None)
    if texts[0] == "-c" and len(texts) > 1:
        used = ", ".join(dict.fromkeys(imports(texts[1]))) or "code of the playbook"
        return changes(call, f"python runs {used}: what it does is not known", ("unknown-code",))
    return changes(call, "python runs code that is not seen here", ("unknown-code",))


def tree(code: str) -> ast.Module | None:
    """The code's tree; None where it is no Python."""
    if len(code) > LONGEST or HOLE in code:
        return None
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def imports(code: str) -> Iterator[str]:
    """The modules that code imports."""
    parsed = tree(code)
    for node in ast.walk(parsed) if parsed else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def swallows(code: str) -> bool:
    """Whether every exception is caught and only printed, so that the exit status is always 0."""
    parsed = tree(code)
    handlers = [n for n in ast.walk(parsed) if isinstance(n, ast.ExceptHandler)] if parsed else []
    return any(_broad(h) and not any(isinstance(n, ast.Raise) or _exits(n) for n in ast.walk(h)) for h in handlers)


def _broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")
    )


def _exits(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("exit", "_exit", "quit")


def drops_result(code: str) -> bool:
    """Whether the last thing that code does is a check whose answer nobody sees."""
    parsed = tree(code)
    last = parsed.body[-1] if parsed and parsed.body else None
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return False
    name = ast.unparse(last.value.func).rpartition(".")[2]
    return any(word in name.lower() for word in ("check", "health", "ping", "status", "verify", "is_"))
