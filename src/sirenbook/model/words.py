"""Words that decide the same wherever they stand: in a playbook's text, and in an incident's title."""

import re

ATTACK = re.compile(
    r"\bsecurity\b|\bbreach|\bintrusions?\b|\bcompromis|\bunauthori[sz]ed|\bmalware|\bransomware|\bphishing"
    r"|\battack|\bddos\b|\bexfiltrat|\bdata (?:leak|exposure|theft)|\bhacked?\b|\bcredentials? leak",
    re.IGNORECASE,
)
"""Words of an incident that somebody causes on purpose, so that traces are evidence."""
