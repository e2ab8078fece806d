"""Checks of whom people call: contacts that nobody filled in, invented addresses, channels that lead nowhere."""

import re
from collections.abc import Iterator
from itertools import groupby

from sirenbook.model.bindings import Bindings, fold
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.policy import Contact
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.vocabulary import ONCALL_TOPIC
from sirenbook.playbook.lint.book import Book

MANY = 5
"""Further places that one finding lists."""
_UNFILLED = re.compile(
    r"\{[^{}]*\}|\[[^\[\]]*\]|<[^<>@]*>|TBD|TBC|TODO|FIXME|to be (?:defined|determined|decided|confirmed|filled in)"
    r"|x{2,}|\?+|_{2,}|\.{3}|…|name here|(?:fill|enter|insert)\b.{0,30}|\+?[\dx\-() .]*xx[\dx\-() .]*"
    r"|(?:first\s?name\s?last\s?name|your name|phone number|email address)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[-–—]*|n/?a|none", re.IGNORECASE)
_RESERVED = re.compile(
    r"(?<![\w.+@-])(?:[\w.+-]{1,64}@)?(?:[\w-]{1,63}\.){0,6}"
    r"(?:example\.(?:com|org|net|edu)|(?<=\.)(?:example|invalid|test))\b(?!\(|[\w.-]*@)",
    re.IGNORECASE,
)
_FICTIONAL = re.compile(r"(?<![\w.])(?:\+?1[-. ]?)?(?:\(?\d{3}\)?[-. ]?)?555[-. ]?01\d\d(?!\d)")
_CHANNEL = re.compile(r"(?<![\w&/#(\[.=:])#[a-z][a-z0-9_-]{2,79}(?![\w<{\[-])")
_PATTERN = re.compile(r"yyyy|mmdd|\bnnn?\b|-x{2,}|inc-?\d*$", re.IGNORECASE)
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def check_contacts(book: Book) -> Iterator[Diagnostic]:
    """Whatever keeps people from reaching each other."""
    yield from _unfilled(book)
    yield from _invented(book)
    yield from _unbound(book)
    yield from _rotation(book)


def _unfilled(book: Book) -> Iterator[Diagnostic]:
    """Contacts with a placeholder in place of a name, number or address; one finding for each list."""
    lacking = [(c, what) for c in book.policy.contacts if (what := _placeholder(book, c)) is not None]

    def run(numbered: tuple[int, tuple[Contact, str]]) -> tuple[str, int]:
        place, (contact, _) = numbered
        return contact.why.file, contact.why.line - place

    for _, group in groupby(enumerate(lacking), key=run):
        members = [member for _, member in group]
        names = ", ".join(c.name for c, _ in members[:8]) + (" …" if len(members) > 8 else "")
        first, what = members[0]
        is_are = "is" if len(members) == 1 else "are"
        yield Diagnostic(
            "SB231",
            "warning",
            f"{names} {is_are} in the contact list without a way to reach anybody"
            + (f": “{what}” was never filled in." if what else "."),
            "Fill it in, or write where the current contacts stand and bind the roles in sirenbook.toml.",
            book.spot(first.why.file, first.why.line, what),
            tuple(c.why for c, _ in members[1 : MANY + 1]),
        )


def _placeholder(book: Book, contact: Contact) -> str | None:
    """The placeholder that stands for a contact, an empty text where nothing stands; None if somebody is there."""
    for way in contact.ways:
        if _UNFILLED.fullmatch(way.strip()):
            return way.strip()
    rows = book.texts.get(contact.why.file, ())
    line = contact.why.line
    tabled = 0 < line <= len(rows) and rows[line - 1].lstrip().startswith("|")
    return "" if tabled and all(_NOTHING.fullmatch(w.strip()) for w in contact.ways) else None


def _invented(book: Book) -> Iterator[Diagnostic]:
    """Addresses and numbers that belong to nobody; one finding for each kind and file."""
    found: dict[tuple[str, str], list[Provenance]] = {}
    for row in book.rows:
        if not row.coded:
            for kind, pattern in (("address", _RESERVED), ("number", _FICTIONAL)):
                for match in pattern.finditer(row.text):
                    found.setdefault((row.file, kind), []).append(row.at(match))
    for (_, kind), places in found.items():
        more = f" ({len(places)} in all)" if len(places) > 1 else ""
        what = (
            "belongs to nobody, so whatever is sent there is lost"
            if kind == "address"
            else "is a number reserved for fiction, so calling it reaches nobody"
        )
        yield Diagnostic(
            "SB232",
            "note",
            f"“{places[0].quote}” {what}{more}.",
            "Write the real one.",
            places[0],
            tuple(places[1 : MANY + 1]),
        )


def _unbound(book: Book) -> Iterator[Diagnostic]:
    """Chat channels that the text sends people to and Sirenbook knows nothing of."""
    if book.bindings is None:
        return
    known = {fold(t) for t in book.policy.targets} | _bound(book.bindings)
    for row in book.rows:
        for found in _CHANNEL.finditer(row.prose):
            name = fold(found[0])
            if name in known or _PATTERN.search(name) or _COLOUR.fullmatch(name):
                continue
            known.add(name)
            yield Diagnostic(
                "SB233",
                "note",
                f"Nothing binds {found[0]}, so Sirenbook posts nothing there.",
                f'Bind it under [targets] ("{found[0]}" = "…"), or leave it to people.',
                row.at(found),
            )


def _bound(bindings: Bindings) -> set[str]:
    """The channels that bindings name anywhere: as a target, or in a person's or channel's settings."""
    addresses = {fold(m.to) for p in bindings.people.values() for m in p.methods}
    settings = {fold(v) for c in bindings.channels.values() for v in c.values() if isinstance(v, str)}
    return set(bindings.targets) | addresses | settings


def _rotation(book: Book) -> Iterator[Diagnostic]:
    """A rotation of which nobody knows when it changes hands, or by which clock."""
    rotation = book.policy.rotation
    if rotation is None or rotation.why is None or rotation.handoff_zone:
        return
    if rotation.handoff_time:
        text = f"The hand-off at {rotation.handoff_time} states no time zone."
        place = _handoff(book) or rotation.why
    elif rotation.period_seconds or _rotates(book):
        text, place = "The rotation states no time at which it changes hands.", rotation.why
    else:
        return
    yield Diagnostic("SB226", "note", text, "Write both, such as `Handoff: Monday 9:00 Europe/Vienna`.", place)


def _handoff(book: Book) -> Provenance | None:
    return next((r.at() for r in book.rows if re.search(r"\bhand-?(?:off|over)\b", r.text, re.IGNORECASE)), None)


def _rotates(book: Book) -> bool:
    """Whether a heading announces a rotation, as opposed to a mere list of teams."""
    titles = (s.title.text.lower() for s in book.headings)
    return any("rotat" in t and ONCALL_TOPIC.search(t) for t in titles)
