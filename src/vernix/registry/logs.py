"""What the registry writes down: one JSON line per event on standard error, through an allow-list of keys.

A line says which delivery, which step, how many, how long; never a value, a file name or the text of an error
that a record could have reached. A key that is not on the list is dropped, so that a careless call cannot
leak.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "delivery",
        "partner",
        "purpose",
        "step",
        "result",
        "accepted",
        "warned",
        "rejected",
        "count",
        "attempts",
        "milliseconds",
        "seconds",
        "version",  # of the directory
        "error",  # the class of an error
        "place",  # module and line of our own code
    }
)


def only_allowed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure() -> None:
    """Set the process's log up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log() -> Any:
    """The log."""
    return structlog.get_logger()


def place_of(error: BaseException) -> str:
    """Where in our own code an error came up: module and line of the innermost frame, no values."""
    place, trace = "unknown", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("vernix."):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
