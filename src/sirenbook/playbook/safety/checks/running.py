"""Checks whether a command can be run at all, ends by itself, and keeps what it should not tell."""

import re
from collections.abc import Iterator

from sirenbook.playbook.safety.arguments import parse
from sirenbook.playbook.safety.checks.look import Finding, Look
from sirenbook.playbook.safety.curl import OPTIONS as CURL
from sirenbook.playbook.safety.rendering import render

_BROKEN = re.compile(r"without an end|nothing after|where one is expected|without a command|at the end|`;;`")
_CREDENTIAL = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
_BEARER = re.compile(r"(?:authorization|x-api-key|x-[\w-]*token|cookie)\s*:", re.IGNORECASE)


def check_running(look: Look) -> Iterator[Finding]:
    """What keeps a command from running, ending or being told."""
    yield from _unread(look)
    yield from _waiting(look)
    yield from _telling(look)
    yield from _blanks(look)


def _unread(look: Look) -> Iterator[Finding]:
    judged = look.judged
    if "chat" in judged.flags:
        yield Finding(
            "SB402", "error", f"`{look.text.split()[0]}` is typed into a chat: a shell answers “not found”.",
            "Move it out of the code block, and say in which channel it is typed.",
        )  # fmt: skip
    elif "opaque" in judged.flags and look.language == "shell" and judged.plan is None:
        broken = bool(_BROKEN.search(judged.reasons[0]))
        yield Finding(
            "SB401", "error" if broken else "note", f"The command is not understood: {judged.reasons[0]}.",
            "Mend its quotes and operators." if broken else _plainly(judged.reasons[0]),
        )  # fmt: skip


def _plainly(reason: str) -> str:
    """How to write what is not understood so that it is."""
    if reason.startswith("a substitution"):
        return "Make the command inside a step of its own, and put a placeholder such as `<pod-name>` in its place."
    if "loop" in reason or "`for`" in reason:
        return "Name what it goes over: `for pod in a b; do kubectl logs $pod; done`; or leave it to a person."
    return "Write it as plain commands, or leave it to a person."


def _waiting(look: Look) -> Iterator[Finding]:
    flags, judged = look.judged.flags, look.judged
    bounded = f"Write what ends: `{render(judged.run)}`." if judged.run and judged.rewrites else ""
    if "endless" in flags:
        instead = (
            bounded or "Name a time limit, or say that it is kept open beside the other steps, and closed after."
        )
        yield Finding(
            "SB403", "error", "This never ends by itself, so the step after it is never reached.", instead
        )
    if {"pager", "interactive"} & set(flags) and "endless" not in flags and not _only_pager_of_systemd(look):
        yield Finding(
            "SB404", "error", "This waits for a person at a terminal.",
            bounded or "Give the command all that it needs, or leave the pager out.",
        )  # fmt: skip
    elif "stdin" in flags and not _fed(look):
        yield Finding(
            "SB404", "error", "This reads from the terminal, and waits until somebody ends its input.",
            "Add `</dev/null` to the command.",
        )  # fmt: skip
    elif "tty" in flags and "endless" not in flags:
        yield Finding(
            "SB405", "warning", "This asks for a terminal that one command does not need.",
            bounded or "Leave `-it` out.",
        )  # fmt: skip


def _only_pager_of_systemd(look: Look) -> bool:
    return all(
        p.program == "journalctl" for p in look.pieces if p.program in ("journalctl", "less", "more")
    ) and any(p.program == "journalctl" for p in look.pieces)


def _fed(look: Look) -> bool:
    return any(p.call.fed is not None for p in look.pieces)


def _telling(look: Look) -> Iterator[Finding]:
    if "reveals-secrets" in look.judged.flags:
        yield Finding(
            "SB406", "error", "This prints a secret to the terminal and into every log of it.",
            "Compare a fingerprint instead: end the command with `| sha256sum`.",
        )  # fmt: skip
    if _on_the_line(look):
        yield Finding(
            "SB409", "warning", "A secret stands on the command line, where every user of the machine can read it.",
            "Give it by a file or a variable that the program reads itself (`~/.pgpass`, `curl --config`).",
        )  # fmt: skip


def _on_the_line(look: Look) -> bool:
    for piece in look.pieces:
        for word in piece.call.words[1:]:
            if _CREDENTIAL.search(word.spelled) or any(_dsn(h.name) for h in word.holes if piece.program == "psql"):
                return True
    headers = [
        o.value or "" for p in look.of("curl") for o in parse(p.call.texts, CURL).options if o.name == "--header"
    ]
    users = [o for p in look.of("curl") for o in parse(p.call.texts, CURL).options if o.name == "--user"]
    return bool(users) or any(_BEARER.match(h) for h in headers)


def _dsn(name: str) -> bool:
    return bool(re.search(r"URL$|DSN$|URI$", name))


def _blanks(look: Look) -> Iterator[Finding]:
    blanks = [p.spelling for p in look.judged.parameters if p.source == "placeholder"]
    unset = [
        p.spelling for p in look.judged.parameters if p.source == "variable" and p.name not in look.around.defined
    ]
    if blanks:
        yield Finding(
            "SB407", "note", f"{_listed(blanks)} must be filled in before this can run.",
            "Nothing to mend if an alert's label has that name; else say where its value is found.",
        )  # fmt: skip
    if unset:
        yield Finding(
            "SB408", "warning", f"Nothing says what {_listed(unset)} is on the machine of whoever is woken.",
            "Say in the playbook where the variable is set.",
        )  # fmt: skip


def _listed(spellings: list[str]) -> str:
    return ", ".join(f"`{s}`" for s in dict.fromkeys(spellings))
