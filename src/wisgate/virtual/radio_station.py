"""Radios at the far end: what the modules on the board speak with."""

from __future__ import annotations

from collections.abc import Callable

from ..core.clock import Clock
from .radio import Air, Heard, Receiver
from .radio_format import Format


class Station:
    """A radio that always listens, and sends when told. Threads: lane only."""

    def __init__(
        self, air: Air, clock: Clock, name: str, form: Format, *, power_dbm: float = 14.0
    ) -> None:
        self.name = name
        self._air, self._clock = air, clock
        self._form, self._power_dbm = form, power_dbm
        self._receiver = Receiver(air, name, form, clock.monotonic())
        self._received: list[bytes] = []

    def send(self, payload: bytes, start: float | None = None) -> None:
        """Put a packet on the air; it hears nothing meanwhile."""
        now = self._clock.monotonic() if start is None else start
        self._listen(now)
        sent = self._air.send(self.name, self._form, payload, self._power_dbm, now)
        self._receiver = Receiver(self._air, self.name, self._form, sent.end)

    @property
    def received(self) -> list[bytes]:
        """The payloads of every packet so far that arrived intact."""
        self._listen(self._clock.monotonic())
        return self._received

    def _listen(self, until: float) -> None:
        self._received += [
            event.payload
            for event in self._receiver.heard(until)
            if event.kind is Heard.PACKET and event.intact
        ]


class Beacon:
    """A station that sends by itself, every `period` seconds, what `payload` makes of the number of
    the packet."""

    def __init__(
        self,
        air: Air,
        clock: Clock,
        station: Station,
        period: float,
        payload: Callable[[int], bytes],
    ) -> None:
        self._station, self._period, self._payload = station, period, payload
        self._begin, self._count = clock.monotonic(), 0
        air.stations.append(self.speak)

    def speak(self, until: float) -> None:
        """Send what is due by then."""
        while (start := self._begin + (self._count + 1) * self._period) <= until:
            self._count += 1
            self._station.send(self._payload(self._count), start)
