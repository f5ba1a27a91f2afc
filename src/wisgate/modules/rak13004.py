"""RAK13004: sixteen PWM outputs of a PCA9685, for LEDs and servos.

Output enable (IO6, low) keeps every output low until something is switched on, and again after
close. The chip's second address is that of another chip; it is given up before anything else.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..bus.lines import Line, LineAt, Output
from ..chips.pca9685 import Pca9685, Pulse
from ..config.model import SlotConfig
from ..core.errors import BusUnavailable, OutputRefused, UnexpectedValue
from ..core.points import Channel, Group, Reading, Sampling, Value
from ..core.units import Fraction, Seconds
from .outputs import not_writable
from .wires import Wires

OUTPUTS = range(16)
DUTIES = tuple(Channel(f"pwm{n}", unit="%", decimals=2, writable=True, safe=0.0) for n in OUTPUTS)
ANGLES = tuple(
    Channel(f"angle{n}", unit="deg", decimals=1, writable=True, safe=0.0) for n in OUTPUTS
)
PULSES = tuple(
    Channel(f"pulse{n}", unit="us", decimals=1, writable=True, safe=0.0) for n in OUTPUTS
)
CHANNELS = {"duty": DUTIES, "angle": ANGLES, "pulse": PULSES}
TURN_DEG = 90.0  # to either side of the middle; modules sheet 4.6
MICROSECOND = 1e-6


class Rak13004:
    """Channels `pwm0` and so on in percent; a servo's angle in degrees from its middle, or its
    pulse in microseconds, where option `out0` and so on says so. All outputs have one `frequency`;
    `oscillator` is what the chip's really runs at. An output that nobody has commanded yet is off
    and reads its safe value, an angle its middle. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        enable: LineAt,
        *,
        interval: Seconds = Seconds(10.0),
        address: int = 0x40,
        frequency: float = 50.0,
        oscillator: float = 25e6,
        pulse_min: Seconds = Seconds(500e-6),
        pulse_max: Seconds = Seconds(2500e-6),
        out0: str = "duty",
        out1: str = "duty",
        out2: str = "duty",
        out3: str = "duty",
        out4: str = "duty",
        out5: str = "duty",
        out6: str = "duty",
        out7: str = "duty",
        out8: str = "duty",
        out9: str = "duty",
        out10: str = "duty",
        out11: str = "duty",
        out12: str = "duty",
        out13: str = "duty",
        out14: str = "duty",
        out15: str = "duty",
    ) -> None:
        low, high = (out0, out1, out2, out3, out4, out5, out6, out7), (out8, out9, out10, out11)
        kinds = (*low, *high, out12, out13, out14, out15)
        self._channels = tuple(CHANNELS[kind][n] for n, kind in enumerate(kinds))
        self.groups = (Group("outputs", self._channels, interval),)
        self._chip = Pca9685(i2c, address, frequency=frequency, oscillator=oscillator)
        self._servo = pulse_min, pulse_max
        self._enable_at, self._commanded = enable, dict[int, tuple[float, Pulse]]()
        self._enable: Line | None = None

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13004:
        """The module in a slot: output enable on IO6 (modules sheet 4.6)."""
        return cls(
            wires.i2c,
            wires.lines["IO6"],
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Outputs disabled, then the chip set up with every one of them off. Raises BusError."""
        self._let_go()
        self._commanded.clear()
        self._enable = self._enable_at.request(Output(False, active_low=True))
        self._chip.start()

    def sample(self, group: Group) -> Sampling:
        """Read back chip, outputs and their enable. Raises BusError, UnexpectedValue when they are
        not as commanded."""
        yield from ()
        self._chip.check()
        pulses = self._chip.read()
        if self._line().get() != bool(self._commanded):
            raise UnexpectedValue("output enable is not as commanded: the expander was reset")
        for n, (_value, pulse) in self._commanded.items():
            if pulses[n] != pulse:
                raise UnexpectedValue(
                    f"output {n} is high for {pulses[n].counts} of 4096, commanded was"
                    f" {pulse.counts}: somebody else writes to the chip"
                )
        return [
            Reading(channel.name, self._commanded[n][0] if n in self._commanded else channel.safe)
            for n, channel in enumerate(self._channels)
        ]

    def write(self, channel: str, value: Value) -> None:
        """Set one output; the first one enables them all. Raises OutputRefused, BusError."""
        n = next((n for n, c in enumerate(self._channels) if c.name == channel), None)
        if n is None:
            not_writable("rak13004", channel)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise OutputRefused(f"{channel} takes a number, not {value!r}")
        pulse = self._pulse(self._channels[n], float(value))
        self._chip.set(n, pulse)
        self._commanded[n] = float(value), pulse
        self._line().set(True)

    def close(self) -> None:
        """Outputs disabled, then off. Raises BusError."""
        try:
            if self._enable is not None:
                self._enable.set(False)
        finally:
            self._commanded.clear()
            self._let_go()
            self._chip.stop()

    def _pulse(self, channel: Channel, value: float) -> Pulse:
        """What the chip must do. Raises OutputRefused."""
        if channel in DUTIES:
            _demand(channel, value, 0.0, 100.0)
            return self._chip.duty(Fraction(value / 100))
        if channel in PULSES:
            _demand(channel, value, 0.0, self._chip.period / MICROSECOND)
            return self._chip.high(Seconds(value * MICROSECOND))
        _demand(channel, value, -TURN_DEG, TURN_DEG)
        shortest, longest = self._servo
        share = (value + TURN_DEG) / (2 * TURN_DEG)
        return self._chip.high(Seconds(shortest + share * (longest - shortest)))

    def _line(self) -> Line:
        if self._enable is None:
            raise BusUnavailable("the line of output enable is not open")
        return self._enable

    def _let_go(self) -> None:
        if self._enable is not None:
            line, self._enable = self._enable, None
            line.release()


def _demand(channel: Channel, value: float, lowest: float, highest: float) -> None:
    """Raises OutputRefused."""
    if not lowest <= value <= highest:
        raise OutputRefused(
            f"{channel.name} takes {lowest:g} to {highest:g} {channel.unit}, not {value:g}"
        )
