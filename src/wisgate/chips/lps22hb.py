"""LPS22HB air pressure and temperature (STMicroelectronics DocID027083 Rev 6), one shot at a time.

A result that nobody read would be taken for the next one: the flags fall only when it is read. So
`clear` drops what is left over, and belongs before the first shot. After a brown-out the chip is
in power-down with nothing ready, and a shot that was lost is `NotReady`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bus.i2c import I2c
from ..core.errors import NotReady, WrongIdentity
from ..core.units import Celsius, Pascals, Seconds
from ..registers.lps22hb import (
    CODES_PER_DEGREE,
    CODES_PER_HPA,
    Control1,
    Control2,
    Pressure,
    State,
    Temperature,
    WhoAmI,
)
from .registers8 import Registers8

SHOT_S = 14e-3  # a period of the fastest rate, 13.3 ms, is enough; table 17
PA_PER_HPA = 100.0
PRESSURE_BYTES, TEMPERATURE_BYTES = 3, 2
POWER_DOWN = Control1.decode(Control1.reset)
SHOOT = replace(Control2.decode(Control2.reset), one_shot=True)


@dataclass(frozen=True)
class Air:
    """The chip is specified from 260 to 1260 hPa; beyond that it goes on, less exactly."""

    pressure: Pascals
    temperature: Celsius


class Lps22hb:
    """One LPS22HB. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x5C) -> None:
        self._bus, self._address = bus, address
        self._registers = Registers8(bus, address)

    def identify(self) -> None:
        """Raises WrongIdentity, BusError."""
        found = self._registers.read_raw(WhoAmI)
        if found != WhoAmI.reset:
            raise WrongIdentity(
                f"{self._address:#04x}: the identity reads {found:#04x}, that of an LPS22HB"
                f" {WhoAmI.reset:#04x}; check which module is fitted"
            )

    def clear(self) -> None:
        """End what another program left running, and drop its result. Raises BusError."""
        self.power_down()
        self._result()

    def trigger(self) -> Seconds:
        """Measure once; return what to wait. Raises BusError."""
        self._registers.write(SHOOT)
        return Seconds(SHOT_S)

    def collect(self) -> Air:
        """Read the finished measurement, once. Raises NotReady, BusError."""
        state = self._registers.read(State)
        if not (state.pressure_ready and state.temperature_ready):
            raise NotReady(f"{self._address:#04x}: the measurement is still running; wait for it")
        answer = self._result()
        pressure = Pressure.decode(int.from_bytes(answer[:PRESSURE_BYTES], "little"))
        temperature = Temperature.decode(int.from_bytes(answer[PRESSURE_BYTES:], "little"))
        return Air(
            Pascals(pressure.code * PA_PER_HPA / CODES_PER_HPA),  # 4.4
            Celsius(temperature.code / CODES_PER_DEGREE),  # 4.5
        )

    def power_down(self) -> None:
        """Measure only when told. Raises BusError."""
        self._registers.write(POWER_DOWN)

    def _result(self) -> bytes:
        count = PRESSURE_BYTES + TEMPERATURE_BYTES
        return self._bus.transfer(self._address, bytes([Pressure.address]), count)
