"""What relay modules share: one line, high is on. The contact itself cannot be read back."""

from __future__ import annotations

from ..bus.lines import Line, Output
from ..core.errors import BusUnavailable, UnexpectedValue
from .wires import LineAt


class RelayLine:
    """The line of a coil, and what was commanded last. Threads: lane only."""

    def __init__(self, coil: LineAt) -> None:
        self._coil_at = coil
        self._coil: Line | None = None
        self._commanded = False

    def open(self) -> None:
        """Take the line with the relay off. Raises BusError."""
        self.close()
        self._coil, self._commanded = self._coil_at.request(Output(False)), False

    def commanded(self) -> bool:
        """What was commanded. Raises BusError, UnexpectedValue when the line says otherwise."""
        if self._line().get() != self._commanded:
            raise UnexpectedValue(
                f"the relay line reads {'on' if not self._commanded else 'off'}, commanded was"
                f" {'on' if self._commanded else 'off'}: the expander was reset"
            )
        return self._commanded

    def switch(self, on: bool) -> None:
        """Raises BusError."""
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
