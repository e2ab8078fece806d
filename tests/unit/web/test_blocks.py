"""In a security incident nothing goes outside before a named role approves it, by whatever way it is tried."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sirenbook.model import command as c
from unit.web.site import ADMIN, Browser, Site, running

SAID = "Some of your data was seen by others."


@pytest.fixture(scope="module")
def site(postgres: Any, _template: str) -> Iterator[Site]:
    from conftest import _fresh

    for dsn in _fresh(postgres.dsn, _template):
        with running(dsn) as found:
            for person in ("mira", "tom"):
                found.api("POST", "/api/tokens", {"name": person, "person": person})
            yield found


def breach(site: Site) -> int:
    number = site.declare()
    site.run(site.station.command(number, c.MarkSecurity("mira", "keys were posted")))
    return number


def own(site: Site, person: str) -> str:
    """A token of a person's own."""
    site.api("POST", "/api/tokens/revoke", {"name": f"{person}'s"})
    answer = site.api("POST", "/api/tokens", {"name": f"{person}'s", "person": person})
    return str(answer.json()["secret"])


def tell(site: Site, number: int, token: str = ADMIN, **body: Any) -> int:
    body = {"audience": "customers", "text": SAID, "way": "posted", **body}
    return site.api("POST", f"/api/incidents/{number}/updates", body, token).status_code


def do(site: Site, number: int, *commands: c.Command) -> None:
    for command in commands:
        site.run(site.station.command(number, command))


def approve(site: Site, number: int, text: str = SAID) -> None:
    do(site, number, c.ApproveUpdate("tom", "customers", text))


WAYS: dict[str, Callable[[Site, int], int]] = {
    "posted over the API": tell,
    "sent over the API": lambda s, n: tell(s, n, way="send"),
    "to the public": lambda s, n: tell(s, n, audience="public"),
    "to everyone": lambda s, n: tell(s, n, audience="everyone"),
    "to authorities": lambda s, n: tell(s, n, audience="authorities"),
    "by the approver unapproved": lambda s, n: tell(s, n, own(s, "tom")),
    "with the template": lambda s, n: tell(s, n, template="Status page"),
    "approved by a responder": lambda s, n: tell(s, n, own(s, "mira"), way="approve"),
    "approved in another's name": lambda s, n: tell(s, n, way="approve", by="Tom Baker"),
    "approved in another's name by one's own token": lambda s, n: tell(
        s, n, own(s, "mira"), way="approve", by="Tom Baker"
    ),
    "on the page": lambda s, n: (
        Browser(s).post(f"/incidents/{n}/updates", {"audience": "customers", "text": SAID, "way": "posted"})
    ).status_code,
    "approved on the page": lambda s, n: (
        Browser(s).post(f"/incidents/{n}/updates", {"audience": "customers", "text": SAID, "way": "approve"})
    ).status_code,
    "lifted by a responder": lambda s, n: (
        s.api("POST", f"/api/incidents/{n}/security", {"lift": True}, own(s, "mira")).status_code
    ),
    "lifted in another's name": lambda s, n: (
        s.api("POST", f"/api/incidents/{n}/security", {"lift": True, "by": "Tom Baker"}).status_code
    ),
    "lifted on the page": lambda s, n: (
        Browser(s).post(f"/incidents/{n}/security", {"lift": "1"}).status_code
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_barred(site: Site, way: str) -> None:
    assert WAYS[way](site, breach(site)) == 409


EDITS: dict[str, tuple[c.Command, ...]] = {
    "resolved": (c.Resolve("mira", "closed", at_once=True),),
    "a false alarm": (c.Resolve("mira", "it was us", false_alarm=True),),
    "reopened": (c.Resolve("mira", "closed", at_once=True), c.Reopen("mira")),
    "graded anew": (c.Regrade("mira", "P3", "less than thought"),),
    "graded anew and back": (c.Regrade("mira", "P3"), c.Regrade("mira", "P1")),
    "given the role": (c.AssignRole("mira", "Harbour Master", "mira"),),
    "acknowledged": (c.Acknowledge("mira", "phone"),),
}


@pytest.mark.parametrize("name", EDITS)
def test_nothing_that_is_done_to_it_opens_the_way(site: Site, name: str) -> None:
    number = breach(site)
    do(site, number, *EDITS[name])
    assert tell(site, number) == 409
    assert tell(site, number, own(site, "mira"), way="approve") == 409


@pytest.mark.parametrize("name", ["reopened", "graded anew", "graded anew and back"])
def test_a_consent_ends_with_what_it_was_given_for(site: Site, name: str) -> None:
    number = breach(site)
    approve(site, number)
    do(site, number, *EDITS[name])
    assert tell(site, number) == 409


def test_a_consent_is_to_these_very_words_for_this_audience(site: Site) -> None:
    number = breach(site)
    approve(site, number)
    assert tell(site, number, text=SAID + " Sorry.") == 409
    assert tell(site, number, audience="public") == 409
    assert tell(site, number) == 200


def test_lifted_and_marked_again_a_consent_is_gone(site: Site) -> None:
    number = breach(site)
    approve(site, number)
    do(site, number, c.MarkSecurity("tom", "a test", lift=True), c.MarkSecurity("mira", "it is one"))
    assert tell(site, number) == 409


def test_a_review_is_published_with_consent_only(site: Site) -> None:
    number = breach(site)
    do(site, number, c.Resolve("mira", "closed", at_once=True), c.WriteReview("mira", "# What happened", 0))
    do(site, number, c.ApproveReview("mira", 1))
    path = f"/api/incidents/{number}/review/publish"
    assert site.api("POST", path, {"by": "mira"}).status_code == 409
    assert site.api("POST", path, {"by": "Tom Baker"}).status_code == 409, "anybody may say that name"
    assert site.api("POST", path, {}, own(site, "mira")).status_code == 409
    assert Browser(site).post(f"/incidents/{number}/review/publish", {}).status_code == 409
    assert site.api("POST", path, {}, own(site, "tom")).status_code == 200


def test_items_and_reviews_leave_through_no_strangers_hands(site: Site) -> None:
    number = breach(site)
    do(site, number, c.AddItem("mira", "rotate the keys", "jonas"), c.WriteReview("mira", "# What happened", 0))
    token = site.api("POST", "/api/tokens", {"name": "stranger", "person": "ines"}).json()["secret"]
    for path in ("items", "review/export?format=md", "review/export?format=html", "evidence", "timeline"):
        assert site.api("GET", f"/api/incidents/{number}/{path}", token=token).status_code == 403, path
    assert "rotate" not in site.api("GET", "/api/items?which=all", token=token).text
