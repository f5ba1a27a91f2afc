"""RAK13001 relay: one line, high is on. The contact itself cannot be read back.

The isolated input of the module is planned and not read: `input` other than "none" is refused.
"""

from __future__ import annotations

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.errors import ConfigError
from ..core.points import Channel, Kind
from ..core.units import Seconds
from .relay_module import RelayModule
from .wires import Wires

RELAY = Channel("relay", kind=Kind.BOOL, decimals=0, writable=True, safe=False)

NO_INPUT = "none"


class Rak13001(RelayModule):
    """Channel `relay`, off when nobody commands it. `input` is where the isolated input ends.
    Raises ValueError when that is anywhere. Threads: lane only."""

    def __init__(
        self, coil: LineAt, *, interval: Seconds = Seconds(1.0), input: str = NO_INPUT
    ) -> None:
        if input != NO_INPUT:
            raise ValueError(
                f'input: an isolated input on "{input}" can be planned and checked, it cannot be'
                f' read yet; write input = "{NO_INPUT}" to run the relay'
            )
        super().__init__(coil, RELAY, interval)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13001:
        """The module in a slot: the coil is on IO4 (modules sheet 4.4). Raises ConfigError."""
        try:
            return cls(
                wires.lines["IO4"],
                interval=Seconds(config.interval),
                **dict(config.options),  # type: ignore[arg-type]  # checked against the entry
            )
        except ValueError as refused:
            raise ConfigError([f"{config.where}: {refused}"]) from refused
