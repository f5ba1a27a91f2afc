"""No test reaches beyond this machine: the guard that sees every socket of the process."""

from __future__ import annotations

import ipaddress
import sys


class NotLoopback(OSError):
    """A test reached for the network."""


reached: list[str] = []


def is_local(host: str) -> bool:
    """Whether `host` is this machine by name or by address; "" and 0.0.0.0 listen to everybody."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    host: object = None
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = arguments[1]
        if event == "socket.bind" and address == ("", 0):
            return  # what a client does that leaves its own address to the kernel (paho)
        host = address[0] if isinstance(address, tuple) and len(address) in (2, 4) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(host, str) and not is_local(host):
        reached.append(f"{event} {host!r}")
        raise NotLoopback(f"tests talk to this machine only, not to {host!r}")


sys.addaudithook(_guard)
