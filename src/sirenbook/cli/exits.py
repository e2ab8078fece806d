"""How a command ends: the exit codes that scripts rely on, and the fault that carries one with its mend."""

from enum import IntEnum

from sirenbook.cli.plain import plain


class Exit(IntEnum):
    """Every exit code; docs/cli.md tells what each means."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    NOT_ALLOWED = 6
    DIFFERS = 7
    INTERNAL = 70
    INTERRUPTED = 130


class Fault(Exception):
    """Why a command cannot do what it was asked: what is wrong, in `mend` what to do about it, and how to exit."""

    def __init__(self, text: str, mend: str = "", code: Exit = Exit.INTERNAL) -> None:
        super().__init__(text)
        self.text = text
        self.mend = mend
        self.code = code

    def __str__(self) -> str:
        return plain(" ".join(_sentence(part) for part in (self.text, self.mend) if part.strip()))


def _sentence(text: str) -> str:
    words = text.strip()
    ending = "" if words.endswith((".", "?", "!")) else "."
    return f"{words[0].upper()}{words[1:]}{ending}"
