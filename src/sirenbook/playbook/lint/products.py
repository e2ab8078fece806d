"""Checks for names that mislead: products that have ended or been renamed."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Literal, NamedTuple

from sirenbook.model.diagnostic import Diagnostic, Grade
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.lint.book import Book

MANY = 5
"""Further places that one finding lists."""


class Product(NamedTuple):
    """A name that a playbook may use, what became of it on which day, and what to write in its place."""

    name: str
    pattern: str
    fate: Literal["ends", "renamed"]
    on: date
    told: str
    instead: str


PRODUCTS = (
    Product(
        "Opsgenie", r"\bops\s?genie\b", "ends", date(2027, 4, 5),
        "Atlassian stopped selling Opsgenie on 2025-06-04 and shuts it down on 2027-04-05",
        "Move its schedules and alerts to another pager before that day, and name that one here.",
    ),
    Product(
        "Grafana OnCall OSS", r"\bgrafana[ -]?on-?call\b|\boncall[ -]oss\b", "ends", date(2026, 3, 24),
        "Grafana OnCall OSS was archived on 2026-03-24; its push, SMS and phone relay went with it",
        "Name the pager that you use now (in Grafana Cloud it is called IRM).",
    ),
    Product(
        "Office 365 connectors",
        r"\b(?:office|microsoft|o)[ -]?365 (?:teams )?connectors?\b|\boutlook\.office(?:365)?\.com/webhook"
        r"|\b[\w-]{1,63}\.webhook\.office\.com\b|\bteams (?:channel )?connectors?\b", "ends", date(2026, 5, 22),
        "Microsoft retired the Office 365 connectors of Teams in the spring of 2026, so posts to them are lost",
        "Make a Workflows webhook for the channel and write its name here.",
    ),
    Product(
        "Slack's legacy bots",
        r"\bslack (?:legacy (?:custom )?(?:bots?|tokens?|integrations?)|custom bots?|test(?:er)? tokens?)\b"
        r"|\blegacy slack (?:bots?|tokens?|integrations?)\b", "ends", date(2025, 3, 31),
        "Slack ended its legacy custom bots on 2025-03-31",
        "Make a Slack app with a bot user of its own.",
    ),
    Product(
        "Slack's legacy webhooks",
        r"\bslack legacy (?:incoming )?webhooks?\b|\blegacy (?:slack|incoming) webhooks?\b",
        "renamed", date(2024, 6, 4),
        "Slack advises against webhooks outside of an app, which it calls legacy custom integrations",
        "Make a Slack app with an incoming webhook.",
    ),
    Product(
        "HipChat", r"\bhip ?chat\b|\batlassian stride\b", "ends", date(2019, 2, 15),
        "HipChat and Stride were shut down on 2019-02-15", "Name the chat that you use now.",
    ),
    Product(
        "Skype", r"\bskype\b(?! for business server)", "ends", date(2025, 5, 5),
        "Skype was shut down on 2025-05-05, Skype for Business Online on 2021-07-31",
        "Name the conference that people can really join.",
    ),
    Product(
        "Grafana Agent", r"\bgrafana[ -]agent\b", "ends", date(2025, 11, 1),
        "Grafana Agent came to its end of life on 2025-11-01", "Grafana Alloy has taken its place.",
    ),
    Product(
        "Promtail", r"\bpromtail\b", "ends", date(2026, 3, 2),
        "Promtail came to its end of life on 2026-03-02", "Grafana Alloy has taken its place.",
    ),
    Product(
        "docker-compose", r"(?<![\w./-])docker-compose(?![\w.-])", "renamed", date(2023, 7, 1),
        "docker-compose, version 1, had its last release in July 2023; on new machines it is called otherwise",
        "Write `docker compose`.",
    ),
    Product(
        "VictorOps", r"\bvictor ?ops\b", "renamed", date(2020, 10, 1),
        "VictorOps has been called Splunk On-Call since 2020", "Write Splunk On-Call, as its app and its mail do.",
    ),
    Product(
        "Azure AD", r"\bazure (?:AD|active directory)\b", "renamed", date(2023, 7, 11),
        "Azure Active Directory has been called Microsoft Entra ID since 2023", "Write Microsoft Entra ID.",
    ),
    Product(
        "Stackdriver", r"\bstackdriver\b", "renamed", date(2020, 3, 1),
        "Stackdriver has been called Google Cloud Observability since 2020", "Write what the console shows today.",
    ),
    Product(
        "Google Hangouts", r"\b(?:google )?hangouts\b", "renamed", date(2022, 11, 1),
        "Hangouts became Google Chat and Google Meet in November 2022", "Write which of the two you mean.",
    ),
)  # fmt: skip
"""What became of names that playbooks still use. Renamed names only puzzle; ended ones fail."""


_PAST = re.compile(
    r"\b(?:formerly|previously|once|was|were|ex|migrat\w+ from|moved? (?:away )?from|replac\w+|instead of|no longer"
    r"|not|never|retired|left)\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
"""Words after which a name is one of the past."""
_NAMED = tuple((re.compile(p.pattern, re.IGNORECASE), p) for p in PRODUCTS)


def check_products(book: Book) -> Iterator[Diagnostic]:
    """Names that no longer mean what the author thinks."""
    for pattern, product in _NAMED:
        if places := list(islice(_places(book, pattern), MANY + 1)):
            yield _mention(product, places, book.today)


def _places(book: Book, pattern: re.Pattern[str]) -> Iterator[Provenance]:
    """Where a name stands, once for each line."""
    for file, starts in book.starts.items():
        last = 0
        for found in pattern.finditer(book.joined[file]):
            line = bisect_right(starts, found.start())
            before = book.joined[file][max(starts[line - 1], found.start() - 40) : found.start()]
            if line != last and not _PAST.search(before):
                yield Provenance(file, line, found[0].split("\n")[0], found.start() - starts[line - 1] + 1)
            last = line


def _mention(product: Product, places: list[Provenance], today: date | None) -> Diagnostic:
    code = "SB241" if product.fate == "ends" else "SB242"
    return Diagnostic(
        code, _grade(product, today), f"{product.told}.", product.instead, places[0], tuple(places[1:])
    )


def _grade(product: Product, today: date | None) -> Grade:
    """An end that is still far away is only worth a note."""
    if product.fate == "renamed":
        return "note"
    far = today is not None and (product.on - today).days > 365
    return "note" if far else "warning"
