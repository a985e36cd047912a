"""What the gateway writes down: one JSON line per event on standard error, through an allow-list of keys.

A line names the route, never the path: a path may hold a capability. It names the kind of an error, never its
text. A key that is not on the list is dropped, so that a careless call cannot leak.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "route",  # the name in the route table
        "status",
        "milliseconds",
        "partner",
        "error",  # the class of an error
        "place",  # module and line of our own code
        "bytes",
        "count",
        "version",  # of the directory
    }
)


# Made once: structlog's own writer would make it anew for every line.
_ENCODER = json.JSONEncoder(sort_keys=True, default=str)


def only_allowed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure() -> None:
    """Set the process's log up. Called once by each program that serves."""
    log.cache_clear()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(_written),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _written(event: MutableMapping[str, Any], **_options: object) -> str:
    return _ENCODER.encode(event)


@cache
def log() -> FilteringBoundLogger:
    """The log."""
    # Bound once: what get_logger() gives is put together anew for every line.
    logger: FilteringBoundLogger = structlog.get_logger().bind()
    return logger


def place_of(error: BaseException) -> str:
    """Where an error was raised: file name and line of the innermost frame, nothing of its values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
