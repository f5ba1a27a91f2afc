"""A connection to an MQTT broker, as sinks use it: it is there or an error says why not.

Every connection begins without a session: what is not acknowledged waits in our store, and a
command that came while we were away must not be carried out when we are back.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence

from ...config.brokers import BrokerConfig
from ...core.errors import SinkError, SinkRefused
from .mqtt_client import REFUSED, Client, Ended
from .mqtt_packets import Malformed, Message
from .mqtt_reasons import NEVER, gave_reason, reason, why

MAX_PAYLOAD = 128 * 1024
"""Bytes. What every public broker takes (AWS IoT Core has this limit); beyond it most cut the
connection, and the record would do so again after every reconnect."""
_HEADER = 16
"""Bytes of a packet at most, beside topic and payload."""
_FAILURES = (Ended, Malformed, OSError)


class Connection:
    """To the broker of one sink. Threads: the event loop only."""

    def __init__(
        self, config: BrokerConfig, identifier: str, take: Callable[[Message], None]
    ) -> None:
        """`take` gets what arrives, in order; it must not raise."""
        self.place = f"{config.name}: {config.host}:{config.port}"
        self._config, self._identifier, self._take = config, identifier, take
        self._client: Client | None = None
        self._publishing = asyncio.Lock()

    @property
    def alive(self) -> bool:
        return self._client is not None and not self._client.over.done()

    async def open(self, will: Message) -> None:
        """Connect. `will` is published by the broker when the connection breaks. Raises
        SinkError, also once when the broker had said why it ended the connection before: two
        gateways of one name would throw each other out without end."""
        ended = self._client.ended if self._client is not None else None
        await self.drop()
        if ended is not None and gave_reason(ended):
            raise SinkError(f"{self.place}: {why(ended, self._config)}")
        config = self._config
        client = Client(self._take, config.version == "5")
        try:
            login, tls = await asyncio.to_thread(self._secrets)
            await client.open(config.host, config.port, tls, self._identifier, will, login)
        except _FAILURES as error:
            raise SinkError(f"{self.place}: {why(error, config)}") from error
        self._client = client

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Have `take` get what comes under `topics`, at QoS 1; what the broker keeps under all but
        the last has come when this returns. Raises SinkError."""
        for topic in topics:
            try:
                codes = await self._there().subscribe([topic])
            except _FAILURES as error:
                raise await self._failed(error) from error
            if any(code >= REFUSED for code in codes):
                await self.drop()
                raise SinkError(f"{self.place}: the broker refuses to subscribe us to {topic}")

    async def publish(self, messages: Sequence[Message], qos: int = 1) -> None:
        """All at once: the acknowledgements come back while later messages still leave. Raises
        SinkError, and SinkRefused when all others were acknowledged."""
        async with self._publishing:
            await self._publish(self._there(), messages, qos)

    async def _publish(self, client: Client, messages: Sequence[Message], qos: int) -> None:
        sound = [m for m in messages if self.fits(m)]
        try:
            await client.send(sound, qos)
        except _FAILURES as error:
            failed = await self._failed(error)
            await self._demand_patience(client)  # some brokers refuse first, then hang up
            raise failed from error
        await self._demand_patience(client)
        told = [f"{m.topic}: {reason(code)}" for m, code in client.refused]
        lost = [s for m, _ in client.refused for s in m.seqs]
        if len(sound) < len(messages):
            told.append(f"larger than the {self.largest} bytes that the broker takes")
            lost += [s for m in messages if not self.fits(m) for s in m.seqs]
        if told:
            raise SinkRefused(f"{self.place}: {told[0]}", sorted(lost))

    async def _demand_patience(self, client: Client) -> None:
        """Raise SinkError for a refusal that need not last."""
        for message, code in client.refused:
            if code not in NEVER:
                await self.drop()
                raise SinkError(f"{self.place}: {message.topic}: {reason(code)}")

    @property
    def largest(self) -> int:
        """Bytes of a message at most."""
        told = self._client.largest if self._client is not None else None
        return min(MAX_PAYLOAD, told or MAX_PAYLOAD)

    def fits(self, message: Message) -> bool:
        """Whether the broker takes a message as large as this one."""
        told = self._client.largest if self._client is not None else None
        packet = len(message.payload) + len(message.topic.encode()) + _HEADER
        small = message.whole or len(message.payload) <= MAX_PAYLOAD
        return small and (told is None or packet <= told)

    async def drop(self) -> None:
        """Let go of the connection, whatever state it is in."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _failed(self, error: Exception) -> SinkError:
        """Any failure ends the connection: what was under way is unknown and is sent again on a
        new one."""
        await self.drop()
        return SinkError(f"{self.place}: {why(error, self._config)}")

    def _there(self) -> Client:
        if self._client is None:
            raise SinkError(f"{self.place}: not connected")
        return self._client

    def _secrets(self) -> tuple[tuple[str, str | None], ssl.SSLContext | None]:
        """What is read from files, at every connect: a changed secret needs no restart."""
        config = self._config
        secret = config.password_file if config.username else None
        login = (config.username, secret.read_text().strip() if secret else None)
        if not config.tls:
            return login, None
        context = ssl.create_default_context(cafile=config.ca_file)
        if config.cert_file is not None:
            self._load_certificate(context)
        return login, context

    def _load_certificate(self, context: ssl.SSLContext) -> None:
        """Raises SinkError when certificate and key are not a pair in PEM."""
        certificate, key = self._config.cert_file, self._config.key_file
        try:
            context.load_cert_chain(str(certificate), key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise SinkError(
                f"{self.place}: cert_file and key_file are no certificate and its key in PEM,"
                f" without a password ({error})"
            ) from error


def _no_password() -> str:
    """Instead of asking on the terminal."""
    return ""
