"""RAK12006 motion: a PIR detector on one line. Modules sheet 5.2.

Sources disagree on its polarity: where nobody ever moves by its own word, or somebody always does,
`low_is_motion` is the wrong way round.
"""

from __future__ import annotations

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.units import Seconds
from .motion_module import EVENTS, MOTION, MotionModule
from .wires import Wires

__all__ = ["EVENTS", "MOTION", "Rak12006"]


class Rak12006(MotionModule):
    """Threads: lane only."""

    def __init__(
        self,
        output: LineAt,
        clock: Clock,
        *,
        interval: Seconds = Seconds(0.2),
        low_is_motion: bool = True,
        warm_up: Seconds = Seconds(60.0),
    ) -> None:
        super().__init__(
            output, clock, low_is_motion=low_is_motion, settles=warm_up, interval=interval
        )

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12006:
        """The module in a slot: its output on IO6 (modules sheet 5.2)."""
        return cls(
            wires.lines["IO6"],
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )
