"""ADS7830 eight-channel 8 bit ADC (Texas Instruments SBAS302).

A command starts a conversion and the next byte read is its code: one transaction, nothing to wait
for. The chip has no registers and no identity. The internal reference stays off: it would fight an
external one (table I).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import NoAcknowledge
from ..core.units import Volts
from ..registers.ads7830 import CODES, Command, Input, Power

SINGLE_ENDED = (
    Input.CH0, Input.CH1, Input.CH2, Input.CH3, Input.CH4, Input.CH5, Input.CH6, Input.CH7,
)  # fmt: skip
"""Table II."""
TOP = CODES - 1


@dataclass(frozen=True)
class Conversion:
    """`clipped` at the last code: the input is there or beyond, and `volts` is the least."""

    volts: Volts
    clipped: bool


class Ads7830:
    """One ADS7830. `reference` is the voltage of the part that is fitted beside it.
    Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x48, *, reference: Volts) -> None:
        self._bus, self._address, self._reference = bus, address, reference

    def present(self) -> bool:
        """Whether somebody acknowledges the address; that is all that can be asked. Raises
        BusError, but not NoAcknowledge."""
        try:
            self._bus.transfer(self._address)
        except NoAcknowledge:
            return False
        return True

    def convert(self, channel: int) -> Conversion:
        """One conversion of input `channel`, 0 to 7, against ground. Raises ValueError for another
        channel, BusError."""
        if channel not in range(len(SINGLE_ENDED)):
            raise ValueError(f"{self._address:#04x}: channel {channel} is not one of 0 to 7")
        command = Command(input=SINGLE_ENDED[channel], power=Power.CONVERTER)
        (code,) = self._bus.transfer(self._address, bytes([command.encode()]), 1)
        return Conversion(Volts(code * self._reference / CODES), clipped=code == TOP)
