"""Judges psql: what its SQL does, whom it asks for a password, and what of it is psql's own."""

import re

from sirenbook.model.judgement import Flag, Word, worst
from sirenbook.playbook.safety.arguments import Parsed, parse, spec
from sirenbook.playbook.safety.programs import without
from sirenbook.playbook.safety.sql import SqlVerdict, judge_sql
from sirenbook.playbook.safety.verdict import HOLE, Call, Verdict, changes, shown

OPTIONS = spec(
    "-c,--command= -h,--host= -p,--port= -U,--username= -d,--dbname= -t,--tuples-only -A,--no-align -x,--expanded"
    " -q,--quiet -X,--no-psqlrc -w,--no-password -W,--password -F,--field-separator= -P,--pset="
    " -1,--single-transaction --csv -E,--echo-hidden -e,--echo-queries -a,--echo-all -b,--echo-errors"
    " -l,--list -H,--html -V,--version"
)
_PSET = re.compile(r"(?:pager=off|(?:border|format|null|footer|linestyle|expanded|tuples_only)(?:=\w*)?)")
_META = re.compile(r"\\(?:l|d[a-zA-Z]{0,4}[S+]{0,2}|conninfo|encoding|timing|x)\+?(?:\s+[\w.*]+)?\s*")


def judge_psql(call: Call) -> Verdict:
    """The verdict on psql with these words."""
    parsed = parse(call.texts, OPTIONS)
    pset = next(
        (o.value or "" for o in parsed.options if o.name == "--pset" and not _PSET.fullmatch(o.value or "")), ""
    )
    if parsed.unknown or pset:
        return changes(call, f"psql {shown((*parsed.unknown, pset)[0])}: reads or writes a file, or is not known")
    texts = [o.value or "" for o in parsed.options if o.name == "--command"]
    if call.fed is not None and call.fed.spelled:
        if "\\" in call.fed.spelled or call.fed.holes:
            return changes(call, "psql is fed commands of its own, which may start a shell")
        texts.append(call.fed.spelled)
    if any(o in parsed.names for o in ("--list", "--version")) and not texts:
        return _found(call, parsed, SqlVerdict("reads", ("psql only lists databases",)))
    if not texts:
        waiting = "asks for SQL at a terminal" if call.first else "runs whatever it is piped"
        flags: tuple[Flag, ...] = ("interactive", "stdin", "tty", "password-prompt")
        verdict = changes(call, f"psql {waiting}", flags if call.first else ("unknown-code", "password-prompt"))
        return Verdict(verdict.risk, verdict.reasons, verdict.flags, None)
    return _found(call, parsed, _together([_one(t) for t in texts]))


def _one(text: str) -> SqlVerdict:
    if text.lstrip().startswith("\\"):
        if _META.fullmatch(text.strip()):
            return SqlVerdict("reads", ("psql only describes what a database holds",))
        return SqlVerdict("changes", ("psql is given a command of its own, which may start a shell",))
    return judge_sql(text.replace(HOLE, "'") if _loose(text) else text.replace(HOLE, ""))


def _loose(text: str) -> bool:
    """Whether a hole stands outside quotes, where it is judged as if it were a string."""
    return HOLE in text and text[: text.index(HOLE)].count("'") % 2 == 0


def _together(found: list[SqlVerdict]) -> SqlVerdict:
    flags = frozenset(f for v in found for f in v.flags)
    reasons = tuple(dict.fromkeys(r for v in found for r in v.reasons))
    return SqlVerdict(
        worst(*(v.risk for v in found)), reasons, flags, tuple(s for v in found for s in v.statements)
    )


def _found(call: Call, parsed: Parsed, sql: SqlVerdict) -> Verdict:
    """The verdict, and a form that reads no start file and never asks for a password."""
    asks = [(1 + o.at, o.words, o.spelled) for o in parsed.options if o.name == "--password"]
    words = without(call.words, asks)
    added = [o for o, name in (("-X", "--no-psqlrc"), ("-w", "--no-password")) if name not in parsed.names]
    words = (words[0], *(Word((o,)) for o in added), *words[1:])
    rewrites = (
        (f"`{' '.join(added)}` added, so that no start file runs and no password is asked for",) if added else ()
    )
    flags: frozenset[Flag] = sql.flags | {"password-prompt"}
    return Verdict(sql.risk, sql.reasons, flags, words, rewrites, frozenset({"password-prompt"}))
