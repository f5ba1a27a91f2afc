"""CAT24C32 EEPROM, 4096 bytes (onsemi CAT24C32).

A write cycle takes its time, during which the chip acknowledges nothing; `ready` polls for its end.
What would cross the end of a page comes around to its begin, so a page is written at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..bus.i2c import I2c
from ..core.errors import NoAcknowledge
from ..core.units import Seconds
from ..registers.cat24c32 import PAGE, SIZE, WRITE_CYCLE_S


class Cat24c32:
    """One chip. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x50) -> None:
        self._bus, self._address = bus, address

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset` on. Raises ValueError beyond the end, BusError; no
        acknowledge during a write cycle."""
        _check(offset, count)
        return self._bus.transfer(self._address, offset.to_bytes(2, "big"), count)

    def write(self, offset: int, content: bytes) -> Seconds:
        """Begin to write bytes of one page; returns the longest time that it takes. Raises
        ValueError for none, or over the end of a page, BusError."""
        _check(offset, len(content))
        if offset % PAGE + len(content) > PAGE:
            raise ValueError(
                f"{len(content)} bytes from {offset:#06x} on cross the end of a page of {PAGE}"
                " bytes; write each page by itself"
            )
        self._bus.transfer(self._address, offset.to_bytes(2, "big") + content)
        return Seconds(WRITE_CYCLE_S)

    def ready(self) -> bool:
        """Whether the write cycle is over: the chip acknowledges its address again. A chip that is
        not there is never ready. Raises BusError, NoAcknowledge excepted."""
        try:
            self._bus.transfer(self._address)
        except NoAcknowledge:
            return False
        return True


def pages(offset: int, content: bytes) -> Iterator[tuple[int, bytes]]:
    """The writes that bring `content` to `offset`: where each begins, and its bytes."""
    while content:
        room = PAGE - offset % PAGE
        yield offset, content[:room]
        offset, content = offset + room, content[room:]


def _check(offset: int, count: int) -> None:
    if not 0 <= offset < SIZE or not 1 <= count <= SIZE - offset:
        raise ValueError(
            f"{count} bytes from {offset:#06x} on; there are {SIZE}, and at least one is needed"
        )
