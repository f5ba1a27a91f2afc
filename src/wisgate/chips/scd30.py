"""SCD30 CO2, temperature and humidity (Sensirion SCD30 interface description 1.0, section 1.4).

The chip measures by itself, at its own interval. A question and its answer are two transactions
with a pause between them, so every `ask_…` returns what to wait before the answer is read. What it
is set to is kept without power, in a memory that wears: so settings are read, and written only when
they differ. It stretches the clock by up to 150 ms (1.1): that is no fault.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import UnexpectedValue
from ..core.units import Celsius, Fraction, Seconds
from ..registers.scd30 import (
    ANSWER_AFTER_S,
    BOOT_S,
    INTERVALS_S,
    PRESSURES_MBAR,
    RECALIBRATIONS_PPM,
    Command,
)
from .sensirion import crc8, words

WORD_BYTES = 3  # two and a checksum
READING_WORDS = 6
OFFSET_STEPS = 100  # of one degree; 1.4.7
DEEPEST_M, HIGHEST_M = 0, 0xFFFF
PAUSE = Seconds(ANSWER_AFTER_S)


@dataclass(frozen=True)
class Air:
    """`humidity` is relative, 0 to 1. `co2` in ppm; None while the chip has not measured any: its
    first value after a start is 0 (modules sheet 6.7)."""

    co2: float | None
    temperature: Celsius
    humidity: Fraction


class Scd30:
    """One SCD30; its address is fixed. Threads: lane only."""

    BOOT = Seconds(BOOT_S)
    """What it needs after power-up before it answers."""

    def __init__(self, bus: I2c, address: int = 0x61) -> None:
        self._bus, self._address = bus, address

    def ask(self, command: Command) -> Seconds:
        """Ask for a present setting, READY or FIRMWARE; return what to wait. Raises BusError."""
        self._bus.transfer(self._address, command.to_bytes(2, "big"))
        return PAUSE

    def answer(self) -> int:
        """The word that was asked for. Raises ChecksumMismatch, BusError."""
        (word,) = words(self._address, self._bus.transfer(self._address, read=WORD_BYTES))
        return word

    def ask_reading(self) -> Seconds:
        """Ask for the measurement that waits; return what to wait. Raises BusError."""
        return self.ask(Command.READ)

    def reading(self) -> Air:
        """The measurement that was asked for. Raises ChecksumMismatch, UnexpectedValue, BusError
        (NoAcknowledge also when there was none)."""
        answer = self._bus.transfer(self._address, read=READING_WORDS * WORD_BYTES)
        raw = b"".join(word.to_bytes(2, "big") for word in words(self._address, answer))
        co2, temperature, percent = struct.unpack(">fff", raw)
        if not (co2 >= 0 and -100 < temperature < 200 and 0 <= percent <= 100):
            raise UnexpectedValue(
                f"{self._address:#04x}: {co2:g} ppm, {temperature:g} °C, {percent:g} % is no air;"
                " power the chip off and on"
            )
        return Air(co2 or None, Celsius(temperature), Fraction(percent / 100))

    def start(self, pressure_mbar: int = 0) -> None:
        """Measure until `stop`, without power in between, too. The pressure of the air, 700 to
        1400 mbar, takes the place of the altitude; 0 is not known. Raises ValueError, BusError."""
        lowest, highest = PRESSURES_MBAR
        if pressure_mbar and not lowest <= pressure_mbar <= highest:
            raise ValueError(f"{pressure_mbar} mbar is not within {lowest} to {highest} mbar")
        self._tell(Command.START, pressure_mbar)

    def stop(self) -> None:
        """Measure no more. Raises BusError."""
        self._bus.transfer(self._address, Command.STOP.to_bytes(2, "big"))

    def set_interval(self, seconds: int) -> None:
        """From one measurement to the next, 2 to 1800 s. Raises ValueError, BusError."""
        _check(seconds, INTERVALS_S, "s")
        self._tell(Command.INTERVAL, seconds)

    def set_altitude(self, metres: int) -> None:
        """Above sea level. Raises ValueError, BusError."""
        _check(metres, (DEEPEST_M, HIGHEST_M), "m")
        self._tell(Command.ALTITUDE, metres)

    def set_temperature_offset(self, kelvin: float) -> None:
        """By how much the chip is warmer than the air. Raises ValueError, BusError."""
        self._tell(Command.TEMPERATURE_OFFSET, offset_steps(kelvin))

    def set_self_calibration(self, on: bool) -> None:
        """Take the lowest values of some days for fresh air. Raises BusError."""
        self._tell(Command.SELF_CALIBRATION, int(on))

    def recalibrate(self, ppm: int) -> None:
        """Say what the chip breathes now, 400 to 2000 ppm, after two minutes in it. Raises
        ValueError, BusError."""
        _check(ppm, RECALIBRATIONS_PPM, "ppm")
        self._tell(Command.RECALIBRATION, ppm)

    def reset(self) -> Seconds:
        """As after power-up, settings kept; return what to wait. Raises BusError."""
        self._bus.transfer(self._address, Command.SOFT_RESET.to_bytes(2, "big"))
        return self.BOOT

    def _tell(self, command: Command, argument: int) -> None:
        word = argument.to_bytes(2, "big")
        frame = command.to_bytes(2, "big") + word + bytes([crc8(word)])
        self._bus.transfer(self._address, frame)


def offset_steps(kelvin: float) -> int:
    """What TEMPERATURE_OFFSET takes. Raises ValueError."""
    steps = round(kelvin * OFFSET_STEPS)
    _check(steps, (0, 0xFFFF), "hundredths of a kelvin")
    return steps


def _check(number: int, limits: tuple[int, int], unit: str) -> None:
    lowest, highest = limits
    if not lowest <= number <= highest:
        raise ValueError(f"{number} {unit} is not within {lowest} to {highest} {unit}")
