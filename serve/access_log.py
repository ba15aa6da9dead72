"""One line a request in the log: what was asked and what became of it, and nothing of the picture or of keys."""

import time
from functools import lru_cache

from serve.addresses import UNKNOWN
from serve.exchange import Exchange
from serve.log_outlet import LogOutlet
from serve.logs import Format, clock_time, escaped, printable, utc_time

LEVELS = ("debug", "info", "warning", "error")
PROBES = frozenset(("/healthz", "/readyz", "/metrics"))  # asked all day long by programs
LONGEST_PATH = 200  # characters
escape = lru_cache(maxsize=1024)(escaped)  # for words that come again with each request


class AccessLog:
    """Puts the lines together by hand, since each request pays for one."""

    def __init__(self, outlet: LogOutlet, *, level: str, format_: Format, clients: bool = False) -> None:
        """Writes nothing yet.

        Args:
            outlet: where to.
            level: from which on lines are written. Failures are errors, probes that went well are for debugging.
            format_: of the lines.
            clients: whether they name the address that asked.
        """
        self._outlet, self._least, self._clients = outlet, LEVELS.index(level), clients
        self._line = self._text if format_ == "text" else self._json

    def write(self, exchange: Exchange) -> None:
        """Writes the line of a request that was answered, if its level is to be written."""
        status = exchange.status
        level = 3 if status >= 500 else 0 if status < 400 and exchange.route in PROBES else 1
        if level >= self._least:
            self._outlet.write(self._line(exchange, LEVELS[level]).encode("ascii", "backslashreplace"))

    def _json(self, exchange: Exchange, level: str) -> str:
        it, more, path = exchange, "", f'"{exchange.route}"'
        if it.route == UNKNOWN:
            path = escaped(it.path[:LONGEST_PATH])
            more = f', "path": {path}'
        if it.pictures:
            more += f', "model_version": {escape(it.model_version)}'
            more += f', "class": {escape(it.class_name)}' if it.pictures == 1 else ""
            more += f', "pictures": {it.pictures}'
        if it.key:
            more += f', "key": {escape(it.key)}'
        if self._clients:
            more += f', "client": {escaped(it.client)}'
        return (
            f'{{"time": "{utc_time(time.time())}", "level": "{level}", "logger": "serve.access", '
            f'"message": "{it.method} {path[1:-1]} {it.status}", "request_id": "{it.request_id}", '
            f'"method": "{it.method}", "route": "{it.route}", "status": {it.status}, "bytes_in": {it.received}, '
            f'"bytes_out": {it.sent}, "duration_ms": {it.seconds * 1000:.2f}{more}}}\n'
        )

    def _text(self, exchange: Exchange, level: str) -> str:
        it, said = exchange, ""
        if it.pictures:
            said = f"  {it.class_name or 'unknown'} by version {it.model_version}"
            said = f"  {it.pictures} pictures" if it.pictures > 1 else said
        where = it.path[:LONGEST_PATH] if it.route == UNKNOWN else it.route
        asked = f"  key {it.key}" if it.key else ""
        asked += f"  from {it.client}" if self._clients else ""
        words = f"{it.method} {where} {it.status}  {it.seconds * 1000:.1f} ms{said}{asked}"
        return f"{clock_time(time.time())} {level:<8} {printable(words)}  [{it.request_id}]\n"
