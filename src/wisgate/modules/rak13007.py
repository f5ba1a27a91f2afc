"""RAK13007 relay: one line, high is on. The contact itself cannot be read back."""

from __future__ import annotations

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.points import Channel, Kind
from ..core.units import Seconds
from .relay_module import RelayModule
from .wires import Wires

RELAY = Channel("relay", kind=Kind.BOOL, decimals=0, writable=True, safe=False)


class Rak13007(RelayModule):
    """Channel `relay`, off when nobody commands it. Threads: lane only."""

    def __init__(self, coil: LineAt, *, interval: Seconds = Seconds(10.0)) -> None:
        super().__init__(coil, RELAY, interval)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13007:
        """The module in a slot: the coil is on IO4 (modules sheet 4.8)."""
        return cls(wires.lines["IO4"], interval=Seconds(config.interval))
