"""ADS1115 four-channel 16 bit ADC (Texas Instruments SBAS444).

It has no identity register. Its pointer has two bits, so that register 5, the chip id of an
SGM58031, is the configuration once more: that tells the two apart.
"""

from __future__ import annotations

from dataclasses import replace

from ..bus.i2c import I2c
from ..core.errors import WrongIdentity
from ..core.units import Seconds
from ..registers.ads1115 import Config, Gain, LowThreshold, Mux, Queue, Rate
from ..registers.sgm58031 import ChipId
from .four_input_adc import FourInputAdc

CONVERSION_S = 8.7e-3  # 128 samples per second, and 10 % of the oscillator; SBAS444 7.5
OS = 0x8000  # may change between two looks
START = Config(
    idle=True,
    mux=Mux.AIN0,
    gain=Gain.V4_096,
    single=True,
    rate=Rate.SPS128,
    window=False,
    alert_high=False,
    latching=False,
    queue=Queue.DISABLED,
)


class Ads1115(FourInputAdc[Config]):
    """One ADS1115. Threads: lane only."""

    PERIOD = Seconds(1.3e-3)  # 860 samples per second, less 10 %
    RETRY = Seconds(4.5e-3)

    def __init__(self, bus: I2c, address: int = 0x48) -> None:
        super().__init__(bus, address, START, Seconds(CONVERSION_S))

    def identify(self) -> None:
        """Check that register 5 is register 1, and that not every register reads alike. Raises
        WrongIdentity, BusError."""
        alias = self._registers.read_raw(ChipId)
        config = self._registers.read_raw(Config)
        threshold = self._registers.read_raw(LowThreshold)
        if (alias ^ config) & ~OS or threshold == config:
            raise WrongIdentity(
                f"{self._address:#04x}: registers 5, 1 and 2 read {alias:#06x}, {config:#06x} and"
                f" {threshold:#06x}; of an ADS1115 the first two are one, and the third is not;"
                " check which converter is fitted"
            )
        self._triggered = None

    def _fastest(self, mux: Mux, gain: Gain) -> Config:
        return replace(START, mux=mux, gain=gain, single=False, rate=Rate.SPS860)
