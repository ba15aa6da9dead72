"""`python -m serve`: the service as its environment says, or one line that says what is wrong."""

import os
import socket
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its idle threads cost memory in each worker

from serve.buckets import Buckets
from serve.keys import Keys
from serve.parent import Parent
from serve.settings import Settings, load_settings
from serve.version import Release
from tinysight.errors import ConfigError, TinysightError

BACKLOG = 2048


def main() -> int:
    """Serves until it is told to stop; 2 for a setting that cannot work, 1 for a model that cannot be had."""
    try:
        serve(load_settings())
    except TinysightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    return 0


def serve(settings: Settings) -> None:
    """Finds a checked version and answers requests in as many processes as the settings say; this one only watches.

    Raises:
        TinysightError: if there is no model that can be served, or the port is taken.
    """
    Keys(settings.api_keys, settings.api_keys_file)  # a wrong one is told before anything starts
    buckets = Buckets(settings.rate) if settings.rate else None
    listener = _listen(settings.host, settings.port)

    def work(release: Release, number: int, link: socket.socket) -> None:
        from serve.answering import answer_requests

        answer_requests(settings, listener, release, number, link, buckets=buckets)

    Parent(settings, work, listener, prepare=_import_what_workers_share).run()


def _import_what_workers_share() -> None:
    """FastAPI and uvicorn take as long as all else together: the parent imports them while the registry answers."""
    import logging.config

    from uvicorn.config import LOGGING_CONFIG

    import serve.answering  # noqa: F401

    logging.config.dictConfig(LOGGING_CONFIG)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on TINYSIGHT_HOST={host}, TINYSIGHT_PORT={port}: {error.strerror}."
            " Stop what is listening there, or set another port."
        ) from None
    listener.setblocking(False)
    return listener


if __name__ == "__main__":
    sys.exit(main())
