"""SGM58031 four-channel 16 bit ADC (SG Micro SGM58031 datasheet, registers).

Looks like an ADS1115 and is not one: the rate code that means 128 samples per second there means
100 here. A program that waits 7.9 ms reads the previous conversion, that is, another channel. So
this driver waits 10.5 ms, looks at OS, and checks that the configuration is still the one that it
wrote: after a brown-out the chip is idle with another input selected. OS is looked at before a
start, too: while a conversion runs, another one is not started, and the result would be that of
the input before.
"""

from __future__ import annotations

from dataclasses import replace

from ..bus.i2c import I2c
from ..core.errors import NotReady, Saturated, UnexpectedValue, WrongIdentity
from ..core.units import Seconds, Volts
from ..registers.sgm58031 import (
    FULL_SCALE_V,
    ChipId,
    Config,
    Config1,
    Conversion,
    Gain,
    Mux,
    Queue,
    Rate,
)
from .registers16 import Registers16

CONVERSION_S = 10.5e-3  # 100 samples per second, and some tolerance of the oscillator
SINGLE_ENDED = (Mux.AIN0, Mux.AIN1, Mux.AIN2, Mux.AIN3)
TOP, BOTTOM, CODES = 0x7FFF, -0x8000, 0x8000


class Sgm58031:
    """One SGM58031. Who triggers holds the chip until the conversion is collected.
    Threads: lane only."""

    RETRY = Seconds(5e-3)
    """What to wait after NotReady: with it, an oscillator 50 % too slow is still waited for."""
    RETRIES = 4
    """How often a start is worth another try: `RETRY` between them makes two conversions."""

    def __init__(self, bus: I2c, address: int = 0x4B) -> None:
        self._address = address
        self._registers = Registers16(bus, address)
        self._triggered: Config | None = None

    def identify(self) -> None:
        """Check the chip id, then switch off what another program may have left on (burn-out
        source, external reference, the faster rates). Raises WrongIdentity, BusError."""
        found = self._registers.read_raw(ChipId)
        if found != ChipId.reset:
            raise WrongIdentity(
                f"{self._address:#04x}: the chip id reads {found:#06x}, that of an SGM58031"
                f" {ChipId.reset:#06x}; an ADS1115, which has none, is too fast for this driver"
            )
        self._registers.write(Config1.decode(Config1.reset))
        self._triggered = None

    def trigger(self, channel: int, gain: Gain = Gain.V4_096) -> Seconds:
        """Start one conversion of input `channel`, 0 to 3, against ground; return what to wait.

        Full scale is that of `gain`, and no more than the supply. Raises ValueError for another
        channel, NotReady while a conversion runs that somebody gave up on, BusError.
        """
        if channel not in range(len(SINGLE_ENDED)):
            raise ValueError(f"{self._address:#04x}: channel {channel} is not one of 0 to 3")
        config = Config(
            idle=True,
            mux=SINGLE_ENDED[channel],
            gain=gain,
            single=True,
            rate=Rate.SPS100,
            window=False,
            alert_high=False,
            latching=False,
            queue=Queue.DISABLED,
        )
        self._triggered = None
        self._check_idle()
        self._registers.write(config)
        self._triggered = config
        return Seconds(CONVERSION_S)

    def _check_idle(self) -> None:
        running = self._registers.read(Config)
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
        config = self._registers.read(Config)
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
