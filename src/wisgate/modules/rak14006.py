"""RAK14006 rotary encoder with a switch. Modules sheet 6.1.

As shipped the module gives a short pulse per detent, on one line for each direction. Behind an
expander without an interrupt lines are compared: turning is followed only as fast as the module is
sampled, and a pulse that is over by then is missed. `watched` is the longest a sampling listens.
"""

from __future__ import annotations

from ..bus.lines import Bias, Input, Line, LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import BusUnavailable
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .counted_input import CountedInput
from .outputs import not_writable
from .wires import Wires

POSITION = Channel("position", kind=Kind.INT, decimals=0)
PRESSED = Channel("pressed", kind=Kind.BOOL, decimals=0)

LOOK = Seconds(2e-3)
"""Between two looks at the lines: a pulse is some milliseconds long."""
TURNS = {(0, 1): 1, (1, 3): 1, (3, 2): 1, (2, 0): 1, (1, 0): -1, (3, 1): -1, (2, 3): -1, (0, 2): -1}
"""A and B as two bits, before and after: A leads clockwise. A step is a quarter of a detent."""
STEPS = 4


class Rak14006:
    """Channels `position` (detents, clockwise is positive, from the start of the program) and
    `pressed`. Threads: lane only."""

    def __init__(
        self,
        clockwise: LineAt,
        counter: LineAt,
        switch: LineAt,
        clock: Clock,
        *,
        interval: Seconds = Seconds(0.1),
        signals: str = "pulses",
        watch: Seconds = Seconds(0.09),
    ) -> None:
        self.groups = (Group("knob", (POSITION, PRESSED), interval),)
        self._clock, self._raw, self._watch = clock, signals == "raw", watch
        self._at = (clockwise, counter)
        self._pulses = [CountedInput(line, clock, active_low=False) for line in self._at]
        self._switch = CountedInput(switch, clock, active_low=True)
        self._lines: list[Line] = []
        self._steps = self._phase = 0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak14006:
        """The module in a slot: IO6 clockwise, IO4 the other way, IO5 the switch."""
        lines = wires.lines
        return cls(
            lines["IO6"],
            lines["IO4"],
            lines["IO5"],
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Take the lines; the position goes on from where it was. Raises BusError."""
        self.close()
        self._switch.open()
        if self._raw:
            self._lines = [at.request(Input(bias=Bias.PULL_UP)) for at in self._at]
            self._phase = self._phases()
        else:
            for pulses in self._pulses:
                pulses.open()

    def sample(self, group: Group) -> Sampling:
        """Look at the lines for most of the interval. Raises BusError."""
        end = self._clock.monotonic() + self._watch
        while True:
            self._look()
            if self._clock.monotonic() + LOOK > end:
                break
            yield LOOK
        return [
            Reading(POSITION.name, self._position),
            Reading(PRESSED.name, self._switch.on),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak14006", channel)

    def close(self) -> None:
        """Let go of the lines."""
        self._switch.close()
        for pulses in self._pulses:
            pulses.close()
        lines, self._lines = self._lines, []
        for line in lines:
            line.release()

    @property
    def _position(self) -> int:
        if self._raw:
            return round(self._steps / STEPS)
        clockwise, counter = self._pulses
        return clockwise.count - counter.count

    def _look(self) -> None:
        self._switch.poll()
        if not self._raw:
            for pulses in self._pulses:
                pulses.poll()
            return
        before, self._phase = self._phase, self._phases()
        self._steps += TURNS.get((before, self._phase), 0)

    def _phases(self) -> int:
        if not self._lines:
            raise BusUnavailable("the lines of the encoder are not open")
        a, b = (line.get() for line in self._lines)
        return a | b << 1
