"""Judges SQL by everything that is in it: a SELECT reads only if each function it calls is known to be harmless."""

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the parser takes a third of a second to load, and most processes never need it
    from sqlglot import exp

from sirenbook.model.judgement import Flag, Risk, worst
from sirenbook.playbook.safety.sql_text import Sql, Unclear, calls, cut, statements
from sirenbook.playbook.safety.tables import facts

LONGEST = 10_000
DEEPEST = 60
MOST_BRACKETS = 300
"""The parser takes time by the square of these."""
_WRITES = re.compile(
    r"\b(?:insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|copy|call|do|execute|listen|notify"
    r"|lock|vacuum|into|share|import|refresh|reindex|cluster|checkpoint|load|discard|security|reassign)\b",
    re.IGNORECASE,
)
_DESTROYS = re.compile(r"^(?:with\b.*\b)?(?:delete|drop|truncate)\b|\balter\b.*\bdrop\b", re.IGNORECASE | re.DOTALL)
_FOR_ALL = re.compile(r"^update\b(?!.*\bwhere\b)", re.IGNORECASE | re.DOTALL)
_EXPLAIN = re.compile(
    r"explain\s+(?:\((?:[\w\s,]|'')*\)\s*|(?:(?:analyze|verbose)\s+)*)(?=select\b|with\b)", re.IGNORECASE
)
_PARSED = re.compile(r"\s*(?:\(|(?:select|with|insert|update|delete)\b)", re.IGNORECASE)
_SHOW = re.compile(r"show\s+[a-z_.]+(?:\s+[a-z_]+){0,3}", re.IGNORECASE)
_DESTROYERS = frozenset({"pg_terminate_backend", "pg_drop_replication_slot", "lo_unlink"})
_PERSONAL = re.compile(
    r"\b(?:query|user_?id|email|phone|address|ip_address|client_addr|api_key\w*|audit\w*|session_?id|token_?id)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:pg_authid|pg_shadow|pg_user_mappings?|rolpassword|passwd|password\w*|secret\w*|private_key|access_token"
    r"|refresh_token|token|credentials?)\b",
    re.IGNORECASE,
)


class SqlVerdict(NamedTuple):
    """The gravest risk of a text of SQL, why, what to know beside it, and its single statements."""

    risk: Risk
    reasons: tuple[str, ...]
    flags: frozenset[Flag] = frozenset()
    statements: tuple[str, ...] = ()


@cache
def harmless() -> frozenset[str]:
    """The functions that change nothing, whatever they are given."""
    return frozenset(" ".join(facts("postgresql_functions.json")["harmless"]).split())


@cache
def words() -> frozenset[str]:
    """The words of SQL itself that may stand before a bracket."""
    return frozenset(" ".join(facts("postgresql_functions.json")["words"]).split())


def judge_sql(text: str) -> SqlVerdict:
    """What a text of SQL would do."""
    try:
        sql = _cut(text)
    except Unclear as fault:
        return SqlVerdict("changes", (f"SQL with {fault} is not judged",), frozenset({"opaque"}))
    found = statements(sql)
    if not found:
        return _commented(text)
    judged = [judge_statement(written, code) for written, code in found]
    flags = _shows("\n".join(code for _, code in found))
    reasons = tuple(dict.fromkeys(why for _, why in judged))
    return SqlVerdict(worst(*(r for r, _ in judged)), reasons, flags, tuple(written for written, _ in found))


def _cut(text: str) -> Sql:
    if len(text) > LONGEST:
        raise Unclear(f"more than {LONGEST} characters")
    sql = cut(text)
    if _depth(sql.code) > DEEPEST or sum(map(sql.code.count, "([")) > MOST_BRACKETS:
        raise Unclear("more brackets than people write")
    return sql


def _depth(code: str) -> int:
    deepest = depth = 0
    for char in code:
        depth += (char in "([") - (char in ")]")
        deepest = max(deepest, depth)
    return deepest


def _commented(text: str) -> SqlVerdict:
    """SQL that is all comment does nothing; what would happen without the signs is said."""
    bare = re.sub(r"^\s*--", "", text, flags=re.MULTILINE)
    if bare == text or not bare.strip():
        return SqlVerdict("changes", ("no SQL in it",), frozenset({"opaque"}))
    inner = judge_sql(bare)
    return SqlVerdict(inner.risk, inner.reasons, inner.flags | {"commented"})


def _shows(code: str) -> frozenset[Flag]:
    flags: set[Flag] = set()
    if _SECRET.search(code):
        flags.add("reveals-secrets")
    if _PERSONAL.search(code) or re.search(r"\*\s+from\s+pg_(?:catalog\.pg_)?stat_activity", code, re.IGNORECASE):
        flags.add("sensitive-output")
    return frozenset(flags)


def judge_statement(text: str, code: str) -> tuple[Risk, str]:
    """The risk of one statement, and why."""
    called = calls(code)
    for _, name in called:
        if name in _DESTROYERS:
            return "destroys", f"SQL calls {name}()"
    if _DESTROYS.search(code) or _FOR_ALL.search(code):
        return "destroys", f"SQL takes rows or objects away: {_begin(code)}"
    if _SHOW.fullmatch(code):
        return "reads", "SQL shows a setting"
    rest = _EXPLAIN.sub("", code, count=1)
    fault = _words(rest) or _unknown_call(called) or _structure(text[len(code) - len(rest) :])
    return ("changes", fault) if fault else ("reads", "SQL that only reads")


def _words(code: str) -> str:
    if found := _WRITES.search(code):
        return f"SQL with {found[0].upper()}"
    return "" if re.match(r"select\b|with\b|\(", code, re.IGNORECASE) else f"SQL that is no query: {_begin(code)}"


def _unknown_call(called: list[tuple[str, str]]) -> str:
    for schema, name in called:
        if name not in harmless() and (name not in words() or schema):
            return f"SQL calls {name}(), which is not known to only read"
        if schema not in ("", "pg_catalog"):
            return f"SQL calls {schema}.{name}(), which is the team's own"
    return ""


def _structure(text: str) -> str:
    """What the parsed statement has that no reading statement has, if anything."""
    from sqlglot import exp

    tree = parse(text)
    if tree is None:
        return "SQL that cannot be parsed"
    if not isinstance(tree, exp.Select | exp.SetOperation):
        return "SQL that is no query"
    never = (exp.DML, exp.DDL, exp.Command, exp.Copy, exp.Set, exp.Into, exp.Lock, exp.Drop, exp.Alter, exp.Use)
    bad = next((n for n in tree.walk() if isinstance(n, never) and not isinstance(n, exp.Query)), None)
    return f"SQL with {type(bad).__name__.upper()}" if bad is not None else ""


def parse(text: str) -> "exp.Expr | None":
    """The tree of one query or change of rows; None where it is none, or cannot be parsed."""
    import sqlglot

    if not _PARSED.match(text):
        return None
    try:
        trees = sqlglot.parse(text, read="postgres", error_level=sqlglot.ErrorLevel.RAISE)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return None
    return trees[0] if len(trees) == 1 else None


def _begin(code: str) -> str:
    return " ".join(code.split()[:2]).upper()[:40]


_HOLE = re.compile(r"'([^'\0]*)\0([^'\0]+)\0([^'\0]*)'|\0([^\0]+)\0")


def bound_text(text: str) -> tuple[str, tuple[str, ...]] | None:
    """SQL whose holes are the driver's parameters, and their names; None where a hole is more than a value."""
    names: list[str] = []

    def parameter(found: re.Match[str]) -> str:
        name = found[2] or found[4]
        names.append(name)
        mark = f"%({name})s"
        if found[2] is None:
            return mark
        before, after = found[1], found[3]
        if not before and not after:
            return mark
        return (
            "("
            + " || ".join(p for p in (f"'{before}'" * bool(before), mark, f"'{after}'" * bool(after)) if p)
            + ")"
        )

    made = _HOLE.sub(parameter, text.replace("%", "%%") if "\0" in text else text)
    if "\0" in made:
        return None
    if not names:
        return made, ()
    probe = re.sub(r"%\([^)]+\)s", "NULL", made).replace("%%", "%")
    return (made, tuple(dict.fromkeys(names))) if parse(_EXPLAIN.sub("", probe, count=1)) is not None else None
