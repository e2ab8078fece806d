"""Judges commands that start others: shells, `timeout`, `watch`, `docker exec`. What they start is what counts."""

import re
from itertools import takewhile

from sirenbook.model.judgement import Flag, Plan, Word, worst
from sirenbook.playbook.safety import holes, shell
from sirenbook.playbook.safety.arguments import parse, spec
from sirenbook.playbook.safety.environment import surrounded
from sirenbook.playbook.safety.programs import without
from sirenbook.playbook.safety.verdict import Call, Judge, Verdict, changes, shown

DEEPEST = 4
_TIMEOUT = spec("-s,--signal= -k,--kill-after= --foreground --preserve-status -v,--verbose")
_WATCH = spec("-n,--interval= -d,--differences=? -t,--no-title -e,--errexit -c,--color -x,--exec -b,--beep")
_DOCKER = spec("-i,--interactive -t,--tty -u,--user= -w,--workdir= -T,--no-TTY --index=")
_INTO: tuple[Flag, ...] = ("in-pod",)


def judge_shell(call: Call, inner: Judge) -> Verdict:
    """`sh -c '…'`: the text is read as strictly as any other; a shell for a person has no unattended form."""
    texts = call.texts
    if not texts or all(t in ("-i", "-l", "--login") for t in texts):
        if call.first and (call.fed is None or not call.fed.spelled):
            verdict = changes(call, f"{call.program} waits for commands", ("interactive", "stdin", "tty"))
            return Verdict(verdict.risk, verdict.reasons, verdict.flags, None)
        return changes(call, f"{call.program} runs whatever it is fed", ("unknown-code",))
    if len(texts) != 2 or texts[0] not in ("-c", "-lc", "-ec", "-xc"):
        return changes(call, f"{call.program} runs a script that is not seen here", ("unknown-code",))
    return _shell_text(call, call.words[2], inner)


def _shell_text(call: Call, word: Word, inner: Judge) -> Verdict:
    if call.depth >= DEEPEST:
        return changes(call, "shells inside shells inside shells", ("opaque",))
    if any(holes.is_variable(h.spelling) for h in word.holes):
        return changes(call, "a variable is pasted into a shell's text", ("unknown-code",))
    try:
        plan = shell.read(word.spelled)
    except shell.Unreadable as fault:
        return changes(call, f"{call.program} -c with {fault.what}", ("opaque",))
    return _inner_plan(call, plan, inner)


def _inner_plan(call: Call, plan: Plan, inner: Judge) -> Verdict:
    """The verdict on a shell's text; it runs as it is written, or not unattended."""
    stages = [(s, i) for p in plan.pipelines for i, s in enumerate(p.stages)]
    if any(holes.is_variable(h.spelling) for s, _ in stages for h in s.holes):
        return changes(call, f"{call.program} -c fills in variables that are not known here", ("unknown-code",))
    found = [inner(Call(s.words, s.fed, call.depth + 1, i == 0 and call.first, s.environment)) for s, i in stages]
    as_written = all(v.words == s.words for v, (s, _) in zip(found, stages, strict=True))
    flags = frozenset(f for v in found for f in v.flags)
    reasons = tuple(dict.fromkeys(r for v in found for r in v.reasons))
    return Verdict(worst(*(v.risk for v in found)), reasons, flags, call.words if as_written else None)


def judge_timeout(call: Call, inner: Judge) -> Verdict:
    """`timeout 5 …` only bounds what it starts."""
    parsed = parse(call.texts, _TIMEOUT, interspersed=False)
    if (
        parsed.unknown
        or len(parsed.arguments) < 2
        or not re.fullmatch(r"\d+(?:\.\d+)?[smhd]?", parsed.arguments[0][1])
    ):
        return changes(call, "timeout with words that are not understood")
    return _started(call, 1 + parsed.arguments[1][0], inner)


def judge_plain(call: Call, inner: Judge) -> Verdict:
    """`nohup`, `nice`, `stdbuf` without options: what they start is what counts."""
    if len(call.words) < 2 or call.texts[0].startswith("-"):
        return changes(call, f"{call.program} with words that are not understood")
    return _started(call, 1, inner)


def judge_env(call: Call, inner: Judge) -> Verdict:
    """`env` alone prints the environment, with all that is secret in it."""
    if not call.texts:
        return Verdict(
            "reads", (f"{call.program} prints the environment",), frozenset({"reveals-secrets"}), call.words
        )
    given = [t.partition("=") for t in takewhile(lambda t: "=" in t, call.texts)]
    if call.program == "env" and len(given) < len(call.texts) and not call.texts[len(given)].startswith("-"):
        return surrounded(_started(call, 1 + len(given), inner), ((name, value) for name, _, value in given))
    return changes(call, f"{call.program} with words that are not understood")


def judge_watch(call: Call, inner: Judge) -> Verdict:
    """`watch` repeats a command for a person; unattended the command runs once."""
    parsed = parse(call.texts, _WATCH, interspersed=False)
    if parsed.unknown or not parsed.arguments:
        return changes(call, "watch with words that are not understood")
    begin = 1 + parsed.arguments[0][0]
    words = call.words[begin:]
    if len(words) == 1 or any(re.search(r"[^\w@%+=:,./\0-]", t) for t in call.texts[begin - 1 :]):
        text = " ".join(w.spelled for w in words)
        plan = _read(text)
        if plan is None or len(plan.pipelines) != 1 or len(plan.pipelines[0].stages) != 1:
            return changes(call, "watch runs a shell's text", ("endless", "tty", "opaque"))
        stage = plan.pipelines[0].stages[0]
        words = stage.words
        if stage.environment or any(holes.is_variable(h.spelling) for h in stage.holes):
            return changes(call, "watch runs a shell's text", ("endless", "tty", "opaque"))
    verdict = inner(Call(words, None, call.depth + 1, call.first))
    waits: frozenset[Flag] = frozenset({"endless", "tty"})
    outer = Verdict("reads", ("watch repeats a command",), waits, (), ("`watch` dropped: it runs once",), waits)
    return verdict.inside(outer, ())


def _read(text: str) -> Plan | None:
    try:
        return shell.read(text)
    except shell.Unreadable:
        return None


def judge_docker_exec(call: Call, begin: int, inner: Judge) -> Verdict:
    """`docker exec CONTAINER …`: a command in a container is judged by what it is."""
    parsed = parse(call.texts[begin:], _DOCKER, interspersed=False)
    if parsed.unknown or len(parsed.arguments) < 2:
        return changes(call, f"{call.program} exec with words that are not understood", _INTO)
    start = 1 + begin + parsed.arguments[1][0]
    terminal = [
        (1 + begin + o.at, o.words, o.spelled) for o in parsed.options if o.name in ("--tty", "--interactive")
    ]
    tty: frozenset[Flag] = frozenset({"tty"} if any(o.name == "--tty" for o in parsed.options) else ())
    lead = without(call.words[:start], terminal)
    dropped = tuple(f"`{spelled}` dropped" for _, _, spelled in terminal)
    verdict = inner(Call(call.words[start:], call.fed, call.depth + 1, call.first))
    return verdict.inside(Verdict("reads", (), tty | {"in-pod"}, lead, dropped, tty), lead)


def _started(call: Call, begin: int, inner: Judge) -> Verdict:
    if call.depth >= DEEPEST:
        return changes(call, "commands inside commands inside commands", ("opaque",))
    lead = call.words[:begin]
    verdict = inner(Call(call.words[begin:], call.fed, call.depth + 1, call.first))
    if verdict.words == ():
        return changes(call, f"{shown(call.program)} starts a pager")
    return verdict.inside(Verdict("reads", (), frozenset(), lead), lead)
