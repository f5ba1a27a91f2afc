"""The buzzer: passive, so that it needs a square wave, which the PWM of the processor gives at
GPIO13. A cap on J39 11-12 connects it (boards sheet A14)."""

from __future__ import annotations

from ..bus.pwm import Pwm
from ..config.model import OnboardConfig
from ..core.errors import OutputRefused
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .carrier import Carrier

ON = Channel("on", kind=Kind.BOOL, decimals=0, writable=True, safe=False, point="buzzer")


class Buzzer:
    """Silent when nobody commands it. `frequency` in hertz. Threads: lane only."""

    def __init__(
        self, pwm: Pwm, *, frequency: float = 440.0, interval: Seconds = Seconds(60.0)
    ) -> None:
        self.groups = (Group("buzzer", (ON,), interval),)
        self._pwm, self._frequency = pwm, frequency
        self._sounds = False

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Buzzer:
        frequency = float(str(dict(config.options)["frequency"]))
        return cls(carrier.pwms["BUZZER"], frequency=frequency, interval=Seconds(config.interval))

    def open(self) -> None:
        """Be silent. Raises BusUnavailable without a PWM, BusError."""
        self.close()

    def sample(self, group: Group) -> Sampling:
        """What it was told; nobody hears it for us."""
        yield from ()  # nothing to wait for
        return [Reading(ON.name, self._sounds)]

    def write(self, channel: str, value: Value) -> None:
        """Sound or be silent. Raises OutputRefused, BusUnavailable, BusError."""
        if channel != ON.name:
            raise OutputRefused(f"buzzer has no writable channel {channel!r}")
        if not isinstance(value, bool):
            raise OutputRefused(f"on takes true or false, not {value!r}")
        if value:
            self._pwm.play(self._frequency)
        else:
            self._pwm.stop()
        self._sounds = value

    def close(self) -> None:
        """Be silent. Raises BusUnavailable, BusError."""
        self._pwm.stop()
        self._sounds = False
