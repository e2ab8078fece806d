"""Tells for which severities a heading is, or a sentence that leads to a list: `If it is critical or high:`."""

import re

from sirenbook.playbook.language.names import Scale
from sirenbook.playbook.language.phrases import AT_END

_LED = re.compile(
    r"(?:^|[.;]\s)\W*(?:for|on|with) (?:an? |any |all )?((?:\w+[ -]?){1,2}?)(?:,| it | we | this )[^.;]*:$",
    re.IGNORECASE,
)
_IF_GRADED = re.compile(
    r"\W*(?:if|for|when) (?:it is |it's |severity is )?(.{2,40}?)(?: incidents?)?\W*", re.IGNORECASE
)
"""A sentence that leads to what is done at some severities: `If it is critical or high:`."""
_EITHER = re.compile(r"\s(?:or|and)\s|[,/]\s?")


def severities_of(title: str, scale: Scale, *, announced: bool) -> tuple[str, ...]:
    """The severities that a heading is for; under escalation those in brackets at its end, or that it begins with.

    As a sentence may that leads to a list: `The pager rings. For a P1 it goes like this:`.
    """
    aside = AT_END.search(title) if announced else None
    led = _LED.search(title) if announced else None
    either = _IF_GRADED.fullmatch(title)
    parts = [scale.purely(p) for p in _EITHER.split(either[1])] if either else []
    several = tuple(s for p in parts for s in p) if all(parts) else ()
    own = scale.titled(title) or (scale.purely(aside[1]) if aside else ())
    return own or (scale.purely(led[1]) if led else ()) or several
