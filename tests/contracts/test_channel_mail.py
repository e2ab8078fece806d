"""The mail channel: what each answer of a relay means, how it logs in, and what stands in the mail."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from contracts.channel_harness import AT, a_page, deliver, email_channel
from contracts.stand_ins import SmtpServer, Yard, certificate, server_context
from sirenbook.channels import ChannelFault
from sirenbook.channels.email import EmailChannel
from sirenbook.channels.settings import secrets_from
from sirenbook.model.intent import Receipt


def mail(smtp: SmtpServer, folder: Path, **more: object) -> Receipt:
    return deliver(email_channel(smtp.port, folder, **more), a_page())[0]


@pytest.mark.parametrize("stage", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "outcome", "down"),
    [
        ("451 4.7.1 greylisted", "failed", False),
        ("452 4.2.2 full", "failed", False),
        ("421 4.3.2 going down", "failed", True),
        ("550 5.1.1 nobody\x1b[31m here", "refused", False),
        ("554 5.7.1 spam", "refused", False),
    ],
)
def test_what_an_answer_means(
    smtp: SmtpServer, tmp_path: Path, stage: str, answer: str, outcome: str, down: bool
) -> None:
    setattr(smtp, stage, answer)
    receipt = mail(smtp, tmp_path)
    assert (receipt.outcome, receipt.provider_down) == (outcome, down), receipt
    assert answer[:3] in receipt.detail and "\x1b" not in receipt.detail


def test_a_mail_says_what_it_is(smtp: SmtpServer, tmp_path: Path) -> None:
    mail(smtp, tmp_path)
    (got,) = smtp.parsed()
    assert got["From"] == "Siren <siren@example.com>" and got["To"] == "ada@example.com"
    assert got["Subject"] == "[INC-12] P0 Critical: Checkout answers 5xx"
    assert (
        got["Date"].datetime == AT
        and got["Message-ID"] == f"<{sha256(b'INC-12:p1:0').hexdigest()[:32]}@example.com>"
    )
    assert got["X-Sirenbook-Key"] == "INC-12:p1:0" and got["Auto-Submitted"] == "auto-generated"
    assert got["X-Priority"] == "1" and got.get_content_type() == "multipart/alternative"
    lines = next(got.iter_parts()).get_content().splitlines()
    assert lines[0] == "P0 Critical: Checkout answers 5xx"
    assert lines[2] == 'Why you: playbook.md:42 "Page the primary on-call"'
    assert "[127.0.0.1]" in smtp.greeted or "." in smtp.greeted


def test_a_notification_does_not_cry_wolf(smtp: SmtpServer, tmp_path: Path) -> None:
    deliver(email_channel(smtp.port, tmp_path), a_page(demands=False))
    assert smtp.parsed()[0]["X-Priority"] is None


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.com\r\nBcc: evil@example.com",
        "ada@example.com, evil@example.com",
        "Ada <ada@example.com>",
        "ada",
        "@",
        "ada@",
        "ada@example.com>\nRCPT TO:<evil@example.com",
        "a" * 300 + "@example.com",
        "ada@[\x00]",
        "\ud800@example.com",
    ],
)
def test_what_is_no_single_address_is_refused(smtp: SmtpServer, tmp_path: Path, to: str) -> None:
    (receipt,) = deliver(email_channel(smtp.port, tmp_path), a_page(to=to))
    assert receipt.outcome == "refused" and smtp.mails == [], receipt


def test_one_mail_reaches_one_recipient_whatever_the_words_say(smtp: SmtpServer, tmp_path: Path) -> None:
    evil = "boom\r\nBcc: evil@example.com\r\n.\r\nMAIL FROM:<x@y>\r\n"
    deliver(email_channel(smtp.port, tmp_path), a_page(title=evil, person=evil, text=evil, key=evil))
    (envelope,) = smtp.mails
    assert envelope.rcpt_tos == ["ada@example.com"]


def test_addresses_beyond_ascii_need_a_relay_that_takes_them(yard: Yard, smtp: SmtpServer, tmp_path: Path) -> None:
    page = a_page(to="ädä@example.com")
    assert deliver(email_channel(smtp.port, tmp_path), page)[0].outcome == "accepted"
    old = SmtpServer(yard)
    receipt = deliver(email_channel(old.port, tmp_path), page)[0]
    assert receipt.outcome == "refused" and "SMTPUTF8" in receipt.detail


def test_starttls_and_login(yard: Yard, tmp_path: Path) -> None:
    files = certificate(tmp_path)
    relay = SmtpServer(yard, tls_context=server_context(files), auth_required=True, require_starttls=True)
    relay_options = {"host": "localhost", "tls": "starttls", "username": "siren", "password_env": "MAIL"}
    receipt = mail(relay, tmp_path, **relay_options, ca_file=str(files[0]))
    assert receipt.outcome == "accepted" and len(relay.mails) == 1, receipt
    untrusted = mail(relay, tmp_path, **relay_options)
    assert (untrusted.outcome, untrusted.provider_down) == ("failed", True)
    assert "certificate" in untrusted.detail and len(relay.mails) == 1


def test_a_relay_without_tls_gets_nothing_when_tls_is_asked_for(smtp: SmtpServer, tmp_path: Path) -> None:
    receipt = mail(smtp, tmp_path, tls="starttls", username="siren", password_env="MAIL")
    assert (receipt.outcome, receipt.provider_down) == ("failed", True) and "STARTTLS" in receipt.detail
    assert smtp.mails == [] and smtp.logins == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_is_said_without_saying_it(yard: Yard, tmp_path: Path) -> None:
    relay = SmtpServer(yard, auth_required=True, auth_require_tls=False)
    receipt = mail(relay, tmp_path, username="siren", password_env="OLD")
    assert receipt.outcome == "refused" and "535" in receipt.detail and "canary" not in receipt.detail


def test_taken_is_taken_even_if_the_goodbye_hangs(yard: Yard, tmp_path: Path) -> None:
    async def no_goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line.startswith(b"QUIT"):
                return
            writer.write(b"354 go\r\n" if line.startswith(b"DATA") else b"250 fine\r\n")
            if line.startswith(b"DATA"):
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken as 4711\r\n")

    receipt = deliver(email_channel(yard.raw(no_goodbye), tmp_path), a_page())[0]
    assert receipt.outcome == "accepted" and "4711" in receipt.detail


def test_a_relay_that_is_slow_at_every_step_ends_in_time(yard: Yard, tmp_path: Path) -> None:
    """No single step is too slow, all of them together are."""

    async def sluggish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while await reader.readline():
            await asyncio.sleep(0.1)
            writer.write(b"250 fine\r\n")

    (receipt,) = deliver(email_channel(yard.raw(sluggish), tmp_path, timeout=0.25), a_page())
    assert (receipt.outcome, receipt.provider_down) == ("failed", True) and "in time" in receipt.detail


def folder_channel(folder: Path) -> EmailChannel:
    return EmailChannel.from_settings({"folder": "mail"}, secrets_from({}, folder), folder)


def test_a_folder_holds_one_whole_mail_per_key(tmp_path: Path) -> None:
    deliver(folder_channel(tmp_path), a_page(), a_page(attempt=2), a_page(key="../../etc/passwd"))
    names = sorted(file.name for file in (tmp_path / "mail").iterdir())
    assert len(names) == 2 and all(name.endswith(".eml") for name in names)
    assert names[0].startswith("INC-12-p1-0-") and names[1].startswith("etc-passwd-")


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    (receipt,) = deliver(folder_channel(tmp_path), a_page())
    assert (receipt.outcome, receipt.provider_down) == ("failed", True) and "cannot write" in receipt.detail


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "relay"),
        ({"from": "a@b.example"}, "folder"),
        ({"host": "h"}, "from"),
        ({"host": "h", "from": "no address"}, "from"),
        ({"host": "h", "from": "Siren <a@b.example>\r\nBcc: x@y.example"}, "from"),
        ({"host": "h", "from": "a@b.example", "tls": "yes"}, "tls"),
        ({"host": "h", "from": "a@b.example", "port": 70000}, "port"),
        ({"host": "h", "from": "a@b.example", "tls": "none", "username": "u"}, "unencrypted"),
        ({"host": "h", "from": "a@b.example", "username": "u", "password_env": "NOT_SET"}, "NOT_SET"),
        ({"folder": "mail", "host": "h"}, "folder and host"),
        ({"folder": "mail", "from": "x"}, "from"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, object], word: str) -> None:
    with pytest.raises(ChannelFault, match=word) as fault:
        EmailChannel.from_settings(settings, secrets_from({}, tmp_path), tmp_path)
    assert fault.value.help
