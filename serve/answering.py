"""What a worker does: answers requests on the shared socket with one release after another.

The parent imports this file before it forks the first worker, so that all workers share what it needs.
"""

import asyncio
import socket
import sys
import warnings
from functools import partial
from typing import cast

import uvicorn
import uvicorn.lifespan.on  # this one and the next two would be imported by uvicorn in every worker anew
import uvicorn.loops.uvloop
import uvicorn.protocols.http.httptools_impl
from fastapi import FastAPI

from serve.access_log import AccessLog
from serve.app import create_app
from serve.connection import Connection, Connections, raise_file_limit
from serve.drift_watch import DriftWatch
from serve.gentle_server import GRACE, GentleServer
from serve.links import Order, obey
from serve.logs import default_format
from serve.memory import give_back_large_memory
from serve.metrics import Metrics
from serve.settings import Settings
from serve.shared import Shared
from serve.shared_cells import OPEN
from serve.watch import Unread

SOON = 0.001  # seconds until a thread that keeps pictures has its turn; after each call of the system it needs one


def answer_requests(
    settings: Settings,
    listener: socket.socket,
    order: Order,
    link: socket.socket,
    place: int,
    shared: Shared,
) -> None:
    """Serves the release of an order, and what the parent orders after it, until SIGTERM.

    Args:
        settings: of the service.
        listener: the socket that all workers accept connections on.
        order: the first one; its release was checked already.
        link: to the parent.
        place: of this worker among all.
        shared: with all processes of the service.
    """
    give_back_large_memory()
    if settings.capture_dir:
        sys.setswitchinterval(SOON)
    warnings.filterwarnings("ignore", module=r"PIL\.")  # about damaged pictures: strangers must not write into the log
    metrics = Metrics(shared.cells, 1 + place)
    access = AccessLog(
        shared.outlet,
        level=settings.log_level,
        format_=settings.log_format or default_format(),
        clients=settings.log_clients,
    )
    drift = DriftWatch(settings, metrics, shared.sightings, place)
    app = create_app(settings, order.release, metrics, shared.buckets, access, drift)
    obey(link, app.state.store, order)
    http = _connection_maker(settings, Unread(metrics, access), shared.cells.everybodys(OPEN)[place])

    def watch_drift() -> None:
        drift.tick(app.state.store.current)

    def finish() -> None:
        if app.state.captures:
            app.state.captures.close()

    GentleServer(_config(app, http), metrics, shared, place, watch_drift, finish).run(sockets=[listener])


def _config(app: FastAPI, http: type[asyncio.Protocol]) -> uvicorn.Config:
    """How uvicorn runs the service."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        ws="none",
        log_config=None,
        access_log=False,  # serve.watch writes it
        proxy_headers=False,  # the guard does it, and believes only TINYSIGHT_TRUSTED_PROXIES
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


def _connection_maker(settings: Settings, unread: Unread, count: "memoryview[float]") -> type[asyncio.Protocol]:
    """What uvicorn calls for each new connection."""
    most = raise_file_limit(settings.connections)
    connections = Connections(
        most=most,
        seconds=settings.body_seconds,
        work_seconds=settings.request_seconds,
        unread=unread,
        count=count,
    )
    return cast("type[asyncio.Protocol]", partial(Connection, connections))
