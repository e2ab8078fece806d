"""Reads a shell command into pipelines of words, strictly: what it accepts bash reads alike, all else is opaque.

A safety judgement is only worth what its parser is worth. So this reads a small language (quotes, variables, pipes,
`&&`, `||`, `;`, `2>&1`, `/dev/null`, literal heredocs, comments, continued lines) and refuses the rest by name.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from sirenbook.model.judgement import After, Hole, Pipeline, Plan, Stage, Stream, Word
from sirenbook.playbook.safety import holes

LONGEST = 20_000
_WORDS = "if then else elif fi for while until do done case esac select function time coproc { } ! [[ ]] in"
_RESERVED = frozenset(_WORDS.split())
_SET = re.compile(r"([A-Za-z_]\w*)=")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_DELIMITER = re.compile(r"""(['"]?)([A-Za-z_]\w*)\1(?=[\s;|&<>]|$)""")
_DEVICE = re.compile(r"/dev/null(?=[\s;|&]|$)")
_COPIED = re.compile(r"&([12])(?=[\s;|&]|$)")
_ENDS_WORD = frozenset(" \t\n;|&<>()")
_EXPANDS = frozenset("0123456789{([@*#?$!-'\"`")


class Unreadable(Exception):
    """Why a command is opaque: the construct, and where it stands."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(what)
        self.what = what
        self.place = place


@dataclass
class _Draft:
    """A program while it is read."""

    words: list[Word] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=lambda: {"1": "output", "2": "errors"})
    fed: Word | None = None
    environment: list[tuple[str, Word]] = field(default_factory=list)

    def stage(self) -> Stage:
        program = self.words[0].spelled.rpartition("/")[2]
        words = tuple(holes.without_pattern_holes(w, program) for w in self.words)
        return Stage(words, self.streams["1"], self.streams["2"], self.fed, tuple(self.environment))


@dataclass(frozen=True)
class _Heredoc:
    draft: _Draft
    delimiter: str
    literal: bool
    tabs: bool


def read(text: str) -> Plan:
    """The pipelines of a command; Unreadable when any of it is outside the small language."""
    if len(text) > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST} characters", LONGEST)
    for place, char in enumerate(text):
        if (char < " " and char not in "\t\n") or "\x7f" <= char < "\xa0" or char in "\u2028\u2029":
            raise Unreadable("a control character", place)
    return _Reader(text).plan()


class _Reader:
    """A single pass over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.waiting: list[_Heredoc] = []
        self.drafts: list[tuple[After, list[_Draft]]] = []

    def plan(self) -> Plan:
        """All of the text."""
        after: After = "always"
        self._gap(lines=True)
        while self.at < len(self.text):
            self.drafts.append((after, self._pipeline()))
            after = self._connector()
        if self.waiting:
            self._refuse("a heredoc without an end")
        if not self.drafts:
            self._refuse("no command")
        made = tuple(Pipeline(tuple(d.stage() for d in drafts), after) for after, drafts in self.drafts)
        return Plan(made)

    def _refuse(self, what: str) -> NoReturn:
        raise Unreadable(what, self.at)

    def _next(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def _gap(self, *, lines: bool) -> None:
        """Skip blanks, continued lines and comments; line ends too where they mean nothing."""
        while self.at < len(self.text):
            if self._next() in (" ", "\t"):
                self.at += 1
            elif self._next(2) == "\\\n":
                self.at += 2
            elif self._next() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self._next() == "\n" and lines:
                self._line_end()
            else:
                return

    def _line_end(self) -> None:
        self.at += 1
        waiting, self.waiting = self.waiting, []
        for heredoc in waiting:
            self._body(heredoc)

    def _body(self, heredoc: _Heredoc) -> None:
        """The lines up to a heredoc's delimiter."""
        rows: list[str] = []
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            row = self.text[self.at : end]
            row = row.lstrip("\t") if heredoc.tabs else row
            self.at = min(end + 1, len(self.text))
            if row == heredoc.delimiter:
                body = "".join(r + "\n" for r in rows)
                if not heredoc.literal and re.search(r"[$`\\]", body):
                    self._refuse("a heredoc in which the shell replaces something")
                heredoc.draft.fed = Word((body,))
                return
            rows.append(row)
        self._refuse("a heredoc without an end")

    def _connector(self) -> After:
        """What stands between this pipeline and the next one."""
        if self._next(2) in ("&&", "||"):
            after: After = "success" if self._next() == "&" else "failure"
            self.at += 2
            self._gap(lines=True)
            if self.at >= len(self.text):
                self._refuse("nothing after the last operator")
            return after
        if self._next(2) in (";;", ";&"):
            self._refuse("`;;`")
        if self._next() == ";":
            self.at += 1
        elif self._next() not in ("\n", ""):
            self._refuse("a command in the background" if self._next() == "&" else f"`{self._next()}`")
        self._gap(lines=True)
        if self._next() == ";":
            self._refuse("`;` without a command")
        return "always"

    def _pipeline(self) -> list[_Draft]:
        drafts = [self._stage()]
        while self._next() == "|" and self._next(2) != "||":
            if self._next(2) == "|&":
                self._refuse("`|&`")
            self.at += 1
            self._gap(lines=True)
            drafts.append(self._stage())
        return drafts

    def _stage(self) -> _Draft:
        """One program: words and redirections up to an operator."""
        draft = _Draft()
        self._gap(lines=False)
        while self.at < len(self.text) and self._next() not in "\n;|":
            if self._next(2) == "&>":
                self.at += 2
                self._device()
                draft.streams = {"1": "nowhere", "2": "nowhere"}
            elif self._next() == "&":
                break
            elif self._next() in "<>" and not holes.bare_at(self.text, self.at):
                self._redirection(draft, "")
            else:
                self._word_or_number(draft)
            self._gap(lines=False)
        if not draft.words:
            set_alone = "a variable set without a command"
            self._refuse(set_alone if draft.environment else "no command where one is expected")
        return draft

    def _word_or_number(self, draft: _Draft) -> None:
        start = self.at
        word, bare = self._word()
        spelled = word.spelled
        if bare and spelled.isdigit() and self._next() in ("<", ">"):
            self._redirection(draft, spelled)
            return
        if not draft.words:
            if bare and spelled in _RESERVED:
                self.at = start
                self._refuse(f"`{spelled}`, a word of the shell's own")
            if found := _SET.match(self.text, start):
                draft.environment.append((found[1], _value(word, found.end() - start)))
                return
            if _ASSIGNMENT.match(spelled):
                self.at = start
                self._refuse("a variable set in front of the command")
        draft.words.append(word)

    def _redirection(self, draft: _Draft, number: str) -> None:
        """`2>/dev/null`, `>&2`, `</dev/null` and heredocs; nothing that names a file."""
        if self._next() == "<":
            self._input(draft, number)
            return
        self.at += 1
        if self._next() in (">", "|", "("):
            self._refuse("a redirection to a file")
        stream = number or "1"
        if stream not in draft.streams:
            self._refuse("a stream other than 1 and 2")
        if copied := _COPIED.match(self.text, self.at):
            draft.streams[stream] = draft.streams[copied[1]]
            self.at = copied.end()
            return
        self._device()
        draft.streams[stream] = "nowhere"

    def _device(self) -> None:
        while self._next() in (" ", "\t"):
            self.at += 1
        found = _DEVICE.match(self.text, self.at)
        if not found:
            self._refuse("a redirection to a file")
        self.at = found.end()

    def _input(self, draft: _Draft, number: str) -> None:
        if number not in ("", "0") or draft.fed is not None or self._next(3) == "<<<":
            self._refuse("such a redirection of input")
        if self._next(2) != "<<":
            self.at += 1
            self._device()
            draft.fed = Word(("",))
            return
        self.at += 2
        tabs = self._next() == "-"
        self.at += tabs
        while self._next() in (" ", "\t"):
            self.at += 1
        found = _DELIMITER.match(self.text, self.at)
        if not found or self.waiting:
            self._refuse("such a heredoc")
        self.at = found.end()
        draft.fed = Word(("",))
        self.waiting.append(_Heredoc(draft, found[2], bool(found[1]), tabs))

    def _word(self) -> tuple[Word, bool]:
        """One word, and whether no part of it was quoted or is a hole."""
        word = _WordDraft()
        start = self.at
        while self.at < len(self.text):
            char = self._next()
            if char in "<[{" and (found := holes.bare_at(self.text, self.at)):
                self._hole(word, found)
            elif char in _ENDS_WORD:
                break
            elif char == "'":
                self._single(word)
            elif char == '"':
                self._double(word)
            elif char == "\\":
                self._escaped(word)
            elif char in "$`":
                self._dollar(word, quoted=False)
            else:
                word.loose(char, first=self.at == start)
                self.at += 1
        if self.at == start:
            self._refuse(f"`{self._next()}`")
        if word.expands:
            self._refuse(word.expands)
        return word.word(), word.bare

    def _hole(self, word: "_WordDraft", found: re.Match[str]) -> None:
        word.hole(holes.hole(found))
        self.at = found.end()

    def _single(self, word: "_WordDraft") -> None:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self._refuse("a quote without an end")
        self.at += 1
        word.text("")
        while self.at < end:
            found = holes.quoted_at(self.text, self.at) if self._next() in "<{" else None
            if found and found.end() <= end:
                self._hole(word, found)
            else:
                word.text(self._next())
                self.at += 1
        self.at = end + 1

    def _double(self, word: "_WordDraft") -> None:
        self.at += 1
        word.text("")
        while self._next() != '"':
            char = self._next()
            if not char:
                self._refuse("a quote without an end")
            if char == "\\":
                after = self.text[self.at + 1 : self.at + 2]
                word.text("" if after == "\n" else after if after in '$`"\\' else char + after)
                self.at += 2
            elif char in "$`":
                self._dollar(word, quoted=True)
            elif char in "<{" and (found := holes.quoted_at(self.text, self.at)):
                self._hole(word, found)
            else:
                word.text(char)
                self.at += 1
        self.at += 1

    def _escaped(self, word: "_WordDraft") -> None:
        after = self.text[self.at + 1 : self.at + 2]
        if not after:
            self._refuse("a backslash at the end")
        if after != "\n":
            word.text(after)
        self.at += 2

    def _dollar(self, word: "_WordDraft", *, quoted: bool) -> None:
        if found := holes.variable_at(self.text, self.at):
            self._hole(word, found)
            return
        after = self.text[self.at + 1 : self.at + 2]
        plain = self._next() == "$" and (not after or after not in _EXPANDS or (quoted and after in "'\""))
        if not plain or after == "\\":
            self._refuse("a substitution" if after == "(" or self._next() == "`" else f"`${after}`")
        word.text("$")
        self.at += 1


def _value(word: Word, length: int) -> Word:
    """What a variable is set to: the word without its name, which is so many characters long."""
    first, *rest = word.parts
    assert isinstance(first, str)
    return Word((first[length:], *rest) if first[length:] or not rest else tuple(rest))


class _WordDraft:
    """A word while it is read, and what a shell would still make of it."""

    def __init__(self) -> None:
        self.parts: list[str | Hole] = []
        self.bare = True
        self.raw = ""

    def text(self, characters: str) -> None:
        """Characters that are quoted, and mean themselves."""
        self.bare = False
        self._add(characters)
        self.raw += "\0" if characters else ""

    def hole(self, hole: Hole) -> None:
        """A place to fill."""
        self.bare = False
        self.parts.append(hole)
        self.raw += "\0"

    def loose(self, char: str, *, first: bool) -> None:
        """A character outside quotes."""
        if char == "~" and (first or self.raw[-1:] in ("=", ":")):
            self.raw += "\1"
        self._add(char)
        self.raw += char

    def _add(self, characters: str) -> None:
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += characters
        else:
            self.parts.append(characters)

    @property
    def expands(self) -> str:
        """What the shell would replace in this word, if anything."""
        if "\1" in self.raw:
            return "`~` for a home directory"
        if re.search(r"[*?\[]", self.raw) and "://" not in self.raw:
            return "a pattern for file names"
        if "{" in self.raw and re.search(r",|\.\.", self.raw):
            return "alternatives in braces"
        return ""

    def word(self) -> Word:
        """The finished word."""
        return Word(tuple(self.parts) or ("",))
