"""How the process logs: one line each on stderr, in which whatever is logged cannot play tricks on a terminal."""

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from sirenbook.channels.escaping import lines


def set_up_logging(*, debug: bool = False) -> None:
    """Logs on stderr, one line each; control characters in what is logged stay visible characters."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _harmless,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
            if not sys.stderr.isatty()
            else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(10 if debug else 20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _harmless(logger: Any, name: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Spell out what would move a cursor, colour or turn the text: logs are read on terminals too."""
    return {key: lines(value) if isinstance(value, str) else value for key, value in said.items()}
