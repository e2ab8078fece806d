"""What the buttons of an incident's page do: each posted form is one command."""

from collections.abc import Callable
from datetime import datetime
from typing import get_args

from msgspec.structs import replace

from sirenbook.engine.durations import parse_duration
from sirenbook.model import command as c
from sirenbook.model.command import Command
from sirenbook.model.promise import Audience
from sirenbook.model.status import IMPACTS
from sirenbook.model.step import VERDICTS
from sirenbook.store.accounts import Account
from sirenbook.web.faults import Fault

Fields = dict[str, str]
_LONGEST = {"to": 200, "severity": 200, "service": 200, "for": 40}
_LONGEST_TEXT = 10_000


def command_of(action: str, fields: Fields, by: str, now: datetime) -> Command:
    """The command that a form asks for. Raises Fault 404 or 422."""
    make = _COMMANDS.get(action)
    if make is None:
        raise Fault(404, "not-found", f"there is no action {action}")
    return make({k: v[: _LONGEST.get(k, _LONGEST_TEXT)].strip() for k, v in fields.items()}, by, now)


def lifts(action: str, fields: Fields) -> bool:
    """Whether a form takes away what protects an incident: that is for whoever commands it."""
    return action in ("security", "restrict") and bool(fields.get("lift"))


def _acknowledge(fields: Fields, by: str, now: datetime) -> Command:
    return c.Acknowledge(by=by, via="web")


def _snooze(fields: Fields, by: str, now: datetime) -> Command:
    span = parse_duration(fields.get("for", ""))
    if span is None:
        raise Fault(422, "invalid", "that is no amount of time; write it as 30m or 2h")
    return c.Snooze(by=by, until=now + span)


def _escalate(fields: Fields, by: str, now: datetime) -> Command:
    said, without = _said(fields)
    return c.Escalate(by, fields.get("to") or None, fields.get("note", ""), said, without, "relief" in fields)


def _said(fields: Fields) -> tuple[Fields, str]:
    """The fields of a message that a form has inputs for, and why some are missing."""
    given = {k.removeprefix("field."): v for k, v in fields.items() if k.startswith("field.") and v}
    return given, fields.get("without", "")


def _regrade(fields: Fields, by: str, now: datetime) -> Command:
    return c.Regrade(by=by, severity=fields.get("severity", ""), reason=fields.get("reason", ""))


def _move(fields: Fields, by: str, now: datetime) -> Command:
    return c.Move(by=by, service=fields.get("service", ""), reason=fields.get("reason", ""))


def _note(fields: Fields, by: str, now: datetime) -> Command:
    return c.Note(by=by, text=fields.get("text", ""), update=bool(fields.get("update")))


def _tell(fields: Fields, by: str, now: datetime) -> Command:
    audience = next((a for a in get_args(Audience) if a == fields.get("audience")), None)
    if audience is None:
        raise Fault(422, "invalid", "nobody is called so whom words could be for")
    text = fields.get("text", "").replace("\r\n", "\n")
    said, without = _said(fields)
    if fields.get("way") == "approve":
        return c.ApproveUpdate(by, audience, text, said, fields.get("state", ""), title=fields.get("title", ""))
    promised = fields.get("next", "")
    span = parse_duration(promised) if promised else None
    if promised and span is None:
        raise Fault(422, "invalid", "that is no amount of time; write it as 30m or 2h")
    return c.Tell(
        by=by,
        audience=audience,
        text=text,
        posted=fields.get("way") == "posted",
        next_by=now + span if span else None,
        state=fields.get("state", ""),
        template=fields.get("template", ""),
        fields=said,
        without=without,
        title=fields.get("title", ""),
        components=_ticked(fields, "component") if "shown" in fields else None,
        impact=next((i for i in IMPACTS if i == fields.get("impact")), None),
        lists=_ticked(fields, "list") if "shown" in fields else None,
    )


def _ticked(fields: Fields, of: str) -> tuple[str, ...]:
    """The values of boxes that were ticked, each under a name with a number of its own."""
    return tuple(value for name, value in fields.items() if name.startswith(f"{of}."))


def _assign_role(fields: Fields, by: str, now: datetime) -> Command:
    return c.AssignRole(by, fields.get("role", ""), fields.get("person", ""), fields.get("note", ""))


def credited(command: Command, account: Account) -> Command:
    """The same command; a consent by the sealed access counts as by a shared token: nothing proved whose it is."""
    if account.sealed and isinstance(command, c.RunStep | c.ApproveUpdate | c.MarkSecurity | c.PublishReview):
        return replace(command, token="Break glass")  # noqa: S106 - the name of one
    return command


def _mark_security(fields: Fields, by: str, now: datetime) -> Command:
    return c.MarkSecurity(by, fields.get("reason", ""), lift=bool(fields.get("lift")))


def _restrict(fields: Fields, by: str, now: datetime) -> Command:
    return c.Restrict(by, fields.get("reason", ""), lift=bool(fields.get("lift")))


def _resolve(fields: Fields, by: str, now: datetime) -> Command:
    how = bool(fields.get("false_alarm")), bool(fields.get("at_once"))
    return c.Resolve(by, fields.get("reason", ""), *how, *_said(fields))


def _reopen(fields: Fields, by: str, now: datetime) -> Command:
    return c.Reopen(by=by, reason=fields.get("reason", ""))


def _run_step(fields: Fields, by: str, now: datetime) -> Command:
    return c.RunStep(by, _number(fields), fields.get("digest", ""), bool(fields.get("dry")))


def _give_value(fields: Fields, by: str, now: datetime) -> Command:
    return c.GiveValue(by, fields.get("name", ""), fields.get("value", ""))


def _mark_step(fields: Fields, by: str, now: datetime) -> Command:
    verdict = next((v for v in VERDICTS if v == fields.get("verdict")), None)
    if verdict is None:
        raise Fault(422, "invalid", f"say one of {', '.join(VERDICTS)}")
    return c.MarkStep(by, _number(fields), verdict, fields.get("text", ""))


def _choose_runbook(fields: Fields, by: str, now: datetime) -> Command:
    return c.ChooseRunbook(by, fields.get("runbook", ""))


def _choose_branch(fields: Fields, by: str, now: datetime) -> Command:
    return c.ChooseBranch(by, _number(fields, "branch"))


def _enter_phase(fields: Fields, by: str, now: datetime) -> Command:
    return c.EnterPhase(by, _number(fields, "phase"))


def _number(fields: Fields, of: str = "step") -> int:
    text = fields.get(of, "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Fault(422, "invalid", f"that is no number of a {of}")
    return int(text)


_COMMANDS: dict[str, Callable[[Fields, str, datetime], Command]] = {
    "acknowledge": _acknowledge,
    "snooze": _snooze,
    "escalate": _escalate,
    "regrade": _regrade,
    "move": _move,
    "notes": _note,
    "updates": _tell,
    "roles": _assign_role,
    "security": _mark_security,
    "restrict": _restrict,
    "resolve": _resolve,
    "reopen": _reopen,
    "steps": _run_step,
    "values": _give_value,
    "marks": _mark_step,
    "runbook": _choose_runbook,
    "branch": _choose_branch,
    "phase": _enter_phase,
}
