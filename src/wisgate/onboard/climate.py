"""Temperature and humidity of the board: SHTC3 at 0x70, near J39. It reads the board, not the room
(boards sheet A9)."""

from __future__ import annotations

from ..chips.shtc3 import Shtc3
from ..config.model import OnboardConfig
from ..core.errors import OutputRefused
from ..core.points import Channel, Group, Reading, Sampling, Value
from ..core.units import Seconds
from .carrier import Carrier

TEMPERATURE = Channel("temperature", unit="Cel", decimals=2, point="board_temperature")
HUMIDITY = Channel("humidity", unit="%", decimals=1, point="board_humidity")


class Climate:
    """The chip sleeps between samplings. Threads: lane only."""

    def __init__(self, shtc3: Shtc3, *, interval: Seconds = Seconds(10.0)) -> None:
        self.groups = (Group("climate", (TEMPERATURE, HUMIDITY), interval),)
        self._shtc3 = shtc3
        self._identified = False

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Climate:
        return cls(Shtc3(carrier.i2c), interval=Seconds(config.interval))

    def open(self) -> None:
        self._identified = False

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, ChecksumMismatch, WrongIdentity."""
        climate = yield from self._shtc3.measure(identify=not self._identified)
        self._identified = True
        return [
            Reading(TEMPERATURE.name, climate.temperature),
            Reading(HUMIDITY.name, climate.humidity * 100),
        ]

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"climate has no writable channel {channel!r}")

    def close(self) -> None:
        return None
