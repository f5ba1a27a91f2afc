"""RAK12500 GNSS receiver: a ZOE-M8Q over I2C. Modules sheet 6.1 and 6.11.

Without a fix there is no position: its channels have a status and no value, while `fix` and
`satellites` go on.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.zoe_m8q import Position, ZoeM8q
from ..config.model import SlotConfig
from ..core.points import Channel, Conversation, Group, Kind, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .outputs import not_writable
from .wires import Wires

LATITUDE = Channel("latitude", decimals=7)
LONGITUDE = Channel("longitude", decimals=7)
ALTITUDE = Channel("altitude", unit="m", decimals=1)
SPEED = Channel("speed", unit="m/s", decimals=2)
ACCURACY = Channel("accuracy", unit="m", decimals=1)
SATELLITES = Channel("satellites", kind=Kind.INT, decimals=0)
FIX = Channel("fix", kind=Kind.BOOL, decimals=0)


class Rak12500:
    """Where the box is. Threads: lane only."""

    def __init__(self, i2c: I2c, *, interval: Seconds = Seconds(1.0)) -> None:
        place = LATITUDE, LONGITUDE, ALTITUDE, SPEED, ACCURACY
        self.groups = (Group("position", (*place, SATELLITES, FIX), interval),)
        self._receiver = ZoeM8q(i2c)
        self._started = False

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12500:
        """The module in a slot: nothing but I2C; reset and pulse per second are left alone."""
        return cls(wires.i2c, interval=Seconds(config.interval))

    def open(self) -> None:
        """The next sampling sees who is there and silences the sentences that it sends."""
        self._started = False

    def sample(self, group: Group) -> Sampling:
        """What the receiver makes of the sky. Raises BusError, ChipError."""
        yield from self._start()
        solved = yield from self._receiver.solve()
        return [
            *_place(solved.position),
            Reading(SATELLITES.name, solved.satellites),
            Reading(FIX.name, solved.position is not None),
        ]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak12500", channel)

    def close(self) -> None:
        """Nothing of it is an output."""

    def _start(self) -> Conversation[None]:
        if not self._started:
            yield from self._receiver.drain()
            yield from self._receiver.identify()
            yield from self._receiver.configure()
            self._started = True


def _place(position: Position | None) -> list[Reading]:
    """Of what is not known a status, never a number."""
    values: dict[Channel, float | None] = dict.fromkeys(
        (LATITUDE, LONGITUDE, ALTITUDE, SPEED, ACCURACY)
    )
    if position is not None:
        values[LATITUDE], values[LONGITUDE] = position.latitude, position.longitude
        values[ALTITUDE], values[SPEED] = position.altitude, position.speed
        values[ACCURACY] = position.accuracy
    return [
        Reading(channel.name, value, Status.ABSENT if value is None else Status.GOOD)
        for channel, value in values.items()
    ]
