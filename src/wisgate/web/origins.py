"""By which names browsers may address us, and from which pages. Stops DNS rebinding and requests
that a foreign page makes in a signed-in browser."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAME_SITE = frozenset({"same-origin", "none"})


def loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


class Origins:
    """Threads: any."""

    def __init__(self, host: str, names: Iterable[str]) -> None:
        self._names = _LOOPBACK_NAMES | {host.lower()} | {name.lower() for name in names}
        address = _address(host)
        self._every_address = address is not None and address.is_unspecified

    def known(self, host_header: str) -> bool:
        """An address written in figures cannot be rebound, so a listener on every interface takes
        all of them; a name must be one of ours."""
        name = _name(host_header)
        return name in self._names or (self._every_address and _address(name) is not None)

    def same(self, scheme: str, host_header: str, origin: str, fetch_site: str) -> bool:
        """Whether a request that changes something comes from our own page, or from no page at all
        (no browser leaves both headers out)."""
        if fetch_site and fetch_site not in _SAME_SITE:
            return False
        return not origin or origin.lower() == f"{scheme}://{host_header}".lower()


def _name(host_header: str) -> str:
    try:
        return (urlsplit(f"//{host_header}").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
