"""RAK12019 ultraviolet and light: an LTR-390UV, which converts one of the two at a time."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.ltr_390uv import Ltr390uv
from ..config.model import SlotConfig
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Seconds
from ..registers.ltr_390uv import Gain
from .outputs import not_writable
from .wires import Wires

UV_INDEX = Channel("uv_index", decimals=2)
ILLUMINANCE = Channel("illuminance", unit="lx", decimals=1)

GAINS = (Gain.X3, Gain.X1)
"""For light: 52 klx, then direct sun, 157 klx."""


class Rak12019:
    """Threads: lane only."""

    def __init__(self, i2c: I2c, *, interval: Seconds = Seconds(10.0)) -> None:
        self.groups = (Group("light", (UV_INDEX, ILLUMINANCE), interval),)
        self._ltr390uv = Ltr390uv(i2c)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12019:
        """The module in a slot: nothing but I2C (modules sheet 6.6)."""
        return cls(wires.i2c, interval=Seconds(config.interval))

    def open(self) -> None:
        """Raises BusError, WrongIdentity."""
        self._ltr390uv.identify()

    def sample(self, group: Group) -> Sampling:
        """Light, in the sun a second time with less gain, then ultraviolet. Raises BusError,
        NotReady."""
        illuminance = Reading(ILLUMINANCE.name, None, Status.SATURATED)
        for gain in GAINS:
            yield self._ltr390uv.trigger_light(gain)
            light = self._ltr390uv.collect_light()
            if not light.clipped:
                illuminance = Reading(ILLUMINANCE.name, light.lux)
                break
        yield self._ltr390uv.trigger_ultraviolet()
        return [Reading(UV_INDEX.name, self._ltr390uv.collect_ultraviolet()), illuminance]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak12019", channel)

    def close(self) -> None:
        """Raises BusError when the chip does not answer."""
        self._ltr390uv.standby()
