"""BME680 twin, from Bosch BST-BME680-DS001 Rev 1.3; written without looking at the driver.

World inputs: `temperature` in °C, `pressure` in Pa, `humidity` from 0 to 1, `gas_ohm`; `look` is
called before they are sampled, at the start of a measurement. The codes are those that the
compensation of the datasheet turns into what the world holds. The calibration is that of a real
part (tests of the Elixir library bmp280).
Not modelled: noise and the resolution that oversampling brings, the filter, self-heating by the hot
plate, its temperature (it is stable after 20 ms, whatever the target), heater current, the ten
profiles (all take the time of the one that is selected), SPI and its pages, parallel mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from ...core.clock import Clock
from ...registers.bme680 import (
    CYCLE_S,
    FIELD,
    FIELD_GAS,
    FIELD_HUMIDITY,
    FIELD_PRESSURE,
    FIELD_TEMPERATURE,
    RESET,
    RESET_WORD,
    SAMPLES,
    SKIPPED_16,
    SKIPPED_20,
    SWITCH_S,
    WAKE_S,
    GasControl,
    HeaterControl,
    HeaterResistance,
    HeaterTime,
    HumidityControl,
    Identity,
    MeasurementControl,
    Oversampling,
    State,
    Variant,
)
from .bme680_part import CALIBRATION, gas_code, humidity_code, pressure_code, temperature_code

START_UP = 2e-3
"""Seconds from power-up or reset to the first answer. DS001 table 1."""
HEATER_S = 20e-3
"""What the hot plate takes to its target. DS001 3.3.5."""
NEW, GAS_MEASURING, MEASURING = 0x80, 0x40, 0x20
GAS_VALID, HEATER_STABLE = 0x20, 0x10
HEATER_OFF, RUN_GAS = 0x08, 0x10
MODE, FORCED = 0x03, 0x01
PROFILES = 10
WRITABLE = (
    *range(HeaterResistance.address, HeaterResistance.address + PROFILES),
    *range(HeaterTime.address, HeaterTime.address + PROFILES),
    *range(HeaterControl.address, 0x76),
)


class Bme680Twin:
    """Threads: lane only."""

    def __init__(self, clock: Clock, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.temperature = 25.0
        self.pressure = 101325.0
        self.humidity = 0.5
        self.gas_ohm = 50e3
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no measurement ever ends."""
        self.heater_broken = False
        """A fault: the hot plate never reaches its temperature."""
        self._clock = clock
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses and self._clock.monotonic() >= self._ready_at

    def write(self, data: bytes) -> int:
        """A register, or pairs of register and byte."""
        for register, value in zip(data[::2], data[1::2], strict=False):
            self._store(register, value)
        if len(data) % 2:
            self._pointer = data[-1]
        return len(data)

    def read(self, count: int) -> bytes:
        self._convert()
        first = self._pointer
        self._pointer += count
        return bytes(self._file.get(register, 0) for register in range(first, first + count))

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Asleep, with the reset values, and not there for a moment."""
        self._file = {Identity.address: Identity.reset, Variant.address: Variant.reset}
        self._file |= CALIBRATION | dict.fromkeys(WRITABLE, 0)
        self._pointer = 0
        self._ready_at = self._clock.monotonic() + START_UP
        self._gas_from = self._due = inf
        for at, size, code in (
            (FIELD_PRESSURE, 3, SKIPPED_20 << 4),
            (FIELD_TEMPERATURE, 3, SKIPPED_20 << 4),
            (FIELD_HUMIDITY, 2, SKIPPED_16),
        ):
            self._put(at, size, code)

    def _put(self, at: int, size: int, code: int) -> None:
        for index, byte in enumerate(code.to_bytes(size, "big")):
            self._file[FIELD + at + index] = byte

    def _samples(self, register: int, shift: int = 0) -> int:
        return SAMPLES[Oversampling(self._file[register] >> shift & 7)]

    def _store(self, register: int, value: int) -> None:
        self._convert()
        if register == RESET and value == RESET_WORD:
            self.power_cycle()
        elif register in WRITABLE:
            self._file[register] = value
            if register == MeasurementControl.address and value & MODE == FORCED:
                self._start()

    def _start(self) -> None:
        control = MeasurementControl.address
        wanted = (
            self._samples(control, 5),
            self._samples(control, 2),
            self._samples(HumidityControl.address),
        )
        gas = self._file[GasControl.address]
        self._gas = bool(gas & RUN_GAS)
        wait = self._file[HeaterTime.address + min(gas & 0x0F, PROFILES - 1)]
        self._heating = (wait & 0x3F) * 4 ** (wait >> 6) * 1e-3 if self._gas else 0.0
        measured = WAKE_S + sum(wanted) * CYCLE_S + 4 * SWITCH_S
        self._gas_from = self._clock.monotonic() + measured
        self._due = self._gas_from + self._heating + (5 * SWITCH_S if self._gas else 0.0)
        self._file[State.address] = MEASURING
        self._sample(*wanted)

    def _convert(self) -> None:
        """Finish what is finished by now."""
        now = self._clock.monotonic()
        if self._due == inf or self.never_ready:
            return
        if now < self._due:
            if now >= self._gas_from:
                self._file[State.address] = GAS_MEASURING
            return
        self._due = inf
        for at, size, code in self._result:
            self._put(at, size, code)
        self._file[State.address] = NEW
        self._file[MeasurementControl.address] &= ~MODE

    def _sample(self, temperature: int, pressure: int, humidity: int) -> None:
        """What the measurement will give, skipped quantities (0 samples) included."""
        self.look()
        t_code = temperature_code(self.temperature)
        p_code = pressure_code(self.pressure, t_code)
        self._result = [
            (FIELD_TEMPERATURE, 3, (t_code if temperature else SKIPPED_20) << 4),
            (FIELD_PRESSURE, 3, (p_code if pressure else SKIPPED_20) << 4),
            (FIELD_GAS, 2, self._gas_result()),
        ]
        if humidity:
            self._result.append((FIELD_HUMIDITY, 2, humidity_code(self.humidity * 100, t_code)))

    def _gas_result(self) -> int:
        if not self._gas:
            return 0
        off = self._file[HeaterControl.address] & HEATER_OFF
        stable = not off and not self.heater_broken and self._heating >= HEATER_S
        code, gas_range = gas_code(self.gas_ohm)
        return code << 6 | GAS_VALID | (HEATER_STABLE if stable else 0) | gas_range
