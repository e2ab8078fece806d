"""The policies that incidents are run by, and the bindings in force."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from sirenbook.incident.context import Bare, Context, Ground
from sirenbook.model.bindings import Bindings, Person
from sirenbook.model.incident import Incident
from sirenbook.model.policy import Policy
from sirenbook.model.rotation import Override


class UnknownPolicy(LookupError):
    """An incident names a policy that this process has not loaded yet."""


class Books:
    """Every policy that an open incident may name, by digest, and which of them is in force."""

    def __init__(self, policy: Policy, bindings: Bindings, ground: Ground | None = None) -> None:
        self.policy = policy
        self.bindings = bindings
        self.ground = ground or Bare()
        self._as_written = bindings.people
        self._verified: frozenset[tuple[str, str, str]] = frozenset()
        self.followed: frozenset[str] = frozenset()
        """The channels by which people are told what became of their page."""
        self._by_digest = {policy.digest: policy}

    def put_in_force(self, policy: Policy, bindings: Bindings, ground: Ground | None = None) -> None:
        """Open new incidents under this policy from now on; those that are open keep theirs."""
        self.ground = ground or self.ground
        self._by_digest[policy.digest] = policy
        self.policy = policy
        self._as_written = bindings.people
        self.bindings = self._ordered(replace(bindings, overrides=self.bindings.overrides))

    def put_overrides(self, overrides: Sequence[Override]) -> None:
        """Have these people on call in place of others, whatever playbook is in force."""
        self.bindings = replace(self.bindings, overrides=tuple(overrides))

    def put_verified(self, verified: Collection[tuple[str, str, str]]) -> None:
        """Try those contact methods first that somebody verified: by person, channel and address."""
        if verified != self._verified:
            self._verified = frozenset(verified)
            self.bindings = self._ordered(self.bindings)

    def _ordered(self, bindings: Bindings) -> Bindings:
        people = {id_: self._ordered_person(each) for id_, each in self._as_written.items()}
        return replace(bindings, people=people)

    def _ordered_person(self, person: Person) -> Person:
        """Where some are verified, the others wait behind them; none is ever left out."""
        methods = sorted(person.methods, key=lambda m: (person.id, m.channel, m.to) not in self._verified)
        return replace(person, methods=tuple(methods))

    def add(self, policy: Policy) -> None:
        """Know one more policy, for the incidents that were opened under it."""
        self._by_digest[policy.digest] = policy

    def context(self, incident: Incident, now: datetime) -> Context:
        """What a decision about this incident may look at. Raises UnknownPolicy until it is loaded."""
        digest = incident.policy or self.policy.digest
        policy = self._by_digest.get(digest)
        if policy is None:
            raise UnknownPolicy(digest)
        return Context(policy, self.bindings, now, self.ground, self.followed, incident.service)


PolicyLoader = Callable[[str], Awaitable[Policy]]
