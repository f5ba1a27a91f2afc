"""BME680 temperature, humidity, pressure and gas (Bosch BST-BME680-DS001 Rev 1.3), one forced
measurement at a time.

Every start writes the heater anew, so that a brown-out costs one measurement and nothing else: a
result that was lost is not new, and `NotReady`. The resistance of the gas sensor is no index of
air quality: that needs a closed library of the maker.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import NotReady, UnexpectedValue, WrongIdentity
from ..core.units import Celsius, Fraction, Ohms, Pascals, Seconds
from ..registers.bme680 import (
    CYCLE_S,
    FIELD,
    FIELD_GAS,
    FIELD_HUMIDITY,
    FIELD_PRESSURE,
    FIELD_SIZE,
    FIELD_TEMPERATURE,
    RESET,
    RESET_S,
    RESET_WORD,
    SKIPPED_20,
    SWITCH_S,
    WAKE_S,
    Gas,
    GasControl,
    HeaterResistance,
    HeaterTime,
    HumidityControl,
    Identity,
    MeasurementControl,
    Mode,
    Oversampling,
    State,
    Variant,
)
from .bme680_formulas import Calibration, heater_time
from .registers8 import Registers8

BLOCKS = ((0x8A, 23), (0xE1, 14), (0x00, 5))  # where the calibration is; tables 11 to 15
QUANTITIES = 3
SWITCHES, GAS_SWITCHES = 4, 5  # changes between quantities (Bosch's driver)
ROOM = Celsius(25.0)  # of the first heater setting, before a temperature is known


@dataclass(frozen=True)
class Heater:
    """What the gas sensor gets before it measures: at most 400 °C, at most 4 s."""

    temperature: Celsius
    seconds: Seconds


USUAL = Heater(Celsius(320.0), Seconds(0.148))


@dataclass(frozen=True)
class Environment:
    """`humidity` is relative, 0 to 1. `gas` is None when it was not measured, or when the heater
    did not reach its temperature."""

    temperature: Celsius
    pressure: Pascals
    humidity: Fraction
    gas: Ohms | None


class Bme680:
    """One BME680; without a `heater` the gas sensor stays cold. Raises ValueError for a heater that
    the chip does not have. Threads: lane only."""

    POWER_UP = Seconds(2e-3)
    """What it needs before it answers; DS001 table 1."""

    def __init__(self, bus: I2c, address: int = 0x76, *, heater: Heater | None = USUAL) -> None:
        self._bus, self._address = bus, address
        self._registers = Registers8(bus, address)
        self._heating = (heater.temperature, *heater_time(heater.seconds)) if heater else None
        self._calibration: Calibration | None = None
        self._ambient = ROOM

    def identify(self) -> None:
        """Raises WrongIdentity, BusError."""
        for word, name in ((Identity, "identity"), (Variant, "variant")):
            found = self._registers.read_raw(word)
            if found != word.reset:
                raise WrongIdentity(
                    f"{self._address:#04x}: the {name} reads {found:#04x}, that of a BME680"
                    f" {word.reset:#04x}; check which module is fitted"
                )

    def calibrate(self) -> None:
        """Read what the maker measured on this part; once is enough. Raises BusError."""
        memory: dict[int, int] = {}
        for first, count in BLOCKS:
            block = self._bus.transfer(self._address, bytes([first]), count)
            memory.update(enumerate(block, first))
        self._calibration = Calibration.read(memory.__getitem__)

    def reset(self) -> Seconds:
        """Back to what it is after power-up; return what to wait. Raises BusError."""
        self._bus.transfer(self._address, bytes([RESET, RESET_WORD]))
        return Seconds(RESET_S)

    def trigger(self) -> Seconds:
        """Measure once, with the heater if there is one; return what to wait. Raises BusError,
        UnexpectedValue without a calibration."""
        known = self._known()
        seconds = WAKE_S + QUANTITIES * CYCLE_S + SWITCHES * SWITCH_S
        if self._heating:
            target, factor, count, heats = self._heating
            code = known.heater_code(target, self._ambient)
            self._registers.write(HeaterResistance(code=code))
            self._registers.write(HeaterTime(factor=factor, count=count))
            self._registers.write(GasControl(run=True, profile=0))
            seconds += GAS_SWITCHES * SWITCH_S + heats
        self._registers.write(HumidityControl(oversampling=Oversampling.X1))
        self._registers.write(
            MeasurementControl(
                temperature=Oversampling.X1, pressure=Oversampling.X1, mode=Mode.FORCED
            )
        )
        return Seconds(seconds)

    def collect(self) -> Environment:
        """Read the finished measurement. Raises NotReady, UnexpectedValue, BusError."""
        known = self._known()
        answer = self._bus.transfer(self._address, bytes([FIELD]), FIELD_SIZE)
        if not State.decode(answer[0]).new:
            raise NotReady(f"{self._address:#04x}: the measurement is still running; wait for it")
        temperature = _bits20(answer, FIELD_TEMPERATURE)
        if temperature == SKIPPED_20:
            raise UnexpectedValue(f"{self._address:#04x}: no temperature was measured; start anew")
        fine = known.fine_temperature(temperature)
        self._ambient = known.temperature(temperature)
        gas = Gas.decode(int.from_bytes(answer[FIELD_GAS:], "big"))
        return Environment(
            self._ambient,
            known.pressure(_bits20(answer, FIELD_PRESSURE), fine),
            known.humidity(
                int.from_bytes(answer[FIELD_HUMIDITY : FIELD_HUMIDITY + 2], "big"), fine
            ),
            known.gas(gas.code, gas.range) if gas.valid and gas.stable else None,
        )

    def _known(self) -> Calibration:
        if self._calibration is None:
            raise UnexpectedValue(f"{self._address:#04x}: the calibration is not read; do it first")
        return self._calibration


def _bits20(answer: bytes, at: int) -> int:
    """Twenty bits, left-aligned in three bytes."""
    return int.from_bytes(answer[at : at + 3], "big") >> 4
