"""Reads a Mermaid flow chart as boxes and links, so that each way through it can be followed."""

import re
from dataclasses import dataclass
from itertools import pairwise, product

from sirenbook.playbook.text.document import Fence
from sirenbook.playbook.text.inline import Line, make_line

_NO_LINK = re.compile(
    r"\s*(?:%%|(?:graph|flowchart|subgraph|end|direction|style|class|classDef|linkStyle|click)\b)"
)
_BOX = re.compile(
    r"\b(\w+)\s?(\(\[|\[\[|\[\(|\(\(|\{\{|[\[({])\s*(?:\"([^\"]*)\"|([^\[\](){}]+?))\s*[\])}]+(?::::\w+)?"
)
_LINK = re.compile(
    r"\s*<?(?:(?:--|==|-\.)\s+(?P<within>[^|>]+?)\s+(?:-{2,}|={2,}|\.+-)>|(?:-{2,}|={2,}|-\.+-)(?:>|[xo](?=\s))?)"
    r"\s*(?:\|(?P<label>[^|]*)\|)?\s*"
)
_IDS = re.compile(r"\s*\w+(?:\s*&\s*\w+)*\s*;?\s*")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a flow chart: its words, and whether it asks for a decision."""

    line: Line
    asks: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One arrow of a flow chart: the names of the boxes at its ends, and the words on it."""

    start: str
    end: str
    label: str


@dataclass(frozen=True, slots=True)
class FlowChart:
    """The boxes of a flow chart by name, in the order in which links first name them, and the links."""

    boxes: dict[str, Box]
    links: tuple[Link, ...]

    def onward(self, name: str) -> list[Link]:
        """The links that lead on from a box."""
        return [x for x in self.links if x.start == name]

    def starts(self) -> list[str]:
        """The boxes to which no link leads."""
        return [name for name in self.boxes if all(x.end != name for x in self.links)]


def read_flow_chart(fence: Fence) -> FlowChart:
    """The flow chart in a fence; rows that are neither boxes nor links are left out."""
    told: dict[str, Box] = {}
    named: dict[str, Box] = {}
    links: list[Link] = []
    for offset, row in enumerate(fence.text.split("\n")):
        told |= {m[1]: _box(fence, offset, row, m) for m in _BOX.finditer(row) if m[1] not in told}
        for link in [] if _NO_LINK.match(row) else _links(_BOX.sub(r"\1", row)):
            links.append(link)
            for name in (link.start, link.end):
                named.setdefault(name, Box(make_line(fence.file, name, fence.line + offset, row), asks=False))
    return FlowChart({name: told.get(name, box) for name, box in named.items()}, tuple(links))


def _box(fence: Fence, offset: int, row: str, found: re.Match[str]) -> Box:
    words = " ".join(_TAG.sub(" ", found[3] or found[4] or "").split()).strip("\"' ")
    line = make_line(fence.file, words, fence.line + offset, row)
    return Box(line, asks=found[2][0] == "{" or words.endswith("?"))


def _links(row: str) -> list[Link]:
    """The links of a row, whose boxes stand there by name only: `A & B -->|no| C --> D`."""
    found = list(_LINK.finditer(row))
    cuts = [0, *(n for m in found for n in m.span()), len(row)]
    ends = [row[a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    if not found or not all(map(_IDS.fullmatch, ends)):
        return []
    names = [re.findall(r"\w+", end) for end in ends]
    labels = [" ".join(_TAG.sub(" ", m["label"] or m["within"] or "").split()).strip("\"' ") for m in found]
    pairs = zip(pairwise(names), labels, strict=True)
    return [Link(a, b, label) for (starts, ends_), label in pairs for a, b in product(starts, ends_)]
