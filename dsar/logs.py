"""Logs as JSON lines that cannot hold personal data.

Our own events keep the keys of a list, and nothing else. Of what libraries log only the template of the message is kept,
never its arguments: a path, a header or a value from a form stands in those. Of an exception its type and place are kept,
not its text.
"""

import logging
from collections.abc import MutableMapping
from traceback import walk_tb
from typing import Any, Final

import structlog

_KEPT: Final = frozenset(
    {
        "event", "level", "timestamp", "logger",
        "method", "route", "status", "ms",
        "step", "kind", "attempt", "code", "queue", "fault", "where",
        "source", "brand", "count", "records", "seconds",
    },
)  # fmt: skip
_LONGEST: Final = 200
Event = MutableMapping[str, Any]


def listed(_logger: Any, _method: str, event: Event) -> Event:
    """Keep the keys of the list; a text with an `@` in it is somebody's address, not ours to keep."""
    return {key: _short(value) for key, value in event.items() if key in _KEPT}


def template_only(_logger: Any, _method: str, event: Event) -> Event:
    """Put the template of a library's message in place of the message."""
    record: logging.LogRecord = event["_record"]
    event["event"] = str(record.msg)
    if record.exc_info and record.exc_info[0]:
        event["fault"], event["where"] = record.exc_info[0].__name__, place(record.exc_info[1])
    return event


def place(fault: BaseException | None) -> str:
    """Return file and line of the innermost frame of `fault` that is ours, else of the innermost."""
    frames = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(fault.__traceback__ if fault else None)]
    ours = [frame for frame in frames if "site-packages" not in frame]
    return (ours or frames or [""])[-1]


def _short(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "(withheld)" if "@" in value else value[:_LONGEST]


_SHARED: Final[list[Any]] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def settings(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, one JSON object a line; and tell structlog the same."""
    logging.raiseExceptions = False  # a line that cannot be written would print its arguments
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, template_only],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    listed,
                    structlog.processors.JSONRenderer(),
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "fontTools": {"level": "WARNING"},  # it tells of every glyph that it cuts out
        },
    }
