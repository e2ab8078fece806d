"""The JSON API: one table of routes, from which both the answers and /api/openapi.json are made."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sirenbook.engine.people.coverage import Proof
from sirenbook.engine.station import Station
from sirenbook.incident.measures.trends import Report
from sirenbook.model import runner
from sirenbook.model.rights import AccountRole, allows
from sirenbook.web.api import (
    account_shapes,
    checks,
    commands,
    contacts,
    oncall,
    oncall_shapes,
    policies,
    practices,
    reads,
    runner_shapes,
    runners,
    shapes,
    status,
    status_shapes,
    step_shapes,
    steps,
    token_shapes,
    update_shapes,
    updates,
)
from sirenbook.web.api import accounts as accounts_
from sirenbook.web.api import contact_shapes as ways
from sirenbook.web.api import metrics as measures
from sirenbook.web.api import review as reviews
from sirenbook.web.api import review_shapes as told
from sirenbook.web.api import tokens as tokens_
from sirenbook.web.api import ways as ways_in
from sirenbook.web.api.calls import Call, read_json
from sirenbook.web.api.query import check_query
from sirenbook.web.bodies import MEBIBYTE, Gone
from sirenbook.web.faults import Fault, error_body, fault_of, unauthorized
from sirenbook.web.figures import Figures
from sirenbook.web.login.sessions import must_be_ours
from sirenbook.web.login.tokens import ROLE_OF_SCOPE, Tokens

log = structlog.get_logger()
_encoder = msgspec.json.Encoder()


class Endpoint(Struct, frozen=True):
    """One route: how it is asked, who may ask, what it takes and answers. Its handler's docstring describes it."""

    method: str
    path: str
    handler: Callable[[Call], Awaitable[Any]]
    answer: type[Any]
    body: type[Any] | None = None
    query: tuple[str, ...] = ()
    status: int = 200
    largest: int = MEBIBYTE
    scope: str = ""
    least: AccountRole | None = None

    @property
    def role(self) -> AccountRole:
        """The least role that may ask: reading is for viewers, everything else for responders, unless said."""
        return self.least or ("viewer" if self.method == "GET" else "responder")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of tokens that may ask."""
        if self.scope:
            return (self.scope,)
        return tuple(s for s, role in ROLE_OF_SCOPE.items() if allows(role, self.role))


RUNNER = "runner"
ADMIN: AccountRole = "admin"
LARGEST_PLAYBOOK = 16 * MEBIBYTE
_ONE = "/api/incidents/{id}"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/incidents",
        reads.incidents,
        shapes.Listing,
        query=("status", "severity", "q", "before", "limit"),
    ),
    Endpoint("POST", "/api/incidents", commands.declare, shapes.Detail, shapes.Declare, status=201),
    Endpoint("GET", _ONE, reads.incident, shapes.Detail),
    Endpoint("GET", f"{_ONE}/timeline", reads.timeline, shapes.Timeline, query=("after",)),
    Endpoint("GET", f"{_ONE}/evidence", reads.evidence, shapes.Evidence),
    Endpoint("POST", f"{_ONE}/acknowledge", commands.acknowledge, shapes.Detail, shapes.ByWhom),
    Endpoint("POST", f"{_ONE}/snooze", commands.snooze, shapes.Detail, shapes.SnoozeFor),
    Endpoint("POST", f"{_ONE}/escalate", commands.escalate, shapes.Detail, shapes.EscalateTo),
    Endpoint("POST", f"{_ONE}/regrade", commands.regrade, shapes.Detail, shapes.RegradeTo),
    Endpoint("POST", f"{_ONE}/move", commands.move, shapes.Detail, shapes.MoveTo),
    Endpoint("POST", f"{_ONE}/resolve", commands.resolve, shapes.Detail, shapes.ResolveAs),
    Endpoint("POST", f"{_ONE}/reopen", commands.reopen, shapes.Detail, shapes.ReopenFor),
    Endpoint("POST", f"{_ONE}/notes", commands.note, shapes.Detail, shapes.NoteDown),
    Endpoint("GET", f"{_ONE}/updates", updates.read, update_shapes.Updates),
    Endpoint("POST", f"{_ONE}/updates", updates.tell, update_shapes.Updates, update_shapes.TellAs),
    Endpoint("POST", f"{_ONE}/roles", updates.give_role, update_shapes.Updates, update_shapes.GiveRole),
    Endpoint("POST", f"{_ONE}/security", updates.mark_security, update_shapes.Updates, update_shapes.MarkSecure),
    Endpoint("POST", f"{_ONE}/restrict", updates.restrict, update_shapes.Updates, update_shapes.RestrictTo),
    Endpoint("GET", f"{_ONE}/steps", steps.read, step_shapes.Steps),
    Endpoint("POST", f"{_ONE}/steps", steps.run, step_shapes.Steps, step_shapes.RunStepAs),
    Endpoint("GET", f"{_ONE}/outputs", steps.outputs, step_shapes.Outputs, query=("run",)),
    Endpoint("POST", f"{_ONE}/values", steps.give, step_shapes.Steps, step_shapes.GiveValueFor),
    Endpoint("POST", f"{_ONE}/marks", steps.mark, step_shapes.Steps, step_shapes.MarkStepAs),
    Endpoint("POST", f"{_ONE}/runbook", steps.choose, step_shapes.Steps, step_shapes.WorkBy),
    Endpoint("POST", f"{_ONE}/evidence", steps.keep_evidence, step_shapes.Steps, shapes.ByWhom),
    Endpoint("POST", f"{_ONE}/branch", steps.take_branch, step_shapes.Steps, step_shapes.GoByBranch),
    Endpoint("POST", f"{_ONE}/phase", steps.enter_phase, step_shapes.Steps, step_shapes.EnterPhaseAs),
    Endpoint("GET", f"{_ONE}/review", reviews.read, told.Review, query=("version",)),
    Endpoint("POST", f"{_ONE}/review", reviews.write, told.Review, told.WriteReviewAs),
    Endpoint("GET", f"{_ONE}/review/draft", reviews.draft, told.ReviewDraft, query=("entries",)),
    Endpoint("GET", f"{_ONE}/review/export", reviews.export, told.Exported, query=("format", "version")),
    Endpoint("POST", f"{_ONE}/review/approve", reviews.approve, told.Review, told.ApproveReviewAs),
    Endpoint("POST", f"{_ONE}/review/publish", reviews.publish, told.Review, told.PublishReviewAs),
    Endpoint("POST", f"{_ONE}/review/assign", reviews.assign, told.Review, told.AssignReviewTo),
    Endpoint("POST", f"{_ONE}/review/schedule", reviews.schedule, told.Review, told.ScheduleReviewAt),
    Endpoint("POST", f"{_ONE}/review/done", reviews.done, told.Review, told.FollowUpDone),
    Endpoint("GET", f"{_ONE}/items", reviews.items_of, told.Items),
    Endpoint("POST", f"{_ONE}/items", reviews.add_item, told.Items, told.NewItem),
    Endpoint("POST", f"{_ONE}/items/{{number}}", reviews.change_item, told.Items, told.ChangedItem),
    Endpoint("GET", "/api/items", reviews.items, told.Items, query=("which",)),
    Endpoint("GET", "/api/runbooks/accuracy", steps.accuracy_of, step_shapes.Accuracies, query=("days",)),
    Endpoint("GET", "/api/metrics", measures.metrics, Report, query=("month", "months")),
    Endpoint("GET", "/api/metrics/report", measures.trend_report, measures.TrendReport, query=("month", "months")),
    Endpoint("GET", "/api/policy", reads.policy, shapes.PolicyInForce),
    Endpoint("GET", "/api/playbook", reads.playbook, shapes.Playbook),
    Endpoint("GET", "/api/policies", policies.policies, shapes.Policies, query=("before", "limit")),
    Endpoint("GET", "/api/policies/{number}", policies.policy_texts, shapes.PolicyTexts),
    Endpoint(
        "POST",
        "/api/policies/plan",
        policies.plan,
        shapes.Planned,
        shapes.NewPlaybook,
        largest=LARGEST_PLAYBOOK,
    ),
    Endpoint(
        "POST",
        "/api/policies",
        policies.apply,
        shapes.Applied,
        shapes.ApplyPlaybook,
        largest=LARGEST_PLAYBOOK,
        least=ADMIN,
    ),
    Endpoint("GET", "/api/oncall", oncall.who, oncall_shapes.WhoIsOnCall, query=("at",)),
    Endpoint(
        "GET", "/api/oncall/shifts", oncall.shifts, oncall_shapes.Shifts, query=("rotation", "place", "at", "weeks")
    ),
    Endpoint("GET", "/api/oncall/calendar", oncall.exported, oncall_shapes.Calendar, query=("rotation", "place")),
    Endpoint("GET", "/api/oncall/coverage", oncall.coverage, Proof, query=("weeks",)),
    Endpoint("GET", "/api/oncall/handoffs", oncall.handoffs, oncall_shapes.HandoffList, query=("limit",)),
    Endpoint("GET", "/api/oncall/brief", oncall.brief, oncall_shapes.Brief, query=("rotation",)),
    Endpoint("GET", "/api/oncall/overrides", oncall.overrides, oncall_shapes.OverrideList, query=("limit",)),
    Endpoint(
        "POST",
        "/api/oncall/overrides",
        oncall.make,
        oncall_shapes.OverrideList,
        oncall_shapes.MakeOverrides,
        status=201,
    ),
    Endpoint(
        "POST",
        "/api/oncall/calendar",
        oncall.from_calendar,
        oncall_shapes.OverrideList,
        oncall_shapes.FromCalendar,
        status=201,
        largest=2 * MEBIBYTE,
    ),
    Endpoint(
        "POST",
        "/api/oncall/overrides/{number}/end",
        oncall.end,
        oncall_shapes.OverrideList,
        oncall_shapes.EndOverride,
    ),
    Endpoint("GET", "/api/status", status.read, status_shapes.StatusNow),
    Endpoint("GET", "/api/status/export", status.export, status_shapes.StatusFiles),
    Endpoint(
        "POST", "/api/status/forget", status.forget, status_shapes.Subscribers, status_shapes.ForgetSubscriber
    ),
    Endpoint("GET", "/api/maintenance", status.maintenance, status_shapes.Maintenances),
    Endpoint(
        "POST",
        "/api/maintenance",
        status.announce,
        status_shapes.Maintenances,
        status_shapes.AnnounceMaintenance,
        status=201,
    ),
    Endpoint(
        "POST",
        "/api/maintenance/{number}/end",
        status.end,
        status_shapes.Maintenances,
        status_shapes.EndMaintenance,
    ),
    Endpoint("GET", "/api/checks", checks.checks, checks.CheckList),
    Endpoint("GET", "/api/practices", practices.read, practices.PracticeList),
    Endpoint("POST", "/api/practices/{name}", practices.done, practices.PracticeList, practices.PracticeDone),
    Endpoint(
        "POST", "/api/practices/{name}/undo", practices.undo, practices.PracticeList, practices.PracticeUndone
    ),
    Endpoint("GET", "/api/contacts", contacts.contacts, ways.ContactLines),
    Endpoint("POST", "/api/contacts/code", contacts.send_code, ways.SentLines, ways.ReachPerson),
    Endpoint("POST", "/api/contacts/verify", contacts.verify, ways.ContactLines, ways.SayCode),
    Endpoint("POST", "/api/contacts/test", contacts.test, ways.SentLines, ways.ReachPerson),
    Endpoint(
        "POST",
        "/api/login-links",
        commands.login_link,
        shapes.LoginLink,
        shapes.AskLoginLink,
        status=201,
        least=ADMIN,
    ),
    Endpoint("GET", "/api/tokens", tokens_.tokens, token_shapes.TokenLines, least=ADMIN),
    Endpoint(
        "POST", "/api/tokens", tokens_.make, token_shapes.FreshToken, token_shapes.NewToken, status=201, least=ADMIN
    ),
    Endpoint(
        "POST",
        "/api/tokens/revoke",
        tokens_.revoke,
        token_shapes.TokenLines,
        token_shapes.RevokeToken,
        least=ADMIN,
    ),
    Endpoint("GET", "/api/accounts", accounts_.accounts, account_shapes.AccountLines, least=ADMIN),
    Endpoint(
        "POST",
        "/api/accounts/{number}",
        accounts_.change,
        account_shapes.AccountLines,
        account_shapes.ChangeAccount,
        least=ADMIN,
    ),
    Endpoint("GET", "/api/accounts/{number}/ways", ways_in.read, account_shapes.WayLines, least=ADMIN),
    Endpoint(
        "POST",
        "/api/accounts/{number}/ways",
        ways_in.remove,
        account_shapes.WayLines,
        account_shapes.RemoveWay,
        least=ADMIN,
    ),
    Endpoint("GET", "/api/break-glass", accounts_.glass_now, account_shapes.Glass, least=ADMIN),
    Endpoint("POST", "/api/break-glass", accounts_.seal, account_shapes.FreshSeal, status=201, least=ADMIN),
    Endpoint("POST", "/api/break-glass/end", accounts_.end_glass, account_shapes.Glass, least=ADMIN),
    Endpoint("GET", "/api/audit", accounts_.audit, account_shapes.AuditLines, query=("limit",), least=ADMIN),
    Endpoint("GET", "/api/runners", runners.runners, runner_shapes.Runners),
    Endpoint("POST", "/api/runner/fetch", runners.fetch, runner.Fetched, runner.Fetch, scope=RUNNER),
    Endpoint("POST", "/api/runner/begin", runners.begin, runner.Held, runner.Begin, scope=RUNNER),
    Endpoint("POST", "/api/runner/hold", runners.hold, runner.Held, runner.Hold, scope=RUNNER),
    Endpoint(
        "POST",
        "/api/runner/report",
        runners.end,
        runner.Held,
        runner.StepReport,
        scope=RUNNER,
        largest=runners.LARGEST_REPORT,
    ),
)


def api_routes(station: Station, tokens: Tokens, figures: Figures) -> list[Route]:
    """The routes of the API."""
    from sirenbook.web.api.openapi import document

    described = _encoder.encode(document(ENDPOINTS))

    async def openapi(request: Request) -> Response:
        return Response(described, media_type="application/json")

    routes = [Route(e.path, _Asked(e, station, tokens, figures).answer, methods=[e.method]) for e in ENDPOINTS]
    return [*routes, Route("/api/openapi.json", openapi)]


class _Asked(Struct, frozen=True):
    """One endpoint at work."""

    endpoint: Endpoint
    station: Station
    tokens: Tokens
    figures: Figures

    async def answer(self, request: Request) -> Response:
        try:
            response = await self._succeed(request)
        except Gone:
            return Response(status_code=400)
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            response = fault_response(fault)
        self.figures.count("api", response.status_code)
        return response

    async def _succeed(self, request: Request) -> Response:
        if self.endpoint.method != "GET":
            must_be_ours(request)  # a browser that was once given a token as a password sends it by itself
        shown = request.headers.get("authorization", "").encode("latin-1")
        token = await self.tokens.of(shown, fresh=self.endpoint.scope == RUNNER)
        if token is None:
            raise unauthorized()
        if token.scope not in self.endpoint.scopes:
            needed = " or ".join(self.endpoint.scopes)
            raise Fault(403, "forbidden", f"a token of scope {token.scope} may not do this", f"use one of {needed}")
        call = Call(self.station, request, token, None, self.tokens.forget)
        check_query(self.endpoint.query, request.query_params)
        await call.admit()
        kind = self.endpoint.body
        if kind is not None:
            call.body = await read_json(request, kind, self.endpoint.largest)
        answer = await self.endpoint.handler(call)
        return Response(_encoder.encode(answer), self.endpoint.status, media_type="application/json")


def fault_response(fault: Fault) -> Response:
    """A fault as a program is told."""
    return Response(error_body(fault), fault.status, fault.headers, "application/json")
