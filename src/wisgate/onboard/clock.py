"""The real-time clock: a PCF85063A that keeps the time while the box is off (boards sheet A10).

On RAKPiOS the kernel owns it: it sets the computer from it at start, and the clock once a time
service says that the computer is right. Then it is read through the kernel. Where nobody owns it,
we switch its clock output off, which only costs current, and set a clock that has lost the time as
soon as the computer knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from ..bus.host import Host
from ..chips.pcf85063a import Pcf85063a
from ..config.model import OnboardConfig
from ..core.clock import Clock as Time
from ..core.errors import OutputRefused, Unavailable
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .carrier import Carrier

INTACT = Channel("intact", kind=Kind.BOOL, decimals=0, point="clock_intact")
OFFSET = Channel("offset", unit="s", decimals=0, point="clock_offset")


class Clock:
    """`address` is that of the chip, on bus i2c-1. Threads: lane only."""

    def __init__(
        self,
        chip: Pcf85063a,
        host: Host,
        time: Time,
        *,
        address: int = 0x51,
        interval: Seconds = Seconds(60.0),
    ) -> None:
        self.groups = (Group("clock", (INTACT, OFFSET), interval),)
        self._chip, self._host, self._time, self._address = chip, host, time, address

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Clock:
        address = carrier.chips["U-RTC"]
        chip = Pcf85063a(carrier.i2c, address)
        interval = Seconds(config.interval)
        return cls(chip, carrier.host, carrier.clock, address=address, interval=interval)

    def open(self) -> None:
        """Switch the clock output off, where the chip is ours. Raises BusError."""
        if not self._kernels:
            self._chip.clock_out_off()

    def sample(self, group: Group) -> Sampling:
        """Whether the clock kept the time, and how far it is ahead of the computer; a clock that
        stood still has no offset. Raises BusError, UnexpectedValue."""
        yield from ()  # nothing to wait for
        told = self.utc()
        if told is None:
            if not self._kernels and self._host.time_synchronized():
                self._set()
            return [Reading(INTACT.name, False), Reading(OFFSET.name, None, Status.FAULT)]
        return [Reading(INTACT.name, True), Reading(OFFSET.name, told - self._seconds // 1)]

    def utc(self) -> float | None:
        """Seconds since 1970 that the clock says; None when it lost the time. Raises BusError,
        UnexpectedValue."""
        if not self._kernels:
            read = self._chip.read()
            return None if read.lost else read.utc.timestamp()
        chip = self._host.clock_chip()
        return chip.time if chip else None

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Raises OutputRefused, Unavailable, BusError."""
        yield from ()  # nothing to wait for
        match name:
            case "set":
                return self._set()
            case "wake":
                return self._wake(self._seconds + float(str(arguments["after"])))
            case "no_wake":
                return self._wake(None)
        raise OutputRefused(f"clock has no command {name!r}")

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"clock has no writable channel {channel!r}; its command is set")

    def close(self) -> None:
        """An alarm stays: it is there to wake the box that is switched off now."""

    @property
    def _kernels(self) -> bool:
        return bool(self._host.driver_of(1, self._address))

    @property
    def _seconds(self) -> float:
        return self._time.utc_ns() / 1e9

    def _set(self) -> dict[str, Value]:
        if self._kernels:
            raise OutputRefused(
                "the clock is the kernel's, which sets it when a time service says that the"
                " computer's time is right; by hand: sudo hwclock --systohc"
            )
        # The first second after setting is half a second long: the nearest one is right.
        utc = datetime.fromtimestamp(round(self._seconds), UTC)
        self._chip.set(utc)
        return {"utc": utc.isoformat()}

    def _wake(self, seconds: float | None) -> dict[str, Value]:
        utc = None if seconds is None else datetime.fromtimestamp(round(seconds), UTC)
        if self._kernels:
            try:
                self._host.wake_at(None if utc is None else utc.timestamp())
            except Unavailable as error:
                raise OutputRefused(str(error)) from error
        else:
            self._chip.set_alarm(utc)
        return {"utc": utc.isoformat() if utc else None}
