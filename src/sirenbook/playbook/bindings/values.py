"""Reads the small values of sirenbook.toml: waits, weekdays, hours, zones, and addresses on a channel."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from sirenbook.playbook.bindings.toml_text import suggestion

_RELAY = ("host", "port", "tls", "username", "ca_file", "timeout")
_OUTWARD = ("allow", "ca_file", "timeout")
_GATEWAY = ("account", "auth_token_env", "auth_token_file", "from", "server", *_OUTWARD)
BUILT_IN_CHANNELS: dict[str, tuple[str, ...]] = {
    "console": (),
    "email": ("from", "folder", *_RELAY, "password_env", "password_file"),
    "ntfy": ("server", "token_env", "token_file", *_OUTWARD),
    "pagerduty": (
        *("routing_key_env", "routing_key_file", "webhook_secret_env", "webhook_secret_file"),
        *("api_token_env", "api_token_file", "api", "services", "severities", "users", "server"),
        *_OUTWARD,
    ),
    "sms": _GATEWAY,
    "voice": _GATEWAY,
    "slack": (
        *("bot_token_env", "bot_token_file", "app_token_env", "app_token_file"),
        *("api", "pace", "reaction", "prefix", "bridge"),
        *_OUTWARD,
    ),
    "webpush": ("contact", *_OUTWARD),
    "webhook": ("url", "secret_env", "secret_file", *_OUTWARD),
}

RECEIPTS = {"webpush": 15, "sms": 0, "voice": 0}
"""Channels by which devices tell that they have a page, and the seconds that they may take unless it is stated."""

_WAIT = re.compile(r"(\d{1,6})\s*(s|sec|seconds?|m|min|minutes?|h|hours?)?")
_UNITS = {"s": 1, "m": 60, "h": 3600}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_TURN = re.compile(r"(\d{1,4})\s*(hours?|days?|weeks?)|(hour|dai|week)ly")
_TURNS = {"hour": 3600, "day": 86_400, "dai": 86_400, "week": 7 * 86_400}
_HANDOFF = re.compile(r"(?:([A-Za-z]{3,9})s?,?\s+)?(?:at\s+)?(\d{1,2}):(\d{2})")
_EMAIL = re.compile(r"[^\s@<>,;\"\x00-\x1f]+@[^\s@<>,;\"\x00-\x1f]+")
_URL = re.compile(r"https?://[A-Za-z0-9\[][^\s\x00-\x1f<>\"]*")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SLACK = re.compile(r"[UWCDG][A-Z0-9]{6,20}|#[^\s#]{1,80}|[^\s@]+@[^\s@]+\.[^\s@]+")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def wait_seconds(value: object) -> int:
    """Seconds of a wait such as `90`, `"90s"`, `"2m"`; ValueError with a sentence when it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 86_400:
        return value
    match = _WAIT.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    seconds = int(match[1]) * _UNITS[(match[2] or "s")[0]] if match else -1
    if not 0 <= seconds <= 86_400:
        raise ValueError(f"{value!r} is not a wait of up to a day")
    return seconds


def positive(value: object) -> int:
    """A whole number from 1 on; ValueError with a sentence when it is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
        raise ValueError(f"{value!r} is not a number from 1 to a million")
    return value


def flag(value: object) -> bool:
    """True or false; ValueError with a sentence when it is neither."""
    if not isinstance(value, bool):
        raise ValueError("this must be true or false")
    return value


def weekdays(value: object) -> tuple[int, ...]:
    """Weekdays of `"Mon-Fri"`, `"Mon, Wed, Sat-Sun"` or a list of names, 0 = Monday; ValueError when it is none."""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    days: set[int] = set()
    for part in text.split(","):
        ends = [_weekday(end) for end in re.split(r"[-–]", part)]
        if len(ends) > 2:
            raise ValueError(f"{part.strip()!r} is not a range of weekdays")
        # "Sun-Thu" runs over the end of the week.
        days |= {(ends[0] + n) % 7 for n in range((ends[-1] - ends[0]) % 7 + 1)}
    return tuple(sorted(days))


def _weekday(word: str) -> int:
    name = word.strip().lower()
    if len(name) < 3 or name[:3] not in _DAYS:
        raise ValueError(f"{word.strip()!r} is not a weekday")
    return _DAYS.index(name[:3])


def opening_minutes(value: object) -> tuple[int, int]:
    """First and last minute of the day in `"09:00-17:00"`; ValueError when it is no such span."""
    start, end = hours_of_day(value)
    if start >= end:
        raise ValueError(f"{value!r} ends before it begins")
    return start, end


def hours_of_day(value: object) -> tuple[int, int]:
    """First and last minute in `"09:00-17:00"`, or past midnight in `"22:00-06:00"`; ValueError if it is none."""
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a span of hours")
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if int(match[2]) > 59 or int(match[4]) > 59 or start >= 24 * 60 or end > 24 * 60:
        raise ValueError(f"{value!r} is not a time of day")
    return start, end


def turn_seconds(value: object) -> int:
    """Seconds of a turn such as `"1 week"`, `"daily"`, `"12 hours"`; ValueError when it is none."""
    match = _TURN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    number, unit = (1, match[3]) if match and match[3] else (int(match[1]), match[2]) if match else (0, "hour")
    seconds = number * _TURNS[unit.removesuffix("s")]
    if not 3600 <= seconds <= 366 * 86_400:
        raise ValueError(f"{value!r} is not a turn of an hour to a year")
    return seconds


def hand_off(value: object) -> tuple[int | None, int]:
    """Weekday, if it is said, and minute of the day of `"Monday 09:00"`; ValueError when it is no such time."""
    match = _HANDOFF.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[2]) > 23 or int(match[3]) > 59:
        raise ValueError(f"{value!r} is not a time to hand over")
    return _weekday(match[1]) if match[1] else None, int(match[2]) * 60 + int(match[3])


def day_of(value: object) -> date:
    """A day such as `"2026-11-23"` or TOML's own date; ValueError when it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise ValueError(f"{value!r} is not a day")


def zone_name(value: object) -> str:
    """The name of a time zone that exists; ValueError with the nearest that does."""
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError):
        pass
    raise ValueError(f"there is no time zone {value!r}. {suggestion(str(value), available_timezones())}".strip())


def url(value: object) -> str:
    """A web address; ValueError when it is none."""
    if not isinstance(value, str) or not _URL.fullmatch(value):
        raise ValueError(f"{value!r} is not a web address")
    return value


def address(channel: str, to: str) -> str:
    """An address as its channel needs it; ValueError with a sentence when it cannot be one."""
    to = to.strip()
    if channel == "email" and not _EMAIL.fullmatch(to):
        raise ValueError(f'"{to}" is not an email address')
    if channel == "ntfy" and not (_TOPIC.fullmatch(to) or _URL.fullmatch(to)):
        raise ValueError(f'"{to}" is not an ntfy topic')
    if channel == "slack" and not _SLACK.fullmatch(to):
        raise ValueError(f'"{to}" is no place in Slack')
    if channel in ("sms", "voice"):
        to = re.sub(r"[\s().\-/]", "", to)
        if not _NUMBER.fullmatch(to):
            raise ValueError(f'"{to}" is not a telephone number with its country')
    if channel == "webhook" and not _URL.fullmatch(to):
        raise ValueError(f'"{to}" is not a web address')
    if not to or any(ord(c) < 32 for c in to):
        raise ValueError("the address is empty" if not to else "the address holds control characters")
    return to


def variable(value: object) -> str:
    """The name of an environment variable; ValueError, which does not repeat it, when it is none."""
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("this is not the name of an environment variable")
    return value
