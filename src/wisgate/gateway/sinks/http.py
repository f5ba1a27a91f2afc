"""HTTP sink: batches of JSON to a webhook, signed after Standard Webhooks 1.0.0."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Sequence

from ...config.headers import HEADER_NAME, HEADER_VALUE, Headers
from ...config.secret_files import text_in
from ...config.sinks.http import HttpConfig
from ...core.clock import Clock, SystemClock
from ...core.errors import SinkError
from ...store.records import Entry
from ..payloads import entries_json
from .base import Access
from .offering import offer
from .posting import Endpoint

SECRET_PREFIX = "whsec_"
"""What follows is Base64; without it the text is the secret."""


class HttpSink:
    """One webhook. Threads: the event loop only."""

    def __init__(self, config: HttpConfig, gateway: str, clock: Clock | None = None) -> None:
        self.name = config.name
        self._config, self._gateway = config, gateway
        self._clock = clock or SystemClock()
        self._endpoint = Endpoint(config, self._clock)
        self._secret, self._headers = b"", dict[str, str]()

    async def open(self) -> None:
        """Read the files; a request is sent only with records. Raises SinkError."""
        if await self._endpoint.open():
            try:
                self._secret, more = await asyncio.to_thread(self._read_files)
            except (OSError, ValueError) as error:
                await self._endpoint.close()
                raise SinkError(f"{self._endpoint.place}: {error}") from error
            self._headers = dict((*self._config.headers, *more))

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Post, and wait for the answer. Raises SinkError, SinkRefused."""
        await offer(batch, self._post, self._endpoint.place, self._config.batch)

    async def close(self, deadline: float) -> None:
        await self._endpoint.close()

    async def _post(self, batch: Sequence[Entry]) -> str:
        await self.open()
        content = entries_json(self._gateway, batch)
        headers = {**self._headers, "content-type": "application/json", "user-agent": "wisgate"}
        number = f"{self._gateway}-{batch[0].seq}-{batch[-1].seq}"
        moment = self._clock.utc_ns() // 1_000_000_000
        headers |= {"webhook-id": number, "webhook-timestamp": str(moment)}
        if self._secret:
            headers["webhook-signature"] = signature(self._secret, number, moment, content)
        return (await self._endpoint.post(str(self._config.url), content, headers)).why

    def _read_files(self) -> tuple[bytes, Headers]:
        """At every connect: a changed secret needs no restart. Raises OSError, ValueError."""
        secret, more = self._config.secret_file, self._config.headers_file
        key = secret_key(text_in(secret, "secret_file")) if secret else b""
        return key, parsed_headers(text_in(more, "headers_file")) if more else ()


def signature(key: bytes, number: str, moment: int, content: bytes) -> str:
    """The header `webhook-signature`. `moment` is `webhook-timestamp`, in Unix seconds, `number`
    is `webhook-id`. Source: Standard Webhooks 1.0.0, "Signature scheme"."""
    signed = b"%b.%d.%b" % (number.encode(), moment, content)
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def secret_key(text: str) -> bytes:
    """The key in a file. Raises ValueError."""
    text = text.strip()
    if not text:
        raise ValueError("secret_file is empty; write the secret into it")
    if not text.startswith(SECRET_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        raise ValueError(f"what follows {SECRET_PREFIX} in secret_file is no Base64") from None


def parsed_headers(text: str) -> Headers:
    """`Name: value` a line. Raises ValueError, which never repeats a value."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        name, _, value = line.partition(":")
        if line.strip():
            if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value.strip()):
                raise ValueError(f"headers_file: line {number} is not of the form Name: value")
            found.append((name, value.strip()))
    return tuple(found)


def make(config: HttpConfig, gateway: str, access: Access) -> HttpSink:
    return HttpSink(config, gateway)
