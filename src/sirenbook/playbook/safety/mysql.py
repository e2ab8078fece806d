"""Judges mysql: its SQL by what is in it, as far as PostgreSQL's and MySQL's ways of writing it agree."""

import re

from sirenbook.model.judgement import Flag
from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.sql import judge_sql
from sirenbook.playbook.safety.verdict import HOLE, Call, Verdict, changes, reads, shown

OPTIONS = spec(
    "-h,--host= -P,--port= -u,--user= -p,--password=? -D,--database= -e,--execute= -N,--skip-column-names",
    "-B,--batch -t,--table -E,--vertical -s,--silent -r,--raw --connect-timeout= -V,--version --ssl-mode=",
    "--protocol=",
)
_SHOW = re.compile(r"show\s+[\w\s.,'%=]+|select\s+@@[\w.]+", re.IGNORECASE)
_OTHERWISE = re.compile(r"[\\`#\"]|--|/\*")
"""What MySQL reads otherwise than PostgreSQL: quotes, escapes and comments, some of which it runs."""


def judge_mysql(call: Call) -> Verdict:
    """The verdict on mysql with these words."""
    parsed = parse(call.texts, OPTIONS)
    if parsed.unknown:
        return changes(call, f"{call.program} {shown(parsed.unknown[0])}: not known to be harmless")
    if parsed.names == {"--version"}:
        return reads(call, f"{call.program} tells its version")
    texts = [o.value or "" for o in parsed.options if o.name == "--execute"]
    asks = any(o.name == "--password" and o.value is None for o in parsed.options)
    if not texts or asks or (call.fed is not None and call.fed.spelled):
        waits: tuple[Flag, ...] = ("interactive", "stdin", "tty", "password-prompt")
        verdict = changes(call, f"{call.program} asks for SQL or a password", waits if call.first else ())
        return Verdict(verdict.risk, verdict.reasons, verdict.flags | {"unknown-code"}, None)
    return _found(call, texts)


def _found(call: Call, texts: list[str]) -> Verdict:
    verdict = reads(call, "SQL that only reads")
    for text in (t.strip().rstrip(";") for t in texts):
        if _OTHERWISE.search(text) or HOLE in text:
            return changes(call, "SQL in which MySQL may read something else")
        if not _SHOW.fullmatch(text):
            found = judge_sql(text)
            verdict = verdict.also(*found.flags, risk=found.risk, because="; ".join(found.reasons))
        elif re.search(r"\bgrants|create\s+user\b", text, re.IGNORECASE):
            verdict = verdict.also("reveals-secrets")
        elif re.search(r"processlist", text, re.IGNORECASE):
            verdict = verdict.also("sensitive-output")
    return verdict
