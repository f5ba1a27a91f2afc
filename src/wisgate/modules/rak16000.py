"""RAK16000 DC voltage and current: one INA219 over a 100 mΩ shunt."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.ina219 import Ina219
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Reading, Sampling, Value
from ..core.units import Ohms, Seconds
from .outputs import not_writable
from .wires import Wires

VOLTAGE = Channel("voltage", unit="V")
CURRENT = Channel("current", unit="A", decimals=4)
POWER = Channel("power", unit="W")


class Rak16000:
    """Voltage, current and power of one load. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        *,
        interval: Seconds = Seconds(5.0),
        address: int = 0x41,
        shunt: Ohms = Ohms(0.1),
    ) -> None:
        self.groups = (Group("load", (VOLTAGE, CURRENT, POWER), interval),)
        self._ina219 = Ina219(i2c, address, shunt=shunt)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak16000:
        """The module in a slot: nothing but I2C (modules sheet 4.9)."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Raises BusError, WrongIdentity."""
        self._ina219.identify()

    def sample(self, group: Group) -> Sampling:
        """One conversion of both inputs. Raises BusError, ChipError."""
        yield self._ina219.trigger()
        m = self._ina219.collect()
        return [
            Reading(VOLTAGE.name, m.bus),
            Reading(CURRENT.name, m.current),
            Reading(POWER.name, m.power),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak16000", channel)

    def close(self) -> None:
        """Raises BusError when the chip does not answer."""
        self._ina219.power_down()
