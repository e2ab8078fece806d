"""Mends text that was saved in one encoding and read in another, so that emoji and arrows are readable again."""

import re

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_LINE_ENDS = re.compile(r"\r\n?")
_MARKS = "“”‘’„‚–—…•™›‹»«\u00a0"
"""Signs that follow a foreign letter in sound text too, so that the two look like one letter that was misread."""
MOST_TIMES = 3
"""How often a text may have been misread over."""


def unify(text: str) -> str:
    """The text with one kind of line end and no byte-order mark, so that line numbers are those of an editor."""
    return _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))


def repair(text: str) -> tuple[str, tuple[int, ...]]:
    """Undo mojibake: the mended text and the 1-based lines where something was mended.

    Everything else stays as it is, line ends and a byte-order mark among it.
    """
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
    run = found[0].removeprefix("\ufeff")
    mark = found[0][: len(found[0]) - len(run)]
    if len(run) == 2 and run[1] in _MARKS and _in_capitals(found):
        return found[0]
    for _ in range(MOST_TIMES):
        better = _once(run)
        if better == run:
            break
        run = better
    return mark + run


def _in_capitals(found: re.Match[str]) -> bool:
    """Whether a word in capital letters ends here, as `CAFÉ”` does."""
    start, end, line = found.start(), found.end(), found.string
    return start > 0 and line[start - 1].isupper() and not line[end : end + 1].isalpha()


def _once(run: str) -> str:
    for read in (_windows, _macintosh):
        try:
            mended = read(run).decode("utf-8")
        except UnicodeError:
            continue
        if _plausible(mended):
            return mended
    return run


def _plausible(mended: str) -> bool:
    """Whether these are letters and signs that people write, and no chance fit such as `’é` in `l’été`.

    The letters of Western languages and signs count singly; those of other scripts come as words.
    """
    if "\u2028" in mended or "\u2029" in mended:
        return False
    rare = [c for c in mended if not ("\u00a0" <= c < "\u0180" or "\u2000" <= c < "\u2c00" or c >= "\ufe00")]
    return not rare or (len(rare) > 1 and all(c.isalpha() and not "\u0180" <= c < "\u0370" for c in rare))


def _windows(run: str) -> bytes:
    """The bytes that cp1252 shows as this run; its five holes pass through, as they do in browsers."""
    return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in run)


def _macintosh(run: str) -> bytes:
    """The bytes that Mac-Roman shows as this run."""
    return run.encode("mac_roman")
