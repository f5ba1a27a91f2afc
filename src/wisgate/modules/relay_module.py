"""What relay modules are: one line, high is on. The contact itself cannot be read back."""

from __future__ import annotations

from ..bus.lines import Line, LineAt, Output
from ..core.errors import BusUnavailable, UnexpectedValue
from ..core.points import Channel, Group, Reading, Sampling, Value
from ..core.units import Seconds
from .outputs import as_switch, not_writable


class RelayModule:
    """One switch, `relay`, off when nobody commands it. Threads: lane only."""

    def __init__(self, coil: LineAt, relay: Channel, interval: Seconds) -> None:
        self.groups = (Group("relay", (relay,), interval),)
        self._relay = relay
        self._coil_at = coil
        self._coil: Line | None = None
        self._commanded = False

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
        return [Reading(self._relay.name, self._commanded)]

    def write(self, channel: str, value: Value) -> None:
        """Switch the relay. Raises OutputRefused, BusError."""
        if channel != self._relay.name:
            not_writable(type(self).__name__.lower(), channel)
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
