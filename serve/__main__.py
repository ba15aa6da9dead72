"""`python -m serve`: the service as its environment says, or one line that says what is wrong."""

import logging
import os
import sys

import uvicorn

from serve.app import create_app
from serve.model_store import ModelStore
from serve.settings import Settings, load_settings
from tinysight.errors import ConfigError, TinysightError


def main() -> int:
    """Serves until it is told to stop; 2 for a setting that cannot work, 1 for a model that cannot be had."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    try:
        serve(load_settings())
    except TinysightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    return 0


def serve(settings: Settings) -> None:
    """Loads the model and answers requests: in this process, or in several that it starts.

    Raises:
        TinysightError: if there is no model that can be served.
    """
    where = {"host": settings.host, "port": settings.port, "loop": "uvloop", "http": "httptools"}
    if settings.workers == 1:
        uvicorn.run(create_app(settings), **where)  # type: ignore[arg-type]
        return
    release = ModelStore(settings).load().release  # fetched and checked once, here; the workers only load it
    os.environ["TINYSIGHT_RELEASE"] = release.model_dump_json()
    uvicorn.run("serve.app:create_worker", factory=True, workers=settings.workers, **where)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
