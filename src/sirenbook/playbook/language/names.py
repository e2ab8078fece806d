"""Recognises how a team names its severities (P0, SEV-1, Severity 1, Critical), wherever such a name stands."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from sirenbook.playbook.text.document import plain

_CODE = (
    r"(?:sev(?:erity)?(?:[\s-]level)?|p(?:rio(?:rity)?)?)(?:::|[\s\-_.#]{0,2})(?:[0-9]|(?<!\bp)(?:i{1,3}v?|iv|v)"
    r"|(?:(?<=sev[\s-])|(?<=severity[\s-]))(?-i:[A-D])(?!\.))"
    r"(?![\w%]|\.\d)"
)
_LOOSE = r"(?:s|l|lvl|level|tier|class|cat(?:egory)?)[\s\-_.#]{0,2}[0-9](?![\w%]|\.\d)"
_DASHES = str.maketrans("–—−‑", "----")
CODE = re.compile(rf"(?<![\w.#]){_CODE}", re.IGNORECASE)
LOOSE = re.compile(rf"(?<![\w.#])(?:{_CODE}|{_LOOSE})", re.IGNORECASE)
WORDS = (
    ("catastrophic", "fatal", "disaster", "blocker", "emergency"),
    ("critical", "crit", "severe", "code red", "red"),
    ("urgent", "highest", "very high", "code orange", "code amber", "orange", "amber"),
    ("high", "major", "serious"),
    ("medium", "moderate", "significant", "elevated", "warning", "warn", "code yellow", "yellow"),
    ("normal", "standard", "routine", "code green", "green"),
    ("low", "minor"),
    ("trivial", "cosmetic", "lowest", "minimal", "negligible"),
    ("informational", "info", "information", "planning"),
)
_WORD = "|".join(sorted((w for group in WORDS for w in group), key=len, reverse=True))
LABEL = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)
_NOUN = r"(?:[\s-]+(?:severity|priority|impact|incidents?|issues?|level|urgency|outages?|events?))*"
_TITLE = re.compile(
    rf"^(?:severity|priority|level|impact)?[\s:=-]*(?P<label>{_WORD}){_NOUN}\s*(?P<rest>$|[-:(\[/|,=].*)",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?\s+(?=\D)|[a-z][.)]\s+|step \d+:?\s+)", re.IGNORECASE)
_ALSO = re.compile(rf"[\s(/|=,\-]*(?:({LABEL.pattern})\)?\s?[/,|-])?(?:or|aka|a\.k\.a\.)?[\s(/]*", re.IGNORECASE)
"""What stands between two names of one severity: `SEV1 / P0`, `Severity 1 (Critical / P0)`."""
_SEPARATED = re.compile(rf"^{_NOUN}\s*(?:$|[-:(\[/|,=>\])])|^{_NOUN}\s*(?:is|are|means?)\b", re.IGNORECASE)


_SCALE_WORD = re.compile(r"^(?:severity|priority|level)s?\s+(?=p)", re.IGNORECASE)
"""The word before codes that have no need of it: `Severity P2/P3`."""
_LISTING = re.compile(r"\s*(?:[/,&+]|and|or)\s*", re.IGNORECASE)
_REFERS = re.compile(r"\W*(?:follow|see|same as|as (?:for|with|in)|like)\b", re.IGNORECASE)
"""What a line begins with that names a severity whose rules are told elsewhere: `Follow SEV1, but:`."""
_FILLER = re.compile(
    r"[\W_]+|\b(?:and|or|to|for|all|any|every|declared|incidents?|alerts?|issues?|severity|above|below|higher|lower|only|actions?|targets?|goals?)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d|\b[sSpP][a-zA-Z]*[\s\-_.#:]{0,2}[iIvV]|\b[sS][eE][vV][a-zA-Z]*[\s-][A-D]\b")
"""What every code of a severity has: most texts name none."""


_SERIES = re.compile(
    r"(?<![\w.#])((?:sev(?:erity)?|p|priority|level|lvl|tier|class|s)[\s-]?)\d(?:\s*(?:,|/|-|and|&|or|to)\s*\d\b(?![\w%]|\.\d"
    r"|\s*(?:(?:business|working|calendar|full)\s|(?:min\w*|h(?:ou)?rs?|days?|weeks?|months?|[hdmw]|x)\b|%)))+",
    re.IGNORECASE,
)


_SIGNS = re.compile(r"[\s†‡\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+$")
"""The coloured signs behind a name: `CRITICAL 🔴`."""
_COUNTS = re.compile(r"\b(?:sev|severity|priority)\b", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9])(?P<label>\s*[-:(/|][^\W\d]*(?:\s?[^\W\d]+){0,3}\)?)?")


class Name(Struct, frozen=True):
    """A severity's name as one title writes it: `id` is the code or the word, `label` the short word beside a code.

    `rest` is what follows; `coded` tells P0 from Critical.
    """

    id: str
    label: str | None
    aliases: tuple[str, ...]
    rest: str
    coded: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The canonical forms under which the name is known."""
        return tuple(canonical(n) for n in (self.id, *self.aliases))


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """One form for all spellings of a name: `SEV-1`, `Sev 1` and `Severity 1` are one, `P1` is another."""
    packed = re.sub(r"[^a-z0-9]", "", plain(name))
    packed = re.sub(r"^(?:severity|sev)(?:level)?(?=[\div]+$)", "sev", packed)
    packed = re.sub(r"^(?:priority|prio)(?=[\div]+$)", "p", packed)
    packed = re.sub(r"^(?:level|lvl)(?=\d$)", "l", packed)
    roman = re.fullmatch(r"(sev|p)(i{1,3}|iv|v)", packed)
    return roman[1] + {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}[roman[2]] if roman else packed


@lru_cache(maxsize=8192)
def read_name(title: str, *, loose: bool = False) -> Name | None:
    """The severity that a title names, if naming it is all the title does (`P0 - Critical (Production Down)`)."""
    text = _NUMBERING.sub("", _bare(title))
    codes = list((LOOSE if loose else CODE).finditer(text))
    if codes:
        near = [c for c in codes if len(text[codes[0].end() : c.start()].split()) < 4]  # others are told of later
        return _coded(text, near)
    found = _TITLE.match(text)
    if not found:
        return None
    rest = found["rest"].strip(" -:()[]|,=/")
    also = (rest,) if LOOSE.fullmatch(rest) else ()
    return Name(found["label"].strip(), None, also, "" if also else rest, False)


def leading_code(title: str, *, loose: bool = False) -> Name | None:
    """The severity with whose code a title begins, whatever words follow: told from a row by the rows beside it."""
    text = _NUMBERING.sub("", _bare(title))
    codes = list((LOOSE if loose else CODE).finditer(text))
    if not codes or codes[0].start() or _spans(text, codes):
        return None
    rest = text[codes[0].end() :].strip(" -:()[]|,=/>")
    label = rest if re.fullmatch(r"[^\W\d]+(?:[ /-][^\W\d]+){0,2}", rest) else None
    return Name(codes[0][0].strip(), label, (), rest, True)


def listed(title: str) -> tuple[Name, ...]:
    """The severities that a title lists, each with its word where it has one for each: `P3/P4 (Medium/Low)`."""
    text = _SCALE_WORD.sub("", spelled_out(_NUMBERING.sub("", _bare(title))))
    codes = list(CODE.finditer(text))
    between = [text[a.end() : b.start()] for a, b in pairwise(codes)]
    if not codes or codes[0].start() or not _spans(text, codes) or not all(map(_LISTING.fullmatch, between)):
        return ()
    rest = text[codes[-1].end() :]
    aside = re.match(r"\s*\(([^()]*)\)", rest)
    words = re.split(r"\s*[/,]\s*", aside[1]) if aside else []
    each = len(words) == len(codes) and all(map(LABEL.fullmatch, words))
    labels: Sequence[str | None] = words if each else [None] * len(codes)
    found = (Name(c[0].strip(), x, (), "", True) for c, x in zip(codes, labels, strict=True))
    return tuple(found) if _SEPARATED.match(rest) else ()


def counted(title: str, header: str) -> Name | None:
    """The severity that a bare number means in a column of severities: `1 - Critical` under `Severity`."""
    word, number = _COUNTS.search(header), _NUMBER.fullmatch(_bare(title))
    if not word or not number:
        return None
    label = (number["label"] or "").strip(" -:()[]|,=/>")
    return Name(f"{word[0]} {number[1]}", label or None, (number[1],), "", True)


def _bare(title: str) -> str:
    """A title without decoration, with one kind of dash, its letters as written."""
    text = _SIGNS.sub("", " ".join(re.sub(r"[–—−‑→]", "-", title).split()))
    return re.sub(r"^[^\w(\[]+", "", text).strip("*_` ")


def _coded(text: str, codes: Sequence[re.Match[str]]) -> Name | None:
    first = codes[0]
    before, after = text[: first.start()].strip(" ([-:/|"), text[first.end() :]
    if before and not re.fullmatch(rf"(?:{_WORD}){_NOUN}|severity|priority|level|incident", before, re.IGNORECASE):
        return None
    if not before and not (_SEPARATED.match(after) or LABEL.match(after.strip())):
        return None
    beside = [c for c in codes[1:] if _ALSO.fullmatch(text, _end_before(codes, c), c.start())]
    if _spans(text, codes):
        return None
    label = LABEL.fullmatch(before.split()[0]) if before and LABEL.match(before) else None
    rest = text[(beside[-1] if beside else first).end() :]
    within = _ALSO.fullmatch(text, first.end(), beside[0].start()) if beside else None
    found = label[0] if label else (within and within[1]) or _label_after(rest)
    aliases = tuple(c[0].strip() for c in beside if canonical(c[0]) != canonical(first[0]))
    return Name(first[0].strip(), found, aliases, rest.strip(" -:()[]|,=/>"), True)


def _end_before(codes: Sequence[re.Match[str]], code: re.Match[str]) -> int:
    return codes[codes.index(code) - 1].end()


def _spans(text: str, codes: Sequence[re.Match[str]]) -> bool:
    """Whether a title lists several severities of one scheme (P0/P1, SEV1-SEV3) instead of naming one."""
    schemes = [re.sub(r"\d", "", name) for name in {canonical(c[0]) for c in codes}]
    return len(schemes) != len(set(schemes))


def _label_after(rest: str) -> str | None:
    """The short word that stands right after a code."""
    beginning = re.split(r"[(:;,.|]|\s-\s", rest.strip(" -:()[]|,=/>"), maxsplit=1)[0].strip()
    found = LABEL.match(beginning)
    if found:
        return found[0]
    words = beginning.split()
    if re.fullmatch(_NOUN, f" {beginning}", re.IGNORECASE):
        return None
    return beginning if 1 <= len(words) <= 2 and all(w[:1].isupper() for w in words) else None


class Scale(Struct, frozen=True):
    """The severities of one playbook, worst first, with every spelling that means one of them."""

    names: tuple[str, ...]
    known: dict[str, str]
    labels: dict[str, str]

    def find(self, name: str) -> str | None:
        """The severity of this name, alias or label."""
        key = canonical(name)
        return self.known.get(key) or self.labels.get(key)

    def titled(self, title: str) -> tuple[str, ...]:
        """The severities that a heading or label is about, by code, or by a label that is all it says."""
        if _REFERS.match(title):
            return ()
        title = spelled_out(title)
        name = read_name(title, loose=True)
        if name and not name.coded and (several := self._listed(title)):
            return several
        found = next((s for n in (name.id, *name.aliases) if (s := self.find(n))), None) if name else None
        return (found,) if found else self.mentioned(title)

    def purely(self, title: str) -> tuple[str, ...]:
        """The severities that a title names, if naming them is all that it does."""
        title = spelled_out(title)
        name = read_name(title, loose=True)
        if name and not name.coded and (several := self._listed(title)):
            return several
        if name:
            found = next((s for n in (name.id, *name.aliases) if (s := self.find(n))), None)
            return (found,) if found else ()
        if not _NUMBERED.search(title):
            return ()
        lead = leading_code(title, loose=True)
        if (
            lead
            and lead.label
            and (found := self.labels.get(canonical(lead.label))) == self.find(lead.id)
            and found
        ):
            return (found,)
        left = _FILLER.sub("", LOOSE.sub("", title))
        return () if left else self.mentioned(title)

    def mentioned(self, text: str, *, by_label: bool = False) -> tuple[str, ...]:
        """The severities that a text speaks of: `P0/P1`, `P0-P2`, `SEV1 and above`, `Critical` if labels count."""
        if not _NUMBERED.search(text):
            return self._labelled(text) if by_label else ()
        whole = spelled_out(text)
        found = [(m, s) for m in LOOSE.finditer(whole) if (s := self.known.get(canonical(m[0])))]
        if not found:
            return self._labelled(text) if by_label else ()
        return self._spread(whole, found)

    def _listed(self, title: str) -> tuple[str, ...]:
        """The severities of a title that lists several words: `Critical/High`."""
        several = self._labelled(title)
        left = _FILLER.sub("", LABEL.sub("", title))
        return several if len(several) > 1 and not left else ()

    def _labelled(self, text: str) -> tuple[str, ...]:
        hits = [s for m in LABEL.finditer(text) if (s := self.labels.get(canonical(m[0])))]
        return tuple(dict.fromkeys(hits))

    def _spread(self, text: str, found: list[tuple[re.Match[str], str]]) -> tuple[str, ...]:
        """Named severities with the ranges between them filled in."""
        hits: list[str] = []
        for index, (match, severity) in enumerate(found):
            hits.append(severity)
            before = text[found[index - 1][0].end() : match.start()] if index else ""
            if index and re.fullmatch(r"\s*(?:-|to|through|thru|\.\.)\s*", before):
                hits.extend(self._between(found[index - 1][1], severity))
            hits.extend(self._beyond(text, match, severity))
        return tuple(n for n in self.names if n in hits)

    def _between(self, first: str, last: str) -> Iterable[str]:
        low, high = sorted((self.names.index(first), self.names.index(last)))
        return self.names[low : high + 1]

    def _beyond(self, text: str, match: re.Match[str], severity: str) -> Iterable[str]:
        """The others that `and above`, `or lower`, `+` take in."""
        after = text[match.end() :].lower()
        place = self.names.index(severity)
        if re.match(r"(?:\+(?!\w)|\s*\+(?!\s?\w)|\s*(?:and|or|&)\s(?:above|higher|worse|up)\b)", after):
            return self.names[: place + 1]
        if re.match(r"\s*(?:and|or|&)\s(?:below|lower|less)\b", after):
            return self.names[place:]
        return ()


def spelled_out(text: str) -> str:
    """A text in which a series of severities is written in full: `SEV1/2` as `SEV1/SEV2`."""
    return _SERIES.sub(_spell_out, _one_dash(text))


def _spell_out(found: re.Match[str]) -> str:
    """`Severity 1, 2 and 3` with every name in full."""
    return re.sub(r"(?<![\w-])\d|(?<=[/,-])\d", lambda m: f"{found[1]}{m[0]}", found[0][len(found[1]) + 1 :]).join(
        (found[0][: len(found[1]) + 1], "")
    )


def _one_dash(text: str) -> str:
    return text.translate(_DASHES)


def word_rank(word: str) -> int | None:
    """How bad a severity word is, 0 the worst; None for other words."""
    folded = plain(word)
    return next((rank for rank, group in enumerate(WORDS) if folded in group), None)
