"""RAK12009 alcohol: a sensor of the MQ-3 class behind an ADC121C021. Modules sheet 5.3."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..bus.lines import LineAt
from ..bus.memory import Forgetful, Memory
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.points import Channel
from ..core.units import Ohms, Seconds
from .gas_module import LOAD_OHM, RATIO, WARMING, Curve, GasModule, Range
from .wires import Wires

ETHANOL = Channel("ethanol", unit="[ppm]", decimals=0)
__all__ = ["ETHANOL", "RATIO", "WARMING", "Rak12009"]

CURVES = {
    "vendor-script": Curve(1.0, -0.888, 0.738),
    "vendor-library": Curve(1.0, -1.176, 1.253),
    "manual": Curve(1.0, -0.866, 0.689),
}
"""By source; modules sheet 5.3."""
LIMITS = Range(25.0, 500.0)


class Rak12009(GasModule):
    """Ethanol by one set of constants; never fit to judge a driver. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        enable: LineAt,
        clock: Clock,
        memory: Memory | None = None,
        *,
        interval: Seconds = Seconds(5.0),
        address: int = 0x55,
        curve: str = "vendor-script",
        air: Ohms = Ohms(16.1e3),
        load: Ohms = LOAD_OHM,
        warm_up: Seconds = Seconds(300.0),
    ) -> None:
        super().__init__(
            i2c, enable, clock, memory or Forgetful(), ETHANOL, CURVES[curve], LIMITS,
            address=address, air=air, load=load, warm_up=warm_up, interval=interval,
        )  # fmt: skip

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12009:
        """The module in a slot: EN on IO6 (modules sheet 5.3)."""
        return cls(
            wires.i2c,
            wires.lines["IO6"],
            wires.clock,
            wires.memory,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )
