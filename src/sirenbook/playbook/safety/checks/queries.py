"""Checks SQL: columns that are not there, answers to another question, statements that hit too much."""

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from sirenbook.playbook.safety.arguments import parse as parse_words
from sirenbook.playbook.safety.checks.look import Finding, Look
from sirenbook.playbook.safety.holes import marked, without_loose
from sirenbook.playbook.safety.psql import OPTIONS
from sirenbook.playbook.safety.sql import parse
from sirenbook.playbook.safety.sql_text import Unclear, cut, statements
from sirenbook.playbook.safety.tables import facts

_RENAMED = {
    "mean_time": "mean_exec_time", "total_time": "total_exec_time", "min_time": "min_exec_time",
    "max_time": "max_exec_time", "stddev_time": "stddev_exec_time", "procpid": "pid", "current_query": "query",
    "waiting": "wait_event_type", "duration": "query_start",
}  # fmt: skip
_SYSTEM = frozenset({"oid", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
_SIZES = re.compile(r"pg_(?:total_)?relation_size|pg_table_size|pg_indexes_size")
_JOINS_LOCKS = re.compile(r"pg_locks\b.*\bpg_locks\b", re.IGNORECASE | re.DOTALL)
_TELLS_LOCKS = re.compile(
    r"pg_blocking_pids|\b(?:relation|transactionid|virtualxid|objid|classid)\b", re.IGNORECASE
)
_KILLS = re.compile(r"pg_(?:terminate|cancel)_backend\s*\(\s*(?:\w+\.)?pid\b", re.IGNORECASE)
_BOUNDED = re.compile(r"\b(?:backend_type|datname|usename|application_name)\b|\bpid\s*(?:=|in\b)", re.IGNORECASE)
_ADMIN = re.compile(r"postgres|root|\w*admin\w*|rdsadmin|supabase_admin", re.IGNORECASE)


def check_sql(look: Look) -> Iterator[Finding]:
    """What a database will refuse, or answer otherwise than meant."""
    for text in look.sql:
        for statement in _statements(text):
            yield from _of_statement(statement)
    yield from _connections(look)


def _statements(text: str) -> list[str]:
    """The statements of a text, with empty strings where something is to be filled in."""
    filled = re.sub("\0[^\0]*\0", "x", without_loose(marked(text)[0]))
    try:
        return [written for written, _ in statements(cut(filled))][:20]
    except Unclear:
        return []


def _of_statement(text: str) -> Iterator[Finding]:
    tree = parse(text)
    if tree is None:
        if re.match(r"(?:select|with|update|delete|insert)\b", text, re.IGNORECASE):
            yield Finding(
                "SB446", "warning", f"This SQL cannot be parsed: {' '.join(text.split()[:6])} …",
                "Run it once on a database of your version.",
            )  # fmt: skip
        return
    yield from _columns(tree)
    if _JOINS_LOCKS.search(text) and not _TELLS_LOCKS.search(text):
        yield Finding(
            "SB443", "error", "Locks are matched by their type alone, so sessions are named that block nobody.",
            "Use `pg_blocking_pids(pid)` from pg_stat_activity.",
        )  # fmt: skip
    if _by_pasted_name(tree):
        yield Finding(
            "SB444", "error", "A table's name is pasted together unquoted: one name with capitals ends the query.",
            "Use `format('%I.%I', schemaname, tablename)::regclass`.",
        )  # fmt: skip
    if _KILLS.search(text) and not _BOUNDED.search(text):
        yield Finding(
            "SB445", "warning", "This also ends other databases' sessions and the replication's.",
            "Add `datname = current_database() AND backend_type = 'client backend'`.",
        )  # fmt: skip
    if isinstance(tree, exp.Update | exp.Delete) and not tree.args.get("returning"):
        yield Finding(
            "SB448", "note", "If nothing matches, nothing is changed and nothing says so.",
            "Add `RETURNING` with the key, or look at the count of rows.",
        )  # fmt: skip


def _columns(tree: exp.Expr) -> Iterator[Finding]:
    """Columns that no known version of PostgreSQL's own views has."""
    told: set[tuple[str, str]] = set()
    for scope in _scopes(tree):
        tables = _known_tables(scope)
        if tables is None or scope.parent is not None:
            continue
        aliases = {e.alias.lower() for e in _selected(scope) if e.alias}
        for column in scope.columns:
            named = [tables[column.table]] if column.table in tables else list(tables.values())
            if not named or (column.table and column.table not in tables):
                continue
            name = column.name.lower()
            if name in _SYSTEM or name in tables or (name in aliases and not column.table) or column.name == "*":
                continue
            finding = _column(name, named)
            if finding and (name, named[0]) not in told:
                told.add((name, named[0]))
                yield finding


def _selected(scope: Scope) -> list[exp.Expr]:
    return list(scope.expression.selects) if isinstance(scope.expression, exp.Select) else []


def _scopes(tree: exp.Expr) -> list[Scope]:
    try:
        return [s for s in traverse_scope(tree) if isinstance(s.expression, exp.Select)]
    except Exception:  # sqlglot's optimizer raises many kinds of faults on odd trees; none is a finding
        return []


def _known_tables(scope: Scope) -> Mapping[str, str] | None:
    """The scope's tables by alias; None when one of its sources is not PostgreSQL's own."""
    found: dict[str, str] = {}
    for alias, source in scope.sources.items():
        if not isinstance(source, exp.Table) or source.name.lower() not in relations() or source.db not in (
            "", "pg_catalog", "public",
        ):  # fmt: skip
            return None
        found[alias] = source.name.lower()
    return found or None


@cache
def relations() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """The columns of PostgreSQL's own tables and views, by version."""
    known = facts("postgresql.json")
    return {
        name: {
            version: frozenset(f"{told['columns']} {told.get(version, '')}".split())
            for version in known["versions"]
            if told["columns"] or version in told
        }
        for name, told in known["relations"].items()
    }


def _column(name: str, tables: list[str]) -> Finding | None:
    versions = facts("postgresql.json")["versions"]
    having = [v for v in versions if any(name in relations()[t].get(v, ()) for t in tables)]
    if len(having) == len(versions):
        return None
    where = " or ".join(tables)
    if having:
        text = f"{where} has the column `{name}` in PostgreSQL {having[0]}, and not in {_other(versions, having)}."
        return Finding(
            "SB441", "warning", text, "Say for which version the query is, or use columns that all have."
        )
    known = sorted({c for t in tables for v in versions for c in relations()[t].get(v, ())})
    near = _RENAMED.get(name) or next(iter(difflib.get_close_matches(name, known, 1)), "")
    help_ = f"Write `{near}`." if near else f"See the columns by `\\d {tables[0]}`."
    text = f"{where} has no column `{name}` in any supported PostgreSQL: the query fails."
    return Finding("SB441", "error", text, help_)


def _other(versions: list[str], having: list[str]) -> str:
    return ", ".join(v for v in versions if v not in having)


def _by_pasted_name(tree: exp.Expr) -> bool:
    for call in tree.find_all(exp.Anonymous):
        if _SIZES.fullmatch(call.name.lower()) and call.expressions:
            pasted = call.expressions[0]
            if isinstance(pasted, exp.DPipe | exp.Concat) and not re.search(r"quote_ident|format", pasted.sql()):
                return True
    return False


def _connections(look: Look) -> Iterator[Finding]:
    for piece in look.of("psql"):
        parsed = parse_words(piece.call.texts, OPTIONS)
        user = parsed.value("--username") or ""
        elsewhere = parsed.arguments or parsed.option("--dbname") or "PGDATABASE" in look.around.defined
        if user.lower() == "postgres" and not elsewhere and any(_own_tables(t) for t in look.sql):
            yield Finding(
                "SB442", "error", "No database is named, so this asks `postgres`, which has no such table.",
                "Add `-d` with the name of the database.",
            )  # fmt: skip
        if _ADMIN.fullmatch(user) and look.judged.risk == "reads":
            yield Finding(
                "SB447", "note", f"This only reads, and connects as `{user}`, who may do anything.",
                "Use a role of its own, a member of `pg_monitor`.",
            )  # fmt: skip


def _own_tables(text: str) -> list[str]:
    """The tables of a text that are not PostgreSQL's own."""
    found: list[str] = []
    for statement in _statements(text):
        tree = parse(statement)
        named = {c.alias for c in tree.find_all(exp.CTE)} if tree else set()
        for table in tree.find_all(exp.Table) if tree else ():
            name = table.name.lower()
            if name and name not in relations() and name not in named and table.db not in ("information_schema",):
                found.append(name)
    return found
