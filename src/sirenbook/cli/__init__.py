"""The command line: names every command here and loads its module only when it is called."""

import os
from importlib import import_module
from typing import NamedTuple

import click

from sirenbook.cli.exits import Exit, Fault


class Lazy(NamedTuple):
    """Where a command is defined, and the line that `--help` shows of it without loading it."""

    place: str
    summary: str
    hidden: bool = False


COMMANDS = {
    "up": Lazy("up:up", "Run a playbook: database, paging, pages, all in one process."),
    "watchdog": Lazy("up:watchdog", "Watch over the server from outside it.", hidden=True),
    "init": Lazy("init:init", "Draft the sirenbook.toml of a playbook from the names in it."),
    "demo": Lazy("demo.command:demo", "Try it beside a small platform of its own, in which something breaks."),
    "explain": Lazy("explain:explain", "Say in plain words what a playbook means, and what is wrong with it."),
    "lint": Lazy("lint:lint", "Say what is wrong with a playbook, for people and for CI."),
    "rehearse": Lazy("rehearse:rehearse", "Show who would be paged and when, without paging anybody."),
    "classify": Lazy(
        "classify:classify", "Say which severity an alert or some facts have by the playbook, and why."
    ),
    "plan": Lazy("plan:plan", "Show what a new playbook would change for people, clocks and open incidents."),
    "apply": Lazy("plan:apply", "Put a new playbook in force, without a restart."),
    "policies": Lazy("policies:policies", "List the versions of the playbook, or show one."),
    "declare": Lazy("declare:declare", "Open an incident."),
    "incidents": Lazy("incidents:incidents", "List incidents."),
    "show": Lazy("show:show", "Show one incident: what happens next, who was paged, what happened."),
    "ack": Lazy("act:ack", "Acknowledge an incident: you take it."),
    "snooze": Lazy("act:snooze", "Acknowledge an incident and be paged again later."),
    "escalate": Lazy("act:escalate", "Bring in the next level, or somebody by name."),
    "regrade": Lazy("act:regrade", "Give an incident another severity."),
    "move": Lazy("act:move", "Make an incident another service's or team's."),
    "resolve": Lazy("act:resolve", "End an incident."),
    "reopen": Lazy("act:reopen", "Take a resolved incident up again."),
    "note": Lazy("act:note", "Write on an incident's timeline, or record a status update."),
    "update": Lazy("tell:update", "Tell an audience how an incident stands, by the playbook's template."),
    "status": Lazy("status:status", "Show the public status page, or write it as files."),
    "maintenance": Lazy("status:maintenance", "Announce maintenance, list it, or end it."),
    "role": Lazy("tell:role", "Give somebody a role in an incident, or show who has which."),
    "security": Lazy("confine:security", "Say that an incident is one of security, or that it is none."),
    "restrict": Lazy("confine:restrict", "Show an incident to those only who work on it."),
    "steps": Lazy("steps:steps", "Show the runbook of an incident, step by step."),
    "accuracy": Lazy("accuracy:accuracy", "Show how often the steps of the runbooks did what they say."),
    "review": Lazy("review:review", "Show, draft, write, approve or export the review of an incident."),
    "items": Lazy("items:items", "List action items, write one down, or say that it is done."),
    "metrics": Lazy("metrics:metrics", "Show a month's figures beside the playbook's own targets."),
    "run": Lazy("steps:run", "Run a step of the runbook, approve it, or ask what it would do."),
    "oncall": Lazy("oncall:oncall", "Show who is on call and who is next; put somebody else on call."),
    "contact": Lazy("contact:contact", "Show how well contact methods work; verify and test them."),
    "coverage": Lazy("coverage:coverage", "Prove who is paged in the weeks ahead, and find the gaps."),
    "checks": Lazy("checks:checks", "Show the health checks and how they stand."),
    "practices": Lazy("practices:practices", "Show what is to be done regularly, and say that it was done."),
    "export": Lazy("export:export", "Print an incident's timeline as stored, or write it as evidence."),
    "verify": Lazy("export:verify", "Check exported evidence: was anything edited, removed or moved?"),
    "runner": Lazy("runner:runner", "Carry out steps elsewhere: near the cluster, by a file of its own."),
    "token": Lazy("token:token", "Make, list and end tokens of programs, people and runners."),
    "account": Lazy("account:account", "List and change who may log in on the pages, and in which role."),
    "doctor": Lazy("doctor:doctor", "Check the installation; say what is wrong and how to mend it."),
    "login-link": Lazy("login:login_link", "Make a one-time link to log in on the pages."),
}


class LazyGroup(click.Group):
    """A group whose commands are loaded one by one, so that `sirenbook ack` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        module, _, name = lazy.place.partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in COMMANDS.items() if not lazy.hidden])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; say which one was probably meant where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"there is no command {args[0]!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whatever breaks inside is one line, a traceback only with SIRENBOOK_DEBUG."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            raise click.exceptions.Exit(Exit.INTERRUPTED) from None
        except Exception as error:
            if os.environ.get("SIRENBOOK_DEBUG"):
                raise
            fault = error if isinstance(error, Fault) else _internal(error)
            click.echo(f"sirenbook: {fault}", err=True)
            raise click.exceptions.Exit(fault.code) from None


def _internal(error: Exception) -> Fault:
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Fault(f"this should not have happened ({said})", "set SIRENBOOK_DEBUG=1 to see where")


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes and environment variables: docs/cli.md",
)
@click.version_option(package_name="sirenbook", message="sirenbook %(version)s")
def main() -> None:
    """Your incident playbook, running: the right person is paged on the playbook's own clocks."""
