"""Judges a program by its table: what the table does not list, option or verb, is taken to change something."""

import re
from collections.abc import Sequence

from sirenbook.model.judgement import Flag, Word
from sirenbook.playbook.safety.arguments import Parsed, parse, spec
from sirenbook.playbook.safety.tables import Table, Verb, tables
from sirenbook.playbook.safety.verdict import Call, Verdict, changes, destroys, reads, shown

_SECRET_PATH = re.compile(
    r"(?:^|/)(?:\.env(?:\.\w+)?|shadow-?|gshadow|etc/passwd-?|id_(?:rsa|dsa|ecdsa|ed25519)|\.pgpass|\.netrc|\.kube/.*|\.aws/.*"
    r"|\.docker/config\.json|credentials(?:\.\w+)?|environ|.*\.(?:pem|key|p12|pfx|jks|keystore))$"
    r"|/run/secrets/|/secrets?/|\.ssh/|service-?account|/var/lib/kubelet/"
)


def judge_by_table(call: Call) -> Verdict | None:
    """The verdict of the program's table; None when there is no table for it."""
    table = tables().get(call.program)
    return _judge(call, table) if table else None


def _judge(call: Call, table: Table) -> Verdict:
    texts = call.texts
    lead = parse(texts, spec(table.globals), interspersed=False, single_dash=table.single_dash)
    if lead.unknown and "" not in table.verbs:
        return changes(call, f"{call.program} {shown(lead.unknown[0])}: an option that is not known to be harmless")
    name, verb, length = _verb(table, [text for _, text in lead.arguments])
    said = f"{call.program} {name}".strip()
    if verb is None or (not name and len(table.verbs) > 1 and lead.arguments):
        return _other(call, table, [text for _, text in lead.arguments])
    if verb.risk != "reads":
        return Verdict(
            verb.risk, (f"{said} {verb.because or _WORDS[verb.risk]}",), frozenset(verb.flags), call.words
        )
    start = (lead.arguments[0][0] if lead.arguments else len(texts)) + length if name else 0
    rest = parse(texts[start:], spec(table.globals, verb.options), single_dash=table.single_dash)
    if rest.unknown:
        return changes(call, f"{said} {shown(rest.unknown[0])}: an option that is not known to be harmless")
    if fault := _arguments(verb, [text for _, text in rest.arguments]) or _missing(verb, rest):
        return changes(call, f"{said}: {fault}")
    verdict = Verdict(verb.risk, (f"{said} {verb.because or _WORDS[verb.risk]}",), _flags(verb, rest), call.words)
    return _unattended(verdict, verb, rest, start)


_WORDS = {"reads": "only reads", "changes": "changes something", "destroys": "takes something away"}


def _verb(table: Table, arguments: Sequence[str]) -> tuple[str, Verb | None, int]:
    """The verb that the first arguments make up, the longest that the table has."""
    for length in (3, 2, 1):
        name = " ".join(arguments[:length])
        if len(arguments) >= length and name in table.verbs:
            return name, table.verbs[name], length
    return "", table.verbs.get(""), 0


def _other(call: Call, table: Table, arguments: Sequence[str]) -> Verdict:
    named = " ".join(arguments[:3])
    for verb in table.destroys:
        if re.match(rf"{re.escape(verb)}(?:\s|$)", named) or verb in arguments[:2]:
            return destroys(call, f"{call.program} {verb} takes something away")
    if not arguments:
        return changes(call, f"{call.program} without a verb: what it does is not known")
    known = arguments[0] in table.changes or named in table.changes
    what = "changes something" if known else "is not known to only read"
    return changes(call, f"{call.program} {shown(arguments[0])} {what}")


def _arguments(verb: Verb, arguments: Sequence[str]) -> str:
    """What is wrong with the arguments, if the verb's risk does not hold with them."""
    most = {"none": 0, "one": 1, "two": 2}.get(verb.arguments)
    if most is not None and len(arguments) > most:
        return f"with the argument {shown(arguments[most])} its effect is not known"
    if verb.arguments == "format" and any(not a.startswith("+") for a in arguments):
        return f"{shown(arguments[0])} would set it"
    if verb.pattern and arguments and not re.fullmatch(verb.pattern, arguments[0], re.DOTALL):
        return "its program is not known to be harmless"
    return ""


def _missing(verb: Verb, rest: Parsed) -> str:
    missing = [o for o in verb.requires if o not in rest.names]
    return f"without {missing[0]} its effect is not known" if missing else ""


def _flags(verb: Verb, rest: Parsed) -> frozenset[Flag]:
    flags = set(verb.flags)
    if _bounded(verb, rest):
        flags -= _UNBOUNDED
    for option in rest.options:
        flags.update(verb.on.get(option.name, ()))
    for pattern, telling in verb.tells.items():
        if any(re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL) for _, text in rest.arguments):
            flags.update(telling)
    files = rest.arguments[1:] if verb.arguments == "pattern" else rest.arguments
    if verb.arguments in ("pattern", "paths") and any(secret_path(text) for _, text in files):
        flags.add("reveals-secrets")
    return frozenset(flags)


def _bounded(verb: Verb, rest: Parsed) -> bool:
    """Whether the command as written is as bounded as it would be made."""
    return bool(verb.unless) and rest.names.issuperset(verb.unless)


_UNBOUNDED: frozenset[Flag] = frozenset({"endless", "interactive", "tty", "pager"})


def secret_path(path: str) -> bool:
    """Whether a file by this name holds keys or passwords."""
    return bool(_SECRET_PATH.search(path))


def _unattended(verdict: Verdict, verb: Verb, rest: Parsed, start: int) -> Verdict:
    """The form that runs unattended: options dropped that wait or follow, others added that bound it."""
    dropped = [o for o in rest.options if o.name in verb.drop]
    adds = verb.add if not _bounded(verb, rest) else ()
    if not dropped and not adds:
        return verdict
    assert verdict.words is not None
    words = without(verdict.words, [(1 + start + o.at, o.words, o.spelled) for o in dropped])
    added = tuple(Word((w,)) for w in adds)
    at = 1 + start
    words = (*words[:at], *added, *words[at:])
    cured = frozenset(f for o in dropped for f in verb.on.get(o.name, ())) | (
        frozenset(verb.flags) & _UNBOUNDED if adds else frozenset()
    )
    rewrites = tuple(f"`{o.spelled}` dropped" for o in dropped)
    if added:
        rewrites += (f"`{' '.join(adds)}` added",)
    return Verdict(verdict.risk, verdict.reasons, verdict.flags, words, rewrites, cured)


def without(words: tuple[Word, ...], dropped: Sequence[tuple[int, int, str]]) -> tuple[Word, ...]:
    """Words less some options, each given by its place, length and spelling; clusters lose one letter."""
    kept: list[Word | None] = list(words)
    for at, length, spelled in dropped:
        word = kept[at]
        single = len(spelled) == 2 and word is not None and len(word.spelled) > 2 and length == 1
        if single and word is not None and isinstance(word.parts[0], str):
            left = word.parts[0].replace(spelled[1], "", 1)
            kept[at] = Word((left, *word.parts[1:])) if left != "-" else None
        else:
            kept[at : at + length] = [None] * length
    return tuple(w for w in kept if w is not None)


__all__ = ["judge_by_table", "reads", "secret_path", "without"]
