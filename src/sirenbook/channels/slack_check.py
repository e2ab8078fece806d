"""Says for `doctor` whether Slack takes the two tokens, and which permissions the app lacks."""

from sirenbook.channels.chat import Found
from sirenbook.channels.slack_web import TOKENS, UNREACHED, SlackFault, SlackWeb

SCOPES = {
    "chat:write": "pages and updates",
    "commands": "/incident and /pager",
    "channels:manage": "a channel for each incident",
    "groups:write": "a private channel for a security incident",
    "users:read": "knowing who pressed a button",
    "users:read.email": "knowing people by their e-mail address",
    "channels:history": "keeping messages as notes",
    "groups:history": "keeping messages of private channels as notes",
    "reactions:read": "keeping messages as notes by a reaction",
    "channels:read": "finding a channel again that was made before a crash",
    "groups:read": "finding a private channel again",
    "chat:write.public": "posting to public channels that the app was not invited to",
}
NEEDED = ("chat:write", "commands", "users:read", "users:read.email")
"""Without these, pages do not go out or answers are not understood; the others cost what stands beside them."""


async def check(web: SlackWeb, app: SlackWeb, table: str) -> list[Found]:
    """One finding for each thing looked at."""
    return [*await _bot(web, table), await _socket(app, table)]


async def _bot(web: SlackWeb, table: str) -> list[Found]:
    try:
        said, headers = await web.call_with_headers("auth.test")
    except SlackFault as fault:
        return [_fault(fault, f"bot_token of {table}")]
    found = [Found("ok", f"Slack takes the bot token, in {said.get('team')} as {said.get('user')}")]
    granted = {s.strip() for s in headers.get("x-oauth-scopes", "").split(",")}
    for scope, use in SCOPES.items():
        if scope not in granted:
            mend = "Add it under OAuth & Permissions and install the app again; docs/slack.md has the whole list."
            found.append(Found("fail" if scope in NEEDED else "warn", f"the app lacks {scope}: no {use}", mend))
    return found


async def _socket(app: SlackWeb, table: str) -> Found:
    try:
        await app.call("apps.connections.open")
    except SlackFault as fault:
        return _fault(fault, f"app_token of {table}")
    return Found("ok", "Slack opens a socket: answers in chat are heard")


def _fault(fault: SlackFault, what: str) -> Found:
    if fault.code == UNREACHED:
        return Found("warn", f"Slack cannot be asked: {fault}", "Look at the network, and at allow.")
    mend = "Copy the token again." if fault.code in TOKENS else "docs/slack.md says what the app needs."
    return Found("warn" if fault.again is not None else "fail", f"{what}: {fault}", mend)
