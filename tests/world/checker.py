"""Judges a recorded history by the invariants of the product, without asking the product.

I1 nothing answered is lost · I2 a firing alert has one open incident · I3 pages are handed over in time ·
I4 nothing unacknowledged is without a future · I5 deadlines are on time · I6 no page after an answer ·
I7 nobody waits for others · I8 duplicates only by faults, with the same key · I12 the chain holds ·
I14 only legal transitions · what failed goes on by the next contact method at once.
(I16 is checked by running a seed twice, I9 and I10 by the tests of rotations.)
"""

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct, field

from sirenbook.incident.core import fold
from sirenbook.model.bindings import Bindings
from sirenbook.store.records import decode_entry
from world.history import Claimed, Committed, History, Sent
from world.hours import business_later
from world.measuring import differing
from world.promised import Case, broken
from world.retelling import Line, PageTold, Story, expected, lines, tell

ON_TIME = timedelta(seconds=3)
"""How late a deadline may be while somebody is there to see it."""
HANDED_OVER = timedelta(seconds=5)
JUST_NOW = timedelta(minutes=5)
LEASE = timedelta(seconds=20)
"""How long a claim of a dead process may keep a page back."""
ONE_BY_ONE = 6
"""How many messages a minute nobody may be spared."""
BETWEEN_BUNDLES = timedelta(seconds=15)
LONGEST_SILENCE = timedelta(hours=1)
BY_THE_CLOCK = (
    *("Escalated", "ResponseMissed", "ResolutionAtRisk", "ResolutionMissed", "UpdateDue"),
    *("SnoozeEnded", "Resolved", "DueSoon", "Overdue"),
)


def judge(history: History) -> list[str]:
    """Everything that should not have happened, in words; empty when all is well."""
    found = [*history.put_aside]
    files = _files(history)
    for incident in sorted(history.texts):
        found += [f"INC-{incident}: {text}" for text in _Case(history, incident, files[incident]).judge()]
    found += _answers(history)
    found += _duplicates(history)
    found += _without_future(history)
    return found


class _File(Struct):
    """What was recorded about one incident."""

    sent: list[Sent] = field(default_factory=list)
    claimed: list[Claimed] = field(default_factory=list)
    committed: list[Committed] = field(default_factory=list)


def _files(history: History) -> dict[int, _File]:
    files: dict[int, _File] = defaultdict(_File)
    for sent in history.sent:
        files[sent.incident].sent.append(sent)
    for claim in history.claimed:
        files[int(claim.key.split(".")[0].removeprefix("INC-"))].claimed.append(claim)
    for commit in history.committed:
        files[commit.incident].committed.append(commit)
    return files


def _answers(history: History) -> Iterator[str]:
    """I2 at the moment of every answer: a firing alert belongs to exactly one open incident, and is told which."""
    for answer in history.answered:
        last = {a.key: a.status for a in answer.alerts}
        for key, status in last.items():
            where = answer.firing_open[key]
            if status != "firing" or key in answer.contested:
                continue
            if len(where) != 1 or where[0] not in answer.ids:
                yield f"I2: {key} fires in {where} at {answer.at}, the answer was {answer.ids}"


def _duplicates(history: History) -> Iterator[str]:
    """I8: between two acceptances of one key something must have broken."""
    accepted: dict[str, list[Sent]] = defaultdict(list)
    for sent in history.sent:
        if sent.accepted:
            accepted[sent.key].append(sent)
    for key, times in accepted.items():
        for first, second in zip(times, times[1:], strict=False):
            if first.told != "accepted" or history.skewed:
                continue
            if not any(f.at <= second.at and f.until >= first.at for f in history.faults):
                yield f"I8: {key} accepted at {first.at} and again at {second.at}, and nothing broke between"


def _without_future(history: History) -> Iterator[str]:
    """I4: after every commit, whatever is unacknowledged has a time to wake."""
    for each in history.committed:
        if each.status == "unacknowledged" and each.wake_at is None:
            yield f"I4: INC-{each.incident} is unacknowledged without a future at {each.at}"


class _Case:
    """One incident under judgement."""

    def __init__(self, history: History, incident: int, file: _File) -> None:
        self.history = history
        self.file = file
        self.incident = incident
        self.texts = history.texts[incident]
        self.lines = lines(self.texts)
        policy = history.policies[self.lines[0].event["policy"]]
        self.story = Story(policy)
        self.found: list[str] = []

    def judge(self) -> list[str]:
        """What is wrong with it."""
        self._chain()
        before: Line | None = None
        for line in self.lines:
            self._order(before, line)
            self._not_missed(before, line.at)
            self._when_due(line)
            wrong = tell(self.story, line)
            if wrong:
                self._say("I14", f"{wrong} (entry {line.seq}, {line.at})")
            before = line
        self._not_missed(before, self.history.ended)
        self._state()
        self._deliveries()
        self._after_the_answer()
        self._measures()
        self._obligations()
        return self.found

    def _say(self, invariant: str, text: str) -> None:
        self.found.append(f"{invariant}: {text}")

    def _chain(self) -> None:
        head = bytes(32)
        for place, (text, stored) in enumerate(self.texts, 1):
            head = hashlib.sha256(head + text.encode()).digest()
            if head != stored:
                return self._say("I12", f"the chain breaks at entry {place}")
        if head != self.history.heads[self.incident]:
            self._say("I12", "the head is not the last hash")
        return None

    def _order(self, before: Line | None, line: Line) -> None:
        if line.seq != (before.seq + 1 if before else 1):
            self._say("I12", f"entry {line.seq} follows {before.seq if before else 0}")
        if before and line.at < before.at and not self.history.skewed:
            self._say("I14", f"entry {line.seq} at {line.at} is before the one it follows")

    def _bindings(self, at: datetime) -> Bindings:
        times = [t for t, _ in self.history.bindings]
        return self.history.bindings[bisect_right(times, at) - 1][1]

    def _changed(self, since: datetime, until: datetime) -> bool:
        return any(since <= t <= until for t, _ in self.history.bindings)

    def _not_missed(self, before: Line | None, until: datetime) -> None:
        """I5, not too late: what was expected in the state before this line, and did not happen in time."""
        if before is None or self.history.skewed:
            return
        since = before.at
        for due in expected(self.story, self._bindings(since)):
            if due.business and self._changed(self.story.graded_at or since, until):
                continue
            start = max(due.at, since)
            if start + ON_TIME < until and self.history.grace(start, ON_TIME) < until:
                self._say("I5", f"{due.kind} {due.level} was due at {due.at}, nothing until {until}")
        self._not_stuck(until)
        self._not_silent(since, until)

    def _not_stuck(self, until: datetime) -> None:
        """A page whose contact method failed goes on by the person's next one at once."""
        for page in self.story.current.values():
            failed = page.failed_at
            if failed is None or page.settled_by is not None or not self._settled(failed):
                continue
            person = self._bindings(failed).people.get(page.person)
            left = person is not None and page.method + 1 < len(person.methods)
            if left and self.story.status != "resolved" and failed + ON_TIME < until:
                self._say("goes on", f"method {page.method} of page {page.page} failed at {failed}, until {until}")

    def _not_silent(self, since: datetime, until: datetime) -> None:
        """A page never ends in silence while nobody has answered it."""
        story = self.story
        if story.status != "unacknowledged" or story.watching or story.paged_at is None:
            return
        if self._unheard(since):
            wait = timedelta(seconds=60) * 2 ** min(max(0, story.rounds - 2), 6)
            start = max(story.paged_at + min(wait, LONGEST_SILENCE), since)
        else:
            start = max(self._end_of_patience(story.paged_at, since), since)
        if start + ON_TIME < until and self.history.grace(start, ON_TIME) < until:
            self._say("I4", f"unanswered and nobody paged from {story.paged_at} to {until}")

    def _end_of_patience(self, paged_at: datetime, at: datetime) -> datetime:
        grade = self.story.grade
        response = grade.response
        asked = grade.ack or self.story.policy.ack or response
        longest = paged_at + max(LONGEST_SILENCE, timedelta(seconds=asked.seconds if asked else 0))
        if response is None or not response.business:
            return longest
        patience = max(response.seconds, LONGEST_SILENCE.seconds)
        later = (business_later(b.business_hours, paged_at, patience) for _, b in self.history.bindings)
        return max(longest, *later)

    def _unheard(self, at: datetime) -> bool:
        """Whether all that waits for an answer was accepted by no channel, and no contact method is left."""
        people = self._bindings(at).people
        waiting = [p for p in self.story.current.values() if p.settled_by is None]
        return bool(waiting) and all(
            not p.accepted and (p.person not in people or p.method >= len(people[p.person].methods))
            for p in waiting
        )

    def _when_due(self, line: Line) -> None:
        """I5, not too early: what a clock did, it did after its time, and it knew that time."""
        if line.due is not None and line.due > line.at:
            self._say("I5", f"{line.kind} at {line.at} before it was due at {line.due}")
        if line.kind not in BY_THE_CLOCK or line.event.get("by") or line.due is None:
            return
        level = line.event.get("level", line.event.get("key", ""))
        called = line.kind == "Escalated" and not level
        if called or (line.kind == "Resolved" and not self.story.watching):
            return
        for _, bindings in reversed(self.history.bindings):
            due = [x for x in expected(self.story, bindings) if (x.kind, x.level) == (line.kind, level)]
            audience = line.event.get("audience", "internal") if line.kind == "UpdateDue" else ""
            times = [x.at for x in due if x.audience == audience]
            if line.due in times:
                return
        self._say("I5", f"{line.kind} {level} at {line.at} was due at {line.due}, not by the playbook")

    def _state(self) -> None:
        """The row is the fold of the timeline, and agrees with the story told here."""
        stored = self.history.states[self.incident]
        if fold(self.incident, [decode_entry(text) for text, _ in self.texts]) != stored:
            self._say("I12", "the stored state is not the fold of the timeline")
        told = (self.story.status, self.story.severity, self.story.snoozed_until, self.story.cleared_at)
        if told != (stored.status, stored.severity, stored.snoozed_until, stored.cleared_at):
            self._say("I14", f"the story ends {told}, the row says {stored.status} {stored.severity}")

    def _measures(self) -> None:
        """The measures are what the lines tell."""
        bindings = self._bindings(self.history.ended)
        for text in differing(self.story.policy, bindings, self.incident, self.texts, self.lines):
            self._say("measures", text)

    def _obligations(self) -> None:
        """What a severity obliges to was done, and no more was told outside than may be."""
        case = Case(self.story.policy, self._bindings, self._settled)
        for text in broken(case, self.lines):
            self._say("obliged", text)

    def _settled(self, at: datetime) -> bool:
        """Whether every node knew the people of this moment."""
        return not self.history.skewed and not self._changed(at - JUST_NOW, at + JUST_NOW)

    def _deliveries(self) -> None:
        """I3, I7: every message is handed over or given up in time, and answered exactly once."""
        begun = self._begun()
        final: Counter[str] = Counter()
        first: dict[str, datetime] = {}
        for line in self.lines:
            if line.kind == "Delivered":
                key = line.event["key"]
                final[key] += line.event.get("final", True)
                first.setdefault(key, line.at)
        for sent in self.file.sent:
            key = sent.key.split(".", 1)[1]
            first[key] = min(first.get(key, sent.at), sent.at)
        for key, at in begun.items():
            if final[key] + (key in self.history.waiting) != 1:
                self._say("I1", f"{key} has {final[key]} final receipts")
            handed = first.get(key, self.history.ended)
            if handed > at + HANDED_OVER and handed > self._handing_over(at) + self._kept_together(key, at):
                self._say("I3", f"{key} was begun at {at} and handed over at {handed}")
        for key in final.keys() - begun.keys():
            self._say("I1", f"a receipt for {key}, which was never begun")

    def _begun(self) -> dict[str, datetime]:
        """Every message that the timeline asks for."""
        begun = {}
        for line in self.lines:
            if line.kind in ("Paged", "PageContinued", "Notified"):
                method = line.event.get("method", 0)
                person = self._bindings(line.at).people.get(line.event["person"])
                if line.kind == "Notified" or (person is not None and method < len(person.methods)):
                    begun[f"{line.event['page']}.{method}"] = line.at
        return begun

    def _handing_over(self, at: datetime) -> datetime:
        """Until when handing over may take: a claim of a dead process runs out first."""
        until = at + HANDED_OVER
        for fault in sorted(self.history.faults, key=lambda f: f.at):
            if fault.at <= until and fault.until >= at:
                # The other node goes on while a dead one is down: only its claims are kept back.
                end = fault.until if fault.silences else fault.at
                until = max(until, end + LEASE)
        return until

    def _kept_together(self, key: str, at: datetime) -> timedelta:
        """How long a message may wait to go out with others: only while its reader is getting many."""
        page = key.rpartition(".")[0]
        # What waited among one reader's may be told by another method, or to whoever has the duty by then.
        told = self.story.pages.get(page)
        readers = {s.to.partition("-")[0] for s in self.file.sent if f".{page}." in s.key}
        readers |= {told.person} if told else set()
        near = (s.to.partition("-")[0] for s in self.history.sent if abs(s.at - at) < timedelta(minutes=2))
        most = max((number for reader, number in Counter(near).items() if reader in readers), default=0)
        return BETWEEN_BUNDLES * 2 if most > ONE_BY_ONE else timedelta()

    def _after_the_answer(self) -> None:
        """I6: no page is started after the commit that made it unnecessary."""
        if not self.history.ordered:
            return
        sent = [s for s in self.file.sent if s.demands]
        for claim in self.file.claimed:
            page = self.story.pages.get(claim.key.rpartition(".")[0])
            answered = _order_of(self.file.committed, page) if page is not None else None
            if answered is None or answered > claim.order:
                continue
            if any(
                s.node == claim.node and s.order > claim.order and s.key.endswith(f".{claim.key}") for s in sent
            ):
                self._say("I6", f"{claim.key} was started at {claim.at} although it was settled")


def _order_of(commits: list[Committed], page: PageTold) -> int | None:
    """The place in history of the commit that settled a page."""
    if page.settled_by is None:
        return None
    return next((c.order for c in commits if c.seq >= page.settled_by), None)
