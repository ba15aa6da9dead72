"""Which address a request comes from, also behind proxies that are trusted to say so."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope


class Proxies:
    """The addresses whose X-Forwarded-For is believed; of all others it says what the client likes to say."""

    def __init__(self, trusted: str) -> None:
        """Reads a list.

        Args:
            trusted: addresses and networks between commas, such as 10.0.0.0/8.

        Raises:
            ValueError: if one is neither.
        """
        self._networks = [ip_network(text, strict=False) for each in trusted.split(",") if (text := each.strip())]
        self._is_trusted = lru_cache(1024)(self._look_up)

    def address(self, scope: "Scope", forwarded: bytes | None) -> str:
        """The client's address, and in the scope for the log.

        From the right, where the nearest proxy wrote, the first address that is not itself a trusted proxy.
        """
        client = scope.get("client")
        address = str(client[0]) if client else ""
        if forwarded is None or not self._networks or not self._is_trusted(address):
            return address
        for text in reversed(forwarded[-1000:].decode("latin-1").split(",")):
            hop = text.strip().strip("[]")
            if not _is_address(hop):
                break  # what stands left of it cannot be trusted either
            address = hop
            if not self._is_trusted(hop):
                break
        scope["client"] = (address, 0)
        return address

    def _look_up(self, address: str) -> bool:
        try:
            given = ip_address(address)
        except ValueError:
            return False
        return any(given in network for network in self._networks)


@lru_cache(1024)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
