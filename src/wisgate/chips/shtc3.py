"""SHTC3 temperature and humidity (Sensirion SHTC3 datasheet, section 5).

The chip has no status. Asleep, busy and absent look the same on the wire, so `NoAcknowledge` is
passed on as it is and never turned into `NotReady`: who waits as long as `wake` and `trigger` say
sees it only when the chip is gone or lost its power. It is retryable either way.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import WrongIdentity
from ..core.units import Celsius, Fraction, Seconds
from ..registers.shtc3 import Command, Id
from .sensirion import words

WAKE_S = 240e-6  # table 5, maximum
MEASUREMENT_S = 12.1e-3  # table 5, normal mode, maximum
CODES = 0x10000


@dataclass(frozen=True)
class Climate:
    """`humidity` is relative, 0 to 1."""

    temperature: Celsius
    humidity: Fraction


class Shtc3:
    """One SHTC3; its address is fixed. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x70) -> None:
        self._bus, self._address = bus, address

    def wake(self) -> Seconds:
        """Wake the chip, or leave it awake; return what to wait. Raises BusError."""
        self._send(Command.WAKE)
        return Seconds(WAKE_S)

    def identify(self) -> None:
        """Check that an awake chip is an SHTC3. Raises WrongIdentity, ChecksumMismatch, BusError
        (NoAcknowledge also when it sleeps)."""
        (raw,) = words(self._address, self._send(Command.READ_ID, read=3))
        if Id.decode(raw) != Id.decode(Id.reset):
            raise WrongIdentity(
                f"{self._address:#04x}: the identity reads {raw:#06x}, that of an SHTC3"
                f" {Id.reset:#06x} but for free bits; check what else has this address"
            )

    def trigger(self) -> Seconds:
        """Measure once, temperature first, without clock stretching; return what to wait. Raises
        BusError (NoAcknowledge also when it sleeps or measures)."""
        self._send(Command.TEMPERATURE_FIRST)
        return Seconds(MEASUREMENT_S)

    def collect(self) -> Climate:
        """Read the finished measurement. Raises ChecksumMismatch, BusError (NoAcknowledge also when
        the measurement is still running)."""
        temperature, humidity = words(self._address, self._bus.transfer(self._address, read=6))
        return Climate(
            Celsius(-45 + 175 * temperature / CODES),  # 5.11
            Fraction(humidity / CODES),
        )

    def measure(self, *, identify: bool) -> Generator[Seconds, None, Climate]:
        """One measurement, from sleep to sleep; yields what to wait. With `identify` it is checked
        first that the chip is one. Raises WrongIdentity, ChecksumMismatch, BusError."""
        yield self.wake()
        if identify:
            self.identify()
        yield self.trigger()
        climate = self.collect()
        self.sleep()
        return climate

    def sleep(self) -> None:
        """Sleep until `wake`. Raises BusError."""
        self._send(Command.SLEEP)

    def _send(self, command: Command, read: int = 0) -> bytes:
        return self._bus.transfer(self._address, command.to_bytes(2, "big"), read)
