"""Checks of what the text points to: anchors, sections by name, other files."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book, Row
from sirenbook.playbook.procedures.references import slug

_LINK = re.compile(r"\]\(\s*<?([^()\s<>]{1,300})>?(?:\s+\"[^\"]{0,200}\")?\s*\)")
_NO_TARGET = re.compile(r"(?<!!)\[([^\[\]\n]{1,200})\]\(\s*(?:#|TODO|TBD|link|url|<>)?\s*\)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_OWN_ANCHOR = re.compile(
    r"<a\s[^>]{0,80}?\b(?:name|id)\s*=\s*[\"']?([\w-]+)|\{#([\w-]+)\}|\bid=[\"']([\w-]+)[\"']", re.IGNORECASE
)
_ATX = re.compile(r"[\s>]*(?:[-*+]\s+)?#{1,6}\s+(.+?)[\s#]*$")
_SEE = re.compile(
    r"\b(?:see|refer to|follow|cf\.?|described in|as in)\s+(?:also\s+)?(?:the\s+)?[\"“*_']*"
    r"([A-Z][\w/&-]*(?:\s(?:[A-Z0-9&][\w/&-]*|of|and|for|the|to|in|on)){0,6})[\"”*_']*\s+(?:section|chapter)\b"
)
_NAMED_SEE = re.compile(
    r"\b(?:see|refer to)\s+(?:the\s+)?[\"“]([^\"“”\n]{3,60})[\"”]\s+(?:section|chapter|above|below|runbook)"
)
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


def check_links(book: Book) -> Iterator[Diagnostic]:
    """Everything in the text that points to nothing, or to more than one thing."""
    anchors = {name: _anchors(book, name) for name in book.texts}
    wanted: list[tuple[str, Provenance]] = []
    titles = "\n".join(slug(s.title.text) for s in book.sections)
    for row in book.rows:
        prose = row.prose
        if "](" in prose:
            yield from _targets(row, prose, anchors, wanted)
        if _may_refer(prose):
            yield from _sections(titles, row, prose)
    yield from _ambiguous(book, wanted)


def _anchors(book: Book, file: str) -> frozenset[str]:
    """Every anchor that a file offers."""
    titles = {s.title.line: s.title.text for s in book.headings if s.title.file == file}
    own: set[str] = set()
    for row in book.rows_of(file):
        if not row.coded:
            if row.number not in titles and (heading := _ATX.match(row.text)):
                titles[row.number] = re.sub(r"[*_`]", "", heading[1])
            if "id=" in row.text or "name=" in row.text or "{#" in row.text:
                own.update(next(g for g in m.groups() if g).lower() for m in _OWN_ANCHOR.finditer(row.text))
    counted = Counter(slug(t) for t in titles.values())
    repeated = {f"{name}-{n}" for name, count in counted.items() for n in range(1, min(count, 100))}
    return frozenset({*counted, *repeated, *own, "", "top"})


def _targets(
    row: Row, prose: str, anchors: dict[str, frozenset[str]], wanted: list[tuple[str, Provenance]]
) -> Iterator[Diagnostic]:
    for found in _NO_TARGET.finditer(prose):
        yield Diagnostic(
            "SB265",
            "warning",
            f"“{found[1]}” looks like a link and leads nowhere.",
            "Give it the address that it was meant to have.",
            row.at(found),
        )
    for found in _LINK.finditer(prose):
        target = found[1]
        at = Provenance(row.file, row.number, target, found.start(1) + 1)
        file, _, anchor = unquote(target).partition("#")
        if target == "#" or target.lower() in ("todo", "tbd", "link", "url"):
            continue
        if not target.startswith("#") and _SCHEME.match(target):
            continue
        if file.lower().endswith(_IMAGES):
            continue
        name = file.removeprefix("./") or row.file
        if name not in anchors:
            yield _elsewhere(target, at)
        elif slug(anchor) in anchors[name]:
            wanted.append((slug(anchor), at))
        else:
            yield _dead(anchor, anchors[name], at)


def _elsewhere(target: str, at: Provenance) -> Diagnostic:
    return Diagnostic(
        "SB264",
        "note",
        f"{target} is no part of this playbook, so Sirenbook neither reads nor shows it.",
        "Put the file into the playbook's folder, or give its full web address.",
        at,
    )


def _dead(anchor: str, anchors: frozenset[str], at: Provenance) -> Diagnostic:
    near = _nearest(slug(anchor), anchors)
    return Diagnostic(
        "SB261",
        "warning",
        f"No heading answers to #{anchor}.",
        f"Did you mean #{near}?" if near else "Point it to a heading that there is, or take the link away.",
        at,
    )


@lru_cache(maxsize=64)
def _nearest(wanted: str, anchors: frozenset[str]) -> str:
    """The anchor that shares most of its words with the one that is missing."""
    words = set(wanted.split("-"))
    best = max(sorted(anchors)[:2000], key=lambda a: _likeness(words, a), default="")
    return best if _likeness(words, best) >= 0.4 else ""


def _likeness(words: set[str], anchor: str) -> float:
    theirs = set(anchor.split("-"))
    return len(words & theirs) / len(words | theirs)


def _may_refer(prose: str) -> bool:
    lowered = prose.lower()
    return (
        "section" in lowered
        or "chapter" in lowered
        or "see “" in lowered
        or 'see "' in lowered
        or "refer to" in lowered
    )


def _sections(titles: str, row: Row, prose: str) -> Iterator[Diagnostic]:
    """Sections that a sentence names and the playbook does not have."""
    for found in (*_SEE.finditer(prose), *_NAMED_SEE.finditer(prose)):
        if not _exists(titles, found[1]):
            yield Diagnostic(
                "SB262",
                "warning",
                f"There is no section “{found[1]}”.",
                "Write the heading as it stands, or link to it.",
                Provenance(row.file, row.number, found[1], found.start(1) + 1),
            )


def _exists(titles: str, name: str) -> bool:
    """Whether some heading has this name, or has it in it."""
    return slug(name) in titles


def _ambiguous(book: Book, wanted: list[tuple[str, Provenance]]) -> Iterator[Diagnostic]:
    """Headings that are linked to, or that name a runbook, and stand more than once."""
    places: dict[tuple[str, str], list[Provenance]] = {}
    for section in book.headings:
        key = (section.title.file, slug(section.title.text))
        places.setdefault(key, []).append(section.title.at())
    linked = {(at.file, anchor): at for anchor, at in reversed(wanted)}
    runbooks = Counter((r.why.file, slug(title)) for r in book.policy.runbooks if (title := r.title))
    tops = Counter((s.title.file, slug(s.title.text)) for s in book.headings if s.level <= 2)
    for key, mine in places.items():
        double_runbook = runbooks[key] > 1
        if len(mine) > 1 and key[1] and (key in linked or double_runbook or tops[key] > 1):
            yield Diagnostic(
                "SB263",
                "warning" if key in linked or double_runbook else "note",
                f"“{mine[1].quote}” is a heading {len(mine)} times, so a link to it leads to the first one.",
                "Give each its own name.",
                mine[1],
                (mine[0], *([linked[key]] if key in linked else [])),
            )
