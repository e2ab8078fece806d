"""One firing or resolved signal from a monitoring system."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field


class Alert(Struct, frozen=True, omit_defaults=True):
    """An alert as its source sent it: `key` is source and fingerprint, the identity under which it repeats."""

    key: str
    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    link: str = ""
    repeats: int = 1

    @property
    def name(self) -> str:
        """The alert's name, or a word for its absence."""
        return self.labels.get("alertname") or "unnamed alert"

    @property
    def summary(self) -> str:
        """The one line that a person reads first."""
        return self.annotations.get("summary") or self.annotations.get("description") or self.name
