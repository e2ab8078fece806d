"""Text that needs no parser is read as the parser would read it."""

from hypothesis import example, given
from hypothesis import strategies as st

from sirenbook.playbook.text import inline
from sirenbook.playbook.text.tree import Markdown

PIECES = st.sampled_from(
    [
        "**",
        "Label",
        ":",
        " ",
        "\n",
        "text",
        "`x`",
        "*",
        "_",
        "[a](b)",
        "<br>",
        "&amp;",
        "\\",
        "  \n",
        "(",
        "1. ",
        "#",
        "!",
    ]
)


def told(rows: list[inline._Raw]) -> list[tuple[object, ...]]:
    return [(r.line, r.text.strip(), r.codes, r.links, r.bold_until, r.hard) for r in rows]


@given(st.lists(PIECES, max_size=8).map(lambda pieces: "".join(pieces).strip()))
@example("**Response Time**: < 5 minutes")
@example("**P0**")
@example("**a:**b")
def test_a_short_way_leads_to_the_same_rows(content: str) -> None:
    if content and (short := inline._bare_rows(7, content)):
        assert told(short) == told(inline._collect(7, Markdown("").inline(content)))
