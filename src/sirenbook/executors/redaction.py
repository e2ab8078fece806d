"""Masks secrets in what steps write before any of it is kept or shown: known values, and what looks like one."""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "[masked]"
SHORTEST = 6
"""A known value shorter than this would mask ordinary words."""

_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_TOKEN = re.compile(
    r"""\b(?:eyJ[\w-]{8,500}\.[\w-]{4,6000}\.[\w-]*
    |gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}
    |(?:sk|rk|pk)(?:_live|_test|-ant|-proj|-or)?[-_][A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}
    |ya29\.[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{40,}|hv[sb]\.[\w-]{20,}|do[opr]_v1_\w{40,}|SG\.[\w-]{16,60}\.[\w-]{16,}
    |whsec_[\w+/=]{16,}|shp(?:at|ss|ca)_\w{20,}|dapi[0-9a-f]{32}|AGE-SECRET-KEY-1\w{50,})""",
    re.VERBOSE,
)
_IN_ADDRESS = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{0,200}:)([^\s@'\"]{1,500})(?=@)", re.IGNORECASE)
_HEADER = re.compile(
    r"((?:proxy-)?authorization|x-[a-z-]{0,40}(?:token|key|signature)|(?:set-)?cookie)"
    r"(['\"]?\s{0,5}[:=]\s{0,5})([^\r\n]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(\b(?:bearer|basic|apikey|genie-?key)\s{1,5})([\w.~+/=-]{8,})", re.IGNORECASE)
# Every repetition has a bound: what a step writes must not be able to keep us busy.
_NAMED = re.compile(
    r"""((?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key
    |signing[_-]?key|encryption[_-]?key|credential|dsn|conn(?:ection)?[_-]?str(?:ing)?)[\w.-]{0,40})
    (["']?\s{0,5}(?::=|=>|[:=])\s{0,5})
    ("[^"\r\n]{3,2000}"|'[^'\r\n]{3,2000}'|[^\s"',;&}\]]{3,})""",
    re.VERBOSE | re.IGNORECASE,
)
_FLAG = re.compile(r"(--?(?:password|token|secret|api-key|pass|requirepass|auth)[= ])(\S{3,})", re.IGNORECASE)
_NO_SECRET = re.compile(r"(?:true|false|null|none|nil|<[\w -]+>|\d{1,5}|\*+|\[masked\])$", re.IGNORECASE)
_ONLY_A_NAME = re.compile(r"(?:name|ref|count|limit|s|ttl|expir\w*|age|type|length|used|file|path|_env)$", re.I)
_HINTS = (
    *("pass", "pwd", "secret", "token", "key", "cred", "dsn", "conn", "auth", "cookie", "bearer", "basic", "genie"),
    *("://", "eyj", "gh", "glpat-", "xox", "xapp-", "sk-", "sk_", "rk_", "pk_", "akia", "asia", "aiza", "ya29"),
    *("npm_", "pypi-", "hvs.", "hvb.", "_v1_", "sg.", "whsec_", "shp", "dapi", "-signature"),
)


class Redactor:
    """Masks the secrets that it knows and those that it recognises."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        forms = sorted({form for value in known for form in _forms(value)}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, forms))) if forms else None

    def __call__(self, text: str) -> str:
        """The same text without its secrets."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        if "PRIVATE KEY" in text:
            text = _KEY.sub(MASK, text)
        return "".join(map(_line, text.splitlines(keepends=True)))


def _line(line: str) -> str:
    low = line.lower()
    if not any(hint in low for hint in _HINTS):
        return line
    line = _HEADER.sub(lambda m: m[1] + m[2] + MASK, line)
    line = _IN_ADDRESS.sub(lambda m: m[1] + MASK, line)
    line = _TOKEN.sub(MASK, line)
    line = _BEARER.sub(lambda m: m[1] + MASK, line)
    line = _FLAG.sub(lambda m: m[1] + MASK, line)
    return _NAMED.sub(_named, line)


def _named(found: re.Match[str]) -> str:
    """A value that is named like a secret, unless it can be none: a number, a word, or only a name."""
    name, sign, value = found[1], found[2], found[3]
    if _NO_SECRET.match(value.strip("'\"")) or _ONLY_A_NAME.search(name):
        return found[0]
    edge = value[0] if value[0] in "'\"" else ""
    return f"{name}{sign}{edge}{MASK}{edge}"


def _forms(value: str) -> Iterator[str]:
    """A secret as it may stand in a text: plain, in an address, in hex, and inside base64 at any offset."""
    if len(value) < SHORTEST:
        return
    raw = value.encode()
    yield from (value, quote(value, safe=""), quote_plus(value), raw.hex(), raw.hex().upper())
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        # Only the part that depends on nothing before and after it; one end may share its bits with a neighbour.
        inner = whole[(0, 2, 3)[offset] : len(whole) - (1 if (len(raw) + offset) % 3 else 0)]
        if len(inner) >= SHORTEST:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
