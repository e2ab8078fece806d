"""`export` and `verify`: what is written, and what is said of a bundle that was touched."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sirenbook.cli.exits import Exit
from sirenbook.store.evidence import SEAL, TIMELINE, bundle
from unit.store.test_evidence import AT, stored

HEAD = stored().head.hex()


@pytest.fixture
def exported(server: Any, home: Path, run: Any, tmp_path: Path) -> Path:
    """A bundle on disk."""
    files = bundle(stored(), {"playbook.md": "# Desk\n"}, AT, "mira")
    answer = {"incident": "INC-41", "head": HEAD, "seal": files[SEAL].strip(), "files": files}
    server.answers["GET /api/incidents/INC-41/evidence"] = (200, answer)
    file = tmp_path / "proof.zip"
    result = run("export", "41", "--evidence", "--to", str(file))
    assert result.exit_code == 0, result.stderr
    assert f"--seal {files[SEAL].strip()}" in result.stderr
    assert result.stdout == ""
    return file


def test_a_bundle_is_whole_and_is_not_overwritten(exported: Path, run: Any) -> None:
    result = run("verify", str(exported), "--head", HEAD, "--json")
    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (0, True)
    assert "is as it was" in run("verify", str(exported)).stderr
    again = run("export", "41", "--to", str(exported))
    assert (again.exit_code, "exists already" in again.stderr) == (Exit.REFUSED, True)


def test_a_touched_bundle_is_told_from_a_whole_one(exported: Path, run: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(exported) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"Rolled back", b"Rolled away"))
    result = run("verify", str(other))
    assert result.exit_code == Exit.FINDINGS
    assert f"{TIMELINE} was changed" in result.stderr
    assert "was edited, removed or moved" in result.stderr
    assert run("verify", str(exported), "--head", "0" * 64).exit_code == Exit.FINDINGS


def test_the_timeline_alone_goes_to_stdout_as_stored(exported: Path, run: Any) -> None:
    result = run("export", "INC-41")
    assert result.stdout == "".join(f"{t}\n" for t in stored().texts)


@pytest.mark.parametrize("body", [b"", b"PK", b"hello", b"PK\x03\x04" + bytes(60)])
def test_what_is_no_bundle_is_refused_in_words(body: bytes, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "what.zip"
    file.write_bytes(body)
    result = run("verify", str(file))
    assert (result.exit_code, "Traceback" in result.stderr) == (Exit.USAGE, False)
    assert run("verify", str(tmp_path / "nothing.zip")).exit_code == Exit.NOT_FOUND


def test_two_files_of_one_name_are_refused(exported: Path, run: Any) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(exported, "a") as packed:
        packed.writestr(TIMELINE, "")
    assert run("verify", str(exported)).exit_code == Exit.USAGE
