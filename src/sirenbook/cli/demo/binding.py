"""Binds a playbook to the demo's platform: its commands to the cluster and database here, its mail to a folder."""

import re
import shutil
import stat
from pathlib import Path

from sirenbook.cli.demo.database import CHANGER, READER
from sirenbook.cli.demo.serving import Platform

TOOLS = ("kubectl", "psql", "pg_isready", "curl")
VARIABLES = ("DB_HOST", "DB_PORT", "DB_USER", "DB_NAME", "PGHOST", "PGPORT", "PGPASSWORD", "PGSSLMODE")
SECRETS = ("DATABASE_URL", "OPENAI_API_KEY")
WATCH = "20 seconds"
"""How long alerts stay quiet before an incident is over: somebody is watching, so not a quarter of an hour."""
_CURL = """#!/bin/sh
# Leads every address to the demo's platform: api.example.com is the service here, and nothing leaves this machine.
for word do
  shift
  case $word in https://*) word=http://${word#https://} ;; esac
  set -- "$@" "$word"
done
exec CURL --noproxy '' --proxy PLATFORM "$@"
"""


def write_programs(folder: Path, running: Platform) -> None:
    """Programs that go before the machine's own: curl that reaches the demo's services by their public names."""
    folder.mkdir(mode=0o700)
    if curl := shutil.which("curl"):
        place = folder / "curl"
        place.write_text(_CURL.replace("CURL", curl).replace("PLATFORM", running.url))
        place.chmod(stat.S_IRWXU)


def missing_tools() -> list[str]:
    """The programs of runbooks that this machine does not have; their steps cannot run."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def environment(running: Platform) -> dict[str, str]:
    """The variables that runbooks count on."""
    database = running.database
    found = {"OPENAI_API_KEY": "worthless", "DB_NAME": running.world.inventory.database}
    if database is None:
        return found
    found |= dict.fromkeys(("DB_HOST", "PGHOST"), "127.0.0.1")
    found |= dict.fromkeys(("DB_PORT", "PGPORT"), str(database.port))
    found |= {"DB_USER": READER, "PGPASSWORD": database.password, "PGSSLMODE": "disable"}
    found |= {"DATABASE_URL": database.url(READER), "DEMO_READER": database.url(READER)}
    return found | {"DEMO_CHANGER": database.url(CHANGER)}


def bindings(texts: str, running: Platform, kubeconfig: Path) -> str:
    """The playbook's sirenbook.toml with the demo's platform bound to its runbooks."""
    tools = ", ".join(f'"{t}"' for t in TOOLS if t not in missing_tools())
    names = ", ".join(f'"{v}"' for v in VARIABLES)
    masked = ", ".join(f'"{v}"' for v in SECRETS)
    tables = [
        _watched(texts),
        f"[executors.shell]\ntools = [{tools}]\nenvironment = [{names}]\nmasked = [{masked}]\n"
        f'kubeconfig = "{kubeconfig}"\ncontext = "demo"\ntarget = "the demo\'s platform"\n'
        # Its curl leads every address to the platform.
        'allow = ["*"]',
        '[executors.sql]\ndsn_env = "DEMO_READER"\ndsn_to_change_env = "DEMO_CHANGER"',
        _parameters(running),
    ]
    return "\n\n".join(tables) + "\n"


def _watched(text: str) -> str:
    """The text with a short watch before an incident is over."""
    line = f'resolve.watch = "{WATCH}"'
    if re.search(r"^resolve\.watch\s*=", text, re.MULTILINE):
        return re.sub(r"^resolve\.watch\s*=.*$", line, text, count=1, flags=re.MULTILINE)
    if re.search(r"^\[answers\]", text, re.MULTILINE):
        return re.sub(r"^\[answers\].*$", f"[answers]\n{line}", text, count=1, flags=re.MULTILINE)
    return f"{text}\n[answers]\n{line}\n"


def _parameters(running: Platform) -> str:
    """What stands for the places that runbooks leave to fill in."""
    database = running.database
    given = {
        "service": {"label": "service"}, "deployment-name": {"label": "service"}, "pod-name": {"label": "pod"},
        "new-count": "4", "postgres-pod": "postgres-0", "redis-pod": "redis-0", "cert-name": "public-tls",
        "agent_id": "17", "key_id": "31", "user_id": "7",
        "DB_HOST": "127.0.0.1", "DB_PORT": str(database.port if database else 5432), "DB_USER": READER,
    }  # fmt: skip
    lines = []
    for name, value in given.items():
        told = f'{{label = "{value["label"]}"}}' if isinstance(value, dict) else f'"{value}"'
        lines.append(f"{name} = {told}")
    return "\n".join(["[parameters]", *lines])
