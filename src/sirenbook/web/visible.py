"""Makes deceiving text show what it is: control characters and reversed writing become visible signs."""

import re
from urllib.parse import urlsplit

# C0 but tab and newline, DEL, C1, soft hyphen, Arabic letter mark, zero-width and bidirectional controls,
# invisible operators, interlinear marks, tags, byte order marks, lone surrogates.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LONGEST_URL = 2000


def visible(text: str) -> str:
    """The same text with everything that would hide or reorder it shown as a sign of its own."""
    return _DECEIVING.sub(_sign, text) if not text.isascii() or not text.isprintable() else text


def _sign(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else f"\u27e8U+{number:04X}\u27e9"


def web_address(text: str) -> str:
    """An address that is safe to link: http or https with a host, nothing hidden in it; empty for anything else."""
    if len(text) > _LONGEST_URL or not text.isprintable() or visible(text) != text:
        return ""
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname
    except ValueError:
        return ""
    return text.strip() if parts.scheme in ("http", "https") and host and not parts.username else ""
