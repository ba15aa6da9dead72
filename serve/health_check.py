"""Whether the service on this machine is ready: exit code 0 or 1, in a fraction of what an HTTP library takes to load.

A container's health check runs it every few seconds; `python -S` and no import but the socket's keep that cheap.
"""

import os
import socket
import sys

SECONDS = 2.0


def main() -> int:
    """0 if /readyz answers with status 200 in time."""
    host, port = os.environ.get("TINYSIGHT_HOST", "127.0.0.1"), int(os.environ.get("TINYSIGHT_PORT", "8000"))
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - everywhere is also here
    request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((here, port), timeout=SECONDS) as connection:
            connection.sendall(request)
            status = connection.recv(100).split(b" ")[1]
    except (OSError, IndexError):
        return 1
    return 0 if status == b"200" else 1


if __name__ == "__main__":
    sys.exit(main())
