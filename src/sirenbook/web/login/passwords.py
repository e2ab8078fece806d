"""Passwords: what a good one is, how it is kept (argon2id), and whether one fits."""

import os
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 200
_MEMORY, _ROUNDS = 19 * 1024, 2
"""Kibibytes and passes, as OWASP recommends for argon2id with one lane."""


def fault_in(password: str, name: str) -> str:
    """What is wrong with a password that somebody wants; empty where nothing is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"a password has from {SHORTEST} to {LONGEST} characters; a sentence is easy to keep in mind"
    if len(set(password)) < 5 or password.casefold() in name.casefold() * 8:
        return "that password is too easy to guess"
    return ""


def hashed(password: str) -> str:
    """How a password is kept: it takes a tenth of a second to make, and cannot be turned back."""
    kept = Argon2id(salt=os.urandom(16), length=32, iterations=_ROUNDS, lanes=1, memory_cost=_MEMORY)
    return kept.derive_phc_encoded(password.encode())


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one that is kept."""
    try:
        Argon2id.verify_phc_encoded(password[:LONGEST].encode(), kept)
    except InvalidKey:
        return False
    return True


@cache
def nobodys() -> str:
    """What is compared where nobody has that name, so that the time it takes does not tell."""
    return hashed(os.urandom(16).hex())
