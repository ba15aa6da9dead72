"""New connections are shared evenly among the workers, and none is left at the door."""

import asyncio
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest
from serving import Running, children, make_bundle, running

from serve.acceptor import LOOK, LOOKS, Acceptor
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

    assert asyncio.run(scenario()) >= LOOK * (LOOKS - 1)


def test_whom_busy_workers_leave_at_the_door_are_taken_more_and_more_at_once() -> None:
    """One that is busy for long, with one picture, must not keep the others from taking more than one in 5 ms."""
    assert _looks(own=8.0, other=0.0, clients=40) <= LOOKS * 8


def test_of_many_connections_a_few_more_are_no_reason_to_wait() -> None:
    assert _looks(own=8.0, other=7.0, clients=1) == 0
    assert _looks(own=8.0, other=6.0, clients=1) == LOOKS


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


def _looks(*, own: float, other: float, clients: int) -> int:
    """How often a worker with so many connections looks at another before it has taken so many clients."""

    async def scenario() -> int:
        loop, taken, looks = asyncio.get_running_loop(), 0, 0
        counts = SharedCells(2).everybodys(OPEN)
        counts[0][0], counts[1][0] = own, other
        call_later = loop.call_later

        def counting(delay: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
            nonlocal looks
            looks += delay == LOOK
            return call_later(delay, callback, *args)

        def protocol() -> asyncio.Protocol:
            nonlocal taken
            taken += 1
            return asyncio.Protocol()

        loop.call_later = counting  # type: ignore[method-assign, assignment]
        with socket.create_server(("127.0.0.1", 0), backlog=clients) as listener, ExitStack() as stack:
            listener.setblocking(False)
            for _ in range(clients):
                stack.enter_context(socket.create_connection(listener.getsockname()))
            acceptor = Acceptor(listener, protocol, counts, 0)
            while taken < clients:
                await asyncio.sleep(0.01)
            acceptor.close()
        return looks

    return asyncio.run(scenario())


def _share(service: Running) -> list[int]:
    """How many of eight clients that stay connected each worker has."""
    host = service.url.removeprefix("http://")
    clients = [HTTPConnection(host, timeout=60) for _ in range(CLIENTS)]
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
    inode = _other_end(client.sock)
    for pid in children(service.process.pid):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            if file.readlink().name == f"socket:[{inode}]":
                return pid
    raise AssertionError("nobody has it")


def _is_taken(client: socket.socket) -> bool:
    """True when the connection is no longer in the queue: its other end has a process."""
    return _other_end(client) != "0"


def _other_end(client: socket.socket) -> str:
    """The inode of the other end of a connection; 0 as long as no process has it."""
    ends = [f":{port:04X}" for port in (client.getpeername()[1], client.getsockname()[1])]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next((line[9] for line in lines if line[1].endswith(ends[0]) and line[2].endswith(ends[1])), "0")
