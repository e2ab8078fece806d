"""Markdown as a tree of its blocks; running text is parsed when it is asked for."""

from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(slots=True)
class Node:
    """One block with those within it, by the names of the parser's tokens without their `_open`."""

    type: str
    token: Token
    children: list["Node"] = field(default_factory=list)

    @property
    def content(self) -> str:
        """The text between the marks, as it stands."""
        return self.token.content

    @property
    def line(self) -> int | None:
        """The row on which it begins, counted from 0."""
        return self.token.map[0] if self.token.map else None


class Markdown:
    """One text, parsed into blocks."""

    def __init__(self, text: str) -> None:
        self._parser = MarkdownIt("commonmark").enable("table")
        self._parser.core.ruler.enableOnly(["normalize", "block"])
        self._env: dict[str, Any] = {}
        self.nodes = _nested(self._parser.parse(text, self._env))

    def inline(self, content: str) -> list[Token]:
        """The tokens of running text."""
        tokens: list[Token] = []
        self._parser.inline.parse(content, self._parser, self._env, tokens)
        return _joined(tokens)


def _joined(tokens: list[Token]) -> list[Token]:
    """The tokens with neighbouring texts in one: the parser cuts them at every sign that might be markup."""
    joined: list[Token] = []
    for token in tokens:
        if token.type in ("text", "text_special") and joined and joined[-1].type == "text":
            joined[-1].content += token.content
        else:
            token.type = token.type.removesuffix("_special")
            joined.append(token)
    return joined


def _nested(tokens: list[Token]) -> list[Node]:
    """The flat list of opening, closing and single tokens as a tree."""
    levels: list[list[Node]] = [[]]
    for token in tokens:
        if token.nesting == -1:
            levels.pop()
            continue
        node = Node(token.type.removesuffix("_open"), token)
        levels[-1].append(node)
        if token.nesting == 1:
            levels.append(node.children)
    return levels[0]
