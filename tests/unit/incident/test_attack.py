"""Which words are of an attack, and that what is known to be one has its evidence kept."""

import pytest

from sirenbook.incident.steps.attack import speaks_of_attack


@pytest.mark.parametrize(
    "text",
    ["Stolen credentials", "customer data was stolen", "leaked API keys", "API key leaked on a forge",
     "SecurityEventSpike", "suspicious logins from one address", "account takeover", "data exposure"],
)  # fmt: skip
def test_words_of_an_attack(text: str) -> None:
    assert speaks_of_attack(text)


@pytest.mark.parametrize(
    "text",
    ["memory leak in the API", "connections leak from the pool", "data pipeline slow", "keys in redis expired",
     "key rotation failed", "tokens per second dropped", "exposed port is closed"],
)  # fmt: skip
def test_words_of_none(text: str) -> None:
    assert not speaks_of_attack(text)
