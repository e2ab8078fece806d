"""`plan`, `apply`, `policies` and `init`: what they ask of the server, what they say, and how they end."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from sirenbook.cli import plan as commands
from sirenbook.cli.exits import Exit
from sirenbook.engine.policies.plan import compare
from sirenbook.engine.policies.reading import load
from sirenbook.engine.policies.texts import Texts
from sirenbook.playbook.bindings.reader import read_bindings
from unit.engine.test_plan import BOOK, NOW, PEOPLE

NEW = BOOK.replace("| 5 minutes", "| 8 minutes")
UNBOUND = PEOPLE.replace('"Secondary On-Call" = "bo"', "")
VERSION = {
    "number": 3,
    "digest": "abcdef0123456789",
    "policy": "p",
    "applied_at": "2026-01-05T10:00:00+00:00",
    "applied_by": "Ana Lima",
    "via": "api",
    "note": "slower \x1b[31m",
    "in_force": True,
}


def answer(new: str = NEW, people: str = PEOPLE) -> dict[str, Any]:
    """What the server says of a new playbook."""
    found = compare(load(Texts({"ferry.md": BOOK}, PEOPLE)), load(Texts({"ferry.md": new}, people)), [], [], NOW)
    digests = {"number": 2, "digest": "d" * 64, "new_digest": "e" * 64}
    return {**digests, "same": found.same, "errors": len(found.errors), "plan": to_builtins(found)}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "desk").mkdir()
    path = tmp_path / "desk" / "ferry.md"
    path.write_text(NEW)
    (path.parent / "sirenbook.toml").write_text(PEOPLE)
    return path


@pytest.fixture
def planned(server: Any, home: Path) -> Any:
    server.answer("POST /api/policies/plan", answer())
    server.answer("POST /api/policies", {"version": VERSION, "changed": True, "plan": answer()["plan"]})
    return server


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_somebody_can_answer", lambda: True)


def test_a_plan_says_what_differs_and_exits_with_7(planned: Any, run: Any, book: Path) -> None:
    result = run("plan", book)
    assert result.exit_code == Exit.DIFFERS
    assert result.stdout.startswith(
        "Clocks\n  P1: respond within 8 min, was 5 min [ferry.md:7, was ferry.md:7]\n\n"
    )
    assert f"sirenbook apply {book} --expect dddddddddddd" in result.stderr
    assert planned.last.body == {"files": {"ferry.md": NEW}, "bindings": PEOPLE}


def test_a_plan_in_json(planned: Any, run: Any, book: Path) -> None:
    result = run("plan", book, "--json")
    assert (json.loads(result.stdout), result.stderr) == (json.loads(json.dumps(answer())), "")


def test_nothing_differs(planned: Any, run: Any, book: Path) -> None:
    planned.answer("POST /api/policies/plan", answer(BOOK))
    result = run("plan", book)
    assert result.exit_code == Exit.OK
    assert result.stdout.startswith("Nothing changes for anybody")


def test_errors_of_the_new_playbook(planned: Any, run: Any, book: Path) -> None:
    planned.answer("POST /api/policies/plan", answer(people=UNBOUND))
    assert run("plan", book).exit_code == Exit.FINDINGS
    refused = run("apply", book, "--yes")
    assert refused.exit_code == Exit.FINDINGS
    assert "--force" in refused.stderr
    assert [a.path for a in planned.asked] == ["/api/policies/plan"] * 2
    assert run("apply", book, "--yes", "--force").exit_code == Exit.OK
    assert planned.last.body["force"] is True


def test_bindings_beside_the_new_playbook_are_not_needed(planned: Any, run: Any, book: Path) -> None:
    (book.parent / "sirenbook.toml").unlink()
    result = run("plan", book)
    assert "the one in force stays" in result.stderr
    assert planned.last.body == {"files": {"ferry.md": NEW}}


def test_a_folder(planned: Any, run: Any, book: Path) -> None:
    (book.parent / "second.md").write_text("# More")
    run("plan", book.parent)
    assert list(planned.last.body["files"]) == ["ferry.md", "second.md"]


def test_apply_puts_in_force_what_was_planned(planned: Any, run: Any, book: Path) -> None:
    result = run("apply", book, "--yes", "--note", "slower", "--by", "ana")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (Exit.OK, "3")
    body = {"files": {"ferry.md": NEW}, "bindings": PEOPLE, "note": "slower", "expected": "d" * 64, "by": "ana"}
    assert planned.last.body == body
    assert "Version 3 is in force" in result.stderr
    told = run("apply", book, "--yes", "--json")
    assert json.loads(told.stdout)["version"] == VERSION


def test_apply_asks(planned: Any, run: Any, book: Path, at_a_terminal: None) -> None:
    declined = run("apply", book, input="n\n")
    assert declined.exit_code == Exit.REFUSED
    assert planned.last.path == "/api/policies/plan"
    assert "Put it in force?" in declined.stderr
    assert run("apply", book, input="y\n").exit_code == Exit.OK
    assert planned.last.path == "/api/policies"


def test_apply_asks_nobody_where_nobody_is(planned: Any, run: Any, book: Path) -> None:
    result = run("apply", book)
    assert (result.exit_code, planned.asked) == (Exit.USAGE, [])
    assert "--yes" in result.stderr


def test_a_plan_that_somebody_overtook_is_refused(planned: Any, run: Any, book: Path) -> None:
    assert run("apply", book, "--yes", "--expect", "dddddd").exit_code == Exit.OK
    for other in ("abcdef", "d", "dd"):
        result = run("apply", book, "--yes", "--expect", other)
        assert (result.exit_code, planned.last.path) == (Exit.REFUSED, "/api/policies/plan")
    error = {"error": {"code": "overtaken", "text": "the playbook in force is another", "help": "plan again"}}
    planned.answer("POST /api/policies", error, 409)
    result = run("apply", book, "--yes")
    assert (result.exit_code, "Plan again." in result.stderr) == (Exit.REFUSED, True)


def test_what_is_in_force_already(planned: Any, run: Any, book: Path) -> None:
    planned.answer("POST /api/policies", {"version": VERSION, "changed": False, "plan": answer()["plan"]})
    assert "in force already, as version 3" in run("apply", book, "--yes").stderr


def test_a_playbook_that_is_not_there(planned: Any, run: Any, tmp_path: Path) -> None:
    for command in (("plan",), ("apply", "--yes"), ("init",)):
        assert run(*command, tmp_path / "none.md").exit_code == Exit.NOT_FOUND


def test_a_database_that_is_not_there(home: Path, run: Any, book: Path) -> None:
    result = run("plan", book, "--database-url", "postgresql://127.0.0.1:1/none?connect_timeout=1")
    assert result.exit_code == Exit.UNREACHABLE
    assert "database cannot be read" in result.stderr


def test_the_database_itself(database: str, home: Path, run: Any, book: Path) -> None:
    from unit.web.site import running

    empty = run("plan", book, "--database-url", database)
    assert (empty.exit_code, "no playbook is in force" in empty.stderr.lower()) == (Exit.NOT_FOUND, True)
    with running(database, texts=Texts({"ferry.md": BOOK}, PEOPLE)):
        result = run("plan", book, "--database-url", database)
        assert result.exit_code == Exit.DIFFERS
        assert "P1: respond within 8 min, was 5 min" in result.stdout


def test_the_list_of_versions(server: Any, home: Path, run: Any) -> None:
    older = {**VERSION, "number": 2, "in_force": False, "note": ""}
    server.answer("GET /api/policies?limit=50", {"policies": [VERSION, older], "next": 2})
    result = run("policies", "--utc")
    assert result.stdout.splitlines() == [
        "VERSION     APPLIED           BY        VIA  DIGEST        NOTE",
        "3 in force  2026-01-05 10:00  Ana Lima  api  abcdef012345  slower \\x1b[31m",
        "2           2026-01-05 10:00  Ana Lima  api  abcdef012345",
    ]
    assert "--before 2" in result.stderr
    run("policies", "-n", "5", "--before", "9")
    assert server.last.path == "/api/policies?limit=5&before=9"


def test_an_old_version(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    told = {"version": VERSION, "files": {"ferry.md": BOOK}, "bindings": PEOPLE}
    server.answer("GET /api/policies/3", told)
    result = run("policies", "3", "--utc")
    assert result.stdout == BOOK
    assert "Version 3, applied by Ana Lima, 2026-01-05 10:00: slower \\x1b[31m" in result.stderr
    assert json.loads(run("policies", "3", "--json").stdout) == told
    folder = tmp_path / "old"
    assert run("policies", "3", "--to", folder).exit_code == Exit.OK
    assert ((folder / "ferry.md").read_text(), (folder / "sirenbook.toml").read_text()) == (BOOK, PEOPLE)
    assert run("policies", "3", "--to", folder).exit_code == Exit.REFUSED
    assert run("policies", "--to", folder).exit_code == Exit.USAGE


def test_names_of_files_lead_nowhere_else(server: Any, home: Path, run: Any, tmp_path: Path) -> None:
    evil = {"../../out.md": "a", "/etc/x.md": "b", "..\\\\y.md": "c"}
    server.answer("GET /api/policies/3", {"version": VERSION, "files": evil, "bindings": None})
    assert run("policies", "3", "--to", tmp_path / "in" / "here").exit_code == Exit.OK
    assert {p.name for p in (tmp_path / "in" / "here").iterdir()} == {"out.md", "x.md", "y.md"}
    assert not (tmp_path / "out.md").exists()


def test_init_drafts_every_name(run: Any, book: Path) -> None:
    (book.parent / "sirenbook.toml").unlink()
    result = run("init", book)
    file = book.parent / "sirenbook.toml"
    assert (result.exit_code, result.stdout) == (Exit.OK, f"{file}\n")
    text = file.read_text()
    for name in ("Primary On-Call", "Secondary On-Call", "Engineering Manager"):
        assert f'# "{name}" = "mira"' in text
    assert read_bindings(text, "sirenbook.toml")[1] == ()


def test_init_overwrites_nothing_unless_told_to(run: Any, book: Path) -> None:
    file = book.parent / "sirenbook.toml"
    result = run("init", book)
    assert (result.exit_code, file.read_text()) == (Exit.REFUSED, PEOPLE)
    assert "--force" in result.stderr
    answered = PEOPLE + '[answers]\nresolve.watch = "20 minutes"\n'
    file.write_text(answered)
    told = json.loads(run("init", book.parent, "--force", "--json").stdout)
    assert "resolve.watch" in told["questions"]
    assert '# resolve.watch = "5 minutes"' in file.read_text()


def test_init_where_nothing_can_be_written(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BOOK)
    (tmp_path / "sirenbook.toml").mkdir()
    assert run("init", tmp_path / "a.md", "--force").exit_code == Exit.USAGE
