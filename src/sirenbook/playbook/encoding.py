"""Mends text that was saved in one encoding and read in another, so that emoji and arrows are readable again."""

import re

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_LINE_ENDS = re.compile(r"\r\n?")


def unify(text: str) -> str:
    """The text with one kind of line end and no byte-order mark, so that line numbers are those of an editor."""
    return _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))


def repair(text: str) -> tuple[str, tuple[int, ...]]:
    """Undo mojibake: the mended text and the 1-based lines where something was mended."""
    mended: list[str] = []
    touched: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        better = line if line.isascii() else _FOREIGN.sub(_mend, line)
        if better != line:
            touched.append(number)
        mended.append(better)
    return "\n".join(mended), tuple(touched)


def _mend(found: re.Match[str]) -> str:
    """One run of foreign characters as it was before it was misread, or as it stands if it was not."""
    run = found[0]
    for read in (_windows, _macintosh):
        try:
            mended = read(run).decode("utf-8")
        except UnicodeError:
            continue
        if "\n" not in mended and "\r" not in mended:
            return mended
    return run


def _windows(run: str) -> bytes:
    """The bytes that cp1252 shows as this run; its five holes pass through, as they do in browsers."""
    return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in run)


def _macintosh(run: str) -> bytes:
    """The bytes that Mac-Roman shows as this run."""
    return run.encode("mac_roman")
