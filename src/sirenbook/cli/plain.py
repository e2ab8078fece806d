"""Makes text from outside harmless to a terminal: nothing in it moves the cursor, colours or turns direction."""

import re

# Control characters (C0, DEL, C1), marks and overrides of direction, invisible characters, line separators, lone
# surrogates, tags and the like: whatever a terminal obeys or hides instead of showing.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[ \t]*[\r\n\t\v\f\u0085\u2028\u2029][\s]*")


def plain(text: str) -> str:
    """The text on one line, with everything that a terminal would obey written out as `\\x1b` or `\\u202e`."""
    return _UNSAFE.sub(_written_out, _BLANKS.sub(" ", text))


def safe_json(text: str) -> str:
    """JSON that means the same, with such characters as JSON escapes; they can only stand inside its strings."""
    return _UNSAFE.sub(lambda m: m[0] if m[0] == "\n" else _json_escape(m[0]), text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x200D:
        # The joiner inside emoji of several people; by itself it does nothing.
        return found[0]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
