"""One structured line an event, on standard error: key=value, never a member's text."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Send this process's events to standard error; libraries speak from warnings up."""
    numeric = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=max(numeric, logging.WARNING), stream=sys.stderr, format="level=%(levelname)s %(message)s"
    )
