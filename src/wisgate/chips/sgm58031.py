"""SGM58031 four-channel 16 bit ADC (SG Micro SGM58031 datasheet, registers).

Looks like an ADS1115 and is not one: the rate code that means 128 samples per second there means
100 here. A program that waits 7.9 ms reads the previous conversion, that is, another channel; this
driver waits 10.5 ms.
"""

from __future__ import annotations

from dataclasses import replace

from ..bus.i2c import I2c
from ..core.errors import WrongIdentity
from ..core.units import Seconds
from ..registers.sgm58031 import ChipId, Config, Config1, Gain, Mux, Queue, Rate
from .four_input_adc import FourInputAdc

CONVERSION_S = 10.5e-3  # 100 samples per second, and some tolerance of the oscillator
START = Config(
    idle=True,
    mux=Mux.AIN0,
    gain=Gain.V4_096,
    single=True,
    rate=Rate.SPS100,
    window=False,
    alert_high=False,
    latching=False,
    queue=Queue.DISABLED,
)


class Sgm58031(FourInputAdc[Config]):
    """One SGM58031. Threads: lane only."""

    PERIOD = Seconds(1.3e-3)  # a little longer than that of 800 samples per second
    RETRY = Seconds(5e-3)

    def __init__(self, bus: I2c, address: int = 0x4B) -> None:
        super().__init__(bus, address, START, Seconds(CONVERSION_S))

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

    def _fastest(self, mux: Mux, gain: Gain) -> Config:
        return replace(START, mux=mux, gain=gain, single=False, rate=Rate.SPS800)
