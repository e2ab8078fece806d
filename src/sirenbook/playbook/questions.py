"""Asks the owner what the text leaves open, and applies the answers that sirenbook.toml gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sirenbook.model.clock import Clock
from sirenbook.model.diagnostic import Diagnostic, Question
from sirenbook.model.provenance import Provenance, default
from sirenbook.playbook import diagnostics
from sirenbook.playbook.language import duration

WATCH_SECONDS = 300


@dataclass(slots=True)
class Asked:
    """The questions of one playbook, with what the owner has answered."""

    answers: Mapping[str, str]
    questions: list[Question] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def ask(self, key: str, text: str, fallback: str, at: Provenance, choices: Sequence[str] = ()) -> str:
        """Ask one question; the answer, or the default that holds until there is one that can be used."""
        answer = self.answers.get(key)
        if answer is not None and choices and answer.strip().lower() not in choices:
            self.refuse(key, f"It takes one of: {', '.join(choices)}.")
        if key in self.refused:
            answer = None
        value = fallback if answer is None else answer.strip()
        self.questions.append(Question(key, text, value, at, tuple(choices), answer is not None))
        return value

    def refuse(self, key: str, why: str) -> None:
        """Report an answer that cannot be used; its question stays open."""
        self.refused.add(key)
        self.findings.append(diagnostics.bad_answer(key, self.answers[key], why))

    def names(self, key: str) -> tuple[str, ...] | None:
        """The names that an answer lists, if there is an answer."""
        listed = tuple(n.strip() for n in self.answers.get(key, "").split(",") if n.strip())
        return listed or None

    def clock(self, key: str, stated: Clock | None = None, *, never: bool = False) -> Clock | None:
        """The amount of time that an answer gives, else the one that the text states.

        An answer that says otherwise than the text holds, and is reported: the text may have changed since.
        """
        answer = self.answers.get(key)
        if answer is None or (never and answer.strip().lower() == "never"):
            return stated
        amount = duration.read(answer)
        if amount is None:
            self.refuse(key, "Write an amount such as `10 minutes`" + (", or `never`." if never else "."))
            return stated
        if stated and (stated.seconds, stated.business) != (amount.seconds, amount.business):
            self.findings.append(diagnostics.overruled(key, answer, stated))
        return Clock(amount.seconds, default(f"answer {key} = {answer}"), amount.business)
