"""Reads a shell command into pipelines of words, strictly: what it accepts bash reads alike, all else is opaque.

A safety judgement is only worth what its parser is worth. So this reads a small language (quotes, variables, pipes,
`&&`, `||`, `;`, `2>&1`, `/dev/null`, literal heredocs, comments, continued lines, loops over plain words) and
refuses the rest by name. A loop is read as the commands that it comes to: each of them is judged, shown and run.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from sirenbook.model.judgement import After, Pipeline, Plan, Word
from sirenbook.playbook.safety import holes, words
from sirenbook.playbook.safety.words import Draft, WordDraft

LONGEST = 20_000
Round = tuple[After, list[Draft]]
MOST_ROUNDS = 60
"""How many commands a loop may come to."""
DEEPEST = 3
_WORDS = "if then else elif fi for while until do done case esac select function time coproc { } ! [[ ]] in"
_RESERVED = frozenset(_WORDS.split())
_GOES_ON_BELOW = re.compile(r"(?:\\\n)+\w")
"""What follows a variable whose name a shell reads over a broken row: `$A\\` and `B` beneath it are `$AB`."""
_SET = re.compile(r"([A-Za-z_]\w*)=")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_DELIMITER = re.compile(r"""(['"]?)([A-Za-z_]\w*)\1(?=[\s;|&<>]|$)""")
_LOOP = re.compile(r"for[ \t]+([A-Za-z_]\w*)[ \t]+in(?=[ \t])")
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


@dataclass(frozen=True)
class _Heredoc:
    draft: Draft
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
        self.counted: set[str] = set()
        self.depth = 0

    def plan(self) -> Plan:
        """All of the text."""
        self._gap(lines=True)
        found = self._commands()
        if self.at < len(self.text):
            self._refuse("`done` without a loop")
        if self.waiting:
            self._refuse("a heredoc without an end")
        if not found:
            self._refuse("no command")
        return Plan(tuple(Pipeline(tuple(d.stage() for d in drafts), after) for after, drafts in found))

    def _commands(self) -> list[Round]:
        """The pipelines up to the end of the text, or of the loop that they stand in."""
        found: list[Round] = []
        after: After = "always"
        while self.at < len(self.text) and not self._ahead("done"):
            if self._ahead("for"):
                found += self._loop(after)
            else:
                found.append((after, self._pipeline()))
            after = self._connector()
        if after != "always":
            self._refuse("nothing after the last operator")
        return found

    def _ahead(self, word: str) -> bool:
        """Whether this word of the shell's own comes next."""
        after = self.text[self.at + len(word) : self.at + len(word) + 1]
        return self.text.startswith(word, self.at) and (not after or after in _ENDS_WORD)

    def _loop(self, after: After) -> list[Round]:
        """`for NAME in WORDS; do …; done` over plain words: the commands that it comes to, round by round."""
        named = _LOOP.match(self.text, self.at)
        if named is None or after != "always" or self.waiting or not words.may_count(named[1]):
            self._refuse("such a loop")
        self.counted.discard(named[1])
        self.at = named.end()
        values = self._values()
        self._keyword("do")
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("loops in loops")
        body = self._commands()
        self.depth -= 1
        self._keyword("done")
        self._gap(lines=False)
        if not body or self.waiting or self._next() not in ("", "\n", ";"):
            self._refuse("such a loop")
        if len(values) * len(body) > MOST_ROUNDS:
            self._refuse(f"a loop of more than {MOST_ROUNDS} commands")
        self.counted.add(named[1])
        return [(then, [d.counted(named[1], v) for d in drafts]) for v in values for then, drafts in body]

    def _values(self) -> list[str]:
        """The plain words that a loop goes over."""
        values: list[str] = []
        self._gap(lines=False)
        while self._next() not in ("", "\n", ";"):
            word, _ = self._word()
            if not words.plain(word):
                self._refuse("a loop over what is not plain words")
            values.append(word.spelled)
            self._gap(lines=False)
        self.at += self._next() == ";"
        self._gap(lines=True)
        if not values:
            self._refuse("a loop over nothing")
        return values

    def _keyword(self, word: str) -> None:
        if not self._ahead(word):
            self._refuse(f"a loop without `{word}`")
        self.at += len(word)
        self._gap(lines=word == "do")

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

    def _pipeline(self) -> list[Draft]:
        drafts = [self._stage()]
        while self._next() == "|" and self._next(2) != "||":
            if self._next(2) == "|&":
                self._refuse("`|&`")
            self.at += 1
            self._gap(lines=True)
            drafts.append(self._stage())
        return drafts

    def _stage(self) -> Draft:
        """One program: words and redirections up to an operator."""
        draft = Draft()
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

    def _word_or_number(self, draft: Draft) -> None:
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
                draft.environment.append((found[1], words.set_to(word, found.end() - start)))
                return
            if _ASSIGNMENT.match(spelled):
                self.at = start
                self._refuse("a variable set in front of the command")
        draft.words.append(word)

    def _redirection(self, draft: Draft, number: str) -> None:
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

    def _input(self, draft: Draft, number: str) -> None:
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
        word = WordDraft()
        start = self.at
        opened = ""
        while self.at < len(self.text):
            char = self._next()
            if char in "<[{" and (found := holes.bare_at(self.text, self.at)):
                opened += char
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
        if reason := word.expands or holes.kept_open(word.word(), opened):
            self._refuse(reason)
        return word.word(), word.bare

    def _hole(self, word: WordDraft, found: re.Match[str]) -> None:
        word.hole(holes.hole(found))
        self.at = found.end()

    def _single(self, word: WordDraft) -> None:
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

    def _double(self, word: WordDraft) -> None:
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

    def _escaped(self, word: WordDraft) -> None:
        after = self.text[self.at + 1 : self.at + 2]
        if not after:
            self._refuse("a backslash at the end")
        if after != "\n":
            word.text(after)
        self.at += 2

    def _dollar(self, word: WordDraft, *, quoted: bool) -> None:
        if found := holes.variable_at(self.text, self.at):
            if found[1] in self.counted or found[2] in self.counted:
                self._refuse("a loop's variable after the loop")
            if _GOES_ON_BELOW.match(self.text, found.end()) and not found[0].endswith("}"):
                self._refuse("a variable's name over two rows")
            self._hole(word, found)
            return
        after = self.text[self.at + 1 : self.at + 2]
        plain = self._next() == "$" and (not after or after not in _EXPANDS or (quoted and after in "'\""))
        if not plain or after == "\\":
            self._refuse("a substitution" if after == "(" or self._next() == "`" else f"`${after}`")
        word.text("$")
        self.at += 1
