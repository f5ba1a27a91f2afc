"""RAK13007 relay: one line, high is on. The contact itself cannot be read back."""

from __future__ import annotations

from ..bus.lines import Line, Output
from ..config.model import SlotConfig
from ..core.errors import BusUnavailable, UnexpectedValue
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .outputs import as_switch, not_writable
from .wires import LineAt, Wires

RELAY = Channel("relay", kind=Kind.BOOL, decimals=0, writable=True, safe=False)


class Rak13007:
    """Channel `relay`, off when nobody commands it. Threads: lane only."""

    def __init__(self, coil: LineAt, *, interval: Seconds = Seconds(10.0)) -> None:
        self.groups = (Group("relay", (RELAY,), interval),)
        self._coil_at = coil
        self._coil: Line | None = None
        self._commanded = False

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13007:
        """The module in a slot: the coil is on IO4 (modules sheet 4.8)."""
        return cls(wires.lines["IO4"], interval=Seconds(config.interval))

    def open(self) -> None:
        """Take the line with the relay off. Raises BusError."""
        self.close()
        self._coil, self._commanded = self._coil_at.request(Output(False)), False

    def sample(self, group: Group) -> Sampling:
        """Read back what was commanded. Raises BusError, UnexpectedValue when the line says
        otherwise."""
        yield from ()  # nothing to wait for
        if self._line().get() != self._commanded:
            raise UnexpectedValue(
                f"the relay line reads {'on' if not self._commanded else 'off'}, commanded was"
                f" {'on' if self._commanded else 'off'}: the expander was reset"
            )
        return [Reading(RELAY.name, self._commanded)]

    def write(self, channel: str, value: Value) -> None:
        """Switch the relay. Raises OutputRefused, BusError."""
        if channel != RELAY.name:
            not_writable("rak13007", channel)
        on = as_switch(channel, value)
        self._line().set(on)
        self._commanded = on

    def _line(self) -> Line:
        if self._coil is None:
            raise BusUnavailable("the relay line is not open")
        return self._coil

    def close(self) -> None:
        """Switch off and let go of the line, even when the expander does not answer. Raises
        BusError."""
        if self._coil is not None:
            line, self._coil = self._coil, None
            self._commanded = False
            try:
                line.set(False)
            finally:
                line.release()
