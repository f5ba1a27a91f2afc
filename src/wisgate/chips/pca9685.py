"""PCA9685 PWM controller of 16 outputs (NXP PCA9685 Rev. 4).

After power-on the chip answers to a second address, All-Call 0x70, and takes what is meant for the
chip there as writes to its registers. So the first thing that is written clears that bit, and every
reading looks whether it is still clear: after a brown-out it is not, and every output is off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bus.i2c import I2c
from ..core.errors import UnexpectedValue
from ..core.units import Fraction, Seconds
from ..registers.pca9685 import (
    CHANNEL,
    CHANNELS,
    COUNTS,
    OSCILLATOR_HZ,
    PRESCALE_MIN,
    WAKE_S,
    AllOffHigh,
    Mode1,
    Mode2,
    OffHigh,
    OnHigh,
    OnLow,
    Prescale,
)
from .registers8 import Registers8

PRESCALE_MAX = 255  # 7.3.5: eight bits
QUIET = replace(Mode1.decode(0), sleep=True)  # asleep, no further address
RUNNING = replace(Mode1.decode(0), auto_increment=True)
DRIVEN = Mode2.decode(Mode2.reset)  # totem pole; low while OE is high
PUSH = replace(AllOffHigh.decode(0), full=True)
RESTART = replace(Mode1.decode(0), restart=True).encode()  # says only how the chip went to sleep


@dataclass(frozen=True)
class Pulse:
    """What an output does: high for `counts` of 4096 in each period, 0 is off, 4096 on."""

    counts: int


class Pca9685:
    """One PCA9685. `oscillator` is what its internal oscillator really runs at, in hertz.
    Threads: lane only."""

    def __init__(
        self,
        bus: I2c,
        address: int = 0x40,
        *,
        frequency: float,
        oscillator: float = OSCILLATOR_HZ,
    ) -> None:
        self._bus, self._address = bus, address
        self._registers = Registers8(bus, address)
        self._prescale = Prescale(code=prescale(frequency, oscillator))
        self.period = Seconds(COUNTS * (self._prescale.code + 1) / oscillator)
        """Of all outputs, which is near to what was asked for."""

    def start(self) -> Seconds:
        """Give up All-Call, switch every output off, set the frequency and wake up; return what to
        wait. Raises BusError."""
        self._registers.write(QUIET)
        self._registers.write(PUSH)
        self._registers.write(DRIVEN)
        self._registers.write(self._prescale)
        self._registers.write(RUNNING)
        return Seconds(WAKE_S)

    def check(self) -> None:
        """Raises UnexpectedValue when the chip is not as `start` left it, BusError."""
        modes = self._bus.transfer(self._address, bytes([Mode1.address]), 2)
        found = bytes([modes[0] & ~RESTART, modes[1], self._registers.read_raw(Prescale)])
        wanted = bytes([RUNNING.encode(), DRIVEN.encode(), self._prescale.encode()])
        if found != wanted:
            raise UnexpectedValue(
                f"{self._address:#04x}: modes and prescaler read {found.hex(' ')}, written was"
                f" {wanted.hex(' ')}; the chip was reset, or it is no PCA9685"
            )

    def set(self, channel: int, pulse: Pulse) -> None:
        """All four registers of an output in one transfer, so that no wrong pulse comes between.
        Raises ValueError for another channel, BusError."""
        if channel not in range(CHANNELS):
            raise ValueError(f"{self._address:#04x}: channel {channel} is not one of 0 to 15")
        first = OnLow.address + CHANNEL * channel
        self._bus.transfer(self._address, bytes([first]) + _encoded(pulse))

    def read(self) -> list[Pulse]:
        """What every output does, by channel. Raises BusError."""
        size = CHANNEL * CHANNELS
        answer = self._bus.transfer(self._address, bytes([OnLow.address]), size)
        return [_decoded(answer[at : at + CHANNEL]) for at in range(0, size, CHANNEL)]

    def stop(self) -> None:
        """Every output off, then sleep. Raises BusError."""
        self._registers.write(PUSH)
        self._registers.write(QUIET)

    def duty(self, ratio: Fraction) -> Pulse:
        """0 to 1 of the period, in steps of a 4096th. Raises ValueError."""
        if not 0 <= ratio <= 1:
            raise ValueError(f"a duty cycle of {ratio}; 0 to 1 is possible")
        return Pulse(round(ratio * COUNTS))

    def high(self, seconds: Seconds) -> Pulse:
        """High for so long in each period. Raises ValueError for longer than a period."""
        if not 0 <= seconds <= self.period:
            raise ValueError(f"a pulse of {seconds} s; 0 to {self.period:.6f} s is possible")
        return self.duty(Fraction(seconds / self.period))


def prescale(frequency: float, oscillator: float = OSCILLATOR_HZ) -> int:
    """The code whose frequency is nearest. 7.3.5, equation 1."""
    code = round(oscillator / (COUNTS * frequency)) - 1
    return max(PRESCALE_MIN, min(PRESCALE_MAX, code))


def _encoded(pulse: Pulse) -> bytes:
    """ON at count 0; the two ends have a bit of their own. Tables 7 and 8."""
    if pulse.counts >= COUNTS:
        return bytes([0, OnHigh(full=True, count=0).encode(), 0, 0])
    if pulse.counts <= 0:
        return bytes([0, 0, 0, OffHigh(full=True, count=0).encode()])
    return bytes([0, 0]) + pulse.counts.to_bytes(2, "little")


def _decoded(registers: bytes) -> Pulse:
    on_high, off_high = OnHigh.decode(registers[1]), OffHigh.decode(registers[3])
    if off_high.full:
        return Pulse(0)
    if on_high.full:
        return Pulse(COUNTS)
    rises = on_high.count << 8 | registers[0]
    falls = off_high.count << 8 | registers[2]
    return Pulse((falls - rises) % COUNTS)
