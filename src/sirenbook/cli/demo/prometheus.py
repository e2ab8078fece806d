"""As much of Prometheus as runbooks ask: the platform's figures, and the usual queries over them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sirenbook.cli.demo.load import services
from sirenbook.cli.demo.world import World

_PATHS = ("/v1/items", "/v1/runs", "/v1/search")
_FAILING = re.compile(r"error|fail|denied|reject")
_TOKEN = re.compile(
    r'\s*(?:([A-Za-z_:][\w:]*)|("(?:[^"\\]|\\.)*"|\'[^\']*\')|(\d+(?:\.\d+)?)|(=~|!~|!=|==|>=|<=|[-(){}\[\],=<>]))'
)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b,
    "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
}  # fmt: skip


_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "sum": sum, "max": max, "min": min, "count": len, "avg": lambda values: sum(values) / len(values),
}  # fmt: skip


class BadQuery(ValueError):
    """A query that cannot be answered; the text says why."""


@dataclass(frozen=True)
class Sample:
    """One series at a time: its labels, its value, and by how much it grows in a second."""

    labels: dict[str, str]
    value: float
    rate: float = 0.0


def samples(world: World, now: datetime) -> Iterator[Sample]:
    """Every series that the platform has now."""
    worked = (now - world.started).total_seconds() + 86_400
    for key, state in services(world, now).items():
        own = {"job": key[2], "namespace": key[1]}
        yield Sample({"__name__": "up", **own, "instance": f"{key[2]}:8000"}, float(state.up))
        if key[0] == "statefulsets":
            continue
        yield Sample({"__name__": "http_request_duration_seconds", **own, "quantile": "0.95"}, state.latency)
        for path, traffic in zip(_PATHS, (40.0, 12.0, 8.0), strict=True):
            for status, share in (
                ("200", 1 - state.errors),
                ("500", state.errors * 0.8),
                ("503", state.errors * 0.2),
            ):
                labels = {"__name__": "http_requests_total", **own, "path": path, "status": status}
                grown = traffic * worked * (0.999 if status == "200" else 0.0005)
                yield Sample(labels, round(grown + traffic * share * 420), traffic * share)
    for name in sorted(world.inventory.metrics - {"http_requests_total"}):
        yield from _asked_for(world, name, now)


def _asked_for(world: World, name: str, now: datetime) -> Iterator[Sample]:
    """A figure that the playbook asks for by its name: failures grow while something is wrong."""
    ill = max((s.fault.errors for s in world.active()), default=0.001)
    attacked = any(s.fault.database == "break-in" for s in world.active())
    if "auth" in name:
        for status, rate in (("success", 4.0), ("failed", 31.0 if attacked else 0.02)):
            yield Sample({"__name__": name, "status": status}, round(9000 + rate * 420), rate)
    else:
        rate = 50 * ill if _FAILING.search(name) else 50.0
        yield Sample({"__name__": name, "job": world.inventory.workloads[0].name}, round(120 + rate * 420), rate)


def exposition(world: World, now: datetime) -> str:
    """The figures as Prometheus scrapes them."""
    lines = []
    for sample in samples(world, now):
        inner = ",".join(f'{k}="{v}"' for k, v in sample.labels.items() if k != "__name__")
        lines.append(f"{sample.labels['__name__']}{{{inner}}} {sample.value:g}")
    return "\n".join(lines) + "\n"


def query(text: str, world: World, now: datetime) -> list[Sample]:
    """What a query selects. Raises BadQuery."""
    return _Query(text, list(samples(world, now))).answer()


class _Query:
    """Reads a query from left to right and works it out on the way."""

    def __init__(self, text: str, every: list[Sample]) -> None:
        self.every = every
        self.rest = []
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise BadQuery(f"parse error: unexpected {text[place : place + 10]!r}")
            self.rest.append(found[0].strip())
            place = found.end()

    def answer(self) -> list[Sample]:
        """All of it, and nothing left over."""
        found = self._expression()
        if self.rest:
            raise BadQuery(f"parse error: unexpected {self.rest[0]!r}")
        return found

    def _expression(self) -> list[Sample]:
        found = self._term()
        while self.rest and self.rest[0] in _COMPARE:
            compare, bound = _COMPARE[self.rest.pop(0)], self._number()
            found = [s for s in found if compare(s.value, bound)]
        return found

    def _term(self) -> list[Sample]:
        word = self._next()
        if word in _AGGREGATES:
            return self._aggregate(word)
        if word == "topk":
            self._expect("(")
            count = int(self._number())
            self._expect(",")
            inner = self._closed()
            return sorted(inner, key=lambda s: -s.value)[:count]
        if word in ("rate", "irate", "increase") and self.rest[:1] == ["("]:
            self._expect("(")
            times = 300.0 if word == "increase" else 1.0
            return [Sample(_unnamed(s.labels), s.rate * times) for s in self._closed()]
        if not re.fullmatch(r"[A-Za-z_:][\w:]*", word) or self.rest[:1] == ["("]:
            raise BadQuery(f"the demo's Prometheus does not know {word!r}")
        return self._selected(word)

    def _aggregate(self, word: str) -> list[Sample]:
        names = self._grouping()
        self._expect("(")
        inner = self._closed()
        names = names if names is not None else self._grouping() or []
        groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
        for sample in inner:
            kept = tuple((n, sample.labels[n]) for n in names if n in sample.labels)
            groups.setdefault(kept, []).append(sample.value)
        return [Sample(dict(labels), _AGGREGATES[word](values)) for labels, values in groups.items()]

    def _grouping(self) -> list[str] | None:
        if self.rest[:1] != ["by"]:
            return None
        self.rest.pop(0)
        self._expect("(")
        names = []
        while (word := self._next()) != ")":
            names += [word] if word != "," else []
        return names

    def _closed(self) -> list[Sample]:
        found = self._expression()
        self._expect(")")
        return found

    def _selected(self, name: str) -> list[Sample]:
        found = [s for s in self.every if s.labels["__name__"] == name]
        if self.rest[:1] == ["{"]:
            self._next()
            while (label := self._next()) != "}":
                if label != ",":
                    operator, value = self._next(), self._next()[1:-1]
                    found = [s for s in found if _matches(s.labels.get(label, ""), operator, value)]
        if self.rest[:1] == ["["]:
            while self._next() != "]":
                pass
        return found

    def _next(self) -> str:
        if not self.rest:
            raise BadQuery("parse error: unexpected end of input")
        return self.rest.pop(0)

    def _number(self) -> float:
        word = self._next()
        if not re.fullmatch(r"\d+(?:\.\d+)?", word):
            raise BadQuery(f"parse error: a number is expected, not {word!r}")
        return float(word)

    def _expect(self, word: str) -> None:
        if self._next() != word:
            raise BadQuery(f"parse error: {word!r} expected")


def _matches(value: str, operator: str, wanted: str) -> bool:
    if operator in ("=~", "!~"):
        try:
            return (re.fullmatch(wanted, value) is not None) == (operator == "=~")
        except re.error as error:
            raise BadQuery(f"bad regular expression: {error}") from error
    if operator not in ("=", "!="):
        raise BadQuery(f"parse error: unexpected {operator!r} in a selector")
    return (value == wanted) == (operator == "=")


def _unnamed(labels: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in labels.items() if k != "__name__"}
