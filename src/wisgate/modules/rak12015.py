"""RAK12015 vibration: a spring that makes a square wave while it shakes. Modules sheet 5.4.

The output rests near 0 V and swings up to 2 V, 50 to 500 times a second, for some ten to some
hundred milliseconds. So the slot ADC listens without a pause for `burst` in every interval, faster
than the wave: no shock inside a window is missed, and `watched` tells how much of the time that
was. Nobody else gets the ADC meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import sqrt

from ..bus.lines import Input, Line, LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import BusUnavailable, UnexpectedValue
from ..core.points import Channel, Group, Hold, Kind, Reading, Release, Sampling, Step, Value
from ..core.units import Seconds, Volts
from .outputs import not_writable
from .wires import SlotAdc, Wires

PEAK = Channel("peak", unit="V")
RMS = Channel("rms", unit="V")
RATE = Channel("rate", unit="Hz", decimals=0)
EVENTS = Channel("events", kind=Kind.INT, decimals=0)
WATCHED = Channel("watched", unit="%", decimals=1)

JOB_S = 0.015
"""How long one conversation of the window lasts; writes of others get in between."""
FALLING = 0.6
"""The threshold downwards, as part of the one upwards: 0.3 V for 0.5 V."""
QUIET_S = 1.0
"""Shocks closer together are one."""
STUCK_V = 0.3
LINE_PAUSE_S = 1e-3


class Rak12015:
    """One window a sampling. With `output` "digital" the line of the comparator is looked at
    instead of the ADC, and there are no volts. Threads: lane only."""

    def __init__(
        self,
        adc: SlotAdc,
        channel: int,
        clock: Clock,
        digital: LineAt | None = None,
        *,
        interval: Seconds = Seconds(1.0),
        output: str = "analog",
        burst: Seconds = Seconds(0.2),
        threshold: Volts = Volts(0.5),
        transitions: int = 2,
    ) -> None:
        """`transitions` within a window make it a shock."""
        self._digital = output == "digital"
        volts = () if self._digital else (PEAK, RMS)
        self.groups = (Group("vibration", (*volts, RATE, EVENTS, WATCHED), interval),)
        self._adc, self._channel, self._clock, self._line_at = adc, channel, clock, digital
        self._burst, self._threshold, self._least = burst, threshold, transitions
        self._line: Line | None = None
        self._identified = False
        self._events = 0
        self._shaken_at = float("-inf")
        self._window_at: float | None = None

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12015:
        """The module in a slot: AIN1, or IO4 after the rework (modules sheet 5.4)."""
        return cls(
            wires.adc,
            wires.inputs["AIN1"],
            wires.clock,
            wires.lines.get("IO4"),
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Take the line, where the digital output is used. Raises BusError."""
        self.close()
        self._identified, self._window_at = False, None
        if self._digital and self._line_at is not None:
            self._line = self._line_at.request(Input())

    def sample(self, group: Group) -> Sampling:
        """One window. Raises BusError, ChipError, UnexpectedValue for an output that rests high."""
        began = self._clock.monotonic()
        samples = yield from (self._on_line() if self._digital else self._on_adc())
        watched = self._clock.monotonic() - began
        since, self._window_at = self._window_at, began
        transitions = _transitions(samples, self._threshold)
        if not transitions and min(samples) > STUCK_V:
            raise UnexpectedValue(
                f"the output rests at {min(samples):.2f} V without a transition: it is stuck, or"
                " another module is in the slot"
            )
        if transitions >= self._least and began - self._shaken_at >= QUIET_S:
            self._events += 1
        if transitions >= self._least:
            self._shaken_at = self._clock.monotonic()
        period = group.interval if since is None else max(watched, began - since)
        readings = [
            Reading(RATE.name, transitions / watched),
            Reading(EVENTS.name, self._events),
            Reading(WATCHED.name, min(100.0, 100 * watched / period)),
        ]
        if not self._digital:
            rms = sqrt(sum(v * v for v in samples) / len(samples))
            readings += [Reading(PEAK.name, max(samples)), Reading(RMS.name, rms)]
        return readings

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak12015", channel)

    def close(self) -> None:
        """Let go of the line; the ADC was let go with the last window."""
        if self._line is not None:
            line, self._line = self._line, None
            line.release()

    def _on_adc(self) -> Generator[Step, None, list[float]]:
        yield Hold(self._adc)
        if not self._identified:
            self._adc.identify()
            self._identified = True
        period = self._adc.run(self._channel)
        yield 2 * period
        try:
            return (yield from self._window(self._adc.latest, period))
        finally:
            self._adc.halt()
            yield Release(self._adc)

    def _on_line(self) -> Generator[Step, None, list[float]]:
        line = self._line
        if line is None:
            raise BusUnavailable("the digital output of the module is not open")
        return (yield from self._window(lambda: 3.3 * line.get(), LINE_PAUSE_S))

    def _window(
        self, read: Callable[[], float], period: float
    ) -> Generator[Step, None, list[float]]:
        """Values `period` seconds apart, as long as the window lasts."""
        samples: list[float] = []
        due = self._clock.monotonic()
        end = due + self._burst
        while due < end:
            job_end = self._clock.monotonic() + JOB_S
            while due < min(end, job_end):
                self._clock.sleep(max(0.0, due - self._clock.monotonic()))
                samples.append(read())
                due = max(due + period, self._clock.monotonic())
            yield 0.0
        return samples


def _transitions(samples: list[float], threshold: float) -> int:
    """How often the signal rose above the threshold, having been below 60 % of it."""
    high, found = samples[0] > threshold, 0
    for volts in samples:
        if not high and volts > threshold:
            high, found = True, found + 1
        elif high and volts < FALLING * threshold:
            high = False
    return found
