"""RAK1903 light: an OPT3001, which chooses its range with every conversion."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.opt3001 import Opt3001
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Reading, Sampling, Value
from ..core.units import Seconds
from .outputs import not_writable
from .wires import Wires

ILLUMINANCE = Channel("illuminance", unit="lx", decimals=2)

SLOW = "800ms"


class Rak1903:
    """`conversion` is the integration time, "100ms" or "800ms": the longer one is less noisy in the
    dark, and does not flicker with lamps. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        *,
        interval: Seconds = Seconds(10.0),
        conversion: str = "100ms",
    ) -> None:
        self.groups = (Group("light", (ILLUMINANCE,), interval),)
        self._opt3001 = Opt3001(i2c, slow=conversion == SLOW)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak1903:
        """The module in a slot: nothing but I2C (modules sheet 6.4)."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Raises BusError, WrongIdentity."""
        self._opt3001.identify()

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, NotReady, Saturated."""
        yield self._opt3001.trigger()
        return [Reading(ILLUMINANCE.name, self._opt3001.collect())]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak1903", channel)

    def close(self) -> None:
        """Raises BusError when the chip does not answer."""
        self._opt3001.shut_down()
