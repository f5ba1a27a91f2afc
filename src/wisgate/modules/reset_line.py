"""A line that resets a chip while it is low."""

from __future__ import annotations

from ..bus.lines import Line, LineAt, Output


class ResetLine:
    """Threads: lane only."""

    def __init__(self, at: LineAt) -> None:
        self._at = at
        self._line: Line | None = None

    def pulse(self) -> None:
        """Reset the chip and let it go. Two writes to an expander are 0.2 ms apart and two to the
        processor some microseconds: a chip wants one. Raises BusError."""
        self.release()
        self._line = self._at.request(Output(True, active_low=True))
        self._line.set(False)

    def release(self) -> None:
        """Let go of the line, which stays high."""
        if self._line is not None:
            self._line.release()
            self._line = None
