"""What comes back through a channel: believed only after the channel checked it, and acted on once."""

from collections.abc import Iterator

import pytest

from sirenbook.channels import Callback, House, NotGenuine, Reply, User, Word
from sirenbook.engine.delivery.reception import Reception
from sirenbook.model.bindings import ContactMethod, Person
from sirenbook.model.command import Restrict
from sirenbook.model.event import Delivered, Escalated, Noted
from sirenbook.model.intent import Notification, Receipt
from unit.web.site import Site


class Phone:
    """A channel that answers: callbacks say `kind once token-or-code`, and are genuine when they say so."""

    name = "phone"

    def __init__(self) -> None:
        self.sent: list[Notification] = []

    def join(self, house: House) -> None:
        self.house = house

    async def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return Receipt("accepted")

    async def called(self, callback: Callback) -> Reply:
        if callback.headers.get("x-genuine") != "yes":
            raise NotGenuine("no signature")
        kind, once, sender, code = callback.body.decode().split(" ")
        word = Word(kind, once, callback.rest.partition("/")[0], sender, code)  # type: ignore[arg-type]
        heard = await self.house.hear(self.name, word)
        return Reply(f"{heard.outcome}: {heard.text}".encode())

    async def close(self) -> None: ...


@pytest.fixture
def phone(site: Site) -> Iterator[Phone]:
    """Everybody is reached by phone."""
    channel = Phone()

    async def plug() -> None:
        site.station.dispatcher.use({"phone": channel})
        people = site.station.engine.books.bindings.people
        for key, each in list(people.items()):
            people[key] = Person(each.id, each.name, (ContactMethod("phone", f"+49{each.id}"),))

    site.run(plug())
    yield channel


def call(site: Site, path: str, said: str, genuine: str = "yes"):
    return site.ask("POST", "/callback/phone/" + path, content=said, headers={"x-genuine": genuine})


def ring(site: Site, phone: Phone) -> Notification:
    """An incident, and the message that Mira gets."""
    site.declare()
    site.deliver()
    return next(n for n in phone.sent if n.to == "+49mira")


def token(message: Notification) -> str:
    return message.answer_url.rsplit("/", 1)[-1]


def test_an_acknowledgement_is_heard_once(site: Site, phone: Phone) -> None:
    message = ring(site, phone)
    assert call(site, token(message), "acknowledge c1 - -").text == "done: INC-1 is yours."
    found = site.run(site.station.queries.incident(1)).incident
    assert (found.status, found.acknowledged_by) == ("acknowledged", "mira")
    assert call(site, token(message), "acknowledge c1 - -").text.startswith("repeated")


def test_a_callback_that_is_not_genuine_changes_nothing_and_learns_nothing(site: Site, phone: Phone) -> None:
    message = ring(site, phone)
    refused = call(site, token(message), "acknowledge c1 - -", "no")
    assert refused.status_code == 403 and "signature" not in refused.text
    assert site.run(site.station.queries.incident(1)).incident.status == "unacknowledged"
    assert site.ask("POST", "/callback/nothing/x").status_code == 404
    assert site.ask("POST", "/callback/quiet/x").status_code == 404


@pytest.mark.parametrize("change", [str.upper, lambda t: t[:-2] + "xx", lambda t: "x"])
def test_a_forged_or_foreign_token_answers_nothing(site: Site, phone: Phone, change) -> None:
    message = ring(site, phone)
    assert call(site, change(token(message)), "acknowledge c1 - -").text.startswith("unknown")
    foreign = message.ack_url.rsplit("/", 1)[-1]
    assert call(site, foreign, "acknowledge c2 - -").text.startswith("unknown")


def test_a_token_lasts_for_a_day(site: Site, phone: Phone) -> None:
    message = ring(site, phone)
    site.ahead(hours=25)
    assert call(site, token(message), "acknowledge c1 - -").text.startswith("unknown")


def test_a_code_acknowledges_from_the_address_it_was_sent_to_only(site: Site, phone: Phone) -> None:
    code = ring(site, phone).ack_code
    assert call(site, "", f"acknowledge m1 +49tom {code}").text.startswith("unknown")
    assert call(site, "", f"acknowledge m2 +49mira {code}").text == "done: INC-1 is yours."


def test_codes_cannot_be_tried_out(site: Site, phone: Phone) -> None:
    code = ring(site, phone).ack_code
    wrong = [c for c in ("1111", "2222", "3333", "4444", "5555", "6666") if c != code][:5]
    for number, guess in enumerate(wrong):
        assert call(site, "", f"acknowledge m{number} +49mira {guess}").text.startswith("unknown")
    assert call(site, "", f"acknowledge m9 +49mira {code}").text.startswith("unknown")


def test_what_the_provider_says_later_stands_on_the_timeline(site: Site, phone: Phone) -> None:
    message = ring(site, phone)
    for number, kind in enumerate(("delivered", "shown", "undelivered")):
        assert call(site, token(message), f"{kind} s{number} - -").text.startswith("done")
    entries = site.run(site.station.queries.latest(1))
    said = [
        e.event.outcome for e in reversed(entries) if isinstance(e.event, Delivered) and e.event.person == "mira"
    ]
    assert said == ["accepted", "delivered", "shown", "undelivered"]
    assert any(type(e.event).__name__ == "Unreachable" for e in entries)


class Pager(Phone):
    """Another tool that has our incidents too: callbacks say `kind once number e-mail [whom]`."""

    name = "pager"

    async def called(self, callback: Callback) -> Reply:
        kind, once, number, by, whom = callback.body.decode().split(" ")
        thread = f"{callback.rest}.INC-{number}"
        word = Word(kind, once, thread=thread, by=User(by, "Tenex"), whom=User(whom, "Ben Roe"))  # type: ignore[arg-type]
        heard = await self.house.hear(self.name, word)
        return Reply(f"{heard.outcome}: {heard.text}".encode())


@pytest.fixture
def pager(site: Site) -> Pager:
    """Mira and Tom are known by their mail; Ben is not."""
    channel = Pager()

    async def plug() -> None:
        site.station.dispatcher.use({"pager": channel})
        channel.join(Reception(site.station))
        people = site.station.engine.books.bindings.people
        for key, each in list(people.items()):
            mail = ContactMethod("email", f"{each.id}@harbour.example")
            people[key] = Person(each.id, each.name, (ContactMethod("pager", "default"), mail))

    site.run(plug())
    return channel


def elsewhere(site: Site, said: str, prefix: str = "") -> str:
    there = prefix or site.station.dispatcher.installation
    return site.ask("POST", f"/callback/pager/{there}", content=said).text


def test_who_acknowledges_and_resolves_elsewhere_is_found_by_their_mail(site: Site, pager: Pager) -> None:
    """Once for each event, and only for incidents of this installation."""
    site.declare()
    assert elsewhere(site, "acknowledge e1 1 MIRA@harbour.example -") == "done: INC-1 is yours."
    assert elsewhere(site, "acknowledge e1 1 tom@harbour.example -").startswith("repeated")
    assert elsewhere(site, "resolve e2 1 tom@harbour.example -", "other").startswith("unknown")
    assert elsewhere(site, "resolve e2 99 tom@harbour.example -").startswith("unknown")
    found = site.run(site.station.queries.incident(1)).incident
    assert (found.status, found.acknowledged_by) == ("acknowledged", "mira")
    assert elsewhere(site, "resolve e3 1 tom@harbour.example -").startswith("done")
    ended = site.run(site.station.queries.latest(1))
    assert "tom" in {getattr(e.event, "by", "") for e in ended}


def test_somebody_whom_only_the_other_side_knows_is_nobody_here(site: Site, pager: Pager) -> None:
    """Their name never becomes an id of ours, and what is restricted stays closed to them."""
    site.declare()
    assert elsewhere(site, "acknowledge e1 1 - -").startswith("done")
    assert site.run(site.station.queries.incident(1)).incident.acknowledged_by == "Tenex (pager)"
    site.declare(title="Stolen keys")
    site.run(site.station.command(2, Restrict(by="mira", reason="theft")))
    assert elsewhere(site, "acknowledge e2 2 - -").startswith("refused: This incident is restricted")
    assert elsewhere(site, "resolve e3 2 ben@harbour.example -").startswith("refused")
    assert site.run(site.station.queries.incident(2)).incident.open


def test_whoever_it_is_given_to_elsewhere_is_called_here(site: Site, pager: Pager) -> None:
    """Or noted down, where nobody here has that address."""
    site.declare()
    assert elsewhere(site, "assign e1 1 mira@harbour.example tom@harbour.example").startswith("done")
    assert elsewhere(site, "assign e2 1 mira@harbour.example ben@elsewhere.example").startswith("done")
    events = [e.event for e in site.run(site.station.queries.latest(1))]
    assert any(isinstance(e, Escalated) and e.by == "mira" and "given to" in e.note for e in events)
    assert any(isinstance(e, Noted) and "Ben Roe" in e.text for e in events)
