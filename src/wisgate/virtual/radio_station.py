"""Radios at the far end: what the modules on the board speak with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..core.clock import Clock
from .radio import Air, Heard, Receiver, Reception
from .radio_format import Format


class Station:
    """A radio that always listens, and sends when told. `received` keeps the last packets that
    arrived intact. Threads: lane only."""

    def __init__(
        self, air: Air, clock: Clock, name: str, form: Format, *, power_dbm: float = 14.0
    ) -> None:
        self.name = name
        self.form = form
        self._air, self._clock, self._power_dbm = air, clock, power_dbm
        self._receiver = Receiver(air, name, form, clock.monotonic())
        self._received: deque[bytes] = deque(maxlen=256)

    def send(self, payload: bytes, start: float | None = None) -> None:
        """Put a packet on the air; it hears nothing meanwhile."""
        now = self._clock.monotonic() if start is None else start
        self.listen(now)
        sent = self._air.send(self.name, self.form, payload, self._power_dbm, now)
        self._receiver = Receiver(self._air, self.name, self.form, sent.end)

    @property
    def received(self) -> list[bytes]:
        """The payloads so far."""
        self.listen(self._clock.monotonic())
        return list(self._received)

    def listen(self, until: float) -> list[Reception]:
        """The packets that have arrived intact since the last time."""
        heard = self._receiver.heard(until)
        packets = [event for event in heard if event.kind is Heard.PACKET and event.intact]
        self._received.extend(event.payload for event in packets)
        return packets


class Beacon:
    """A station that sends by itself, every `period` seconds, what `payload` makes of the number of
    the packet; and answers what it hears after `pause` seconds, if `answer` finds a reply."""

    def __init__(
        self,
        air: Air,
        clock: Clock,
        station: Station,
        period: float,
        payload: Callable[[int], bytes],
        *,
        answer: Callable[[bytes], bytes | None] = lambda _heard: None,
        pause: float = 0.1,
    ) -> None:
        self.silent = False
        """Switched off."""
        self._air, self._station, self._period, self._payload = air, station, period, payload
        self._answer, self._pause = answer, pause
        self._begin, self._count = clock.monotonic(), 0
        self._replies: deque[tuple[float, bytes]] = deque()
        air.stations.append(self.speak)

    def leave(self) -> None:
        """Say nothing any more, and be forgotten."""
        self._air.stations.remove(self.speak)

    def speak(self, until: float) -> None:
        """Send what is due by then."""
        while True:
            beacon = self._begin + (self._count + 1) * self._period
            due = min(beacon, self._replies[0][0] if self._replies else beacon)
            self._hear(min(due, until))
            if self._replies and self._replies[0][0] < due:
                continue
            if due > until:
                return
            if due == beacon:
                self._count += 1
                payload = self._payload(self._count)
            else:
                payload = self._replies.popleft()[1]
            if not self.silent:
                self._station.send(payload, due)

    def _hear(self, until: float) -> None:
        for event in self._station.listen(until):
            reply = self._answer(event.payload)
            if reply is not None:
                self._replies.append((event.time + self._pause, reply))
