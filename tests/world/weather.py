"""What may go wrong in a world: from nothing at all to everything at once."""

from random import Random

from msgspec import Struct


class Weather(Struct, frozen=True):
    """Chances are per occasion: of a crash at each failpoint, of trouble at each attempt to send.

    Numbers of outages and the like are a week's.
    """

    name: str
    nodes: int = 1
    crash: float = 0.0
    trouble: float = 0.0
    slow: bool = False
    provider_outages: int = 0
    downtimes: int = 0
    database_outages: int = 0
    glitch: float = 0.0
    pauses: int = 0
    interleaved: bool = False
    changes: int = 0
    skew: float = 0.0


CALM = Weather("calm", changes=1)
PAIR = Weather("pair", nodes=2, interleaved=True)
FLAKY = Weather("flaky", trouble=0.15, slow=True, provider_outages=4, changes=2)
FRAGILE = Weather("fragile", crash=0.004, downtimes=2, trouble=0.03, changes=1)
FRAGILE_PAIR = Weather("fragile pair", nodes=2, crash=0.006, interleaved=True, trouble=0.03, pauses=2)
STORMY = Weather(
    "stormy",
    nodes=2,
    crash=0.004,
    trouble=0.1,
    slow=True,
    provider_outages=4,
    downtimes=3,
    database_outages=3,
    glitch=0.002,
    pauses=3,
    interleaved=True,
    changes=3,
)
SKEWED = Weather("skewed", nodes=2, interleaved=True, skew=30.0)

_ALL = (CALM, PAIR, FLAKY, FRAGILE, FRAGILE_PAIR, STORMY)
WEATHERS = len(_ALL)


def weather_of(seed: int) -> Weather:
    """The weather of a seed: all kinds in turn."""
    return _ALL[seed % len(_ALL)]


def chance(rng: Random, probability: float) -> bool:
    """Roll the dice, but not where nothing can happen: calm worlds draw nothing."""
    return probability > 0 and rng.random() < probability
