"""The pages of the playbook: shown with what was read of it, compared, and changed by admins alone."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sirenbook.engine.policies.texts import Texts
from unit.web.site import ORIGIN, Browser, Site, running
from unit.web.test_pages import HOSTILE, no_script_but_ours
from unit.web.test_policies import BOOK, PEOPLE, SLOWER, SWAPPED, apply, in_force

PLAN = "/playbook/plan"


@pytest.fixture
def site(database: str, tmp_path: Path) -> Iterator[Site]:
    """A site that runs the ferry desk."""
    with running(database, home=tmp_path, texts=Texts({"ferry.md": BOOK}, PEOPLE)) as found:
        yield found


def send(browser: Browser, fields: dict[str, str], files: dict[str, str] | None = None, **more: Any) -> Any:
    parts: list[tuple[str, Any]] = [(k, (None, v)) for k, v in {"form_token": browser.token(), **fields}.items()]
    parts += [("upload", (name, text.encode(), "text/markdown")) for name, text in (files or {}).items()]
    headers = {"Origin": ORIGIN, **more}
    return browser.site.ask("POST", PLAN, files=parts, cookies=browser.cookies, headers=headers)


def pasted(text: str, **more: str) -> dict[str, str]:
    return {"name.0": "ferry.md", "text.0": text, "bindings": PEOPLE, **more}


def hidden(text: str) -> dict[str, str]:
    """The two digests that a page of a plan carries on."""
    return dict(re.findall(r'type="hidden" name="(expected|planned)" value="(\w+)"', text))


def textarea(text: str, name: str = "text.0") -> str:
    found = re.search(rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_form_holds_the_text_in_force(site: Site, mira: Browser) -> None:
    text = mira.get(PLAN).text
    assert (textarea(text), textarea(text, "bindings")) == (BOOK, PEOPLE)
    assert "version 1 is in force" in text


def test_a_new_text_is_compared_and_then_put_in_force(site: Site, mira: Browser) -> None:
    site.declare("No ferry sails", "P1")
    answer = send(mira, pasted(SLOWER, action="plan", note="why not"))
    assert answer.status_code == 200
    text = answer.text
    no_script_but_ours(text)
    assert "P1: respond within 8 min, was 5 min" in text
    assert '<span class="gone">page Bo Holm (Secondary On-Call)</span>' in text
    assert "If it followed" in text and "/incidents/INC-1" in text
    assert (textarea(text), in_force(site)) == (SLOWER, [1])
    applied = send(mira, pasted(SLOWER, action="apply", note="slower nights", **hidden(text)))
    assert (applied.status_code, applied.headers["location"]) == (303, "/playbook?applied=2")
    page = mira.get("/playbook?applied=2").text
    assert "Version 2 is in force." in page
    assert "slower nights" in page and "on this page" in page and "Mira Kovač" in page
    assert "Page <" not in page


def test_a_file_is_taken_instead_of_the_text(site: Site, mira: Browser) -> None:
    text = send(mira, pasted(BOOK, action="plan"), {"C:\\desk\\new.md": SLOWER}).text
    assert (textarea(text), "new.md" in text) == (SLOWER, True)
    both = send(
        mira, pasted(BOOK, action="plan"), {"b.md": "# Second", "a.md": SLOWER, "sirenbook.toml": SWAPPED}
    ).text
    assert (textarea(both), textarea(both, "text.1"), textarea(both, "bindings")) == (SLOWER, "# Second", SWAPPED)
    assert "Primary On-Call reaches Bo Holm, was Ana Lima" in both


def test_only_what_was_compared_is_put_in_force(site: Site, mira: Browser) -> None:
    seen = hidden(send(mira, pasted(SLOWER, action="plan")).text)
    other = BOOK.replace("15 minutes", "16 minutes")
    answer = send(mira, pasted(other, action="apply", **seen))
    assert "changed after it was compared" in answer.text
    assert (textarea(answer.text), in_force(site)) == (other, [1])


def test_another_playbook_meanwhile(site: Site, mira: Browser) -> None:
    seen = hidden(send(mira, pasted(SLOWER, action="plan")).text)
    apply(site, BOOK.replace("15 minutes", "16 minutes"))
    answer = send(mira, pasted(SLOWER, action="apply", **seen))
    assert answer.status_code == 409
    assert "plan again" in answer.text and "against version 2" in answer.text
    assert in_force(site) == [2]
    again = send(mira, pasted(SLOWER, action="apply", **hidden(answer.text)))
    assert (again.status_code, in_force(site)) == (303, [3])


def test_new_errors_need_a_tick(site: Site, mira: Browser) -> None:
    unbound = PEOPLE.replace('"Secondary On-Call" = "bo"', "")
    text = send(mira, pasted(BOOK, action="plan", bindings=unbound)).text
    assert "1 new error" in text and 'name="force"' in text
    refused = send(mira, pasted(BOOK, action="apply", bindings=unbound, **hidden(text)))
    assert (refused.status_code, in_force(site)) == (422, [1])
    forced = send(mira, pasted(BOOK, action="apply", bindings=unbound, force="1", **hidden(text)))
    assert (forced.status_code, in_force(site)) == (303, [2])


def test_the_same_text_cannot_be_put_in_force(site: Site, mira: Browser) -> None:
    text = send(mira, pasted(BOOK, action="plan")).text
    assert "This is the text in force already." in text
    assert 'value="apply"' not in text


@pytest.mark.parametrize("fields", [{}, {"name.0": "a.md", "text.0": "  \n"}, {"text.0": "no name"}])
def test_a_form_without_a_text(site: Site, mira: Browser, fields: dict[str, str]) -> None:
    assert send(mira, {**fields, "action": "plan"}).status_code == 422


def test_who_is_no_admin_may_look_and_not_change(site: Site, mira: Browser) -> None:
    from sirenbook.web.login import accounts

    async def enter() -> str:
        account = await site.station.accounts.add("Jonas Dahl", "responder", site.station.now())
        return await accounts.open_session(site.station, account)

    jonas = Browser(site, "Jonas Dahl")
    site.run(site.station.accounts.close_session(jonas.cookies["session"]))
    jonas.cookies = {"session": site.run(enter())}
    site.run(_demote(site))
    assert jonas.get("/playbook").status_code == 200
    assert PLAN not in jonas.get("/playbook").text
    assert PLAN in mira.get("/playbook").text
    assert jonas.get(PLAN).status_code == 403
    assert send(jonas, pasted(SLOWER, action="plan")).status_code == 403
    assert send(jonas, pasted(SLOWER, action="apply")).status_code == 403
    assert in_force(site) == [1]


async def _demote(site: Site) -> None:
    async with site.pool.connection() as connection:
        await connection.execute("update account set role = 'responder' where name = 'Jonas Dahl'")


def test_a_form_that_is_not_ours_changes_nothing(site: Site, mira: Browser) -> None:
    foreign = send(mira, pasted(SLOWER, action="plan"), Origin="https://evil.example")
    assert foreign.status_code == 403
    assert send(mira, pasted(SLOWER, action="plan", form_token="0" * 80)).status_code == 403
    stranger = site.ask("POST", PLAN, files=[("action", (None, "plan"))])
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/login")
    assert site.ask("GET", PLAN).status_code == 303


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", ""])
def test_bodies_that_are_no_form(site: Site, mira: Browser, kind: str) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": kind}
    answer = site.ask("POST", PLAN, content=b"\xff--x\r\n\r\n", cookies=mira.cookies, headers=headers)
    assert answer.status_code in (400, 403)


def test_a_form_of_too_many_parts_or_bytes(site: Site, mira: Browser) -> None:
    assert send(mira, {f"f{n}": "" for n in range(300)}).status_code == 400
    assert send(mira, {}, {f"{n}.md": "x" for n in range(60)}).status_code == 400
    assert send(mira, pasted("x" * (17 << 20))).status_code == 413


def test_hostile_texts_stay_text_and_come_back_unchanged(site: Site, mira: Browser) -> None:
    for evil in HOSTILE:
        book = f"{BOOK}\n## {evil}\n\n</textarea>{evil}\n"
        answer = send(mira, pasted(book, action="plan", note=evil))
        assert answer.status_code == 200
        no_script_but_ours(answer.text)
        kept = textarea(answer.text)
        assert kept == book.replace("\x00", "\ufffd")
    apply(site, f"{BOOK}\n{HOSTILE[0]}", note=HOSTILE[1], by=HOSTILE[2])
    for path in ("/playbook", "/playbook?version=2", "/playbook?applied=%3Cb%3E", PLAN):
        no_script_but_ours(mira.get(path).text)


def test_every_version_can_be_looked_at(site: Site, mira: Browser) -> None:
    apply(site, SLOWER, note="slower")
    old = mira.get("/playbook?version=1").text
    assert "older text" in old and "| P1 | No ferry sails | 5 minutes |" in old
    assert "older text" not in mira.get("/playbook?version=2").text
    for number in ("0", "3", "x", "-1", "9" * 40, "%00", "1;2"):
        assert mira.get(f"/playbook?version={number}").status_code == 404


def test_what_was_read_and_what_is_open_stand_beside_the_text(site: Site, mira: Browser) -> None:
    text = mira.get("/playbook").text
    assert "P1: page Secondary On-Call after 10 min unless acknowledged" in text
    assert "resolve.watch" in text and "What the text leaves open" in text
    assert '<span class="chip warn">default</span>' in text
    assert "SB326" in text and "sirenbook.toml line" in text
    apply(site, BOOK, bindings=PEOPLE + '[answers]\nresolve.watch = "20 minutes"\n')
    answered = mira.get("/playbook").text
    assert "20 minutes" in answered and '<span class="chip ok">answered</span>' in answered


def test_an_address_that_changed_holds_for_forms_and_links_at_once(site: Site, mira: Browser) -> None:
    apply(site, BOOK, bindings=PEOPLE + '[server]\npublic_url = "http://ferry.example"\n')
    answer = mira.post("/incidents", {"title": "x", "severity": "P1"}, Origin="http://ferry.example")
    assert answer.status_code == 303
    assert site.api("GET", "/api/incidents/1").json()["url"] == "http://ferry.example/incidents/INC-1"
