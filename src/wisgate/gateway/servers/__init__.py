"""Servers that other programs ask for live values, one file each; `type` in the file names it."""

from __future__ import annotations

import logging
from importlib import import_module

from ...config.model import ServerConfig
from .base import Served, Server

log = logging.getLogger(__name__)


class Servers:
    """The servers of a gateway. Threads: the event loop only."""

    def __init__(self) -> None:
        self._servers: list[Server] = []

    def add(self, config: ServerConfig, served: Served) -> None:
        """Make the server of a table `[server.<name>]`; it listens once it is opened."""
        self._servers.append(import_module(f"{__name__}.{config.type}").make(config, served))

    async def open(self) -> None:
        """Raises Unavailable when one of them cannot listen."""
        for server in self._servers:
            await server.open()

    async def close(self) -> None:
        """Never raises."""
        for server in self._servers:
            try:
                await server.close()
            except Exception:
                log.exception("server %s: unexpected while closing", server.name)
