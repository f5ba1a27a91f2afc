"""A virtual output of the processor's PWM: nothing but what it plays."""

from __future__ import annotations

from ..core.errors import BusUnavailable


class VirtualPwm:
    """The `Pwm` contract. Threads: lane only."""

    def __init__(self) -> None:
        self.hertz: float | None = None
        """What it plays; None is silence."""
        self.missing = False
        """A fault: the kernel was not told to make it."""

    def play(self, hertz: float) -> None:
        self._present()
        self.hertz = hertz

    def stop(self) -> None:
        self._present()
        self.hertz = None

    def _present(self) -> None:
        if self.missing:
            raise BusUnavailable("the kernel has no PWM for GPIO13; put the overlay in config.txt")
