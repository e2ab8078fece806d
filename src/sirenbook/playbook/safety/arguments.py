"""Parses a program's words by the options it is known to have, so that no option slips by as an argument."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

Takes = str
"""What follows an option: `` nothing, `=` a value here or in the next word, `=?` a value only after `=`."""


class Option(NamedTuple):
    """One option as used: its own first name, its value, and the words it takes up."""

    name: str
    value: str | None
    at: int
    words: int
    spelled: str


class Parsed(NamedTuple):
    """A program's words sorted out: options, arguments (place and text), and options that nobody knows."""

    options: tuple[Option, ...]
    arguments: tuple[tuple[int, str], ...]
    unknown: tuple[str, ...]
    rest: int | None

    def option(self, *names: str) -> Option | None:
        """The first use of one of these options."""
        return next((o for o in self.options if o.name in names), None)

    def value(self, *names: str) -> str | None:
        """The value of the last use of one of these options."""
        return next((o.value for o in reversed(self.options) if o.name in names), None)

    @property
    def names(self) -> frozenset[str]:
        """The options that are used, each by its own first name."""
        return frozenset(o.name for o in self.options)


class Spec(NamedTuple):
    """The options of one program or verb: every spelling with its first name and what it takes."""

    takes: Mapping[str, Takes]
    first: Mapping[str, str]


@cache
def spec(*texts: str) -> Spec:
    """Options from their short notation: `-n,--namespace= -w,--watch --dry-run=?`."""
    takes: dict[str, Takes] = {}
    first: dict[str, str] = {}
    for entry in " ".join(texts).split():
        names, mark, optional = entry.partition("=")
        spellings = names.split(",")
        for spelling in spellings:
            takes[spelling] = mark + optional
            first[spelling] = max(spellings, key=len)
    return Spec(takes, first)


def parse(words: Sequence[str], options: Spec, *, interspersed: bool = True, single_dash: bool = False) -> Parsed:
    """Sort out words (without the program's name). `single_dash`: long options begin with one dash (openssl).

    Not `interspersed`: the first argument ends the options, as where another command follows.
    """
    found: list[Option] = []
    arguments: list[tuple[int, str]] = []
    unknown: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        if word == "--":
            arguments += list(enumerate(words))[place + 1 :]
            return Parsed(tuple(found), tuple(arguments), tuple(unknown), place)
        if not word.startswith("-") or word == "-":
            arguments.append((place, word))
            if not interspersed:
                arguments += list(enumerate(words))[place + 1 :]
                break
            place += 1
            continue
        whole = word.startswith("--") or (single_dash and len(word) > 1)
        used = list(_long(words, place, options) if whole else _cluster(words, place, options))
        found += [o for o in used if o.name]
        unknown += [o.spelled for o in used if not o.name]
        place += max((o.words for o in used), default=1)
    return Parsed(tuple(found), tuple(arguments), tuple(unknown), None)


def _long(words: Sequence[str], place: int, options: Spec) -> Iterator[Option]:
    """`--name`, `--name=value` or `--name value`."""
    name, equals, value = words[place].partition("=")
    takes = options.takes.get(name)
    if takes is None or (takes == "=" and not equals and place + 1 >= len(words)):
        yield Option("", None, place, 1, name)
    elif takes == "=" and not equals:
        yield Option(options.first[name], words[place + 1], place, 2, name)
    else:
        yield Option(options.first[name], value if equals else None, place, 1, name)


def _cluster(words: Sequence[str], place: int, options: Spec) -> Iterator[Option]:
    """`-it`, `-n5`, `-n 5`, `-n=5`: short options in one word, the last of which may take a value."""
    word = words[place]
    if options.takes.get(word) == "" or (options.takes.get(word) == "=" and len(word) > 2):
        yield from _long(words, place, options)
        return
    for index, letter in enumerate(word[1:], 1):
        name = "-" + letter
        takes = options.takes.get(name)
        rest = word[index + 1 :]
        if takes is None or (takes == "=" and not rest and place + 1 >= len(words)):
            yield Option("", None, place, 1, name)
            return
        if takes == "=":
            value = rest.removeprefix("=") if rest else words[place + 1]
            yield Option(options.first[name], value, place, 1 if rest else 2, name)
            return
        if takes == "=?" and rest:
            yield Option(options.first[name], rest.removeprefix("="), place, 1, name)
            return
        yield Option(options.first[name], None, place, 1, name)
