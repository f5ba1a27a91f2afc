"""Requests to an application in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from standin import StandIn, listen

from wisgate.config.model import WebConfig
from wisgate.web.app import App

HOST = "http://127.0.0.1:8391"
PASSWORD = "correct horse"


class Asking:
    def __init__(self, folder: Path, config: WebConfig | None = None) -> None:
        self.gateway = StandIn(folder)
        self.app = App(self.gateway)
        config = config or listen()
        scheme = "https" if config.certificate else "http"
        self.public = self._client(self.app.public(config), HOST.replace("http", scheme))
        self.console = self._client(self.app.console, HOST)

    def _client(self, app: Any, host: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=host)

    async def claim(self, **changed: str) -> httpx.Response:
        body = {"code": self.app.claim_code, "user": "anna", "password": PASSWORD, **changed}
        return await self.public.post("/api/v1/claim", json=body)

    async def put(self, point: str, value: object) -> httpx.Response:
        return await self.public.put(f"/api/v1/points/{point}", json={"value": value})


def ask(
    folder: Path, steps: Callable[[Asking], Awaitable[None]], config: WebConfig | None = None
) -> None:
    """Run `steps` with an application that is put away afterwards."""

    async def main() -> None:
        asking = Asking(folder, config)
        async with asking.public, asking.console:
            await steps(asking)

    asyncio.run(main())
