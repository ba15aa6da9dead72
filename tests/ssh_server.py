"""A real SSH server on the loopback that gives files by SFTP to whoever has its key."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh


@contextmanager
def ssh_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yields its port and the file of the key that opens it; a path is one of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    own, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    user.write_private_key(folder / "key")
    user.write_public_key(folder / "authorized")
    loop, stopped = asyncio.new_event_loop(), threading.Event()
    port: list[int] = []

    async def serve() -> None:
        server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[own], sftp_factory=True, allow_scp=True,
                                       authorized_client_keys=str(folder / "authorized"))  # fmt: skip
        port.append(server.get_port())
        while not stopped.is_set():
            await asyncio.sleep(0.02)
        server.close()
        await server.wait_closed()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        while not port and thread.is_alive():
            stopped.wait(0.01)
        yield port[0], folder / "key"
    finally:
        stopped.set()
        thread.join()
        loop.close()
