"""RAK1901 temperature and humidity: an SHTC3, which sleeps between samplings."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.shtc3 import Shtc3
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Sampling, Value
from ..core.units import Seconds
from .outputs import not_writable
from .specified import judged
from .wires import Wires

TEMPERATURE = Channel("temperature", unit="Cel", decimals=2)
HUMIDITY = Channel("humidity", unit="%", decimals=1)

TEMPERATURES = (-40.0, 125.0)  # SHTC3 datasheet, table 2
EVERY_HUMIDITY = (0.0, 100.0)


class Rak1901:
    """Its address is fixed, and on a RAK7391 taken by the board's own. Threads: lane only."""

    def __init__(self, i2c: I2c, *, interval: Seconds = Seconds(10.0)) -> None:
        self.groups = (Group("climate", (TEMPERATURE, HUMIDITY), interval),)
        self._shtc3 = Shtc3(i2c)
        self._identified = False

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak1901:
        """The module in a slot: nothing but I2C (modules sheet 6.2)."""
        return cls(wires.i2c, interval=Seconds(config.interval))

    def open(self) -> None:
        """The chip may sleep, and then does not say who it is: that is asked when it is awake."""
        self._identified = False

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, ChecksumMismatch, WrongIdentity."""
        climate = yield from self._shtc3.measure(identify=not self._identified)
        self._identified = True
        return [
            judged(TEMPERATURE, climate.temperature, TEMPERATURES),
            judged(HUMIDITY, climate.humidity * 100, EVERY_HUMIDITY),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak1901", channel)

    def close(self) -> None:
        """It sleeps already."""
