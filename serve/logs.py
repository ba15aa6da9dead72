"""The service's log: one line an event, as JSON for programs or as text for a terminal."""

import json
import logging
import os
import sys
import time
from functools import lru_cache
from typing import Literal

from serve.exchange import request_id
from serve.log_outlet import LogOutlet

Format = Literal["json", "text"]
LONGEST_TRACEBACK = 16_000  # characters
escaped = json.JSONEncoder(ensure_ascii=True).encode  # no line break, control character or half a letter gets through


class LogHandler(logging.Handler):
    """Takes the records of all loggers: ours, uvicorn's and those of libraries."""

    def __init__(self, outlet: LogOutlet, format_: Format) -> None:
        super().__init__()
        self.outlet, self.format_ = outlet, format_

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record as one line."""
        try:
            self.outlet.write(self._line(record).encode("utf-8", "backslashreplace"))
        except Exception:
            self.handleError(record)

    def _line(self, record: logging.LogRecord) -> str:
        level, message = record.levelname.lower(), record.getMessage()
        trace = self._traceback(record)
        if self.format_ == "text":
            end = "\n" + trace if trace else ""
            return f"{clock_time(record.created)} {level:<8} {printable(message)}{end}\n"
        fields: dict[str, object] = {
            "time": utc_time(record.created),
            "level": level,
            "logger": record.name,
            "message": message,
        }
        fields |= {"process": os.getpid()} | ({"request_id": known} if (known := request_id()) else {})
        return escaped(fields | ({"traceback": trace} if trace else {})) + "\n"

    def _traceback(self, record: logging.LogRecord) -> str:
        if not record.exc_info:
            return ""
        return logging.Formatter().formatException(record.exc_info)[-LONGEST_TRACEBACK:]


def start_log(level: str, format_: Format | None, outlet: LogOutlet) -> None:
    """Sends every logger's records there.

    Args:
        level: from which on they are written: debug, info, warning or error.
        format_: by default text on a terminal and JSON elsewhere.
        outlet: where to.
    """
    root = logging.getLogger()
    for old in [*root.handlers]:
        root.removeHandler(old)
    root.addHandler(LogHandler(outlet, format_ or default_format()))
    root.setLevel(level.upper())
    for talkative in ("asyncio", "uvicorn"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def default_format() -> Format:
    """Text where a person reads it."""
    return "text" if sys.stdout.isatty() else "json"


def printable(text: str) -> str:
    """Text in one line and without anything that a terminal obeys."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def utc_time(seconds: float) -> str:
    """RFC 3339 with milliseconds, as 2026-11-22T06:15:00.123Z."""
    whole = int(seconds)
    return f"{_to_the_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(maxsize=2)  # formatting a date costs more than the rest of a line
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def clock_time(seconds: float) -> str:
    """The time of day here."""
    return time.strftime("%H:%M:%S", time.localtime(seconds))
