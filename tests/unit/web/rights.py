"""Every route, each with the right that it needs, told a second time; a new one is written down here.

`open`: nothing to hide. `secret`: the key is in the address or in what is sent. `token`: a bearer's. Else the least
role of a session, or of a token's scope; `proven` where whoever came in by the sealed access may not. Where a path
names an incident, a role by a team counts too.
"""

from collections.abc import Iterator

from msgspec import Struct

PAGES = """
GET  /health open
GET  /metrics token
GET  /static/{name} open
GET  /worker.js open
GET  /manifest.json open
GET  / viewer
GET  /live viewer
GET  /resolved viewer
POST /incidents responder
GET  /incidents/{id}/review viewer
GET  /incidents/{id}/review/draft viewer
GET  /incidents/{id}/review.{kind:str} viewer
POST /incidents/{id}/review/{action} responder
GET  /items viewer
GET  /incidents/{id}/comparison viewer
GET  /incidents/{id} viewer
GET  /incidents/{id}/live viewer
POST /incidents/{id}/{action} responder
GET  /settings viewer
GET  /start viewer
GET  /oncall viewer
POST /oncall/overrides responder
POST /oncall/overrides/{number:int}/end responder
GET  /calendar/{token}.ics secret
GET  /checks viewer
GET  /beat/{token} secret
POST /beat/{token} secret
GET  /practices viewer
POST /practices/{name}/done responder
POST /practices/{name}/undo responder
GET  /playbook viewer
GET  /playbook/plan admin
POST /playbook/plan admin
GET  /trends viewer
GET  /trends.{kind:str} viewer
GET  /a/{token} secret
POST /a/{token} secret
POST /a/{token}/pass secret
GET  /welcome/{secret} secret
POST /welcome/{secret} secret
GET  /login open
POST /login secret
POST /logout viewer
GET  /login/oidc open
GET  /login/oidc/back secret
GET  /login/oidc/left open
POST /login/oidc/logout secret
POST /account/oidc viewer proven
POST /login/passkey/begin open
POST /login/passkey secret
POST /account/passkeys/begin viewer proven
POST /account/passkeys viewer proven
GET  /login/break-glass open
POST /login/break-glass secret
GET  /account viewer
POST /account/password viewer proven
GET  /people admin
POST /people admin proven
POST /people/{number} admin
POST /account/ways viewer
GET  /people/{number} admin
POST /people/{number}/ways admin
GET  /phone viewer
GET  /phone/worker.js open
POST /phone/devices viewer
POST /phone/devices/{device:int}/end viewer
POST /phone/code viewer
POST /phone/verify viewer
POST /phone/test viewer
GET  /callback/{channel}/{rest:path} secret
POST /callback/{channel}/{rest:path} secret
GET  /maintenance viewer
POST /maintenance responder
POST /maintenance/{number:int}/end responder
GET  /status open
GET  /status.json open
GET  /status/feed.{kind} open
GET  /status/maintenance.ics open
GET  /status/history open
GET  /status/history/{month} open
GET  /status/incidents/{name} open
POST /status/subscribe open
GET  /status/confirm/{token} secret
POST /status/confirm/{token} secret
GET  /status/unsubscribe/{token} secret
POST /status/unsubscribe/{token} secret
GET  /events viewer
"""
API = """
GET  /api/incidents viewer
POST /api/incidents responder
GET  /api/incidents/{id} viewer
GET  /api/incidents/{id}/timeline viewer
GET  /api/incidents/{id}/evidence viewer
POST /api/incidents/{id}/acknowledge responder
POST /api/incidents/{id}/snooze responder
POST /api/incidents/{id}/escalate responder
POST /api/incidents/{id}/regrade responder
POST /api/incidents/{id}/move responder
POST /api/incidents/{id}/resolve responder
POST /api/incidents/{id}/reopen responder
POST /api/incidents/{id}/notes responder
GET  /api/incidents/{id}/updates viewer
POST /api/incidents/{id}/updates responder
POST /api/incidents/{id}/roles responder
POST /api/incidents/{id}/security responder
POST /api/incidents/{id}/restrict responder
GET  /api/incidents/{id}/steps viewer
POST /api/incidents/{id}/steps responder
GET  /api/incidents/{id}/outputs viewer
POST /api/incidents/{id}/values responder
POST /api/incidents/{id}/marks responder
POST /api/incidents/{id}/runbook responder
POST /api/incidents/{id}/evidence responder
POST /api/incidents/{id}/branch responder
POST /api/incidents/{id}/phase responder
GET  /api/incidents/{id}/review viewer
POST /api/incidents/{id}/review responder
GET  /api/incidents/{id}/review/draft viewer
GET  /api/incidents/{id}/review/export viewer
POST /api/incidents/{id}/review/approve responder
POST /api/incidents/{id}/review/publish responder
POST /api/incidents/{id}/review/assign responder
POST /api/incidents/{id}/review/schedule responder
POST /api/incidents/{id}/review/done responder
GET  /api/incidents/{id}/items viewer
POST /api/incidents/{id}/items responder
POST /api/incidents/{id}/items/{number} responder
GET  /api/items viewer
GET  /api/runbooks/accuracy viewer
GET  /api/metrics viewer
GET  /api/metrics/report viewer
GET  /api/policy viewer
GET  /api/playbook viewer
GET  /api/policies viewer
GET  /api/policies/{number} viewer
POST /api/policies/plan responder
POST /api/policies admin
GET  /api/oncall viewer
GET  /api/oncall/shifts viewer
GET  /api/oncall/calendar viewer
GET  /api/oncall/coverage viewer
GET  /api/oncall/handoffs viewer
GET  /api/oncall/brief viewer
GET  /api/oncall/overrides viewer
POST /api/oncall/overrides responder
POST /api/oncall/calendar responder
POST /api/oncall/overrides/{number}/end responder
GET  /api/status viewer
GET  /api/status/export viewer
POST /api/status/forget responder
GET  /api/maintenance viewer
POST /api/maintenance responder
POST /api/maintenance/{number}/end responder
GET  /api/checks viewer
GET  /api/practices viewer
POST /api/practices/{name} responder
POST /api/practices/{name}/undo responder
GET  /api/contacts viewer
POST /api/contacts/code responder
POST /api/contacts/verify responder
POST /api/contacts/test responder
POST /api/login-links admin
GET  /api/tokens admin
POST /api/tokens admin
POST /api/tokens/revoke admin
GET  /api/accounts admin
POST /api/accounts/{number} admin
GET  /api/accounts/{number}/ways admin
POST /api/accounts/{number}/ways admin
GET  /api/break-glass admin
POST /api/break-glass admin
POST /api/break-glass/end admin
GET  /api/audit admin
GET  /api/runners viewer
POST /api/runner/fetch runner
POST /api/runner/begin runner
POST /api/runner/hold runner
POST /api/runner/report runner
"""


class Listed(Struct, frozen=True):
    """A route with its right."""

    method: str
    path: str
    right: str
    proven: bool = False

    @property
    def of_session(self) -> bool:
        """Whether it wants somebody who is logged in."""
        return self.right in ("viewer", "responder", "commander", "admin")


def listed(table: str) -> Iterator[Listed]:
    """The routes of a table."""
    for line in table.strip().splitlines():
        method, path, right, *more = line.split()
        yield Listed(method, path, right, more == ["proven"])
