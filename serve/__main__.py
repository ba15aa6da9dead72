"""`python -m serve`: the service as its environment says, or one line that says what is wrong."""

import logging.config
import os
import socket
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its idle threads cost memory in each worker

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from serve.app import create_app
from serve.model_store import ModelStore
from serve.settings import Release, Settings, load_settings
from serve.workers import Workers
from tinysight.errors import ConfigError, TinysightError

log = logging.getLogger("uvicorn.error")
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
    """Loads the model and answers requests: in this process, or in several that it starts.

    Raises:
        TinysightError: if there is no model that can be served, or the port is taken.
    """
    logging.config.dictConfig(LOGGING_CONFIG)
    listener = _listen(settings.host, settings.port)
    if settings.workers == 1:
        _answer(settings, listener)
        return
    release = ModelStore(settings).load().release  # fetched and checked once, here; the workers only load it
    log.info("serving %s version %s on port %d", release.name, release.version, listener.getsockname()[1])
    Workers(settings.workers, lambda: _answer(settings, listener, release)).run()


def _answer(settings: Settings, listener: socket.socket, release: Release | None = None) -> None:
    config = uvicorn.Config(create_app(settings, release), loop="uvloop", http="httptools", log_config=None)
    uvicorn.Server(config).run(sockets=[listener])


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
