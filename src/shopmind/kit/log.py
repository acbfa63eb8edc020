"""Structured logs: one JSON object a line on stderr, names and numbers only, never personal data."""

from __future__ import annotations

import logging
import sys

import orjson

from shopmind.kit.clock import format_time, system_clock


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; fields come from `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": format_time(system_clock()),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("shopmind."),
            "message": record.getMessage(),
        }
        entry.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(entry, default=str).decode()


def configure(level: str = "INFO") -> None:
    """Sends shopmind's logs to stderr as JSON lines; called by the doors, never by the library."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger("shopmind")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False


def note(logger: logging.Logger, level: int, message: str, **fields: object) -> None:
    """Logs a constant message with named fields."""
    logger.log(level, message, extra={"fields": fields})
