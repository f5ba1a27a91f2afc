"""ADC121C021 one-input 12 bit ADC (Texas Instruments SNAS415F, internal registers).

The supply is the reference, and each reading of the result converts (normal mode). Nothing has to
be set for that, so a brown-out would go unseen; `mark` sets a bit that does nothing while the alert
pin is off, and `read` looks for it.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..core.errors import UnexpectedValue, WrongIdentity
from ..registers.adc121c021 import (
    CODES,
    Configuration,
    Conversion,
    Cycle,
    HighestConversion,
    HighLimit,
    Hysteresis,
    LowestConversion,
    LowLimit,
)
from ..registers.word import Word

RESET_WORDS = (Configuration, LowLimit, HighLimit, Hysteresis, LowestConversion, HighestConversion)
MARK = Configuration(
    cycle=Cycle.OFF, alert_hold=False, alert_flag=False, alert_pin=False, alert_high=True
)


class Adc121c021:
    """One ADC121C021. Threads: lane only."""

    CODES = CODES
    """A code is a part of the supply: code / CODES."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus, self._address = bus, address

    def identify(self) -> None:
        """Compare the registers with their values after power-on; there is no identity register.
        Only after the supply came on. Raises WrongIdentity, BusError."""
        for word in RESET_WORDS:
            found = self._read(word)
            if found != word.reset:
                raise WrongIdentity(
                    f"{self._address:#04x}: register {word.address:#04x} reads {found:#06x} after"
                    f" power-on, that of an ADC121C021 {word.reset:#06x}; look at its address strap"
                )

    def mark(self) -> None:
        """Make a later loss of the supply visible. Raises BusError."""
        self._bus.transfer(self._address, bytes([MARK.address, MARK.encode()]))

    def read(self) -> int:
        """Convert; a code from 0 to 4095. Raises UnexpectedValue when the chip has lost what
        `mark` wrote or the result has bits that it cannot have, BusError."""
        configuration = self._read(Configuration)
        if configuration != MARK.encode():
            raise UnexpectedValue(
                f"{self._address:#04x}: the configuration reads {configuration:#04x}, written was"
                f" {MARK.encode():#04x}; the ADC has lost its supply"
            )
        found = self._read(Conversion)
        if found >= CODES:
            raise UnexpectedValue(f"{self._address:#04x}: {found:#06x} is no result of 12 bits")
        return found

    def _read(self, word: type[Word]) -> int:
        size = word.width // 8
        answer = self._bus.transfer(self._address, bytes([word.address]), size)
        return int.from_bytes(answer, "big")
