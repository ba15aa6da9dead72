"""`python -m serve`: the service as its environment says, or one line that says what is wrong."""

import os
import socket
import sys
from mmap import mmap

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its idle threads cost memory in each worker

from serve.buckets import Buckets
from serve.capture_folder import check_writable
from serve.keys import Keys
from serve.links import Order
from serve.listening import listen
from serve.log_outlet import LogOutlet
from serve.logs import start_log
from serve.parent import Parent
from serve.service_counts import ServiceCounts
from serve.settings import Settings, load_settings
from serve.shared import SIGHTINGS, Shared
from serve.shared_cells import SharedCells
from tinysight.errors import ConfigError, TinysightError


def main() -> int:
    """Serves until it is told to stop; 2 for a setting that cannot work, 1 for a model that cannot be had."""
    if words := sys.argv[1:]:
        from serve.command import obey

        return obey(words)
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
    if settings.capture_dir:
        check_writable(settings.capture_dir.expanduser())
    buckets = Buckets(settings.rate) if settings.rate else None
    listener = listen(settings.host, settings.port)

    shared = Shared(SharedCells(settings.workers), LogOutlet(), mmap(-1, settings.workers * SIGHTINGS), buckets)
    start_log(settings.log_level, settings.log_format, shared.outlet)

    def work(order: Order, link: socket.socket, place: int) -> None:
        from serve.answering import answer_requests

        answer_requests(settings, listener, order, link, place, shared)

    counts = ServiceCounts(shared.cells)
    Parent(settings, work, listener, counts=counts, prepare=_import_what_workers_share).run()
    shared.outlet.finish()


def _import_what_workers_share() -> None:
    """FastAPI and uvicorn take as long as all else together: the parent imports them while the registry answers."""
    import serve.answering  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
