"""Where a value was written, so that every decision can show the sentence that made it."""

from msgspec import Struct


class Provenance(Struct, frozen=True, omit_defaults=True):
    """A place in a playbook: file name, 1-based line and column, and the words found there.

    A value that the playbook does not state has `line` 0 and says in `quote` which default stands in.
    """

    file: str
    line: int
    quote: str
    column: int = 1

    @property
    def stated(self) -> bool:
        """Whether a team wrote it, as opposed to a default of ours."""
        return self.line > 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.stated else f"default: {self.quote}"


def default(quote: str) -> Provenance:
    """The provenance of a value that no line states: `quote` says what is assumed."""
    return Provenance(file="", line=0, quote=quote)
