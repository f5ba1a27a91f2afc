"""The contract of a square wave that the processor makes by itself."""

from __future__ import annotations

from typing import Protocol


class Pwm(Protocol):
    """One output, silent until it is told otherwise. Threads: lane only."""

    def play(self, hertz: float) -> None:
        """Give a square wave, as long high as low. Raises BusUnavailable when the output is not
        there or not ours, BusError."""
        ...

    def stop(self) -> None:
        """Be silent, at a low level. Never needs `play`. Raises BusError."""
        ...
