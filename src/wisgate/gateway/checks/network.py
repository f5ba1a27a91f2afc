"""The network: cables, addresses and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from ..verdicts import Box, Level, Verdict, fine


async def check(box: Box) -> Sequence[Verdict]:
    """One way out is enough; interfaces without a cable are no trouble by themselves."""
    interfaces = await box.host(lambda host: host.interfaces())
    routes = await box.host(lambda host: host.default_routes())
    linked = [i for i in interfaces if i.carrier]
    told = ", ".join(f"{i.name} {' '.join(i.addresses) or 'without an address'}" for i in linked)
    if not linked:
        return [
            Verdict(
                Level.DIFFERENCE,
                "no-carrier",
                "network",
                f"no cable and no access point at {', '.join(i.name for i in interfaces) or 'all'}",
                "one interface that is linked",
                "plug in the cable, look at the lights of the socket and of the switch; nmcli"
                " device shows Wi-Fi and modem",
            )
        ]
    if not routes:
        return [
            Verdict(
                Level.WARNING,
                "no-route",
                "network",
                told,
                "a default route",
                "the network gives no way out: check DHCP and the router; a plant network without"
                " one may be meant so",
            )
        ]
    ways = ", ".join(f"{r.interface} by {r.gateway or 'its other end'}" for r in routes)
    return [fine("network", f"{told}; out through {ways}")]
