"""Makes untrusted text safe to show: what cannot be seen is spelt out, what is too long is cut."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

_JOINERS = "\u200c\u200d"  # emoji families and several scripts are written with these
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_KEY = re.compile(r"[A-Za-z0-9_:/=+-]{1,120}")
_LINK = re.compile(r"https?://[^\s\"'<>\\^`{|}\x00-\x1f\x7f]+", re.IGNORECASE)


class _Visible(dict[int, str]):
    """A translation table that fills itself, since a table of all of Unicode would be large."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        hidden = unicodedata.category(character) in _INVISIBLE and character not in _JOINERS
        self[code] = _spelt(code) if hidden else character
        return self[code]


def _spelt(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_ONE_LINE = _Visible()
_LINES = _Visible({ord("\n"): "\n", ord("\t"): "    "})


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line: control characters, bidi overrides and lone surrogates spelt out, cut at `limit`."""
    return clip(" ".join(clip(text, limit * 2).split()).translate(_ONE_LINE), limit)


def lines(text: str, limit: int = 8000) -> str:
    """The same for text that may have several lines."""
    normal = clip(text, limit).replace("\r\n", "\n")
    return clip(normal.translate(_LINES), limit)


def clip(text: str, limit: int) -> str:
    """The text, or its beginning with a mark where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def clip_bytes(text: str, limit: int) -> str:
    """The text cut so that its UTF-8 form, with quotes and backslashes escaped, fits into `limit` bytes."""
    size = 0
    for index, character in enumerate(text):
        size += 2 if character in '"\\\n\t' else len(character.encode())
        if size > limit - 3:  # room for the mark itself
            return text[:index] + "…"
    return text


def link(url: str | None, limit: int = 2000) -> str:
    """The address if it is a plain http or https one, else nothing: `javascript:` never becomes a link."""
    if not url or len(url) > limit or not url.isascii() or not _LINK.fullmatch(url):
        return ""
    return url if _leads_somewhere(url) else ""


def _leads_somewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def token(key: str) -> str:
    """The idempotency key in letters that every header carries unchanged; an odd key becomes its digest."""
    return key if _KEY.fullmatch(key) else f"sha256-{digest(key)}"


def digest(key: str) -> str:
    """A short stable name for a key, fit for file names and identifiers."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
