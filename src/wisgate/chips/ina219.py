"""INA219 high-side current and power monitor (Texas Instruments SBOS448G).

Current and power are computed here from the shunt voltage, not by the chip: its calibration
register is volatile, and a brown-out would silently turn every current into zero. For the same
reason its overflow flag (8.6.3.2) does not matter: it speaks of the chip's own current and power,
bus and shunt voltage stay valid. After a brown-out the chip converts continuously with the widest
ranges; codes mean the same volts in every range, so that such a reading is right, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bus.i2c import I2c
from ..core.errors import NotReady, Saturated, WrongIdentity
from ..core.units import Amperes, Ohms, Seconds, Volts, Watts
from ..registers.ina219 import Adc, BusVoltage, Config, Gain, Mode, ShuntVoltage
from .registers16 import Registers16

BUS_LSB_V = 4e-3  # 8.6.3.2
SHUNT_LSB_V = 10e-6  # 8.6.3.1
CONVERSION_S = 2 * 586e-6  # shunt, then bus; 12 bit, maximum of 7.5
SHUNT_FULL_SCALE = {Gain.MV40: 4000, Gain.MV80: 8000, Gain.MV160: 16000, Gain.MV320: 32000}
BUS_FULL_SCALE = {False: 4000, True: 8000}  # by range_32v; 8.6.3.2


@dataclass(frozen=True)
class Measurement:
    """`current` is positive from VIN+ to VIN-; `power` has its sign."""

    bus: Volts
    current: Amperes
    power: Watts


class Ina219:
    """One INA219. `shunt` is the resistor on the board, not a setting of the chip.
    Threads: lane only."""

    def __init__(
        self,
        bus: I2c,
        address: int = 0x40,
        *,
        shunt: Ohms,
        gain: Gain = Gain.MV320,
        range_32v: bool = True,
    ) -> None:
        self._address, self._shunt = address, shunt
        self._registers = Registers16(bus, address)
        self._config = Config(
            restart=False,
            range_32v=range_32v,
            gain=gain,
            bus_adc=Adc.BITS12,
            shunt_adc=Adc.BITS12,
            mode=Mode.TRIGGERED,
        )

    def identify(self) -> None:
        """Reset the chip and check that it is one: it has no identity register, but few chips come
        back with this configuration. Raises WrongIdentity, BusError."""
        self._registers.write(replace(Config.decode(Config.reset), restart=True))
        found = self._registers.read_raw(Config)
        if found != Config.reset:
            raise WrongIdentity(
                f"{self._address:#04x}: after a reset the configuration reads {found:#06x}, that of"
                f" an INA219 {Config.reset:#06x}; check which module is fitted"
            )

    def trigger(self) -> Seconds:
        """Start one conversion of both inputs; return what to wait. Raises BusError."""
        self._registers.write(self._config)
        return Seconds(CONVERSION_S)

    def collect(self) -> Measurement:
        """Read the finished conversion. Raises NotReady, Saturated, BusError."""
        bus = self._registers.read(BusVoltage)
        if not bus.ready:
            raise NotReady(f"{self._address:#04x}: the conversion is still running; wait for it")
        if bus.code >= BUS_FULL_SCALE[self._config.range_32v]:
            raise Saturated(f"{self._address:#04x}: bus code {bus.code} is full scale")
        shunt = self._registers.read(ShuntVoltage).code
        if abs(shunt) >= SHUNT_FULL_SCALE[self._config.gain]:
            raise Saturated(
                f"{self._address:#04x}: shunt code {shunt} is full scale of"
                f" {self._config.gain.name}; use more gain or a smaller shunt"
            )
        volts, amperes = bus.code * BUS_LSB_V, shunt * SHUNT_LSB_V / self._shunt
        return Measurement(Volts(volts), Amperes(amperes), Watts(volts * amperes))

    def power_down(self) -> None:
        """Stop converting until the next trigger. Raises BusError."""
        self._registers.write(replace(self._config, mode=Mode.POWER_DOWN))
