"""What people type after a slash, as it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.engine.chat.words import Said, mentioned, read

NAMES = {"declare": ("severity", "title"), "update": ("next", "audience"), "note": ()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('declare severity=P1 title="Gate down" ', Said("declare", None, {"severity": "P1", "title": "Gate down"})),
        ("declare title=“it’s” severity = P2", Said("declare", None, {"severity": "P2", "title": "it's"})),
        ("declare Gate 4 is slow", Said("declare", None, {}, "Gate 4 is slow")),
        ("DECLARE", Said("declare")),
        ("note INC-7 severity=P1 is wrong", Said("note", 7, {}, "severity=P1 is wrong")),
        ("note inc-7", Said("note", 7)),
        ("note INC-x y", Said("note", None, {}, "INC-x y")),
        ('note "quoted whole"', Said("note", None, {}, "quoted whole")),
        ("update INC-7 we wait next=30m for them", Said("update", 7, {"next": "30m"}, "we wait for them")),
        ("update the text=next=5 stays", Said("update", None, {}, "the text=next=5 stays")),
        ("", Said("")),
    ],
)  # fmt: skip
def test_words_are_read(text: str, said: Said) -> None:
    assert read(text, NAMES) == said


@given(st.text(max_size=300))
def test_anything_is_read_as_something(text: str) -> None:
    said = read(text, NAMES)
    assert said.incident is None or said.incident >= 0
    mentioned(text)


def test_mentions() -> None:
    assert mentioned(" <@U012ABCDE|sam> ") == "U012ABCDE" and mentioned("<@W012ABCDE>") == "W012ABCDE"
    assert mentioned("@sam") == mentioned("<@U1><!channel>") == ""
