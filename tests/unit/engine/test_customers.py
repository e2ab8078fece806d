"""Lists of customers on files: whose addresses they hold, and what is wrong with them, by file and line."""

from pathlib import Path

import pytest

from sirenbook.engine import plugins
from sirenbook.engine.status import customers
from sirenbook.model.bindings import Bindings
from sirenbook.playbook.bindings.reader import read_bindings

TOML = """[customers.carriers]
addresses = ["ops@carrier.example"]
file = "carriers.txt"

[customers.ports]
file = "ports.txt"

[channels.email]
folder = "mails"
from = "sirenbook@harbour.example"
"""


def bindings() -> Bindings:
    found, findings = read_bindings(TOML, "sirenbook.toml")
    assert not findings
    return found


def told(home: Path) -> list[tuple[str, str, str, int]]:
    return [(d.code, d.grade, d.at.file, d.at.line) for d in customers.faults(bindings(), home)]


def test_files_that_are_not_there_are_errors_at_their_line(tmp_path: Path) -> None:
    assert told(tmp_path) == [("SB395", "error", "sirenbook.toml", 3), ("SB395", "error", "sirenbook.toml", 6)]
    [first, _] = customers.faults(bindings(), tmp_path)
    assert (
        str(tmp_path / "carriers.txt") in first.text
        and "by hand" in first.text
        and "one address a line" in first.help
    )
    assert customers.broken(bindings(), tmp_path) == ("carriers", "ports")
    assert customers.addresses(bindings(), tmp_path, ("carriers",)) == ["ops@carrier.example"]
    assert {d.code for d in plugins.open_channels(bindings(), {}, tmp_path).diagnostics} >= {"SB395"}


def test_a_line_that_is_no_address_is_told_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "carriers.txt").write_text("# ours\nanna@carrier.example\n\nOPS@carrier.example\nnobody at all\n")
    (tmp_path / "ports.txt").write_text("# nobody yet\n")
    assert told(tmp_path) == [("SB396", "warning", "carriers.txt", 5), ("SB395", "error", "ports.txt", 1)]
    assert customers.broken(bindings(), tmp_path) == ("ports",)
    assert customers.addresses(bindings(), tmp_path, ("carriers", "ports")) == [
        "ops@carrier.example",
        "anna@carrier.example",
    ]


@pytest.mark.parametrize("bad", [b"\xff\xfe", None])
def test_what_is_no_text_is_told(tmp_path: Path, bad: bytes | None) -> None:
    for name in ("carriers.txt", "ports.txt"):
        (tmp_path / name).mkdir() if bad is None else (tmp_path / name).write_bytes(bad)
    assert [code for code, *_ in told(tmp_path)] == ["SB395", "SB395"]
    assert customers.broken(bindings(), tmp_path) == ("carriers", "ports")
