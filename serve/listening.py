"""The socket on which all workers accept connections."""

import socket

from tinysight.errors import ConfigError

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Opens it.

    Raises:
        ConfigError: if the address is none of this machine, or the port is taken.
    """
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
