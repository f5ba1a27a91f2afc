"""What the ADS1115 and the SGM58031 share: one converter, four inputs, a configuration whose OS bit
starts a conversion and tells when it is done.

A program that waits too short a time reads the previous conversion, that is, another channel. So
OS is looked at, and the configuration must still be the one that was written: after a brown-out
the chip is idle with another input selected. OS is looked at before a start, too: while a
conversion runs, another one is not started, and the result would be that of the input before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from ..bus.i2c import I2c
from ..core.errors import NotReady, Saturated, UnexpectedValue
from ..core.units import Seconds, Volts
from ..registers.ads1115 import Config as Ads1115Config
from ..registers.sgm58031 import FULL_SCALE_V, Conversion, Gain, Mux
from ..registers.sgm58031 import Config as Sgm58031Config
from .registers16 import Registers16

SINGLE_ENDED = (Mux.AIN0, Mux.AIN1, Mux.AIN2, Mux.AIN3)
TOP, BOTTOM, CODES = 0x7FFF, -0x8000, 0x8000

C = TypeVar("C", Ads1115Config, Sgm58031Config)


class FourInputAdc(ABC, Generic[C]):
    """One converter. Who triggers holds the chip until the conversion is collected.
    Threads: lane only."""

    PERIOD: ClassVar[Seconds]
    """Of a run."""
    RETRY: ClassVar[Seconds]
    """What to wait after NotReady: with it, an oscillator 50 % too slow is still waited for."""
    RETRIES: ClassVar[int] = 4
    """How often a start is worth another try: `RETRY` between them makes two conversions."""

    def __init__(self, bus: I2c, address: int, start: C, conversion: Seconds) -> None:
        """`start` is what starts a conversion but for input and gain, `conversion` its time with
        some tolerance of the oscillator."""
        self._address = address
        self._registers = Registers16(bus, address)
        self._start: C = start
        self._conversion = conversion
        self._triggered: C | None = None
        self._running: C | None = None

    @abstractmethod
    def identify(self) -> None:
        """Check that this is the chip. Raises WrongIdentity, BusError."""

    def trigger(self, channel: int, gain: Gain = Gain.V4_096) -> Seconds:
        """Start one conversion of input `channel`, 0 to 3, against ground; return what to wait.

        Full scale is that of `gain`, and no more than the supply. Raises ValueError for another
        channel, NotReady while a conversion runs that somebody gave up on, BusError.
        """
        if channel not in range(len(SINGLE_ENDED)):
            raise ValueError(f"{self._address:#04x}: channel {channel} is not one of 0 to 3")
        config = replace(self._start, mux=SINGLE_ENDED[channel], gain=gain)
        self._triggered = None
        self._check_idle()
        self._registers.write(config)
        self._triggered = config
        return self._conversion

    def run(self, channel: int, gain: Gain = Gain.V4_096) -> Seconds:
        """Convert input `channel` without a pause, as fast as the chip can; returns the period.
        Raises as `trigger`."""
        if channel not in range(len(SINGLE_ENDED)):
            raise ValueError(f"{self._address:#04x}: channel {channel} is not one of 0 to 3")
        self._triggered = None
        self._check_idle()
        fast = self._fastest(SINGLE_ENDED[channel], gain)
        self._registers.write(fast)
        self._running = fast
        return self.PERIOD

    def latest(self) -> Volts:
        """The last conversion of a run; a value may come twice. Raises UnexpectedValue without a
        run, BusError."""
        if self._running is None:
            raise UnexpectedValue(f"{self._address:#04x}: nothing is running; start it with run")
        code = self._registers.read(Conversion).code
        return Volts(code * FULL_SCALE_V[self._running.gain] / CODES)

    def halt(self) -> None:
        """End a run, and look whether the chip was in it to the end. Raises UnexpectedValue when
        it was reset or reconfigured meanwhile, BusError."""
        running, self._running = self._running, None
        if running is None:
            return
        found = self._registers.read(type(self._start))
        self._registers.write(replace(running, single=True, idle=False))
        if replace(found, idle=running.idle) != running:
            raise UnexpectedValue(
                f"{self._address:#04x}: the configuration reads {found.encode():#06x}, written was"
                f" {running.encode():#06x}; the ADC was reset or somebody else uses it"
            )

    @abstractmethod
    def _fastest(self, mux: Mux, gain: Gain) -> C:
        """The configuration of a run."""

    def _check_idle(self) -> None:
        running = self._registers.read(type(self._start))
        if running.idle:
            return
        if not running.single:  # another program left it converting, which would never end
            self._registers.write(replace(running, single=True))
        raise NotReady(f"{self._address:#04x}: another conversion is still running; wait for it")

    def collect(self) -> Volts:
        """Read the conversion that was triggered last, once.

        Raises NotReady while it runs, UnexpectedValue when the chip was reset or reconfigured
        since, Saturated when the code is clipped, BusError.
        """
        triggered = self._triggered
        if triggered is None:
            raise UnexpectedValue(f"{self._address:#04x}: there is no conversion; trigger one")
        config = self._registers.read(type(self._start))
        if replace(config, idle=True) != triggered:
            self._triggered = None
            raise UnexpectedValue(
                f"{self._address:#04x}: the configuration reads {config.encode():#06x}, written was"
                f" {triggered.encode():#06x}; the ADC was reset or somebody else uses it"
            )
        if not config.idle:
            raise NotReady(f"{self._address:#04x}: the conversion is still running; wait for it")
        self._triggered = None
        code = self._registers.read(Conversion).code
        if code in (TOP, BOTTOM):
            raise Saturated(f"{self._address:#04x}: {triggered.mux.name} is beyond the full scale")
        return Volts(code * FULL_SCALE_V[triggered.gain] / CODES)
