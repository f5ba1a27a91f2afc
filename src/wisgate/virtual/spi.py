"""A virtual SPI bus: one chip select, with the twin behind it."""

from __future__ import annotations

from typing import Protocol

from ..core.clock import Clock


class SpiTwin(Protocol):
    """A simulated chip behind a chip select."""

    def transfer(self, data: bytes) -> bytes:
        """One frame: the chip select falls, `data` goes in while as many bytes come out, the chip
        select rises."""
        ...


class VirtualSpi:
    """The `Spi` contract. `twin` is what the slot holds; without one MISO floats and reads high.
    `silent` is its fault: nobody drives MISO. Threads: lane only.

    With `costs_time` each frame takes its bits on the clock. Not modelled: modes, clock limits of
    a twin, two chips at one chip select.
    """

    def __init__(self, clock: Clock, hertz: int = 1_000_000, *, costs_time: bool = True) -> None:
        self.twin: SpiTwin | None = None
        self.silent = False
        """MISO is broken: every byte reads 0xFF."""
        self._clock = clock
        self._byte_s = 8 / hertz if costs_time else 0.0

    def transfer(self, data: bytes) -> bytes:
        if self._byte_s:
            self._clock.sleep(len(data) * self._byte_s)
        answer = self.twin.transfer(data) if self.twin is not None else None
        if answer is None or self.silent:
            return b"\xff" * len(data)
        return answer
