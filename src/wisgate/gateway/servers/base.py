"""What a server is, and what it shows."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ...config.model import Config
from ...core.clock import Clock
from ...core.errors import Unavailable
from ...core.points import Reading, Value
from ..alarms import Alarms
from ..live import Live


class Served(Protocol):
    """The gateway, as far as a server needs it."""

    config: Config
    folder: Path
    """Where a server may keep what it makes for itself."""
    live: Live
    alarms: Alarms

    @property
    def clock(self) -> Clock: ...

    async def write(self, point: str, value: Value, cause: str) -> Reading:
        """Set an output or a virtual point. Raises OutputRefused, BusError, ChipError."""
        ...


class Server(Protocol):
    """Listens from `open` to `close`. Threads: the event loop only."""

    name: str

    async def open(self) -> None:
        """Raises Unavailable, with the cure, when it cannot listen."""
        ...

    async def close(self) -> None:
        """End every connection and listen no more. Never raises."""
        ...


def cannot_listen(name: str, address: str, error: OSError) -> Unavailable:
    """Why nobody can connect, and what to do."""
    cure = "choose another port in listen, or end the program that has it"
    if isinstance(error, PermissionError):
        cure = (
            "ports below 1024 need the right to bind them; choose a higher one in listen, or give"
            " the service CAP_NET_BIND_SERVICE"
        )
    reason = error.strerror or str(error)
    return Unavailable(f"server {name}: {address} cannot be listened on ({reason}); {cure}")


class Clients:
    """Who may connect."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(text) for text in allowed]

    def welcome(self, address: str) -> bool:
        """Whether the client at `address` is one of them; everybody is when nobody is named."""
        if not self._networks:
            return True
        client = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(client, "ipv4_mapped", None)
        return any((mapped or client) in network for network in self._networks)
