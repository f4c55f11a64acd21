"""Logs on standard output: one line an event, as text for people or JSON for programs.

No line holds an address, a User-Agent, a query string or a cookie: callers pass what they name here explicitly, and
nobody passes a request.
"""

from __future__ import annotations

import logging
import logging.config
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from edge.web.cut import Cut

LogFormat = Literal["text", "json"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class TextLine(logging.Formatter):
    """`2026-11-22T19:00:00.000+00:00 warning what happened key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, plus a traceback where there is one."""
        facts = "".join(f" {key}={value}" for key, value in _facts(record).items())
        line = _printable(f"{_moment(record)} {record.levelname.lower()} {record.getMessage()}{facts}")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _printable(line: str) -> str:
    """On one line whatever a visitor or an origin has put into it, and harmless to a terminal."""
    if line.isprintable():
        return line
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in line)


class JsonLine(logging.Formatter):
    """`{"time": …, "level": …, "message": …, …facts}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object without line breaks."""
        line = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class WithoutCuts(logging.Filter):
    """Drops the server's tracebacks about answers that were cut on purpose: they have their own line.

    The server writes a traceback into its message; what was raised stands on the last line.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """False for those."""
        first, _, rest = record.getMessage().rstrip().partition("\n")
        raised = rest.rpartition("\n")[2].partition(":")[0].rpartition(".")[2]
        return not (first.startswith("Application callable raised") and raised == Cut.__name__)


def configuration(form: LogFormat) -> dict[str, Any]:
    """A `logging.config` dictionary for our loggers and the server's."""
    formatter = {"text": TextLine, "json": JsonLine}[form]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"cuts": {"()": WithoutCuts}},
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["cuts"],
            }
        },
        "loggers": {
            "windsock": {"handlers": ["out"], "level": "INFO", "propagate": False},
            "_granian": {"handlers": ["out"], "level": "WARNING", "propagate": False},
            "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def configure(form: LogFormat) -> None:
    """Send the log of this process to standard output."""
    logging.config.dictConfig(configuration(form))
