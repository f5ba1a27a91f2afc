"""InfluxDB sink: line protocol over HTTP, to version 1, 2 or 3. Over UDP: `influx_udp`.

A point that comes a second time replaces itself: the same tags, the same time, the same fields.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from ...config.headers import HEADER_VALUE
from ...config.secret_files import text_in
from ...config.sinks.influx import UDP, InfluxConfig
from ...core.clock import SystemClock
from ...core.errors import SinkError, SinkRefused
from ...store.records import Entry
from .base import Access, Sink
from .influx_udp import InfluxUdpSink
from .line_protocol import line
from .offering import offer
from .posting import Answer, Endpoint


class BadLine(msgspec.Struct):
    """Of version 3: a line that was left out of what was written."""

    line_number: int
    error_message: str = ""


class Partial(msgspec.Struct):
    """Version 3's answer to lines of which some are bad; the others are written."""

    lines: list[BadLine] = msgspec.field(name="data")


class InfluxSink:
    """One server. Threads: the event loop only."""

    def __init__(self, config: InfluxConfig, gateway: str) -> None:
        self.name = config.name
        self._config, self._gateway = config, gateway
        self._endpoint = Endpoint(config, SystemClock())
        self._url = str(config.url).rstrip("/") + target(config)
        self._headers = dict[str, str]()

    async def open(self) -> None:
        """Read the files; a request is sent only with records. Raises SinkError."""
        if await self._endpoint.open():
            try:
                self._headers = await asyncio.to_thread(self._login)
            except (OSError, ValueError) as error:
                await self._endpoint.close()
                raise SinkError(f"{self._endpoint.place}: {error}") from error

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Post, and wait for the answer. Raises SinkError, SinkRefused."""
        answer = await self._post(batch)
        if answer.taken:
            return
        if bad := bad_lines(answer, len(batch)):
            seqs = [batch[one.line_number - 1].seq for one in bad]
            raise SinkRefused(f"{self._endpoint.place}: {bad[0].error_message}", seqs)
        await offer(batch, self._send, self._endpoint.place)

    async def close(self, deadline: float) -> None:
        await self._endpoint.close()

    async def _send(self, batch: Sequence[Entry]) -> str:
        return (await self._post(batch)).why

    async def _post(self, batch: Sequence[Entry]) -> Answer:
        await self.open()
        lines = (line(entry, self._gateway, self._config.measurement) for entry in batch)
        content = "\n".join(lines).encode("utf-8", "backslashreplace")
        headers = {"content-type": "text/plain; charset=utf-8", **self._headers}
        return await self._endpoint.post(self._url, content, headers)

    def _login(self) -> dict[str, str]:
        """At every connect: a changed secret needs no restart. Raises OSError, ValueError."""
        config = self._config
        if config.token_file is not None:
            word = "Token" if config.version == "2" else "Bearer"
            return {"authorization": f"{word} {_token(config.token_file)}"}
        if not config.url.username:
            return {}
        file = config.password_file
        password = text_in(file, "password_file").strip() if file is not None else ""
        login = base64.b64encode(f"{config.url.username}:{password}".encode()).decode()
        return {"authorization": f"Basic {login}"}


def _token(file: Path) -> str:
    """Raises OSError, and ValueError, which never repeats what the file holds."""
    token = text_in(file, "token_file").strip()
    if HEADER_VALUE.fullmatch(token) is None:
        raise ValueError("token_file holds no token; write it there in one line, and nothing else")
    return token


def target(config: InfluxConfig) -> str:
    """Path and query of a write, with times in nanoseconds."""
    match config.version:
        case "1":
            return "/write?" + urlencode({"db": config.database, "precision": "ns"})
        case "2":
            query = {"org": config.org, "bucket": config.bucket, "precision": "ns"}
            return "/api/v2/write?" + urlencode(query)
        case _:
            query = {"db": config.database, "precision": "nanosecond", "accept_partial": "true"}
            return "/api/v3/write_lp?" + urlencode(query)


def bad_lines(answer: Answer, count: int) -> list[BadLine]:
    """The lines that version 3 left out, of `count`; none when it does not name them."""
    try:
        found = msgspec.json.decode(answer.text, type=Partial).lines
    except msgspec.DecodeError:
        return []
    return found if all(1 <= one.line_number <= count for one in found) else []


def make(config: InfluxConfig, gateway: str, access: Access) -> Sink:
    if config.url.scheme == UDP:
        return InfluxUdpSink(config, gateway)
    return InfluxSink(config, gateway)
