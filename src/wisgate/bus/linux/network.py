"""Network interfaces, their addresses and the way out.

Sources: kernel, Documentation/ABI/testing/sysfs-class-net; net/ipv4/fib_trie.c and net/ipv6 for the
tables in /proc (IPv4 numbers in the order of the processor's bytes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path

from ..host import DefaultRoute, Interface
from .files import entries, text

GATEWAY = 0x2
"""RTF_GATEWAY: the route leads through another computer."""
REJECTED = 0x200
"""RTF_REJECT: the route that says there is none."""
LINK_LOCAL = 0x20
"""Scope of an IPv6 address that is good for nothing beyond the cable."""


def interfaces(root: Path) -> tuple[Interface, ...]:
    """Those with hardware behind them: no bridges, no containers, no loopback."""
    addresses = list(_addresses(root))
    return tuple(
        Interface(
            node.name,
            text(node / "carrier") == "1",
            tuple(address for name, address in addresses if name == node.name),
        )
        for node in entries(root / "sys/class/net")
        if (node / "device").exists()
    )


def default_routes(root: Path) -> tuple[DefaultRoute, ...]:
    """IPv4 first, and by their metric."""
    found = [
        (int(metric), DefaultRoute(name, str(_ipv4(gateway)) if flags & GATEWAY else ""))
        for name, target, gateway, flags, metric, mask in _routes(root)
        if int(target, 16) == int(mask, 16) == 0 and not flags & REJECTED
    ]
    routes = [route for _, route in sorted(found, key=lambda pair: pair[0])]
    return (*routes, *_routes_ipv6(root))


def _routes(root: Path) -> Iterator[tuple[str, str, str, int, str, str]]:
    for line in text(root / "proc/net/route").splitlines()[1:]:
        name, target, gateway, flags, _, _, metric, mask, *_ = line.split()
        yield name, target, gateway, int(flags, 16), metric, mask


def _routes_ipv6(root: Path) -> Iterator[DefaultRoute]:
    for line in text(root / "proc/net/ipv6_route").splitlines():
        target, length, _, _, gateway, _, _, _, flags, name = line.split()
        if int(target, 16) == int(length, 16) == 0 and not int(flags, 16) & REJECTED:
            through = str(IPv6Address(int(gateway, 16))) if int(flags, 16) & GATEWAY else ""
            yield DefaultRoute(name, through)


def _addresses(root: Path) -> Iterator[tuple[str, str]]:
    """(interface, address), IPv4 first."""
    networks = [
        (name, IPv4Network((int(_ipv4(target)), f"{_ipv4(mask)}")))
        for name, target, _, _, _, mask in _routes(root)
        if int(mask, 16)
    ]
    for address in dict.fromkeys(_local(root)):
        for name, network in networks:
            if address in network:
                yield name, str(address)
                break
    for line in text(root / "proc/net/if_inet6").splitlines():
        number, _, _, scope, _, name = line.split()
        if int(scope, 16) != LINK_LOCAL:
            yield name, str(IPv6Address(int(number, 16)))


def _local(root: Path) -> Iterator[IPv4Address]:
    """Our own IPv4 addresses: leaves of the routing table with a route to this host itself."""
    leaf = ""
    for line in text(root / "proc/net/fib_trie").splitlines():
        if found := re.search(r"\|-- (\S+)", line):
            leaf = found[1]
        elif "/32 host LOCAL" in line:
            yield IPv4Address(leaf)


def _ipv4(word: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(word)[::-1])
