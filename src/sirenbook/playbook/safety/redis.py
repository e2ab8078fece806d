"""Judges redis-cli by Redis' own words for its commands."""

from sirenbook.model.judgement import Flag
from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.tables import facts
from sirenbook.playbook.safety.verdict import Call, Verdict, changes, destroys, reads, shown

OPTIONS = spec(
    "-h= -p= -n= -a,--pass= -u= --user= --no-auth-warning --raw --no-raw --csv --json -c --tls --insecure"
    " -2 -3 -v,--version"
)


def judge_redis(call: Call) -> Verdict:
    """The verdict on redis-cli with these words."""
    parsed = parse(call.texts, OPTIONS, interspersed=False)
    if parsed.unknown:
        return changes(call, f"redis-cli {shown(parsed.unknown[0])}: not known to be harmless")
    words = [text.lower() for _, text in parsed.arguments]
    if not words:
        if call.first and (call.fed is None or not call.fed.spelled):
            verdict = changes(call, "redis-cli waits for commands", ("interactive", "stdin", "tty"))
            return Verdict(verdict.risk, verdict.reasons, verdict.flags, None)
        return changes(call, "redis-cli runs whatever it is piped", ("unknown-code",))
    return _by_command(call, words)


def _by_command(call: Call, words: list[str]) -> Verdict:
    known = facts("redis.json")
    name = next(
        (n for n in (" ".join(words[:2]), words[0]) if n in known["reads"] or n in known["destroys"]), words[0]
    )
    said = f"redis-cli {shown(name).upper()}"
    if name in known["destroys"]:
        return destroys(call, f"{said} takes data away")
    if name in known["endless"]:
        return Verdict("reads", (f"{said} never ends",), frozenset({"endless", "sensitive-output"}), None)
    if name not in known["reads"]:
        return changes(call, f"{said} is not known to only read")
    return reads(call, f"{said} only reads", _flags(name, words))


def _flags(name: str, words: list[str]) -> tuple[Flag, ...]:
    if name == "config get":
        pattern = words[2] if len(words) > 2 else "*"
        return ("reveals-secrets",) if "*" in pattern or "pass" in pattern or "auth" in pattern else ()
    return ("sensitive-output",) if name in facts("redis.json")["values"] else ()
