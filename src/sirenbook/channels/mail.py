"""Composes the mail for a page: plain text and HTML of the same words, and headers that stay one line."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment

from sirenbook.channels.escaping import digest, lines, one_line, token
from sirenbook.channels.wording import DRILL, facts, heading, lateness, links, opening, plain, why
from sirenbook.model.intent import Notification

_PAGE = """\
<!doctype html>
<html lang="en"><body style="font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:0 auto;padding:1em">
{% if drill %}<p style="background:#fd0;color:#000;padding:.5em"><strong>{{ drill }}</strong></p>{% endif %}
<h1 style="font-size:1.3em;margin:0">{{ heading }}</h1>
<p style="margin:.25em 0">{{ opening }}</p>
<p>Why you: {{ why }}</p>
{% for label, url in links %}<p><a href="{{ url }}" \
style="{{ button if loop.first else '' }}">{{ label }}</a></p>
{% endfor %}
{% if facts %}<table>{% for label, value in facts %}
<tr><th align="left" style="padding-right:1em">{{ label }}</th><td>{{ value }}</td></tr>{% endfor %}
</table>{% endif %}
{% if lateness %}<p>{{ lateness }}</p>{% endif %}
{% if text %}<p style="white-space:pre-wrap">{{ text }}</p>{% endif %}
</body></html>
"""
_BUTTON = "display:inline-block;padding:.75em 1.5em;background:#b00020;color:#fff;text-decoration:none"
_template = Environment(autoescape=True).from_string(_PAGE)


def compose(notification: Notification, sender: Address, to: Address) -> EmailMessage:
    """The whole mail. Its Message-ID comes from the key, so that a repeated attempt can be told for what it is."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = f"[{one_line(notification.incident, 40)}] {heading(notification)}"
    mail["Date"] = format_datetime(notification.at)
    mail["Message-ID"] = f"<{digest(notification.key)}@{sender.domain or 'localhost'}>"
    mail["X-Sirenbook-Key"] = token(notification.key)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if notification.demands:
        mail["X-Priority"] = "1"
        mail["Importance"] = "high"
    mail.set_content(plain(notification))
    mail.add_alternative(html(notification), subtype="html")
    return mail


def html(notification: Notification) -> str:
    """The same words as HTML, every one of them escaped."""
    return _template.render(
        drill=DRILL if notification.drill else "",
        heading=heading(notification),
        opening=opening(notification),
        why=why(notification),
        links=links(notification),
        button=_BUTTON,
        facts=facts(notification),
        lateness=lateness(notification),
        text=lines(notification.text),
    )
