"""RAK12013 motion: a Doppler radar with an enable line. Modules sheet 6.1."""

from __future__ import annotations

from ..bus.lines import Line, LineAt, Output
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import UnexpectedValue
from ..core.points import Group, Sampling
from ..core.units import Seconds
from .motion_module import EVENTS, MOTION, MotionModule
from .wires import Wires

__all__ = ["EVENTS", "MOTION", "Rak12013"]

SETTLES = Seconds(30.0)  # after it is switched on; modules sheet 6.1


class Rak12013(MotionModule):
    """Threads: lane only."""

    def __init__(
        self, output: LineAt, enable: LineAt, clock: Clock, *, interval: Seconds = Seconds(0.2)
    ) -> None:
        super().__init__(output, clock, low_is_motion=False, settles=SETTLES, interval=interval)
        self._enable_at = enable
        self._enable: Line | None = None

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12013:
        """The module in a slot: its output on IO3, enable on IO4 (modules sheet 6.1)."""
        lines = wires.lines
        return cls(lines["IO3"], lines["IO4"], wires.clock, interval=Seconds(config.interval))

    def open(self) -> None:
        """Switch the radar on. Raises BusError."""
        self.close()
        self._enable = self._enable_at.request(Output(True))
        super().open()

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, UnexpectedValue when the radar is off or stuck."""
        if self._enable is None or not self._enable.get():
            raise UnexpectedValue("the radar is switched off: the expander was reset")
        return (yield from super().sample(group))

    def close(self) -> None:
        """Switch the radar off and let go of both lines. Raises BusError."""
        super().close()
        if self._enable is not None:
            line, self._enable = self._enable, None
            try:
                line.set(False)
            finally:
                line.release()
