"""RAK16001: eight analog inputs of 8 bit, 0 V to the reference."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.ads7830 import Ads7830, Conversion
from ..config.model import SlotConfig
from ..core.errors import NoAnswer
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Seconds, Volts
from .outputs import not_writable
from .wires import Wires

INPUTS = tuple(Channel(f"ch{n}", unit="V") for n in range(8))
LOOKED_AT = (0x48, 0x49, 0x4A)  # 0x4B is the slot ADC of the carrier; modules sheet C-15


class Rak16001:
    """`reference` is the voltage of the part that is fitted. An open input drifts with what the one
    before it left. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        *,
        interval: Seconds = Seconds(1.0),
        address: int = 0x48,
        reference: Volts = Volts(3.0),
    ) -> None:
        self.groups = (Group("inputs", INPUTS, interval),)
        self._i2c, self._address, self._reference = i2c, address, reference
        self._adc = Ads7830(i2c, address, reference=reference)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak16001:
        """The module in a slot: nothing but I2C (modules sheet 4.10)."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Ask whether the converter is there, and where else it could be when it is not: two
        addresses are in print. Raises NoAnswer, BusError."""
        if self._adc.present():
            return
        others = [a for a in LOOKED_AT if a != self._address and self._at(a).present()]
        told = " and ".join(f"{a:#04x}" for a in others)
        cure = f"something answers at {told}: write that as `address`" if others else "is it fitted"
        raise NoAnswer(f"{self._address:#04x}: no ADS7830 answers; {cure}")

    def sample(self, group: Group) -> Sampling:
        """Eight conversions, which need no waiting. Raises BusError."""
        yield from ()
        return [_judged(c, self._adc.convert(n)) for n, c in enumerate(INPUTS)]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak16001", channel)

    def close(self) -> None:
        """Nothing to leave: the chip sleeps between conversions."""

    def _at(self, address: int) -> Ads7830:
        return Ads7830(self._i2c, address, reference=self._reference)


def _judged(channel: Channel, found: Conversion) -> Reading:
    if found.clipped:
        return Reading(channel.name, None, Status.SATURATED)
    return Reading(channel.name, found.volts)
