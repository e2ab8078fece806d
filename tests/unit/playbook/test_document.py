"""The document tree: what is a section, a label, a line, and where it stands."""

import pytest

from sirenbook.playbook.text.document import Fence, Items, Paragraph, Table, lines_of, parse
from sirenbook.playbook.text.encoding import repair


def outline(text: str) -> list[tuple[int, int, str]]:
    return [(s.level, s.title.line, s.title.text) for s in parse("p.md", text).root.walk()][1:]


def labels(text: str) -> list[tuple[str, str, int]]:
    return [(x.label, x.value, x.line) for x in lines_of(parse("p.md", text).root) if x.text]


def test_headings_nest_by_level() -> None:
    assert outline("# A\n\ntext\n\n### B\n\n## C\n") == [(1, 1, "A"), (3, 5, "B"), (2, 7, "C")]


@pytest.mark.parametrize("line", ["**Examples:**", "**Examples**:", "**Examples**", "__Examples__"])
def test_a_bold_line_is_a_heading(line: str) -> None:
    assert [(level, title.rstrip(":")) for level, _, title in outline(f"# A\n\n{line}\n\n- x\n")] == [
        (1, "A"),
        (7, "Examples"),
    ]


def test_a_bold_first_line_heads_the_rest_of_its_paragraph() -> None:
    text = "# A\n\n**SEV1: all is lost**\nNobody can log in.\nUpdates: hourly\n"
    assert outline(text) == [(1, 1, "A"), (7, 3, "SEV1: all is lost")]
    assert labels(text)[2:] == [("", "Nobody can log in.", 4), ("Updates", "hourly", 5)]


def test_a_bold_field_stands_beside_a_bold_heading_not_under_it() -> None:
    text = "# A\n\n**Examples**:\n\n- x\n\n**Response Time**: 5 minutes\n"
    section = parse("p.md", text).root.sections[0]
    assert [type(b).__name__ for b in section.blocks] == ["Paragraph"]


def test_a_line_that_ends_in_a_colon_heads_only_the_next_block() -> None:
    document = parse("p.md", "# A\n\nCall these:\n\n1. x\n2. y\n\nThen wait.\n")
    lead = document.root.sections[0].sections[0]
    assert (lead.level, [type(b).__name__ for b in lead.blocks]) == (8, ["Items"])


@pytest.mark.parametrize(
    ("line", "label", "value"),
    [
        ("**Response Time**: 5 minutes", "Response Time", "5 minutes"),
        ("**Response Time:** 5 minutes", "Response Time", "5 minutes"),
        ("Response time: 5 minutes", "Response time", "5 minutes"),
        ("🔴 **P0** – all down", "P0", "all down"),
        ("**P0 - Critical** (Production Down)", "P0 - Critical", "(Production Down)"),
        ("**Restart** the pods", "", "Restart the pods"),
        ("See https://example.org: it helps", "", "See https://example.org: it helps"),
        ("Just words.", "", "Just words."),
        ("Ratio is 3:1 or so", "", "Ratio is 3:1 or so"),
    ],
)
def test_labels(line: str, label: str, value: str) -> None:
    assert labels(f"- {line}\n") == [(label, value, 1)]


def test_wrapped_text_is_one_line_and_new_fields_are_new_lines() -> None:
    text = "Escalate to the team lead\nafter one hour.\n**Impact**: much\n**Owner**: we\n"
    assert [x[:2] for x in labels(text)] == [
        ("", "Escalate to the team lead after one hour."),
        ("Impact", "much"),
        ("Owner", "we"),
    ]


def test_a_phrase_in_wrapped_text_is_found_on_its_own_line() -> None:
    line = next(
        lines_of(parse("p.md", "# A\n\nEscalate to the team lead\nafter one hour.\n").root.sections[0].blocks[0])
    )
    assert (line.at("one hour").line, line.at("team lead").line) == (4, 3)


def test_a_cell_knows_its_line_and_column() -> None:
    table = parse("p.md", "| A | B |\n|---|---|\n| x | 5 min |\n").root.blocks[0]
    assert isinstance(table, Table)
    place = table.rows[0][1].at("5 min")
    assert (place.line, place.column, place.quote) == (3, 7, "5 min")


def test_breaks_in_a_cell_are_kept_apart() -> None:
    table = parse("p.md", "| A |\n|---|\n| x<br>y |\n").root.blocks[0]
    assert isinstance(table, Table)
    assert table.rows[0][0].text == "x; y"


def test_a_list_keeps_numbers_nesting_and_fences() -> None:
    items = parse("p.md", "3. one\n   ```sh\n   ls\n   ```\n4. two\n   - inner\n").root.blocks[0]
    assert isinstance(items, Items)
    assert [i.number for i in items.items] == [3, 4]
    fence = items.items[0].blocks[0]
    assert isinstance(fence, Fence)
    assert (fence.language, fence.text, fence.line) == ("sh", "ls\n", 3)


def test_a_fence_holds_no_words_for_readers() -> None:
    assert labels("```\n# P0\nResponse time: 5 min\n```\n") == []


def test_front_matter_is_no_text_and_keeps_line_numbers() -> None:
    assert outline("---\ntitle: x\n---\n# A\n") == [(1, 4, "A")]


def test_a_rule_under_a_long_paragraph_makes_no_heading() -> None:
    assert outline("word " * 30 + "\n---\n") == []


def test_html_is_its_words() -> None:
    assert [x[1] for x in labels("<details><summary>More</summary>\n\n<!-- not this -->\n\n- call <name>\n")] == [
        "More",
        "call <name>",
    ]


def test_quotes_are_opened() -> None:
    assert labels("> **Note**: page us\n") == [("Note", "page us", 1)]


def test_carriage_returns_count_as_lines() -> None:
    assert outline("# A\r\n\r\n# B\r# C\n") == [(1, 1, "A"), (1, 3, "B"), (1, 4, "C")]


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "words", ["✅ done", "🚨 alarm", "naïve — “quoted” → next", "1–2 h", "👩‍💻 l’été", "Привет", "INFORMACIÓN"]
)
def test_mojibake_is_mended(codec: str, words: str) -> None:
    raw = words.encode()
    spoilt = "".join(bytes([b]).decode(codec) if _known(b, codec) else chr(b) for b in raw)
    assert repair(f"a\n{spoilt}\n") == (f"a\n{words}\n", (2,))


def test_mojibake_of_mojibake_is_mended() -> None:
    spoilt = "🚨 l’été".encode().decode("cp1252").encode().decode("cp1252")
    assert repair(spoilt)[0] == "🚨 l’été"


def _known(byte: int, codec: str) -> bool:
    try:
        bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    "words",
    [
        "café",
        "Größe",
        "→ ✅",
        "Ærø",
        "日本語",
        "é“x”",
        "l’été",
        "«École»",
        "“Über”",
        "—été",
        "“CAFÉ”",
        "AMANHÃ”",
        "“sé…”",
    ],
)
def test_good_text_stays(words: str) -> None:
    assert repair(words) == (words, ())


def test_paragraph_type_is_exported_for_readers() -> None:
    assert isinstance(parse("p.md", "x").root.blocks[0], Paragraph)


def test_lines_flush_left_that_lead_to_the_next_list_are_no_items() -> None:
    text = "# A\n\nFor SEV0:\n- every 15 minutes\nFor SEV2\n- every hour\nThat is all:\n\nEnd\n"
    root = parse("p.md", text).root
    leads = [section.title for section in root.walk() if section.title.text.startswith("For")]
    assert [(lead.text, lead.line) for lead in leads] == [("For SEV0:", 3), ("For SEV2", 5)]


def test_fences_that_are_closed_with_a_language_swallow_nothing() -> None:
    text = "# A\n\n```bash\nls\n```text\n\n## B\n\n```sql\nSELECT 1;\n```text\n\n- C\n"
    root = parse("p.md", text).root
    assert [section.title.text for section in root.walk()] == ["", "A", "B"]
    assert [(b.text, b.line) for s in root.walk() for b in s.blocks if isinstance(b, Fence)] == [
        ("ls\n", 4),
        ("SELECT 1;\n", 10),
    ]


@pytest.mark.parametrize("end", ["```", "```text\n\n```bash\nls\n```"])
def test_fences_of_which_some_are_closed_plainly_stay_as_they_are(end: str) -> None:
    text = f"# A\n\n```bash\nls\n```text\n\n## B\n\n```sql\nSELECT 1;\n{end}\n"
    assert [section.title.text for section in parse("p.md", text).root.walk()][:2] == ["", "A"]
    assert not any(section.title.text == "B" for section in parse("p.md", text).root.walk())


def test_a_fence_of_markdown_ends_where_the_fences_within_it_are_closed() -> None:
    text = "# A\n\n```markdown\n## Page\n```bash\nls\n```\nMore\n```\n\n## B\n\n```bash\nps\n```\n"
    root = parse("p.md", text).root
    assert [section.title.text for section in root.walk()] == ["", "A", "B"]
    held = [(b.language, b.text, b.line) for s in root.walk() for b in s.blocks if isinstance(b, Fence)]
    assert held == [("markdown", "## Page\n```bash\nls\n```\nMore\n", 4), ("bash", "ps\n", 14)]


def test_a_fence_of_markdown_that_is_never_closed_stays_as_it_is() -> None:
    text = "# A\n\n```markdown\n## Page\n```bash\nls\n```\n\n## B\n"
    assert [section.title.text for section in parse("p.md", text).root.walk()] == ["", "A", "B"]


def test_a_heading_is_told_without_its_colon() -> None:
    assert [s.title.text for s in parse("p.md", "# A:\n\n## B: c:\n").root.walk()] == ["", "A", "B: c"]
