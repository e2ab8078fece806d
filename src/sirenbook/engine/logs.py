"""How the process logs: one line each on stderr, in which whatever is logged cannot play tricks on a terminal."""

import sys

import structlog


def set_up_logging(*, debug: bool = False) -> None:
    """Logs on stderr, one line each; control characters in what is logged stay visible characters."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
            if not sys.stderr.isatty()
            else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(10 if debug else 20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
