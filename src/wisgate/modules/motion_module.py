"""What motion detectors share: one output that is held for seconds, polled."""

from __future__ import annotations

from ..bus.lines import LineAt
from ..core.clock import Clock
from ..core.errors import UnexpectedValue
from ..core.points import Channel, Group, Kind, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .counted_input import CountedInput
from .outputs import not_writable

MOTION = Channel("motion", kind=Kind.BOOL, decimals=0)
EVENTS = Channel("events", kind=Kind.INT, decimals=0)

STUCK_S = 600.0  # modules sheet 5.2: active for longer than 10 min


class MotionModule:
    """Channels `motion` and `events`; uncertain while the detector settles, a fault when it claims
    motion for ten minutes without a pause. Threads: lane only."""

    def __init__(
        self,
        output: LineAt,
        clock: Clock,
        *,
        low_is_motion: bool,
        settles: Seconds,
        interval: Seconds,
    ) -> None:
        self.groups = (Group("motion", (MOTION, EVENTS), interval),)
        self._input = CountedInput(output, clock, active_low=low_is_motion)
        self._clock, self._settles = clock, settles
        self._began = 0.0
        self._quiet_at = 0.0

    def open(self) -> None:
        """Take the line; the detector settles from now on. Raises BusError."""
        self._input.open()
        self._began = self._quiet_at = self._clock.monotonic()

    def sample(self, group: Group) -> Sampling:
        """Raises BusError, UnexpectedValue when the output is stuck."""
        yield from ()  # nothing to wait for
        self._input.poll()
        now = self._clock.monotonic()
        if not self._input.on:
            self._quiet_at = now
        elif now - self._quiet_at > STUCK_S:
            raise UnexpectedValue(
                f"motion for {now - self._quiet_at:.0f} s without a pause: the output is stuck, or"
                " its polarity is the other one"
            )
        settled = now - self._began >= self._settles
        status = Status.GOOD if settled else Status.UNCERTAIN
        return [
            Reading(MOTION.name, self._input.on, status),
            Reading(EVENTS.name, self._input.count, status),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable(type(self).__name__.lower(), channel)

    def close(self) -> None:
        self._input.close()
