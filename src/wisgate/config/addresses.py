"""Readers of network addresses: URLs of a broker and of other services, an address to listen on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from .readers import Misfit, Reader, shown

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^/]*)@)?(?P<rest>[^@]*)")
_HOST_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:/\[\]]*)(?::(?P<port>[^:/]*))?(?P<path>/.*)?")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")
_BLANK = re.compile(r"[^\x21-\x7e]")
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_LIKE = 'write one like "mqtt://broker.example:1883"'


@dataclass(frozen=True)
class Broker:
    host: str
    port: int
    tls: bool
    username: str = ""


@dataclass(frozen=True)
class Listen:
    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only programs of this computer can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def broker() -> Reader[Broker]:
    """`mqtt://[user@]host[:port]`, or `mqtts` for TLS."""
    return Reader('a URL such as "mqtt://user@broker.example:1883"', _broker)


def _broker(value: object) -> Broker:
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Misfit(f"{shown(value)} is no URL; {_LIKE}")
    scheme, user = match["scheme"].lower(), match["user"] or ""
    if ":" in user:  # never repeated in the message: it holds a password
        raise Misfit("the URL holds a password; put it in a file and name it with password_file")
    if scheme not in _PORTS:
        near = get_close_matches(scheme, _PORTS, n=1, cutoff=0.5)
        cure = f'did you mean "{near[0]}://"?' if near else _LIKE
        raise Misfit(
            f'{shown(value)} begins with "{scheme}://", not "mqtt://" or "mqtts://"; {cure}'
        )
    host, port, path = _host_and_port(value, match["rest"], _LIKE)
    if path not in ("", "/"):
        raise Misfit(f'{shown(value)} has the path "{path}"; a broker has none, end after the port')
    return Broker(host, port or _PORTS[scheme], scheme == "mqtts", user)


@dataclass(frozen=True)
class Url:
    """A service somewhere. `path` with what follows it, "" or from "/" on."""

    scheme: str
    host: str
    port: int
    path: str = ""
    username: str = ""

    def __str__(self) -> str:
        """Without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def service(example: str, ports: Mapping[str, int], *, user: bool = False) -> Reader[Url]:
    """`scheme://[user@]host[:port][/path]`, with the usual port of each scheme in `ports`; a user
    only where there is a `user`. `example` as the file holds it."""
    return Reader(f"a URL such as {example}", lambda value: _service(value, example, ports, user))


def _service(value: object, example: str, ports: Mapping[str, int], user: bool) -> Url:
    like = f"write one like {example}"
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None or _BLANK.search(match[0]):
        raise Misfit(f"{shown(value)} is no URL; {like}")
    scheme, name = match["scheme"].lower(), match["user"] or ""
    if ":" in name:  # never repeated in the message: it holds a password
        raise Misfit("the URL holds a password; put it in a file, a secret never stands in here")
    if name and not user:
        raise Misfit(f"the URL has a user, and there is none here; {like}")
    if scheme not in ports:
        possible = " or ".join(f'"{s}://"' for s in ports)
        raise Misfit(f'{shown(value)} begins with "{scheme}://", not {possible}; {like}')
    host, port, path = _host_and_port(value, match["rest"], like)
    return Url(scheme, host, port or ports[scheme], path, name)


def listen() -> Reader[Listen]:
    """`host:port`; a host in digits or a name of this computer."""
    return peer('"127.0.0.1:8391"')


def peer(example: str) -> Reader[Listen]:
    """`host:port`. `example` as the file holds it."""
    like = f"write one like {example}"
    return Reader(f"address and port, such as {example}", lambda value: _listen(value, like))


def _listen(value: object, like: str) -> Listen:
    if not isinstance(value, str):
        raise Misfit(f"{shown(value)} is no address with a port; {like}")
    host, port, path = _host_and_port(value, value, like)
    if path:
        raise Misfit(f'{shown(value)} has the path "{path}"; {like}')
    if port is None:
        raise Misfit(f"{shown(value)} has no port; {like}")
    return Listen(host, port)


def any_network() -> Reader[str]:
    """An address, or a network in CIDR notation."""

    def read(value: object) -> str:
        try:
            return str(ipaddress.ip_network(value if isinstance(value, str) else ""))
        except ValueError:
            like = 'write one like "10.0.0.7" or "10.1.0.0/16"'
            raise Misfit(f"{shown(value)} is no address and no network; {like}") from None

    return Reader('an address, or a network such as "10.1.0.0/16"', read)


def host() -> Reader[str]:
    """A name or an address of a host, without port."""
    like = 'write one like "10.0.0.5"'

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit(f"{shown(value)} is no host; {like}")
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            if ":" in value or "/" in value:
                raise Misfit(
                    f"{shown(value)} is no host alone; {like}, and the port as port"
                ) from None
            return _host(value, value, like)

    return Reader("a host name or an address", read)


def _host_and_port(value: object, text: str, like: str) -> tuple[str, int | None, str]:
    match = _HOST_PORT.fullmatch(text)
    if match is None:
        raise Misfit(f"{shown(value)} is no host with a port; {like}")
    host, port = match["host"], match["port"]
    if not host:
        raise Misfit(f"{shown(value)} has no host; {like}")
    if port is not None and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535):
        raise Misfit(f'{shown(value)} has the port "{port}"; a port is a number from 1 to 65535')
    return _host(value, host, like), int(port) if port else None, match["path"] or ""


def _host(value: object, host: str, like: str) -> str:
    inner = host.strip("[]")
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(inner))
        except ValueError:
            raise Misfit(f'{shown(value)} has the wrong IPv6 address "{inner}"; {like}') from None
    if _HOST.fullmatch(host) is None or len(host) > 253:
        raise Misfit(f'{shown(value)} has the impossible host "{host}"; {like}')
    return host
