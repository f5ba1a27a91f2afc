"""The two LEDs of the board: expander 0x27, lines 7 (D36, red) and 6, on when low (boards sheet
A5.1, A14)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from ..bus.lines import Line, LineAt, Output
from ..config.model import OnboardConfig
from ..core.errors import BusUnavailable, OutputRefused
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .carrier import Carrier

LEDS = {"led_1": "LED_1", "led_2": "LED_2"}
"""Channel: line of the board."""


class Indicators:
    """One writable channel per LED, dark when nobody commands it. Threads: lane only."""

    def __init__(self, leds: Mapping[str, LineAt], *, interval: Seconds = Seconds(60.0)) -> None:
        self._channels = {
            name: Channel(name, kind=Kind.BOOL, decimals=0, writable=True, safe=False, point=name)
            for name in leds
        }
        self.groups = (Group("indicators", tuple(self._channels.values()), interval),)
        self._leds = leds
        self._open: dict[str, Line] = {}

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Indicators:
        leds = {name: carrier.lines[line] for name, line in LEDS.items()}
        return cls(leds, interval=Seconds(config.interval))

    def open(self) -> None:
        """Take both lines, dark. Raises BusError."""
        self.close()
        for name, led in self._leds.items():
            self._open[name] = led.request(Output(False, active_low=True))

    def sample(self, group: Group) -> Sampling:
        """Read both pins back. Raises BusError."""
        yield from ()  # nothing to wait for
        if not self._open:
            raise BusUnavailable("the LED lines are not open")
        return [Reading(name, line.get()) for name, line in self._open.items()]

    def write(self, channel: str, value: Value) -> None:
        """Light or darken one LED. Raises OutputRefused, BusError."""
        if channel not in self._channels:
            raise OutputRefused(f"indicators has no writable channel {channel!r}")
        if not isinstance(value, bool):
            raise OutputRefused(f"{channel} takes true or false, not {value!r}")
        if channel not in self._open:
            raise BusUnavailable("the LED lines are not open")
        self._open[channel].set(value)

    def close(self) -> None:
        """Darken both and let go of the lines, even when the expander does not answer. Raises
        BusError."""
        lines, self._open = self._open, {}
        with ExitStack() as stack:
            for line in lines.values():
                stack.callback(line.release)
                stack.callback(line.set, False)
