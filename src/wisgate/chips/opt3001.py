"""OPT3001 light (Texas Instruments SBOS681C), one conversion at a time, the range chosen by the
chip.

Its ready flag falls when the configuration is read or written: it speaks of the last start only.
After a brown-out the chip is shut down and nothing is ready.
"""

from __future__ import annotations

from dataclasses import replace

from ..bus.i2c import I2c
from ..core.errors import NotReady, Saturated, WrongIdentity
from ..core.units import Lux, Seconds
from ..registers.opt3001 import LSB_LX, Config, Identity, Manufacturer, Mode, Result
from .registers16 import Registers16

FAST_S, SLOW_S = 0.110, 0.880  # 100 and 800 ms, 10 % more at most, the range included; 6.5


class Opt3001:
    """One OPT3001. `slow` converts for 800 ms instead of 100 ms, with less noise in the dark.
    Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x44, *, slow: bool = False) -> None:
        self._address = address
        self._registers = Registers16(bus, address)
        self._seconds = Seconds(SLOW_S if slow else FAST_S)
        self._idle = replace(Config.decode(Config.reset), slow=slow)

    def identify(self) -> None:
        """Raises WrongIdentity, BusError."""
        for word in (Manufacturer, Identity):
            found = self._registers.read_raw(word)
            if found != word.reset:
                raise WrongIdentity(
                    f"{self._address:#04x}: register {word.address:#04x} reads {found:#06x}, in an"
                    f" OPT3001 {word.reset:#06x}; check which module is fitted"
                )

    def trigger(self) -> Seconds:
        """Start one conversion; return what to wait. Raises BusError."""
        self._registers.write(replace(self._idle, mode=Mode.SINGLE))
        return self._seconds

    def collect(self) -> Lux:
        """Read the finished conversion. Raises NotReady, Saturated, BusError."""
        config = self._registers.read(Config)
        if not config.ready:
            raise NotReady(f"{self._address:#04x}: the conversion is still running; wait for it")
        result = self._registers.read(Result)
        if config.overflow:
            raise Saturated(f"{self._address:#04x}: brighter than 83865 lx, the full scale")
        return Lux(LSB_LX * (result.mantissa << result.exponent))  # equation 3

    def shut_down(self) -> None:
        """End a conversion. Raises BusError."""
        self._registers.write(self._idle)
