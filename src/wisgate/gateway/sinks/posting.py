"""Requests to an HTTP server, and what its answers mean for records."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

from ...config.requests import RequestConfig
from ...core.clock import Clock
from ...core.errors import SinkError

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, which may hold a secret

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
SHOWN = 200
"""Characters of an answer that are told."""
IDLE_S = 4.0
"""An unused connection is closed before the usual servers close it under our request."""

NOT_THE_RECORDS = {
    401: "the server wants another login; check the secrets in the files",
    402: "the server wants to be paid",
    403: "the server does not allow it; check the secrets in the files and the rights there",
    404: "the server knows no such path; check the url",
    405: "the server takes no POST here; check the url",
    407: "a proxy wants a login",
    408: "the server waited too long for our request",
    410: "the server takes nothing here any more; check the url",
    421: "the server is not the one for this name; check the url",
    425: "the server wants the request again, later",
    426: "the server wants another protocol",
    429: "the server finds that we send too much; set a rate",
    451: "the server may not take it",
}
"""Refusals that would meet every record: these wait, and none is set aside."""


class Answer(NamedTuple):
    """`taken`: every record is acknowledged. Otherwise the server refuses the content for ever."""

    taken: bool
    status: int
    text: str
    """What the server wrote."""

    @property
    def why(self) -> str:
        """In a line; "" when taken."""
        if self.taken:
            return ""
        words = in_a_line(self.text)
        return f"refused with {self.status}" + (f": {words}" if words else "")


class Endpoint:
    """One server. Threads: the event loop only."""

    def __init__(self, config: RequestConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._client: httpx.AsyncClient | None = None

    @property
    def place(self) -> str:
        """As messages begin. Never the path, which may hold a secret."""
        return f"{self._config.name}: {self._config.host}:{self._config.port}"

    async def open(self) -> bool:
        """Get ready for requests; True when it was not before. Raises SinkError."""
        if self._client is not None:
            return False
        try:
            context = await asyncio.to_thread(self._context)
        except OSError as error:
            raise SinkError(f"{self.place}: {self._config.ca_file}: {error}") from error
        limits = httpx.Limits(max_connections=1, keepalive_expiry=IDLE_S)
        self._client = httpx.AsyncClient(
            verify=context, limits=limits, timeout=self._config.timeout, trust_env=False
        )
        return True

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._config.ca_file)

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send and wait for the answer. Raises SinkError with the rest that the server asks for."""
        await self.open()
        assert self._client is not None  # noqa: S101  # it was just opened
        try:
            async with (
                asyncio.timeout(2 * self._config.timeout),  # the client's holds for each step
                self._client.stream("POST", url, content=content, headers=headers) as response,
            ):
                text = await _text(response)
        except (httpx.HTTPError, OSError) as error:
            await self.close()
            raise SinkError(f"{self.place}: {self._why(error)}") from error
        return await self._judged(response, text)

    async def close(self) -> None:
        """Idempotent. The next request connects anew, with what the files hold then."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _judged(self, response: httpx.Response, text: str) -> Answer:
        status = response.status_code
        if response.is_success:
            return Answer(True, status, text)
        if response.is_client_error and status not in NOT_THE_RECORDS:
            return Answer(False, status, text)
        await self.close()
        if response.is_redirect:
            what = "the server sends us elsewhere; write the address it redirects to in url"
        else:
            what = NOT_THE_RECORDS.get(status, "the server has a fault of its own")
        words = in_a_line(text)
        told = f"{what} ({status}{': ' if words else ''}{words})"
        raise SinkError(
            f"{self.place}: {told}",
            rest(response.headers.get("retry-after"), self._clock.utc_ns() / 1e9),
        )

    def _why(self, error: Exception) -> str:
        """The cause in words, with the cure where there is one."""
        behind = [e for e in _causes(error) if isinstance(e, OSError) and not _waited(e)]
        late = isinstance(error, TimeoutError | httpx.TimeoutException)
        cause = error if late else [error, *behind][-1]
        match cause:
            case TimeoutError() | httpx.TimeoutException():
                wait = f"no answer in {self._config.timeout:g} s"
                return f"{wait}; check the network and the firewall"
            case socket.gaierror():
                return f"the name {self._config.host} is not known; check the url and the DNS"
            case ConnectionRefusedError():
                return "connection refused; is the server running, and is this its port?"
            case ssl.SSLCertVerificationError():
                reason = cause.verify_message
                return f"its certificate is not trusted ({reason}); name its CA in ca_file"
            case ssl.SSLError() if not isinstance(cause, ssl.SSLEOFError):
                return f"no TLS on this port ({cause.reason}); write http:// in url?"
        return f"the connection broke ({str(cause) or type(cause).__name__})"


def in_a_line(text: str) -> str:
    """The beginning of what somebody else wrote, fit for a log."""
    line = " ".join(text.split())[:SHOWN]
    return "".join(c if c.isprintable() else "?" for c in line)


def rest(asked: str | None, now: float) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3) at `now` in Unix seconds; 0 for none and
    for nonsense."""
    if asked is None:
        return 0.0
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    with suppress(ValueError, OverflowError):
        return max(0.0, parsedate_to_datetime(asked).timestamp() - now)
    return 0.0


def _waited(error: OSError) -> bool:
    """Whether it only says that TLS waited for bytes."""
    return isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """What lies behind an error, the first cause last; of several at once the first."""
    while error is not None:
        yield error
        within = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = within or error.__cause__ or error.__context__


async def _text(response: httpx.Response) -> str:
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER:
            break
    return content[:MAX_ANSWER].decode("utf-8", "replace")
