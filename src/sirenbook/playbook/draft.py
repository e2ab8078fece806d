"""Keeps a severity while its parts are gathered from all over a playbook, with what contradicts what."""

from dataclasses import dataclass, field

from sirenbook.model.clock import Clock
from sirenbook.model.criteria import Criterion
from sirenbook.model.policy import Severity
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.language.duration import Amount
from sirenbook.playbook.language.names import Name
from sirenbook.playbook.language.records import Group, Record


@dataclass(slots=True)
class Draft:
    """A severity while its parts are gathered from all over the playbook."""

    name: Name
    why: Provenance
    label: str | None = None
    aliases: list[str] = field(default_factory=list)
    clocks: dict[str, Clock] = field(default_factory=dict)
    rivals: list[tuple[str, Clock]] = field(default_factory=list)
    words: list[Provenance] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    weak: set[str] = field(default_factory=set)
    unread: list[tuple[str, Provenance]] = field(default_factory=list)
    records: list[tuple[Record, Group]] = field(default_factory=list)

    def state(self, clock: str, amount: Amount, why: Provenance, *, weak: bool = False) -> None:
        """Take a clock: the first one written holds, and one that differs is remembered as a contradiction.

        A weak one (what customers are told, a word without its clock's name) yields to a strong one.
        """
        new = Clock(amount.seconds, why, amount.business)
        if clock not in self.clocks or (clock in self.weak and not weak):
            self.clocks[clock] = new
            (self.weak.add if weak else self.weak.discard)(clock)
        elif self.clocks[clock].seconds != new.seconds and not weak:
            self.rivals.append((clock, new))

    def state_beside(self, clock: str, amount: Amount, why: Provenance) -> None:
        """Take a clock of running text, which fills what tables and headings leave open, or contradicts them."""
        if (held := self.clocks.get(clock)) is None or (clock not in self.weak and held.why.line != why.line):
            self.state(clock, amount, why)

    def finish(self, rank: int) -> Severity:
        """The severity as the policy keeps it."""
        take = self.clocks.get
        return Severity(
            self.name.id,
            rank,
            self.why,
            self.label,
            tuple(dict.fromkeys(self.aliases)),
            take("response"),
            take("ack"),
            take("resolution"),
            take("update"),
            tuple(self.words),
            tuple(self.criteria),
        )
