"""Puts what a woken person needs first: severity, title, why them, how to acknowledge."""

from sirenbook.channels.escaping import lines, link, one_line
from sirenbook.model.intent import Notification

DRILL = "DRILL: this is an exercise"
MAX_FACTS = 20


def heading(notification: Notification) -> str:
    """The one line for a subject or a title: `DRILL: P0 Critical: Checkout answers 5xx`."""
    severity, title = one_line(notification.severity, 40), one_line(notification.title, 150)
    return f"{'DRILL: ' if notification.drill else ''}{severity}: {title}"


def manner(notification: Notification) -> str:
    """Whether an answer is demanded, in a word."""
    return "page" if notification.demands else "notification"


def why(notification: Notification) -> str:
    """The sentence of the playbook that leads to this person, with its place."""
    source = notification.why
    if not source.quote:
        return "shown to those who log in and may see it"
    if not source.stated:
        return f"default: {one_line(source.quote, 300)}"
    return f'{one_line(source.file, 100)}:{source.line} "{one_line(source.quote, 300)}"'


def lateness(notification: Notification) -> str:
    """How late this is, or nothing when it is on time."""
    late = notification.late
    if late <= 0:
        return ""
    amount = f"{late} s" if late < 120 else f"{late // 60} min" if late < 7200 else f"{late // 3600} h"
    return f"This goes out {amount} after its time."


def facts(notification: Notification) -> list[tuple[str, str]]:
    """The short label-value pairs, each on one line."""
    return [(one_line(label, 60), one_line(value, 300)) for label, value in notification.facts[:MAX_FACTS]]


def links(notification: Notification) -> list[tuple[str, str]]:
    """Where to acknowledge and where to read on, by label; links that are none are left out."""
    pairs = (("Acknowledge", notification.ack_url), ("Incident", notification.url))
    return [(label, url) for label, address in pairs if (url := link(address))]


def opening(notification: Notification) -> str:
    """Whose page this is: `INC-12: page for Ada`."""
    person = one_line(notification.person, 80)
    return f"{one_line(notification.incident, 40)}: {manner(notification)} for {person}"


def plain(notification: Notification) -> str:
    """The whole as plain text, in the order in which a woken person needs it."""
    head = [DRILL] if notification.drill else []
    head += [heading(notification), opening(notification), f"Why you: {why(notification)}"]
    parts = [
        "\n".join(head),
        "\n".join(f"{label}: {url}" for label, url in links(notification)),
        "\n".join(f"{label}: {value}" for label, value in facts(notification)),
        lateness(notification),
        lines(notification.text),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
