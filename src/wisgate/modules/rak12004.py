"""RAK12004 combustible gas and smoke: an MQ-2 behind an ADC121C021. Modules sheet 5.1."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..bus.lines import LineAt
from ..bus.memory import Forgetful, Memory
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import ConfigError
from ..core.points import Channel
from ..core.units import Ohms, Seconds
from .gas_module import LOAD_OHM, RATIO, WARMING, Curve, GasModule, Range
from .wires import Wires

CONCENTRATION = Channel("concentration", unit="[ppm]", decimals=0)
__all__ = ["CONCENTRATION", "RATIO", "WARMING", "Rak12004"]

CURVES: dict[str, dict[str, Curve]] = {
    "sheet-1.5": {
        "smoke": Curve(1.0, -0.685, 1.121),
        "propane": Curve(1.0, -0.705, 1.078),
        "methane": Curve(1.0, -0.569, 0.906),
        "alcohol": Curve(1.0, -0.554, 1.013),
    },
    "older-sheet": {
        "smoke": Curve(9.6, -0.436, 1.531),
        "propane": Curve(9.6, -0.463, 1.296),
        "methane": Curve(9.6, -0.379, 1.363),
        "alcohol": Curve(9.6, -0.383, 1.338),
        "lpg": Curve(9.6, -0.469, 1.285),
        "hydrogen": Curve(9.6, -0.472, 1.404),
        "carbon-monoxide": Curve(9.6, -0.333, 1.480),
    },
    "vendor-script": {"smoke": Curve(9.6, -0.399, 1.450)},
    "vendor-library": {
        "smoke": Curve(1.0, -0.980, 1.154),
        "propane": Curve(1.0, -0.890, 1.125),
    },
}
"""By set of constants, then by gas; modules sheet 5.1, C-18 and C-19."""
LIMITS = Range(300.0, 10_000.0)


class Rak12004(GasModule):
    """The equivalent of one gas by one set of constants. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        enable: LineAt,
        clock: Clock,
        memory: Memory | None = None,
        *,
        interval: Seconds = Seconds(5.0),
        address: int = 0x51,
        curve: str = "sheet-1.5",
        gas: str = "smoke",
        air: Ohms = Ohms(107.5e3),
        load: Ohms = LOAD_OHM,
        warm_up: Seconds = Seconds(300.0),
    ) -> None:
        """Raises ValueError for a gas that the set of constants does not have."""
        if gas not in CURVES[curve]:
            raise ValueError(
                f'gas: "{curve}" has no curve for {gas}; it has {", ".join(CURVES[curve])}'
            )
        super().__init__(
            i2c, enable, clock, memory or Forgetful(), CONCENTRATION, CURVES[curve][gas], LIMITS,
            address=address, air=air, load=load, warm_up=warm_up, interval=interval,
        )  # fmt: skip

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12004:
        """The module in a slot: EN on IO6 (modules sheet 5.1). Raises ConfigError."""
        try:
            return cls(
                wires.i2c,
                wires.lines["IO6"],
                wires.clock,
                wires.memory,
                interval=Seconds(config.interval),
                **dict(config.options),  # type: ignore[arg-type]  # checked against the entry
            )
        except ValueError as refused:
            raise ConfigError([f"{config.where}: {refused}"]) from refused
