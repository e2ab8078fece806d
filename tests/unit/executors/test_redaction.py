"""What is masked, what is not, and that no cut leaves half of a secret."""

import base64
import time
from urllib.parse import quote

import pytest

from sirenbook.executors.capture import HALF, Capture
from sirenbook.executors.redaction import MASK, Redactor

KNOWN = "p@ss/w0rd+of=the+night"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    "line",
    [
        f"token is {JWT} as you see",
        "Authorization: Bearer abc.def-ghi123",
        "> authorization: Basic dXNlcjpwYXNz",
        "DATABASE_URL=postgres://app:hunter22@db.internal:5432/app",
        "redis://:hunter22@cache:6379/0",
        "PGPASSWORD=hunter22 psql",
        'password: "hunter22"',
        "  db_password = hunter22",
        '{"api_key": "hunter22hunter22", "n": 1}',
        "client_secret=hunter22&grant=x",
        "AWS_SECRET_ACCESS_KEY=hunter22hunter22",
        "AKIAIOSFODNN7EXAMPLE".replace("EXAMPLE", "QWERTYU"),
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "glpat-0123456789abcdefghij",
        "xoxb-123456789012-abcdefGHIJ",
        "sk_live_0123456789abcdefghij",
        "sk-proj-0123456789abcdefghij0123",
        "AIzaSyA0123456789abcdefghijABCDEFGHIJ01",
        "hvs.CAESIJ0123456789abcdefghij",
        "Set-Cookie: session=hunter22; Path=/",
        "--password hunter22",
        "mysql -u root --password=hunter22",
        "conn_string: Server=db;Uid=app;Pwd=hunter22;",
        "X-Api-Key: hunter22hunter22",
    ],
)
def test_what_looks_like_a_secret_is_masked(line: str) -> None:
    masked = Redactor()(line)
    assert MASK in masked
    assert "hunter22" not in masked
    assert "0123456789abcdefghij" not in masked


@pytest.mark.parametrize(
    "line",
    [
        "NAME                     READY   STATUS    RESTARTS   AGE",
        "quay-7f3b9c-x2x4k        1/1     Running   0          3d",
        "  SecretName:  quay-tls",
        "  imagePullSecrets: null",
        "tokens: 4096",
        "password: <none>",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "https://status.example.org/api/v2/status.json",
        "2026-11-21T09:26:10Z INFO authenticated user 17 in 3 ms",
        "monkey business at the turkey farm",
        "secretsStore: true",
        "id 123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert Redactor()(line) == line


@pytest.mark.parametrize(
    "form",
    [
        KNOWN,
        quote(KNOWN, safe=""),
        KNOWN.encode().hex(),
        *(base64.b64encode(b"x" * n + KNOWN.encode() + b"tail").decode() for n in range(6)),
        base64.urlsafe_b64encode(KNOWN.encode()).decode(),
    ],
)
def test_a_known_value_is_masked_in_every_form(form: str) -> None:
    masked = Redactor([KNOWN])(f"before {form} after")
    assert MASK in masked
    assert form not in masked


def test_a_private_key_is_masked_whole_even_without_its_end() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKCAQ\n-----END RSA PRIVATE KEY-----\n"
    assert Redactor()(f"a\n{key}b\n") == f"a\n{MASK}\nb\n"
    assert "MIIEow" not in Redactor()(key[:45])


def test_short_values_would_mask_ordinary_words() -> None:
    assert Redactor(["on", "", "abc"])("abc is on") == "abc is on"


def test_no_cut_leaves_half_of_a_secret() -> None:
    for offset in range(0, 60, 7):
        capture = Capture(Redactor([KNOWN]))
        capture.write(b"x " * (HALF // 2 - 15) + b"y" * offset + KNOWN.encode() + b" z" * HALF)
        capture.write(KNOWN.encode() + b" z" * (HALF // 2) + b"\n")
        text = capture.text()
        assert "left out here" in text
        for n in range(6, len(KNOWN)):
            assert KNOWN[:n] not in text
            assert KNOWN[-n:] not in text


def test_while_it_runs_only_whole_lines_are_shown() -> None:
    capture = Capture(Redactor([KNOWN]))
    capture.write(b"one\npass " + KNOWN[:9].encode())
    assert capture.live() == "one\n"
    capture.write(KNOWN[9:].encode() + b"\n")
    assert capture.live() == f"one\npass {MASK}\n"


def test_a_megabyte_is_masked_in_good_time() -> None:
    text = "2026-11-21T09:26:10Z INFO request token=abcdef123456 path=/v1/berths status=200 took 3 ms\n" * 12_000
    began = time.process_time()
    masked = Redactor([KNOWN, "another-known-secret"])(text)
    assert time.process_time() - began < 3
    assert "abcdef123456" not in masked


def test_nothing_of_it_takes_for_ever() -> None:
    for nasty in (
        "a" * 200_000,
        "password" * 20_000,
        "://" * 50_000,
        "x:" * 80_000 + "@",
        "Bearer " * 30_000,
        "=" * 99_999,
    ):
        began = time.process_time()
        Redactor([KNOWN])(nasty)
        assert time.process_time() - began < 2, nasty[:20]
