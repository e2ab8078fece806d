"""A house in which everything has happened once, told in hostile words wherever words can be."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from sirenbook.engine.status import board as status
from sirenbook.engine.status.board import Planned
from sirenbook.model.bindings import ContactMethod
from sirenbook.model.check import Check, Http, Seen
from sirenbook.model.identity import Oidc
from sirenbook.model.policy import Metric
from sirenbook.model.readiness import Practice
from sirenbook.model.rotation import Layer, Rotation
from sirenbook.model.status import Component, StatusPage
from unit.web.site import INTAKE, Site, at
from unit.web.test_pages import HOSTILE

HARMLESS = "Bookings fail in the harbour"
EVIL = "".join(HOSTILE).replace("\x00", "") + " " + "wide" * 20
ONE, TWO = "/api/incidents/INC-1", "/api/incidents/INC-2"


def furnish(site: Site, words: str = EVIL) -> None:
    """One incident that runs, one that is over and reviewed, a rotation, checks, maintenance, a status page."""
    _bind(site, words)
    _alarm(site, words)
    site.deliver()
    site.ahead(seconds=112)
    for path, body in _deeds(words):
        answer = site.api("POST", path, body)
        assert answer.status_code < 300, (path, answer.text)
    _look(site)
    _announce(site, words)
    site.deliver()
    site.ahead(seconds=20)


def _bind(site: Site, words: str) -> None:
    books = site.station.engine.books
    _regularly(site, words)
    people = dict(books.bindings.people)
    mail = ContactMethod("email", "mira@example.org")
    people["mira"] = replace(people["mira"], methods=(*people["mira"].methods, mail))
    people["jonas"] = replace(people["jonas"], name=f"Jonas {words}"[:80])
    turns = Layer(("mira", "jonas"), 7 * 86_400, datetime(2023, 11, 13, 9))
    books.bindings = replace(
        books.bindings,
        people=people,
        rotations={"harbour": Rotation("harbour", (turns,))},
        status=StatusPage(f"Harbour {words}"[:200], (Component(words[:100], ("booking-api",)),)),
        oidc=Oidc("http://127.0.0.1:9", "sirenbook", f"Harbour {words}"[:60], role="viewer"),
        checks={
            "front": Check("front", Http("https://ferry.example/"), failures=1, labels={"severity": "P1"}),
            words[:100]: Check(words[:100], Http("https://ferry.example/"), labels={"severity": "P2"}),
        },
    )


def _regularly(site: Site, words: str) -> None:
    """What the playbook wants done and measured."""
    books = site.station.engine.books
    drills = (
        Practice(words[:200], "drill", at(13), 30 * 86_400, words[:90]),
        Practice("Restore from the backup", "drill", at(14), 7 * 86_400, "Primary on-call"),
        Practice("Look back at a month", "review", at(15)),
    )
    wanted = (Metric("MTTA", "<", 60, "seconds", at(7)), Metric("MTTR", "<", 3600, "seconds", at(8), "P1"))
    readiness = replace(books.policy.readiness, practices=drills)
    books.put_in_force(replace(books.policy, readiness=readiness, metrics=wanted), books.bindings)


def _alarm(site: Site, words: str) -> None:
    for name in (words, "PoolExhausted"):
        labels = {"alertname": name, "severity": "P1", "service": "booking-api", f"x {words}"[:90]: words}
        said = {"summary": words, "runbook_url": "javascript:alert(1)", "dashboard": "https://ok.example/<b>"}
        alert = {"status": "firing", "labels": labels, "annotations": said, "generatorURL": "data:text/html,x"}
        assert site.api("POST", "/in/alertmanager", {"version": "4", "alerts": [alert]}, INTAKE).status_code == 202


def _deeds(words: str) -> list[tuple[str, dict[str, object]]]:
    tell = {"audience": "customers", "text": words, "by": "mira", "way": "send", "lists": [], "state": "Identified"}
    start = datetime(2023, 11, 20, 9)
    override = {"person": "ines", "start": f"{start.isoformat()}Z", "end": f"{(start + timedelta(1)).isoformat()}Z"}
    return [
        (f"{ONE}/acknowledge", {"by": "mira"}),
        (f"{ONE}/notes", {"text": words, "by": words[:200]}),
        (f"{ONE}/escalate", {"to": "Tom Baker", "note": words, "by": "mira"}),
        (f"{ONE}/roles", {"role": "Harbour Master", "person": "jonas", "by": "mira"}),
        (f"{ONE}/updates", tell),
        (f"{TWO}/acknowledge", {"by": "mira"}),
        (f"{TWO}/resolve", {"reason": words, "by": words[:200]}),
        (f"{TWO}/review", {"markdown": f"# {words}\n\n## Action items\n- [ ] {words}\n"}),
        (f"{TWO}/items", {"text": words, "owner": words[:90], "due": "2023-11-10"}),
        ("/api/oncall/overrides", {"overrides": [{**override, "note": words}], "by": "Mira Kovač"}),
        ("/api/incidents", {"title": words[:300], "severity": "P3", "impact": words, "drill": True}),
    ]


def _look(site: Site) -> None:
    site.sights["front"] = Seen(False, "it answered <b>503</b>", 0.2)

    async def once() -> None:
        await site.station.checker.pass_()
        await site.station.checker.land()

    site.run(once())


def _announce(site: Site, words: str) -> None:
    start = site.station.now() + timedelta(days=1)
    planned = Planned(words[:200], words, (), start, start + timedelta(hours=2))
    site.run(status.announce(site.station, planned, "mira"))
