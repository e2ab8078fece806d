"""Words that decide the same wherever they stand: in a playbook's text, and in an incident's title."""

import re

_KEPT = r"(?:data|credentials?|keys?|tokens?|passwords?|secrets?)"
ATTACK = re.compile(
    r"\bsecurity\b|\bbreach|\bintrusions?\b|\bcompromis|\bunauthori[sz]ed|\bmalware|\bransomware|\bphishing"
    r"|\battack|\bddos\b|\bexfiltrat|\bhacked?\b|\baccount takeover|\bsuspicious (?:log-?ins?|access|activity)"
    rf"|\b(?:stolen|leaked|exposed)\W+(?:\w+\W+){{0,2}}{_KEPT}\b"
    rf"|\b{_KEPT}\W+(?:leak|exposure|theft|(?:\w+\W+){{0,3}}(?:stolen|leaked|exposed)\b)",
    re.IGNORECASE,
)
"""Words of an incident that somebody causes on purpose, so that traces are evidence."""
