"""What a worker does: answers requests on the shared socket with one release after another.

The parent imports this file before it forks the first worker, so that all workers share what it needs.
"""

import asyncio
import socket
from functools import partial
from typing import cast

import uvicorn
import uvicorn.lifespan.on  # this one and the next two would be imported by uvicorn in every worker anew
import uvicorn.loops.uvloop
import uvicorn.protocols.http.httptools_impl

from serve.app import create_app
from serve.buckets import Buckets
from serve.connection import Connection, Connections, raise_file_limit
from serve.links import obey
from serve.settings import Settings
from serve.version import Release

GRACE = 30  # seconds for answers that are under way when the service is stopped


def answer_requests(
    settings: Settings,
    listener: socket.socket,
    release: Release,
    number: int,
    link: socket.socket,
    *,
    buckets: Buckets | None = None,
) -> None:
    """Serves a release, and what the parent orders after it, until SIGTERM.

    Args:
        settings: of the service.
        listener: the socket that all workers accept connections on.
        release: a version that was checked already.
        number: of the release, to be said back to the parent.
        link: to the parent.
        buckets: of the rate limit, shared by all workers.
    """
    app = create_app(settings, release, buckets=buckets)
    obey(link, app.state.store, number)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=_connection_maker(settings),
        ws="none",
        log_config=None,
        proxy_headers=False,  # the guard does it, and believes only TINYSIGHT_TRUSTED_PROXIES
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _connection_maker(settings: Settings) -> type[asyncio.Protocol]:
    """What uvicorn calls for each new connection."""
    most = raise_file_limit(settings.connections)
    connections = Connections(most=most, seconds=settings.body_seconds, work_seconds=settings.request_seconds)
    return cast("type[asyncio.Protocol]", partial(Connection, connections))
