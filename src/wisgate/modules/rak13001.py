"""RAK13001 relay and isolated input. Modules sheet 4.4.

The contact itself cannot be read back. The input is low while its terminals are energised, and ends
on a line only where `input` says so: sources disagree on which.
"""

from __future__ import annotations

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import ConfigError
from ..core.points import Channel, Group, Kind, Reading, Sampling
from ..core.units import Seconds
from .counted_input import CountedInput
from .relay_module import RelayModule
from .wires import Wires

RELAY = Channel("relay", kind=Kind.BOOL, decimals=0, writable=True, safe=False)
INPUT = Channel("input", kind=Kind.BOOL, decimals=0)
COUNT = Channel("count", kind=Kind.INT, decimals=0)

NO_INPUT = "none"


class Rak13001(RelayModule):
    """Channel `relay`, off when nobody commands it; with `energised` also `input` and `count`, how
    often it was energised. Threads: lane only."""

    def __init__(
        self,
        coil: LineAt,
        energised: LineAt | None = None,
        clock: Clock | None = None,
        *,
        interval: Seconds = Seconds(1.0),
        input: str = NO_INPUT,
        debounce: Seconds = Seconds(0.0),
    ) -> None:
        super().__init__(coil, RELAY, interval)
        self._input: CountedInput | None = None
        if energised is not None and clock is not None:
            self._input = CountedInput(energised, clock, active_low=True, debounce=debounce)
            self.groups = (Group("relay", (RELAY, INPUT, COUNT), interval),)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13001:
        """The module in a slot: the coil is on IO4 (modules sheet 4.4). Raises ConfigError where
        the board has no line for the input."""
        chosen = str(dict(config.options).get("input", NO_INPUT))
        energised = wires.lines.get(chosen)
        if energised is None and chosen != NO_INPUT:
            raise ConfigError(
                [f'{config.where}: input: {wires.slot} has no line {chosen}; write "IO3" or "none"']
            )
        return cls(
            wires.lines["IO4"],
            energised,
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Take the lines with the relay off. Raises BusError."""
        super().open()
        if self._input is not None:
            self._input.open()

    def sample(self, group: Group) -> Sampling:
        """Read back what was commanded, and the input. Raises BusError, UnexpectedValue when the
        relay line says otherwise."""
        readings = [*(yield from super().sample(group))]
        if self._input is not None:
            self._input.poll()
            readings += [
                Reading(INPUT.name, self._input.on),
                Reading(COUNT.name, self._input.count),
            ]
        return readings

    def close(self) -> None:
        """Switch off and let go of the lines. Raises BusError."""
        if self._input is not None:
            self._input.close()
        super().close()
