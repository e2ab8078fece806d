"""Amounts as Kubernetes writes them: `512Mi`, `250m`, `2`."""

import re

_UNITS = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "k": 10**3, "M": 10**6, "G": 10**9, "m": 1e-3}


def amount(text: str | int | float) -> float:
    """An amount in bytes or cores; 0 where it is none."""
    found = re.fullmatch(r"([\d.]+)([A-Za-z]*)", str(text).strip())
    if not found or found[2] not in {"", *_UNITS}:
        return 0.0
    return float(found[1]) * _UNITS.get(found[2], 1)
