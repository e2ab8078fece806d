"""Lists of customers as they are now: addresses in sirenbook.toml and on files, and what is wrong with those."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sirenbook.channels.email import address as mail_address
from sirenbook.model.bindings import Bindings
from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.model.status import CustomerList

MOST = 50_000
MOST_FINDINGS = 20
_MEND = "Put a text file with one address a line there, or take `file` out and write `addresses`."


def addresses(bindings: Bindings, home: Path, lists: Sequence[str]) -> list[str]:
    """The addresses on these lists, each once; a file that cannot be read has none."""
    found: dict[str, str] = {}
    for each in bindings.customers:
        if each.id in lists:
            for text in _of(home, each):
                found.setdefault(text.casefold(), text)
    return list(found.values())[:MOST]


def broken(bindings: Bindings, home: Path) -> tuple[str, ...]:
    """The lists of which part cannot be read now, or which nobody is on: words are owed to these by hand."""
    return tuple(c.id for c in bindings.customers if c.file and not _whole(home, c))


def faults(bindings: Bindings, home: Path) -> Iterator[Diagnostic]:
    """What is wrong with the files of lists: the ones that cannot be read, and lines that are no address."""
    for each in bindings.customers:
        if not each.file:
            continue
        lines = _read(home, each.file)
        if isinstance(lines, str):
            text = (
                f"customers.{each.id}: {home / each.file} cannot be read ({lines}), so words to them go out by hand"
            )
            place = bindings.places.get(f"customers.{each.id}.file", Provenance("sirenbook.toml", 0, each.file))
            yield Diagnostic("SB395", "error", text, _MEND, place)
        else:
            yield from _bad_lines(each, lines)


def _bad_lines(each: CustomerList, lines: list[tuple[int, str]]) -> Iterator[Diagnostic]:
    bad = [(number, line) for number, line in lines if mail_address(line) is None]
    for number, line in bad[:MOST_FINDINGS]:
        mend = "Write one address a line, such as ops@customer.example, and nothing else on it."
        text = f"customers.{each.id}: this is no mail address, so nobody gets a mail by it"
        yield Diagnostic("SB396", "warning", text, mend, Provenance(each.file, number, line[:200]))
    if not each.addresses and len(bad) == len(lines):
        yield Diagnostic(
            "SB395", "error", f"customers.{each.id}: nobody is on {each.file}", _MEND, Provenance(each.file, 1, "")
        )


def _whole(home: Path, each: CustomerList) -> bool:
    return not isinstance(_read(home, each.file), str) and any(_of(home, each))


def _of(home: Path, each: CustomerList) -> Iterator[str]:
    lines = _read(home, each.file) if each.file else []
    written = [] if isinstance(lines, str) else [line for _, line in lines]
    yield from (x for x in (*each.addresses, *written) if mail_address(x) is not None)


def _read(home: Path, file: str) -> list[tuple[int, str]] | str:
    """The lines that are not empty and do not begin with #, with their numbers; or why they cannot be read."""
    try:
        lines = (home / file).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        return f"its byte {error.start} is no UTF-8"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return [(n, x.strip()) for n, x in enumerate(lines, 1) if x.strip() and not x.startswith("#")]
