"""The fan: an EMC2301 drives it after a curve over the temperature of the processor (boards sheet
A8). Whatever goes wrong, it ends at full speed: when the temperature is unknown, when the function
is closed, and by the watchdog of the chip when the whole gateway is gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ..bus.host import Host
from ..chips.emc2301 import Emc2301
from ..config.model import OnboardConfig
from ..core.errors import OutputRefused, Unavailable
from ..core.points import Channel, Group, Kind, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .carrier import Carrier

SPEED = Channel("speed", unit="{rev}/min", decimals=0, point="fan_speed")
DRIVE = Channel("drive", unit="%", decimals=0, point="fan_drive")
STALLED = Channel("stalled", kind=Kind.BOOL, decimals=0, point="fan_stalled")
NO_START = Channel("no_start", kind=Kind.BOOL, decimals=0, point="fan_no_start")

FULL = 1.0
CURVE = ((45.0, 0.3), (70.0, 1.0))
WATCHED_S = 3.0
"""Up to this interval the chip's watchdog of four seconds can be on: every sampling feeds it."""


class Fan:
    """`curve` is pairs of degrees Celsius, rising, and drive from 0 to 1. Threads: lane only."""

    def __init__(
        self,
        emc2301: Emc2301,
        host: Host,
        *,
        curve: Sequence[tuple[float, float]] = CURVE,
        interval: Seconds = Seconds(2.0),
    ) -> None:
        self.groups = (Group("fan", (SPEED, DRIVE, STALLED, NO_START), interval),)
        self._emc2301, self._host = emc2301, host
        self._curve = tuple(curve)
        self._watchdog = interval <= WATCHED_S

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Fan:
        options = dict(config.options)
        chip = Emc2301(carrier.i2c, carrier.chips["U-FAN"], poles=int(str(options["poles"])))
        curve = options["curve"]
        if not isinstance(curve, tuple):
            raise TypeError(f"curve is {curve!r}, not pairs")
        return cls(chip, carrier.host, curve=curve, interval=Seconds(config.interval))

    def open(self) -> None:
        """Set the chip up and drive the fan as warm as it is. Raises WrongIdentity, BusError."""
        self._emc2301.identify()
        self._emc2301.configure(watchdog=self._watchdog)
        self._emc2301.drive(self._wanted())

    def sample(self, group: Group) -> Sampling:
        """Drive, then look at the fan; a chip that forgot its set-up gets it again. The speed of a
        fan that does not turn although it is driven is a fault. Raises WrongIdentity, BusError."""
        if not self._emc2301.configured():
            self.open()
        self._emc2301.drive(self._wanted())
        yield 0.0
        state = self._emc2301.read()
        failed = state.stalled or state.spin_failed
        speed = Reading(SPEED.name, None, Status.FAULT)
        return [
            speed if failed else Reading(SPEED.name, state.speed),
            Reading(DRIVE.name, state.drive * 100),
            Reading(STALLED.name, state.stalled),
            Reading(NO_START.name, state.spin_failed),
        ]

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"fan has no writable channel {channel!r}; it follows its curve")

    def close(self) -> None:
        """Full speed, since nobody looks at the temperature any more. Raises BusError."""
        self._emc2301.drive(FULL)

    def _wanted(self) -> float:
        try:
            return along(self._curve, self._host.cpu_temperature())
        except Unavailable:
            return FULL


def along(curve: Sequence[tuple[float, float]], x: float) -> float:
    """The height of a curve at `x`: straight lines between its points, level beyond its ends."""
    place = bisect_right(curve, x, key=lambda point: point[0])
    if place == 0:
        return curve[0][1]
    if place == len(curve):
        return curve[-1][1]
    (left, low), (right, high) = curve[place - 1], curve[place]
    return low + (high - low) * (x - left) / (right - left)
