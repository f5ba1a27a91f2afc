"""CAT24C32 twin, from onsemi CAT24C32; written without looking at the driver.

World input: `write_protect`, the level of the WP pin. `contents` is the memory; it outlives a power
cycle, and a write cycle that loses its supply leaves the page as it was. A fault: `never_ready`, a
write cycle that does not end.
Not modelled: a page half written, wear, write cycles shorter than their maximum.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.clock import Clock
from ...registers.cat24c32 import ERASED, PAGE, SIZE, WRITE_CYCLE_S


class Cat24c32Twin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int] = (0x50,)) -> None:
        self.addresses = tuple(addresses)
        self.contents = bytearray([ERASED]) * SIZE
        self.write_protect = 0.0
        self.never_ready = False
        self._clock = clock
        self._page: dict[int, int] = {}
        self._due: float | None = None
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        if address not in self.addresses or self._busy():
            return False
        self._page.clear()  # a START before the STOP: what was loaded is not written
        return True

    def write(self, data: bytes) -> int:
        if len(data) < 2:
            return len(data)
        self._pointer = (data[0] << 8 | data[1]) % SIZE
        if self.write_protect:
            return 2
        for value in data[2:]:
            self._page[self._pointer] = value
            page, byte = divmod(self._pointer, PAGE)
            self._pointer = page * PAGE + (byte + 1) % PAGE
        return len(data)

    def read(self, count: int) -> bytes:
        answer = bytes(self.contents[(self._pointer + n) % SIZE] for n in range(count))
        self._pointer = (self._pointer + count) % SIZE
        return answer

    def stop(self) -> None:
        """The STOP of a write begins its cycle."""
        if self._page and self._due is None:
            self._due = self._clock.monotonic() + WRITE_CYCLE_S

    def power_cycle(self) -> None:
        """The memory stays, but for the page whose write cycle was running."""
        self._page.clear()
        self._due = None
        self._pointer = 0

    def _busy(self) -> bool:
        if self._due is None:
            return False
        if self.never_ready or self._clock.monotonic() < self._due:
            return True
        for at, value in self._page.items():
            self.contents[at] = value
        self._due = None
        return False
