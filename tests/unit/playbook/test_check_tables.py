"""[checks] of sirenbook.toml: every kind, every default, every mistake with its line."""

import pytest

from sirenbook.model.check import Check, Command, Dns, Heartbeat, Http, Postgres, Redis, Stated, Tcp, Tls
from sirenbook.playbook.bindings.reader import read_bindings

WHOLE = """\
[checks.api]
http = "https://api.example.org/health"
status = 200
contains = "ok"
json = {status = "ok", "database.ready" = true, queue = 0}
within = "800ms"
every = "30s"
timeout = "5s"
for = 2
critical = true
severity = "P1"
service = "api"
labels = {team = "platform"}
[checks.db]
tcp = "[2001:db8::7]:5432"
[checks.certificate]
tls = "api.example.org"
days = 21
[checks.name]
dns = "api.example.org"
address = "192.0.2.7"
[checks.orders]
dsn_env = "ORDERS_DSN"
[checks.cache]
redis = "rediss://cache.example.org:6380"
password_env = "CACHE_PASSWORD"
[checks.cluster]
command = "kubectl get --raw /readyz"
[checks."nightly backup"]
heartbeat = "24h"
[checks.sync]
heartbeat = "5m"
grace = "2m"
[checks.stated]
playbook = true
every = "2m"
"""


def read(text: str) -> tuple[dict[str, Check], list[str]]:
    bindings, found = read_bindings(text, "sirenbook.toml")
    return bindings.checks, [f"{d.code}:{d.at.line}: {d.text} {d.help}" for d in found]


def test_every_kind() -> None:
    checks, found = read(WHOLE)
    assert found == []
    assert {n: c.probe for n, c in checks.items()} == {
        "api": Http(
            "https://api.example.org/health",
            200,
            "ok",
            (("status", "ok"), ("database.ready", "true"), ("queue", "0")),
            0.8,
        ),
        "db": Tcp("2001:db8::7", 5432),
        "certificate": Tls("api.example.org", 443, 21),
        "name": Dns("api.example.org", "192.0.2.7"),
        "orders": Postgres(dsn_env="ORDERS_DSN"),
        "cache": Redis("cache.example.org", 6380, True, "CACHE_PASSWORD"),
        "cluster": Command("kubectl get --raw /readyz"),
        "nightly backup": Heartbeat(8640),
        "sync": Heartbeat(120),
        "stated": Stated(),
    }
    api = checks["api"]
    assert (api.period, api.timeout, api.failures, api.critical, api.why.line) == (30, 5, 2, True, 1)
    assert api.labels == {"severity": "P1", "service": "api", "team": "platform"}
    assert (checks["db"].period, checks["db"].timeout, checks["db"].failures) == (60, 10, 3)
    assert [(checks[n].period, checks[n].failures) for n in ("nightly backup", "sync")] == [(86_400, 1), (300, 1)]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('[checks.api]\nevery = "1m"\n', "SB303:1: checks.api must say one thing to look at."),
        ('[checks.api]\nhttp = "https://a.b"\ntcp = "a:1"\n', "SB303:1: checks.api must say one thing"),
        ("[checks]\napi = 7\n", "SB303:2: checks.api must say one thing"),
        ('[checks.api]\nhttp = "ftp://a.b"\n', "SB310:2: checks.api.http: 'ftp://a.b' is not a web address."),
        ('[checks.api]\ntcp = "db"\n', "SB310:2: checks.api.tcp: 'db' is no server and port. Write tcp ="),
        ('[checks.api]\ntcp = "db:99999"\n', "SB310:2: checks.api.tcp: 'db:99999' is no server"),
        ('[checks.api]\nhttp = "https://a.b"\nevery = "1s"\n', "SB310:3: checks.api.every: '1s' is not an amount"),
        (
            '[checks.api]\nhttp = "https://a.b"\ntimeout = "5m"\n',
            "SB310:3: checks.api.timeout: '5m' is not a time-out",
        ),
        ('[checks.api]\nhttp = "https://a.b"\nstatus = 20\n', "SB310:3: checks.api.status: 20 is no status"),
        ('[checks.api]\nhttp = "https://a.b"\nfor = 0\n', "SB310:3: checks.api.for: 0 is not a number"),
        (
            '[checks.api]\nhttp = "https://a.b"\ncritical = "yes"\n',
            "SB310:3: checks.api.critical: this must be true",
        ),
        ('[checks.api]\nhttp = "https://a.b"\ndays = 3\n', 'SB302:3: "days" is not known in [checks.api]'),
        ('[checks.b]\nheartbeat = "1h"\nfor = 3\n', 'SB302:3: "for" is not known in [checks.b]'),
        ('[checks.b]\ndsn_env = "postgresql://u:p@db/x"\n', "SB309:2: checks.b.dsn_env: this is not the name"),
        ('[checks.b]\nredis = "a:1"\npassword = "geheim"\n', 'SB302:3: "password" is not known'),
    ],
)
def test_mistakes(text: str, finding: str) -> None:
    _, found = read(text)
    assert len(found) == 1, found
    assert found[0].startswith(finding)
    assert "geheim" not in found[0]
    assert "u:p@" not in found[0]


def test_a_mistake_in_one_line_costs_this_line_only() -> None:
    checks, found = read('[checks.api]\nhttp = "https://a.b"\nevery = "sometimes"\nseverity = "P1"\n')
    assert len(found) == 1
    assert checks["api"].period == 60
    assert checks["api"].labels == {"severity": "P1"}
