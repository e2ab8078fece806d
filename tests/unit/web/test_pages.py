"""The pages: complete without JavaScript, honest with hostile text, closed to whoever has no session."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from psycopg import AsyncConnection

from sirenbook.model.command import Note
from sirenbook.store.postgres import CHANNEL
from sirenbook.web.live import messages
from sirenbook.web.login import accounts
from sirenbook.web.login.accounts import login_url, welcome_url
from sirenbook.web.login.sessions import Visitor
from unit.web.site import ADMIN, INTAKE, ORIGIN, READ, Browser, Site, policy

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}",
    "{0.__class__}",
    "${7*7}",
    "{% raise %}",
    "\x1b[31mred",
    "a\x00b",
    "left\u202eright",
    "zero\u200bwidth",
    "two\nlines",
]


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))


def no_script_but_ours(text: str) -> None:
    for tag, attributes in Tags(text).tags:
        if tag == "script":
            assert re.fullmatch(r"/static/[\w.]+\.js", attributes["src"] or "")
        assert tag != "style"
        assert not [a for a in attributes if a.startswith("on") or a == "style"], (tag, attributes)
        for name in ("href", "src", "action"):
            address = attributes.get(name) or "/"
            assert address.startswith(("/", "#", "http://", "https://", "data:image/svg+xml,")), address


def test_a_visitor_without_a_session_is_sent_to_login(site: Site) -> None:
    site.declare()
    for path in ("/", "/resolved", "/playbook", "/incidents/INC-1", "/incidents/1/live", "/live", "/events"):
        answer = site.ask("GET", path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login"), path
    for path in ("/incidents", "/incidents/INC-1/acknowledge", "/logout"):
        assert site.ask("POST", path, data={}).status_code == 303
    assert "sirenbook login-link" in site.ask("GET", "/login").text
    assert site.ask("GET", "/", cookies={"session": "forged"}).status_code == 303
    assert site.ask("GET", "/", cookies={"session": "x" * 10_000}).status_code == 303
    assert site.run(site.station.queries.incident(1)).incident.status == "unacknowledged"


def test_a_session_ends_after_thirty_days(site: Site, mira: Browser) -> None:
    assert mira.get("/").status_code == 200
    site.ahead(days=31)
    assert mira.get("/").status_code == 303


def test_the_empty_home_says_the_next_step(site: Site, mira: Browser) -> None:
    text = mira.get("/").text
    assert "Nothing is open" in text
    assert f"curl {ORIGIN}/in/alertmanager" in text


def test_home_shows_the_gravest_first_and_who_is_paged(site: Site, mira: Browser) -> None:
    site.declare("Logo is old", "P3")
    site.declare("Bookings fail", "P1")
    site.declare("Norway fails", "P2")
    text = mira.get("/").text
    assert text.index("Bookings fail") < text.index("Norway fails") < text.index("Logo is old")
    assert "paged: Mira Kovač, Jonas Dahl" in text
    assert "3 not acknowledged" in text
    assert "(3) Open incidents" in text


def test_an_incident_shows_clocks_ladder_people_and_the_line_of_the_playbook(site: Site, mira: Browser) -> None:
    site.alert("PoolExhausted", service="api", runbook="x")
    site.ahead(seconds=100)
    text = mira.get("/incidents/INC-1").text
    for words in ("Elapsed", "01:40", "Next update due in", "Pages again in", "Response target 5 min", "Why P1"):
        assert words in text, words
    assert 'href="/playbook#L14"' in text
    assert "Inés Ortega" in text
    assert "PoolExhausted" in text


def test_every_action_works_as_a_plain_form(site: Site, mira: Browser) -> None:
    site.declare()

    def act(action: str, **fields: str) -> str:
        answer = mira.post(f"/incidents/INC-1/{action}", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/INC-1"), answer.text
        return mira.get("/incidents/INC-1").text

    assert "Mira Kovač has it" in act("acknowledge")
    assert "Escalated to Engineering Manager by hand: help" in act("escalate", to="manager", note="help")
    assert "Update: rolling back" in act("notes", text="rolling back", update="1")
    assert "first line\nsecond line" in act("notes", text="first line\r\nsecond line")
    assert "Graded P2, was P1: one region" in act("regrade", severity="P2", reason="one region")
    assert "snoozed" in act("snooze", **{"for": "30m"})
    assert "False alarm: only a test" in act("resolve", reason="only a test", false_alarm="1")
    assert "INC-1" in mira.get("/resolved").text
    assert "Reopened: it came back" in act("reopen", reason="it came back")


def test_a_refused_action_says_why_on_the_page(site: Site, mira: Browser) -> None:
    site.declare()
    answer = mira.post("/incidents/INC-1/escalate", {"to": "the pope"})
    assert answer.status_code == 409
    assert "nobody is called" in answer.text
    assert "Timeline" in answer.text
    part = mira.post("/incidents/INC-1/escalate", {"to": "the pope"}, In_Place="1")
    assert part.status_code == 409
    assert "<html" not in part.text
    assert 'id="notice"' in part.text
    assert mira.post("/incidents/INC-1/snooze", {"for": "soon"}).status_code == 422
    assert mira.post("/incidents/INC-1/explode", {}).status_code == 404
    assert mira.post("/incidents/INC-99/acknowledge", {}).status_code == 404


def test_an_incident_is_declared_from_home(site: Site, mira: Browser) -> None:
    answer = mira.post("/incidents", {"title": "  Fire\x00 ", "severity": "P2", "drill": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/INC-1")
    incident = site.run(site.station.queries.incident(1)).incident
    assert (incident.title, incident.severity, incident.drill) == ("Fire\ufffd", "P2", True)
    assert mira.post("/incidents", {"title": " ", "severity": "P1"}).status_code == 422
    assert mira.post("/incidents", {"title": "x", "severity": "P9"}).status_code == 422


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://sirenbook.test.evil.example", "http://", "x", "http://[", "https://"],
)
def test_a_form_of_another_site_changes_nothing(site: Site, mira: Browser, origin: str) -> None:
    site.declare()
    answer = mira.post("/incidents/INC-1/acknowledge", {}, Origin=origin)
    assert answer.status_code == 403
    assert not [h for h in answer.headers if h.startswith("access-control")]
    assert site.run(site.station.queries.incident(1)).incident.status == "unacknowledged"


@pytest.mark.parametrize("token", ["", "0" * 80, "x", "é" * 80])
def test_a_form_without_the_token_of_the_session_changes_nothing(site: Site, mira: Browser, token: str) -> None:
    site.declare()
    assert mira.post("/incidents/INC-1/acknowledge", {}, form_token=token).status_code == 403
    other = Browser(site, "Jonas Dahl").token()
    assert mira.post("/incidents/INC-1/acknowledge", {}, form_token=other).status_code == 403
    crossing = mira.post("/incidents/INC-1/acknowledge", {}, Sec_Fetch_Site="cross-site")
    assert crossing.status_code == 403
    assert site.run(site.station.queries.incident(1)).incident.status == "unacknowledged"


def test_form_tokens_differ_from_page_to_page_and_all_hold(site: Site, mira: Browser) -> None:
    site.declare()
    first, second = mira.token(), mira.token()
    assert first != second
    assert mira.post("/incidents/INC-1/acknowledge", {}, form_token=first).status_code == 303


def test_a_form_of_too_many_fields_or_bytes(site: Site, mira: Browser) -> None:
    site.declare()
    assert mira.post("/incidents/INC-1/notes", {f"f{i}": "" for i in range(60)}).status_code == 400
    assert mira.post("/incidents/INC-1/notes", {"text": "x" * (2 << 20)}).status_code == 413


def test_hostile_text_stays_text_on_every_page(site: Site, mira: Browser) -> None:
    for text in HOSTILE:
        labels = {"alertname": text, "severity": "P1", "pod": text, f"x{text}": text}
        annotations = {"summary": text, "runbook_url": "javascript:alert(1)", "dashboard": "https://ok.example/<b>"}
        alerts = [
            {"status": "firing", "labels": labels, "annotations": annotations, "generatorURL": "data:text/html,x"}
        ]
        assert site.api("POST", "/in/alertmanager", {"version": "4", "alerts": alerts}, INTAKE).status_code == 202
    last = len(site.api("GET", "/api/incidents").json()["incidents"])
    for text in HOSTILE:
        site.api("POST", "/api/incidents/1/notes", {"text": text or "x", "by": text})
        mira.post("/incidents/INC-1/escalate", {"to": text, "note": text})
    site.api("POST", "/api/incidents/2/resolve", {"reason": HOSTILE[0], "by": HOSTILE[1]})
    link = site.station.links.acknowledge(1, HOSTILE[0], site.station.now())
    paths = [f"/incidents/{i}" for i in range(1, last + 1)] + [
        f"/incidents/{i}/live?seq=0" for i in range(1, last + 1)
    ]
    for path in (*paths, "/", "/resolved", "/playbook", "/live", link, link + "?passed=1"):
        text = mira.get(path).text
        no_script_but_ours(text)
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u200b]", text), path
    first = mira.get("/incidents/1").text
    for shown in ("{{7*7}}", "{0.__class__}", "${7*7}", "&lt;script&gt;", "⟨U+202E⟩", "␛[31m", "⟨U+200B⟩"):
        assert shown in first, shown
    assert 'href="javascript' not in first
    assert 'href="data:text' not in first


def test_the_playbook_is_shown_and_never_rendered(site: Site, mira: Browser) -> None:
    text = mira.get("/playbook").text
    no_script_but_ours(text)
    assert 'id="L14"' in text
    assert "P1: page Engineering Manager after 30 min unless resolved" in text
    assert "&lt;script&gt;alert" in text
    assert "SB103" in text
    assert "When does an incident resolve by itself?" in text
    assert mira.get("/playbook?file=../../etc/passwd").status_code == 404
    assert mira.get("/playbook?policy=nope").status_code == 404
    assert mira.get("/playbook?policy=%00").status_code == 404


def test_every_answer_carries_the_headers_of_safety(site: Site, mira: Browser) -> None:
    for path in ("/", "/login", "/a/x", "/nothing", "/api/incidents", "/health", "/static/none"):
        headers = mira.get(path, headers={"Origin": "null"}).headers
        allowed = headers["content-security-policy"]
        assert "default-src 'self'" in allowed
        assert "frame-ancestors 'none'" in allowed
        assert "unsafe" not in allowed
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
        assert not [h for h in headers if h.startswith("access-control")]


def test_on_https_cookies_are_secure_and_the_browser_is_told_to_stay(database: str) -> None:
    from unit.web.site import running

    with running(database, "https://sirens.example") as site:
        url = site.run(welcome_url(site.station))
        answer = site.ask(
            "POST",
            url.replace("https://sirens.example", ""),
            data={"name": "Mira"},
            headers={"Origin": "https://sirens.example"},
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
            assert word in cookie
        assert answer.headers["strict-transport-security"]


def test_the_first_admin_comes_by_the_link_alone(site: Site) -> None:
    first, second = site.run(welcome_url(site.station)), site.run(welcome_url(site.station))
    assert first.startswith(f"{ORIGIN}/welcome/")
    assert site.ask("GET", first).status_code == 200
    assert site.ask("GET", first).status_code == 200
    assert site.run(site.station.accounts.everybody()) == []
    assert site.ask("POST", first, data={"name": " "}).status_code == 422
    answer = site.ask("POST", first, data={"name": "  Mira   Kovač "}, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie
    [account] = site.run(site.station.accounts.everybody())
    assert (account.name, account.role) == ("Mira Kovač", "admin")
    for used in (first, second):
        assert site.ask("GET", used).status_code == 404
        assert site.ask("POST", used, data={"name": "Eve"}).status_code == 404
    assert site.run(welcome_url(site.station)) is None
    assert site.ask("POST", "/welcome/guess", data={"name": "Eve"}).status_code == 404


def test_places_to_look_at_are_links_only_where_they_lead_to_the_web(site: Site, mira: Browser) -> None:
    site.declare()
    page = mira.get("/incidents/1").text
    assert '<a href="https://grafana.ferry.example/d/bookings" rel="noreferrer noopener">Bookings</a>' in page
    assert "<code>kubectl logs -l app=bookings</code>" in page
    assert 'href="javascript' not in page and "javascript:alert(1)" in page


def test_a_login_link_works_once_within_a_quarter_of_an_hour(site: Site) -> None:
    answer = site.api("POST", "/api/login-links", {"name": "Jonas Dahl"})
    assert answer.status_code == 201
    link = answer.json()["url"]
    entered = site.ask("POST", link, data={"name": "Eve", "role": "admin"}, headers={"Origin": ORIGIN})
    assert entered.status_code == 303
    assert site.ask("POST", link, data={}).status_code == 404
    assert [(a.name, a.role) for a in site.run(site.station.accounts.everybody())] == [("Jonas Dahl", "responder")]
    late = site.run(login_url(site.station, "Late"))
    site.ahead(minutes=16)
    assert site.ask("POST", late, data={}).status_code == 404
    assert site.api("POST", "/api/login-links", {}, READ).status_code == 403
    foreign = site.run(login_url(site.station, "Jonas Dahl"))
    assert site.ask("POST", foreign, data={}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_login_leads_to_the_page_that_was_wanted(site: Site) -> None:
    def wanted(path: str, **headers: str) -> str | None:
        return site.ask("GET", path, headers=headers).cookies.get("wanted")

    def entered(cookie: str) -> str:
        link = site.run(login_url(site.station, "Jonas Dahl"))
        return site.ask("POST", link, data={}, cookies={"wanted": cookie}).headers["location"]

    cookie = wanted("/incidents/INC-1?tab=people")
    assert cookie and entered(cookie.strip('"')) == "/incidents/INC-1?tab=people"
    assert wanted("/events", **{"Sec-Fetch-Dest": "empty"}) is None
    for elsewhere in ("//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nx: y", "/" * 900):
        assert entered(elsewhere) == "/"


def test_secrets_of_links_and_sessions_are_stored_as_hashes_only(site: Site, mira: Browser) -> None:
    link = site.run(login_url(site.station, "x"))

    async def stored() -> str:
        rows = []
        async with site.station.engine.ledger.connection() as conn:
            for table in ("setting", "session", "api_token"):
                rows += await (await conn.execute(f"select t::text from {table} t")).fetchall()
        return repr(rows)

    found = site.run(stored())
    for secret in (link.rsplit("/", 1)[1], mira.cookies["session"], ADMIN):
        assert secret not in found
        assert secret.encode().hex() not in found


def test_logging_out_ends_the_session_everywhere(site: Site, mira: Browser) -> None:
    assert mira.post("/logout", {}).status_code == 303
    assert mira.get("/").status_code == 303


def test_what_a_page_knows_already_is_not_sent_again(site: Site, mira: Browser) -> None:
    site.declare()
    for page in ("/", "/incidents/1"):
        known = re.search(r'id="known"[^>]*data-live="([^"]+)"', mira.get(page).text)[1].replace("&amp;", "&")
        assert mira.get(known).status_code == 204
        site.api("POST", "/api/incidents/1/notes", {"text": f"news for {page}"})
        site.api("POST", "/api/incidents/1/acknowledge", {"by": page})
        part = mira.get(known)
        assert part.status_code == 200
        assert "<html" not in part.text
        again = re.search(r'id="known"[^>]*data-live="([^"]+)"', part.text)[1].replace("&amp;", "&")
        assert mira.get(again).status_code == 204


def test_only_new_entries_are_sent_and_forms_only_when_they_change(site: Site, mira: Browser) -> None:
    site.declare()
    known = re.search(r'id="known"[^>]*data-live="([^"]+)"', mira.get("/incidents/1").text)[1].replace("&amp;", "&")
    site.api("POST", "/api/incidents/1/notes", {"text": "news"})
    part = mira.get(known).text
    assert part.count('<li id="e') == 1
    assert 'id="act"' not in part
    site.api("POST", "/api/incidents/1/resolve", {})
    assert 'id="act"' in mira.get(known).text


def visitor_of(site: Site, browser: Browser) -> Visitor:
    """Who a browser's session is."""
    account = site.run(site.station.accounts.session(browser.cookies["session"], site.station.now()))
    assert account
    return Visitor(account, browser.cookies["session"])


def test_a_stream_ends_for_whoever_is_logged_out_elsewhere(site: Site, mira: Browser) -> None:
    mira_there, jonas = visitor_of(site, mira), Browser(site, "Jonas Dahl", "responder")
    jonas_there = visitor_of(site, jonas)

    async def listen() -> list[list[str]]:
        streams = [messages(site.station, who, trust=0) for who in (mira_there, jonas_there)]
        starts = [await anext(s) for s in streams]
        await site.station.accounts.stay_only(jonas_there.account.id, "of no session")
        site.station.changes.publish([7])
        heard = [await anext(streams[0]), await anext(streams[1], "over")]
        for each in streams:
            await each.aclose()
        return [starts, heard]

    _, (first, second) = site.run(listen())
    assert (first, second) == ("id: 2\ndata: INC-7\n\n", "over")


def test_a_stream_says_at_its_start_that_all_may_be_stale_and_then_what_changed(site: Site, mira: Browser) -> None:
    visitor = visitor_of(site, mira)

    async def listen() -> list[str]:
        heard = []
        stream = messages(site.station, visitor)
        heard.append(await anext(stream))
        site.station.changes.publish([7, 9, 7])
        heard.append(await anext(stream))
        site.station.changes.publish([3, 0])
        heard.append(await anext(stream))
        await stream.aclose()
        return heard

    first, second, third = site.run(listen())
    assert "data: *\n\n" in first
    assert second == "id: 2\ndata: INC-7 INC-9\n\n"
    assert third == "id: 3\ndata: *\n\n"
    assert site.station.changes.count == 0


def test_who_looks_is_told_with_the_commit_and_once(site: Site) -> None:
    """Not by way of the database, which tells other processes: that would be a second message, and a later one."""

    async def told() -> list[int]:
        with site.station.changes.subscribe() as heard:
            await site.station.command(number, Note("mira", "seen"))
            at_once = heard.get_nowait()
            async with await AsyncConnection.connect(site.dsn, autocommit=True) as elsewhere:
                await elsewhere.execute("select pg_notify(%s, 'another:99')", (CHANNEL,))
            return [at_once, await heard.get()]

    number = site.declare()
    assert site.run(told()) == [number, 99]


def test_a_defect_is_a_page_with_a_number(
    site: Site, mira: Browser, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("canary-5ecret")

    monkeypatch.setattr(site.station.queries, "gravest", fail)
    answer = mira.get("/")
    assert answer.status_code == 500
    assert re.search(r"number is [0-9a-f]{8}", answer.text)
    assert "canary" not in answer.text + "".join(capfd.readouterr())
    assert mira.cookies["session"] not in answer.text


def test_static_files_are_packed_and_kept_for_ever(site: Site, mira: Browser) -> None:
    [sheet] = re.findall(r'href="(/static/app\.[0-9a-f]+\.css)"', mira.get("/").text)
    packed = site.ask("GET", sheet, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert site.ask("GET", sheet, headers={"Accept-Encoding": "identity"}).content == packed.content
    for path in ("/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/app.js"):
        assert site.ask("GET", path).status_code == 404


def test_the_name_on_the_session_is_the_person_of_the_playbook(site: Site, mira: Browser) -> None:
    site.declare()
    mira.post("/incidents/INC-1/acknowledge", {})
    assert site.run(site.station.queries.incident(1)).incident.acknowledged_by == "mira"
    assert accounts.SESSION.days == 30


def test_an_incident_of_an_older_policy_links_to_the_lines_it_runs_by(site: Site, mira: Browser) -> None:
    site.declare()
    newer = policy(digest="n3w", title="A newer playbook")
    site.run(site.station.settings.put_policy(newer, {"playbook.md": "# All new"}, site.station.now()))
    site.station.engine.books.put_in_force(newer, site.station.engine.books.bindings)
    text = mira.get("/incidents/1").text
    assert 'href="/playbook?file=playbook.md&amp;policy=d1gest0f0ne#L14"' in text
    older = mira.get("/playbook?file=playbook.md&policy=d1gest0f0ne").text
    assert "This is an older text" in older
    assert "P1: page Engineering Manager" in older
