"""What motes and boards share: who sends when, and who heard it when it is over."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

from .channel import Antenna, Channel, Hearing, Transmission

LONGEST_US = 10_000_000
"""No frame lasts longer; what ended earlier disturbs nobody any more."""


class Listener(Protocol):
    """Somebody who hears downlinks: a mote (`mote.py`)."""

    def antenna(self, sent: Transmission) -> Antenna | None:
        """How it listened to this frame; None if it did not."""
        ...

    def hear(self, hearing: Hearing) -> None: ...


class Air:
    """Carries frames in the time of the running event loop, virtual or real.

        air = Air(Channel(seed))
        air.listen(antenna_of_a_board, lambda hearing: …)     a board: every uplink it hears
        air.join(mote)                                        a mote: downlinks in its windows
        air.transmit(Transmission(…, begins=air.now()))       an uplink, or a downlink: `inverted`

    The counter of a board at `hearing.transmission.ends` is the `tmst` of the frame; a downlink in
    RX1 begins that plus the delay, to the µs. Threads: the event loop only.
    """

    def __init__(self, channel: Channel) -> None:
        self.counters: Counter[str] = Counter()
        """`sent` and `heard` frames of motes, `downlinks` and how many were `received`."""
        self._channel = channel
        self._boards: dict[str, tuple[Antenna, Callable[[Hearing], None]]] = {}
        self._motes: list[Listener] = []
        self._recent: deque[Transmission] = deque()

    def now(self) -> int:
        """The time of the loop, in µs."""
        return round(asyncio.get_running_loop().time() * 1e6)

    def listen(self, antenna: Antenna, hear: Callable[[Hearing], None]) -> None:
        """Put a board on the air, or tune it anew. `hear` is called when a frame is over."""
        self._boards[antenna.name] = (antenna, hear)

    def leave(self, board: str) -> None:
        """A board that has died."""
        self._boards.pop(board, None)

    def join(self, mote: Listener) -> None:
        self._motes.append(mote)

    def transmit(self, sent: Transmission) -> None:
        """Send; whoever hears it is told when it is over. It may begin now or later."""
        self.counters["downlinks" if sent.inverted else "sent"] += 1
        loop = asyncio.get_running_loop()
        loop.call_at(sent.begins / 1e6, self._begin, sent)
        loop.call_at(sent.ends / 1e6, self._end, sent)

    def _begin(self, sent: Transmission) -> None:
        while self._recent and self._recent[0].begins < sent.begins - LONGEST_US:
            self._recent.popleft()
        self._recent.append(sent)

    def _end(self, sent: Transmission) -> None:
        if sent.inverted:
            for mote in self._motes:
                antenna = mote.antenna(sent)
                found = antenna and self._channel.hearing(sent, antenna, self._recent)
                if found:
                    self.counters["received"] += 1
                    mote.hear(found)
            return
        heard = [
            (hear, found)
            for antenna, hear in tuple(self._boards.values())
            if (found := self._channel.hearing(sent, antenna, self._recent))
        ]
        self.counters["heard"] += bool(heard)
        for hear, found in heard:
            hear(found)
