"""New connections are shared evenly among the workers, and none is left at the door."""

import asyncio
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from serving import Running, children, make_bundle, running

from serve.acceptor import GIVE_WAY, Acceptor
from serve.shared_cells import OPEN, SharedCells

CLIENTS = 8


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("acceptor")
    with running(make_bundle(folder / "bundle"), folder, TINYSIGHT_WORKERS="2") as service:
        yield service


def test_clients_that_come_together_are_shared_evenly(service: Running) -> None:
    """Kernel and event loop alone give all eight to one worker in every third try."""
    shares = [sorted(_share(service)) for _ in range(5)]
    assert all(len(share) == 2 and min(share) >= 2 for share in shares), shares


def test_a_worker_that_is_stopped_does_not_keep_clients_waiting(service: Running) -> None:
    stopped = children(service.process.pid)[0]
    os.kill(stopped, signal.SIGSTOP)
    try:
        assert [service.ask("GET", "/healthz")[0] for _ in range(6)] == [200] * 6
    finally:
        os.kill(stopped, signal.SIGCONT)


def test_a_worker_with_more_connections_gives_way_and_then_takes_what_nobody_took() -> None:
    async def scenario() -> float:
        counts = SharedCells(2).everybodys(OPEN)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            acceptor = Acceptor(listener, asyncio.Protocol, counts, 0)
            await _connect(listener)
            counts[0][0], counts[1][0] = 5, 4
            slow = await _connect(listener)
            acceptor.close()
            await acceptor.wait_closed()
        return slow

    async def _connect(listener: socket.socket) -> float:
        """Seconds until the door is empty again."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        with socket.create_connection(listener.getsockname()) as client:
            client.setblocking(False)
            await asyncio.sleep(0)
            while not _is_taken(client):
                await asyncio.sleep(0.0005)
        return loop.time() - began

    assert asyncio.run(scenario()) >= GIVE_WAY


def test_a_closed_door_takes_nobody() -> None:
    async def scenario() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            acceptor = Acceptor(listener, asyncio.Protocol, SharedCells(1).everybodys(OPEN), 0)
            acceptor.close()
            acceptor.close()
            with socket.create_connection(listener.getsockname()):
                await asyncio.sleep(0.05)
                waiting, _ = listener.accept()
                waiting.close()
        return True

    assert asyncio.run(scenario())


def _share(service: Running) -> list[int]:
    """How many of eight clients that stay connected each worker has."""
    host = service.url.removeprefix("http://")
    clients = [HTTPConnection(host, timeout=20) for _ in range(CLIENTS)]
    together = threading.Barrier(CLIENTS)

    def ask(client: HTTPConnection) -> None:
        together.wait()
        client.request("GET", "/healthz")
        client.getresponse().read()

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    share = Counter(_owner(client, service) for client in clients)
    for client in clients:
        client.close()
    return list(share.values())


def _owner(client: HTTPConnection, service: Running) -> int:
    """The worker that has the other end of a connection, by the inode of its socket."""
    assert client.sock is not None
    port = client.sock.getsockname()[1]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(line[9] for line in lines if line[2].endswith(f":{port:04X}"))
    for pid in children(service.process.pid):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            if file.readlink().name == f"socket:[{inode}]":
                return pid
    raise AssertionError("nobody has it")


def _is_taken(client: socket.socket) -> bool:
    """True when the connection is no longer in the queue: its other end has a process."""
    port = client.getsockname()[1]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(line[2].endswith(f":{port:04X}") and line[9] != "0" for line in lines)
