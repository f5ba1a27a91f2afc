"""Two listeners for one application: a TCP port, if configured, and a Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

from ..config.model import WebConfig
from ..core.errors import Unavailable
from .app import App
from .console import address, answers
from .contract import Gateway
from .listening import Listening
from .origins import loopback


async def serve(
    gateway: Gateway,
    *,
    listen: WebConfig | None,
    socket_path: Path,
    ready: Callable[[str], None],
    app: App | None = None,
) -> None:
    """Serve until cancelled, then stop within 3 s.

    `ready` gets the URL of the dashboard ("" without `listen`) as soon as both doors are open. Give
    `app` to read its claim code. Raises Unavailable when a port or path cannot be had.
    """
    if listen is not None:
        _check(listen)
    app = app or App(gateway)
    with _unix_socket(socket_path) as console, _tcp_socket(listen) as port:
        servers = [(Listening(app.console, app.close), console)]
        if listen is not None and port is not None:
            servers.append((_public(app, listen), port))
        async with asyncio.TaskGroup() as group:
            for server, listener in servers:
                group.create_task(server.run_on(listener), name=f"web {listener.family.name}")
            for server, _ in servers:
                await server.up.wait()
            ready(_url(listen, port))


def _public(app: App, listen: WebConfig) -> Listening:
    try:
        server = Listening(app.public(listen), app.close, listen.certificate, listen.key)
        server.config.load()
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(f"{listen.certificate} or its key cannot be used: {error}") from error
    return server


def _check(listen: WebConfig) -> None:
    if not loopback(listen.host) and listen.certificate is None:
        raise Unavailable(
            f"{listen.host} can be reached from outside, which needs TLS; give `certificate` and "
            "`key` under [web], or listen on 127.0.0.1"
        )


def _url(listen: WebConfig | None, port: socket.socket | None) -> str:
    if listen is None or port is None:
        return ""
    scheme = "http" if listen.certificate is None else "https"
    everywhere = listen.host in ("0.0.0.0", "::")
    host = (*listen.hosts, socket.gethostname())[0] if everywhere else listen.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port.getsockname()[1]}/"


@contextlib.contextmanager
def _tcp_socket(listen: WebConfig | None) -> Iterator[socket.socket | None]:
    if listen is None:
        yield None
        return
    where = f"{listen.host}:{listen.port}"
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, number)
    except OSError as error:
        raise Unavailable(f"{where} is no address of this machine: {error}") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise Unavailable(_why_not(where, error)) from error
        yield listener


def _why_not(where: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use; stop what listens there, or choose another port: --listen of the"
            ' demo, or under [web] for instance listen = "127.0.0.1:8392"'
        )
    if error.errno == errno.EACCES:
        return f"{where} needs the rights of an administrator; use a port above 1023"
    return f"{where} cannot be listened on: {error.strerror}"


@contextlib.contextmanager
def _unix_socket(path: Path) -> Iterator[socket.socket]:
    """Bound with mode 0600, removed afterwards. What a killed gateway left behind is replaced."""
    if answers(path):
        raise Unavailable(f"{path}: another gateway runs with this folder; stop it first")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        before = os.umask(0o177)
        try:
            path.unlink(missing_ok=True)
            with address(path) as name:
                listener.bind(name)
        except OSError as error:
            raise Unavailable(f"{path} cannot be made: {error.strerror}") from error
        finally:
            os.umask(before)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)
