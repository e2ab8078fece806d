"""Judges mongosh: its text is a program, so only a few questions are known to change nothing."""

import re

from sirenbook.model.judgement import Flag
from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.verdict import Call, Verdict, changes, reads, shown

OPTIONS = spec(
    "--host= --port= -u,--username= -p,--password=? --authenticationDatabase= --eval= --quiet --tls --json=?"
    " --norc --nodb --version"
)
_ASKS = re.compile(
    r"\s*(?:(?:db\.(?:serverStatus|stats|hello|isMaster|version|currentOp|hostInfo|getReplicationInfo"
    r"|printReplicationInfo|printSecondaryReplicationInfo|getCollectionNames|getMongo)"
    r"|rs\.(?:status|conf|hello|isMaster|printReplicationInfo)|sh\.status)\(\)(?:\.\w+)*"
    r"|db\.\w+\.(?:countDocuments|estimatedDocumentCount|stats|getIndexes|find)\((?:\{\})?\)(?:\.limit\(\d{1,3}\))?"
    r"|db\.adminCommand\((?:'ping'|\"ping\"|\{\s*ping\s*:\s*1\s*\})\))\s*;?\s*"
)


def judge_mongosh(call: Call) -> Verdict:
    """The verdict on mongosh with these words."""
    parsed = parse(call.texts, OPTIONS)
    if parsed.unknown:
        return changes(call, f"{call.program} {shown(parsed.unknown[0])}: not known to be harmless")
    texts = [o.value or "" for o in parsed.options if o.name == "--eval"]
    if parsed.names == {"--version"}:
        return reads(call, f"{call.program} tells its version")
    if not texts or len(parsed.arguments) > 1:
        waits: tuple[Flag, ...] = ("interactive", "stdin", "tty", "unknown-code")
        verdict = changes(call, f"{call.program} waits for commands, or runs a file", waits)
        return Verdict(verdict.risk, verdict.reasons, verdict.flags, None)
    if not all(_ASKS.fullmatch(text) for text in texts):
        return changes(call, f"{call.program} runs a text that is not known to only ask", ("unknown-code",))
    flags: tuple[Flag, ...] = ("sensitive-output",) if any("find" in t or "currentOp" in t for t in texts) else ()
    return reads(call, f"{call.program} only asks", flags)
