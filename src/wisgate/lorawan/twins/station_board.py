"""A Basics Station with its chip on the air: timers and a websocket around its twin."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ...core.clock import Clock
from .air import Air
from .channel import Antenna, Hearing
from .station_forwarder import StationForwarder

AGAIN_S = 1.0
"""Until it asks again when nobody answered."""


class StationBoard:
    """Threads: the event loop only, which may be a virtual one as long as `run` is not used."""

    def __init__(self, forwarder: StationForwarder, air: Air, clock: Clock) -> None:
        self.forwarder = forwarder
        self._air, self._clock = air, clock
        self._say: Callable[[str], None] = lambda text: None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.connections = 0
        """How often it was configured."""

    def start(self, say: Callable[[str], None]) -> None:
        """`say` brings messages to the server."""
        self._say = say
        say(self.forwarder.version())

    def stop(self) -> None:
        """Nothing is heard, sent or told any more."""
        self._air.leave(self.forwarder.eui)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._say = lambda text: None

    def take(self, text: str) -> None:
        """What the server says."""
        before = self.forwarder.channels
        self.forwarder.take(text, self._air.now())
        if self.forwarder.channels is not before:
            self.connections += 1
            forwarder = self.forwarder
            antenna = Antenna(forwarder.eui, forwarder.place, forwarder.channels)
            self._air.listen(antenna, self._hear)
        self._wait()

    async def run(self, url: str) -> None:
        """Ask at `url` (`ws://host:port`) where to speak and do so, again and again."""
        while True:
            try:
                await self._speak(await self._discover(url))
            except (OSError, InvalidHandshake, ConnectionClosed, KeyError, TimeoutError):
                self.stop()
            await asyncio.sleep(AGAIN_S)

    async def _discover(self, url: str) -> str:
        """Raises KeyError when it is not told."""
        async with connect(f"{url}/router-info", proxy=None) as connection:
            await connection.send(self.forwarder.discovery())
            told = json.loads(await connection.recv())
        return str(told["uri"])

    async def _speak(self, uri: str) -> None:
        async with connect(uri, proxy=None) as connection:
            waiting: asyncio.Queue[str] = asyncio.Queue()
            speaking = asyncio.create_task(_pass_on(waiting, connection), name="station speaks")
            try:
                self.start(waiting.put_nowait)
                async for text in connection:
                    self.take(str(text))
            finally:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)
                self.stop()

    def _hear(self, hearing: Hearing) -> None:
        told = self.forwarder.hear(hearing, self._clock.utc_ns() / 1e9)
        if told is not None:
            self._say(told)

    def _wait(self) -> None:
        """For what is to be sent next, and for what is to be told then."""
        for name, due in (("due", self.forwarder.next_due), ("tell", self.forwarder.next_told)):
            if due is not None:
                if name in self._timers:
                    self._timers[name].cancel()
                wait = max(0.0, (due - self._air.now()) / 1e6)
                self._timers[name] = asyncio.get_running_loop().call_later(wait, self._act)

    def _act(self) -> None:
        now = self._air.now()
        for sent in self.forwarder.programmed(now):
            self._air.transmit(sent)
        for told in self.forwarder.told(now):
            self._say(told)
        self._wait()


async def _pass_on(waiting: asyncio.Queue[str], connection: ClientConnection) -> None:
    while True:
        await connection.send(await waiting.get())
