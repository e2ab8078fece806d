"""Untrusted text that is shown, cut, linked and named."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sirenbook.channels.escaping import clip, clip_bytes, lines, link, one_line, token

ANY = st.text(st.characters(exclude_categories=()))
SEEN = st.sampled_from(["\n", "\r", "\x1b[0m", "\u202e", "\x00", "é", "👩", "a ", '"', "\\"])


def hidden(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}} - {
        "\u200c",
        "\u200d",
    }


@given(ANY | st.lists(SEEN).map("".join), st.integers(1, 50))
def test_one_line_is_one_line_of_seen_letters(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit and not hidden(shown)
    shown.encode("utf-8")


@given(ANY | st.lists(SEEN).map("".join))
def test_lines_keep_only_their_breaks(text: str) -> None:
    assert hidden(lines(text)) <= {"\n"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("a\x00b", "a\\x00b"),
        ("\ud800", "\\ud800"),
        ("👩‍👧 é <b> {{x}}", "👩‍👧 é <b> {{x}}"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_lines_stay_lines() -> None:
    assert lines("a\r\nb\tc\rd") == "a\nb    c\\x0dd"


def test_a_cut_is_marked() -> None:
    assert clip("abcdef", 4) == "abc…" and clip("abcd", 4) == "abcd"


@given(st.text(), st.integers(3, 60))
def test_clip_bytes_keeps_the_size_in_json(text: str, limit: int) -> None:
    calm = one_line(text, 500)
    assert len(json.dumps(clip_bytes(calm, limit), ensure_ascii=False).encode()) - 2 <= limit


@pytest.mark.parametrize("url", ["http://a/", "https://a.example:8443/x?y=1&z#f", "HTTPS://A/", "http://[::1]:80/"])
def test_links(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a/",
        "http://",
        "http:///x",
        "http://a b/",
        'http://a/"onclick=x',
        "http://a/\nb",
        "http://ä/",
        "http://a:99999/",
        "https://a/" + "x" * 3000,
        " http://a/",
    ],
)
def test_no_links(url: str | None) -> None:
    assert link(url) == ""


@given(ANY, ANY)
def test_a_token_fits_into_any_header_and_tells_keys_apart(one: str, other: str) -> None:
    assert token(one).isascii() and token(one).isprintable() and "." not in token(one) and len(token(one)) <= 120
    assert (token(one) == token(other)) == (one == other)


def test_a_plain_key_stays_readable() -> None:
    assert token("INC-12:p1:0") == "INC-12:p1:0"
