"""`sirenbook lint --fix`: what is certain is mended, what it was and is is shown, and nothing else changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli import lint_fix
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.lint_fix import Fixed, fix

SPOILT = "\ufeff# Incidents\r\n\r\nðŸš¨ Call J\udcffrgen first.  \r\n\uf8ffüö® l’été, “CAFÉ”\rend"
MENDED = "\ufeff# Incidents\r\n\r\n🚨 Call J\udcffrgen first.  \r\n🚨 l’été, “CAFÉ”\rend"


def stored(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "playbook.md"
    path.write_bytes(stored(SPOILT))
    path.chmod(0o640)
    return path


def test_only_what_was_misread_changes(file: Path) -> None:
    mended = list(fix(file, ["playbook.md"]))
    assert file.read_bytes() == stored(MENDED)
    assert file.stat().st_mode & 0o777 == 0o640
    assert [f.line for f in mended] == [3, 4]
    assert mended[0] == Fixed(str(file), 3, "ðŸš¨ Call J\udcffrgen first.  ", "🚨 Call J\udcffrgen first.  ")
    assert [p.name for p in file.parent.iterdir()] == ["playbook.md"]


def test_a_second_time_there_is_nothing_to_mend(file: Path) -> None:
    list(fix(file, ["playbook.md"]))
    before = file.stat()
    assert list(fix(file, ["playbook.md"])) == []
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked.md"
    link.symlink_to(file)
    list(fix(link, ["linked.md"]))
    assert link.is_symlink()
    assert file.read_bytes() == stored(MENDED)


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    file.chmod(0o440)
    with pytest.raises(Fault) as refused:
        list(fix(file, ["playbook.md"]))
    assert refused.value.code == Exit.REFUSED
    assert file.read_bytes() == stored(SPOILT)


def test_a_full_disk_leaves_the_file_and_no_rest(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lint_fix.os, "fsync", full)
    with pytest.raises(Fault, match="No space left"):
        list(fix(file, ["playbook.md"]))
    assert file.read_bytes() == stored(SPOILT)
    assert [p.name for p in file.parent.iterdir()] == ["playbook.md"]


def test_the_command_shows_what_it_changed(file: Path, run: Any) -> None:
    result = run("lint", file, "--fix", "--select", "SB104")
    assert (result.stdout, result.exit_code) == ("", Exit.OK)
    assert "  - ðŸš¨ Call" in result.stderr
    assert "  + 🚨 Call" in result.stderr


def test_its_json(file: Path, run: Any) -> None:
    fixed = json.loads(run("lint", file, "--fix", "--json").stdout)["fixed"]
    assert [(f["file"], f["line"]) for f in fixed] == [(str(file), 3), (str(file), 4)]
    assert json.loads(run("lint", file, "--fix", "--json").stdout)["fixed"] == []


def test_without_it_nothing_is_written(file: Path, run: Any) -> None:
    run("lint", file)
    assert file.read_bytes() == stored(SPOILT)


def test_an_option_that_is_wrong_is_found_before_anything_is_written(file: Path, run: Any) -> None:
    assert run("lint", file, "--fix", "--select", "SB999").exit_code == Exit.USAGE
    assert file.read_bytes() == stored(SPOILT)
