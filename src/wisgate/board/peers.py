"""The Modbus hosts of the network, as they are."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from ..bus.peer import Peer
from ..bus.tcp import TcpPeer
from ..config.model import ModbusHostConfig
from ..core.clock import Clock
from ..protocols.modbus_tcp import frame_size


def real_peers(hosts: Iterable[ModbusHostConfig], clock: Clock) -> dict[str, Peer]:
    """A connection to each host, not opened yet."""
    return {h.name: TcpPeer(h.host, h.port, frame_size, clock) for h in hosts}


def is_local(host: ModbusHostConfig) -> bool:
    """Whether it is this computer itself."""
    try:
        return host.host == "localhost" or ipaddress.ip_address(host.host).is_loopback
    except ValueError:
        return False
