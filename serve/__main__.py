"""`python -m serve`: the service as its environment says, or one line that says what is wrong."""

import logging.config
import os
import socket
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its idle threads cost memory in each worker

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from serve.app import create_app
from serve.links import obey
from serve.parent import Parent
from serve.settings import Settings, load_settings
from serve.version import Release
from tinysight.errors import ConfigError, TinysightError

BACKLOG = 2048
GRACE = 30  # seconds for answers that are under way when the service is stopped


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
    logging.config.dictConfig(LOGGING_CONFIG)
    listener = _listen(settings.host, settings.port)

    def work(release: Release, number: int, link: socket.socket) -> None:
        app = create_app(settings, release)
        obey(link, app.state.store, number)
        config = uvicorn.Config(app, loop="uvloop", http="httptools", log_config=None, timeout_graceful_shutdown=GRACE)
        uvicorn.Server(config).run(sockets=[listener])

    Parent(settings, work, listener).run()


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
