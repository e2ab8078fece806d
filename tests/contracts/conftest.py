"""The far sides that the channels of the contract suites talk to."""

from collections.abc import Iterator

import pytest

from contracts.pagerduty_stand_in import PagerDuty
from contracts.push_stand_in import PushService
from contracts.slack_stand_in import SlackServer
from contracts.stand_ins import HttpServer, SmtpServer, Yard
from contracts.twilio_stand_in import Twilio


@pytest.fixture(scope="module")
def yard() -> Iterator[Yard]:
    place = Yard()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def http_server(yard: Yard) -> HttpServer:
    return HttpServer(yard)


@pytest.fixture(scope="module")
def smtp_server(yard: Yard) -> SmtpServer:
    return SmtpServer(yard, enable_SMTPUTF8=True)


@pytest.fixture(scope="module")
def slack_server(yard: Yard) -> SlackServer:
    return SlackServer(yard)


@pytest.fixture
def slack(slack_server: SlackServer) -> SlackServer:
    slack_server.reset()
    return slack_server


@pytest.fixture(scope="module")
def pagerduty_server(yard: Yard) -> PagerDuty:
    return PagerDuty(yard)


@pytest.fixture(scope="module")
def twilio_server(yard: Yard) -> Twilio:
    return Twilio(yard)


@pytest.fixture
def pagerduty(pagerduty_server: PagerDuty) -> PagerDuty:
    pagerduty_server.reset()
    return pagerduty_server


@pytest.fixture
def twilio(twilio_server: Twilio) -> Twilio:
    twilio_server.reset()
    return twilio_server


@pytest.fixture(scope="module")
def push_server(yard: Yard) -> PushService:
    return PushService(yard)


@pytest.fixture
def push(push_server: PushService) -> PushService:
    push_server.reset()
    return push_server


@pytest.fixture
def http(http_server: HttpServer) -> HttpServer:
    http_server.reset()
    return http_server


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    smtp_server.reset()
    return smtp_server
