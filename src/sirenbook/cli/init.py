"""`sirenbook init`: a first sirenbook.toml for a playbook, to fill in."""

from pathlib import Path
from typing import Any

import click

from sirenbook.cli import options
from sirenbook.cli.exits import Exit, Fault
from sirenbook.cli.playbooks import playbook, read
from sirenbook.cli.screen import put_json, say


@click.command("init")
@playbook
@click.option("--force", is_flag=True, help="Write it anew where there is one; what stood there is lost.")
@options.as_json
def init(*, playbook: Path, force: bool, as_json: bool) -> None:
    """Write a sirenbook.toml beside PLAYBOOK: every name that it pages, with its line, and what it leaves open."""
    from sirenbook.engine.policies.reading import load
    from sirenbook.engine.policies.texts import BINDINGS, Texts
    from sirenbook.playbook.bindings.drafts import toml_for
    from sirenbook.playbook.bindings.reachability import distinct_targets

    policy = load(Texts(read(playbook).files)).policy
    file = (playbook if playbook.is_dir() else playbook.parent) / BINDINGS
    _write(file, toml_for(policy), force=force)
    targets = distinct_targets(policy)
    found: dict[str, Any] = {"file": str(file), "names": targets, "questions": [q.key for q in policy.questions]}
    if as_json:
        put_json(found)
        return
    click.echo(str(file))
    count = f"{len(targets)} name{'s' if len(targets) != 1 else ''}"
    say(f"It asks who {count} of the playbook stand for. Fill it in, then: sirenbook explain {playbook}")


def _write(file: Path, text: str, *, force: bool) -> None:
    """Write a file that is not there yet; with `force` also over one that is."""
    try:
        with file.open("w" if force else "x", encoding="utf-8") as draft:
            draft.write(text)
    except FileExistsError as error:
        raise Fault(f"{file} exists already", "--force writes it anew.", Exit.REFUSED) from error
    except OSError as error:
        raise Fault(f"{file} cannot be written: {error.strerror}", "", Exit.USAGE) from error
