"""RAK1902 air pressure: an LPS22HB, one shot at a time."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.lps22hb import Lps22hb
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Sampling, Value
from ..core.units import Seconds
from .outputs import not_writable
from .specified import judged
from .wires import Wires

PRESSURE = Channel("pressure", unit="hPa", decimals=2)
TEMPERATURE = Channel("temperature", unit="Cel", decimals=2)

PRESSURES_HPA = (260.0, 1260.0)  # LPS22HB datasheet, table 3
TEMPERATURES = (-40.0, 85.0)
PA_PER_HPA = 100


class Rak1902:
    """The temperature is that of the chip. Threads: lane only."""

    def __init__(self, i2c: I2c, *, interval: Seconds = Seconds(10.0), address: int = 0x5C) -> None:
        self.groups = (Group("air", (PRESSURE, TEMPERATURE), interval),)
        self._lps22hb = Lps22hb(i2c, address)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak1902:
        """The module in a slot: nothing but I2C (modules sheet 6.3)."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Raises BusError, WrongIdentity."""
        self._lps22hb.identify()
        self._lps22hb.clear()

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, NotReady."""
        yield self._lps22hb.trigger()
        air = self._lps22hb.collect()
        return [
            judged(PRESSURE, air.pressure / PA_PER_HPA, PRESSURES_HPA),
            judged(TEMPERATURE, air.temperature, TEMPERATURES),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak1902", channel)

    def close(self) -> None:
        """Raises BusError when the chip does not answer."""
        self._lps22hb.power_down()
