"""Has a cluster say which of a playbook's kubectl commands it would refuse, by rights and dry runs: no change."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from sirenbook.engine.steps.against_database import Unreachable
from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.safety.cluster_questions import questions

LIMIT_SECONDS = 20
_INHERITED = ("PATH", "HOME", "KUBECONFIG", "LANG", "SSL_CERT_FILE")


def against_cluster(context: str, commands: Sequence[tuple[str, str, Provenance]]) -> tuple[Diagnostic, ...]:
    """What the cluster of a kubectl context refuses of commands, each given as text, language and place."""
    if shutil.which("kubectl") is None:
        raise Unreachable("kubectl is not installed on this machine")
    first = _ask(context, ("api-versions",))
    if first.returncode:
        raise Unreachable(_said(first))
    found: list[Diagnostic] = []
    known: dict[tuple[str, ...], Diagnostic | None] = {}
    for text, language, at in commands:
        for words in questions(text, language):
            if words not in known:
                known[words] = _finding(context, words, at)
            if (finding := known[words]) is not None:
                found.append(Diagnostic(finding.code, finding.grade, finding.text, finding.help, at))
    return tuple(dict.fromkeys(found))


def _ask(context: str, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run kubectl with these words, bounded, without a terminal and with little of our environment."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
        "KUBECTL_KUBERC": "false"
    }
    command = ["kubectl", f"--context={context}", f"--request-timeout={LIMIT_SECONDS}s", *words]
    try:
        return subprocess.run(  # noqa: S603 - words of our own asking, and of commands that were judged, after parsing
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=LIMIT_SECONDS, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreachable(f"kubectl did not answer within {LIMIT_SECONDS} seconds") from None


def _said(answer: subprocess.CompletedProcess[str]) -> str:
    rows = [r.strip() for r in (answer.stderr or answer.stdout).splitlines() if r.strip()]
    return (rows[-1] if rows else f"exit {answer.returncode}")[:200].removeprefix("error: ").rstrip(".")


def _finding(context: str, words: tuple[str, ...], at: Provenance) -> Diagnostic | None:
    answer = _ask(context, words)
    missing = "doesn't have a resource type" in answer.stderr
    if answer.returncode == 0 and not missing:
        return None
    if words[:2] == ("auth", "can-i"):
        text = _said(answer) if missing else f"you may not {words[2]} {words[3]} there"
    else:
        text = _said(answer)
    grade: Grade = "warning" if "not found" in text.lower() else "error"
    help_ = "Mend the names in the command, or give the role the right that it needs."
    return Diagnostic("SB492", grade, f"The cluster of `{context}` refuses this command: {text}.", help_, at)
