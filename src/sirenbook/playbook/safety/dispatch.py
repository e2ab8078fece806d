"""Finds the judge of a program. A program that nobody knows is unknown code, and changes something."""

from collections.abc import Callable, Mapping

from sirenbook.model.judgement import Word
from sirenbook.playbook.safety import holes, wrappers
from sirenbook.playbook.safety.cloud import judge_aws, judge_az, judge_gcloud
from sirenbook.playbook.safety.curl import judge_curl, judge_wget
from sirenbook.playbook.safety.environment import surrounded
from sirenbook.playbook.safety.kubectl import judge_kubectl, judge_oc
from sirenbook.playbook.safety.mongosh import judge_mongosh
from sirenbook.playbook.safety.mysql import judge_mysql
from sirenbook.playbook.safety.programs import judge_by_table
from sirenbook.playbook.safety.psql import judge_psql
from sirenbook.playbook.safety.python_code import judge_python
from sirenbook.playbook.safety.redis import judge_redis
from sirenbook.playbook.safety.verdict import HOLE, Call, Judge, Verdict, changes, plain, shown

JUDGES: Mapping[str, Judge] = {
    "psql": judge_psql,
    **dict.fromkeys(("mysql", "mariadb"), judge_mysql),
    **dict.fromkeys(("mongosh", "mongo"), judge_mongosh),
    "curl": judge_curl,
    "wget": judge_wget,
    "redis-cli": judge_redis,
    "aws": judge_aws,
    "gcloud": judge_gcloud,
    "az": judge_az,
    **dict.fromkeys(("python", "python3"), judge_python),
}
"""Programs whose words mean more than a table can say."""

OUTER: Mapping[str, Callable[[Call, Judge], Verdict]] = {
    "kubectl": judge_kubectl,
    "oc": judge_oc,
    **dict.fromkeys(("sh", "bash", "dash", "ash", "zsh"), wrappers.judge_shell),
    "timeout": wrappers.judge_timeout,
    "watch": wrappers.judge_watch,
    **dict.fromkeys(("nohup", "nice", "stdbuf"), wrappers.judge_plain),
    **dict.fromkeys(("env", "printenv"), wrappers.judge_env),
}
"""Programs that start others."""

_SPEAKERS = frozenset({"echo", "printf"})
_PAGERS = frozenset({"less", "more", "most"})
_CONTAINERS = {"docker": (("exec",), ("container", "exec"), ("compose", "exec")), "docker-compose": (("exec",),)}


def judge_call(call: Call) -> Verdict:
    """The verdict on one program with its words, and the variables set for it."""
    return surrounded(_judged(call), ((name, plain(value)) for name, value in call.environment))


def _judged(call: Call) -> Verdict:
    program = call.program
    if HOLE in program:
        return changes(call, f"{shown(program)}: which program runs is not fixed", ("unknown-code",))
    if judge := JUDGES.get(program):
        return judge(call)
    if outer := OUTER.get(program):
        return outer(call, judge_call)
    for verb in _CONTAINERS.get(program.replace("podman", "docker"), ()):
        if call.texts[: len(verb)] == verb:
            return wrappers.judge_docker_exec(call, len(verb), judge_call)
    verdict = judge_by_table(call)
    if verdict is None:
        return changes(call, f"{program}: what it does is not known", ("unknown-code",))
    if program in _SPEAKERS and any(holes.is_secret(h) for w in call.words for h in w.holes):
        verdict = verdict.also("reveals-secrets")
    return _pager(call, verdict) if program in _PAGERS and verdict.risk == "reads" else verdict


def _pager(call: Call, verdict: Verdict) -> Verdict:
    """Without a person nothing is shown by the page: the program is left out, or `cat` takes its place."""
    files = [w for w, text in zip(call.words[1:], call.texts, strict=True) if not text.startswith(("-", "+"))]
    words = () if not files else (Word(("cat",)), *files)
    said = "left out" if not files else "replaced by `cat`"
    return Verdict(
        verdict.risk,
        verdict.reasons,
        verdict.flags,
        words,
        (f"`{call.program}` {said}",),
        verdict.flags - {"reveals-secrets"},
    )
