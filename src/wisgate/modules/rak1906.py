"""RAK1906 temperature, humidity, pressure and gas: a BME680, one measurement at a time.

The gas reading is the resistance of a heated metal oxide: it falls when there is something to
smell, and only its course says something. No index of air quality is made of it.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.bme680 import USUAL, Bme680, Environment, Heater
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Celsius, Seconds
from .outputs import not_writable
from .specified import judged
from .wires import Wires

TEMPERATURE = Channel("temperature", unit="Cel", decimals=2)
HUMIDITY = Channel("humidity", unit="%", decimals=1)
PRESSURE = Channel("pressure", unit="hPa", decimals=2)
GAS = Channel("gas", unit="Ohm", decimals=0)

TEMPERATURES = (-40.0, 85.0)  # BME680 datasheet, tables 2 to 4
EVERY_HUMIDITY = (0.0, 100.0)
PRESSURES_HPA = (300.0, 1100.0)
PA_PER_HPA = 100


class Rak1906:
    """Without `gas` the heater, `heater` hot for `heating`, stays cold. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        *,
        interval: Seconds = Seconds(30.0),
        gas: bool = True,
        heater: Celsius = USUAL.temperature,
        heating: Seconds = USUAL.seconds,
    ) -> None:
        channels = (TEMPERATURE, HUMIDITY, PRESSURE)
        self.groups = (Group("environment", (*channels, GAS) if gas else channels, interval),)
        self._bme680 = Bme680(i2c, heater=Heater(heater, heating) if gas else None)
        self._gas = gas
        self._set_up = False

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak1906:
        """The module in a slot: nothing but I2C (modules sheet 6.5)."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """The chip needs a moment after power-up: the first sampling waits for it."""
        self._set_up = False

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, WrongIdentity, NotReady, UnexpectedValue."""
        if not self._set_up:
            yield Bme680.POWER_UP
            self._bme680.identify()
            yield self._bme680.reset()  # another program may have left the heater on
            self._bme680.calibrate()
            self._set_up = True
        yield self._bme680.trigger()
        return self._readings(self._bme680.collect())

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak1906", channel)

    def close(self) -> None:
        """It sleeps by itself when it has measured."""

    def _readings(self, environment: Environment) -> list[Reading]:
        readings = [
            judged(TEMPERATURE, environment.temperature, TEMPERATURES),
            judged(HUMIDITY, environment.humidity * 100, EVERY_HUMIDITY),
            judged(PRESSURE, environment.pressure / PA_PER_HPA, PRESSURES_HPA),
        ]
        if self._gas:  # none is a heater that did not become hot
            status = Status.GOOD if environment.gas is not None else Status.FAULT
            readings.append(Reading(GAS.name, environment.gas, status))
        return readings
