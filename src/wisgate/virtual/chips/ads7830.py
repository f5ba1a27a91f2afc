"""ADS7830 twin, from Texas Instruments SBAS302; written without looking at the driver.

World inputs: `ch0` to `ch7`, volts at the pins, and `vref`, volts of the reference that is fitted
outside; `look` is called before a conversion samples, which is with the command byte.
`fights` counts commands that switched the internal reference on, against the external one.
Not modelled: what such a fight does to the codes, the charge that the previous input leaves behind,
errors of up to one code, the high-speed mode, bytes of a read after the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...registers.ads7830 import CODES

INPUTS = 8
SINGLE_ENDED = 0x80
REFERENCE_ON = 0x08


class Ads7830Twin:
    """An 8 bit converter with eight inputs. Threads: lane only."""

    def __init__(self, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.ch0 = self.ch1 = self.ch2 = self.ch3 = 0.0
        self.ch4 = self.ch5 = self.ch6 = self.ch7 = 0.0
        self.vref = 3.0
        self.look: Callable[[], None] = lambda: None
        self.fights = 0
        self._code = 0

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        for command in data:
            self._convert(command)
        return len(data)

    def read(self, count: int) -> bytes:
        return bytes([self._code]).ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Nothing is converted yet."""
        self._code = 0

    def _convert(self, command: int) -> None:
        self.look()
        self.fights += bool(command & REFERENCE_ON)
        select = command >> 4 & 7
        pins = [getattr(self, f"ch{n}") for n in range(INPUTS)]
        pair, odd = select & 3, select >> 2
        plus = pins[2 * pair + odd]
        minus = 0.0 if command & SINGLE_ENDED else pins[2 * pair + 1 - odd]
        self._code = max(0, min(CODES - 1, round((plus - minus) / self.vref * CODES)))
