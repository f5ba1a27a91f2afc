"""RAK12037 carbon dioxide, temperature and humidity: an SCD30, which measures every two seconds by
itself.

What the chip is set to is kept without power, in a memory that wears: it is asked for, and written
only when it differs. The ready pin on IO6 is not used: the chip tells the same on the bus.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ..bus.i2c import I2c
from ..chips.scd30 import Air, Scd30
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import NotReady, OutputRefused
from ..core.points import Channel, Commanding, Group, Sampling, Value
from ..core.units import Seconds
from ..registers.scd30 import INTERVALS_S, Command
from .outputs import not_writable
from .specified import judged
from .wires import Wires

CO2 = Channel("co2", unit="[ppm]", decimals=0)
TEMPERATURE = Channel("temperature", unit="Cel", decimals=2)
HUMIDITY = Channel("humidity", unit="%", decimals=1)

CO2_PPM = (400.0, 10_000.0)  # SCD30 data sheet, table 1
TEMPERATURES = (-40.0, 70.0)
EVERY_HUMIDITY = (0.0, 100.0)
MEASURES_EVERY_S = INTERVALS_S[0]
POLL = Seconds(0.25)
POLLS = 22  # two measurements, the first of which has no CO2, and some tolerance
SETTLES_S = 120.0  # in the air of a calibration; interface description 1.4.6


class Rak12037:
    """`altitude` above sea level corrects the CO2; `self_calibration` takes the lowest values of
    some days for fresh air, which the chip must then get every week. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        clock: Clock,
        *,
        interval: Seconds = Seconds(10.0),
        altitude: float = 0.0,
        self_calibration: bool = False,
    ) -> None:
        self.groups = (Group("air", (CO2, TEMPERATURE, HUMIDITY), interval),)
        self._scd30, self._clock = Scd30(i2c), clock
        self._altitude, self._self_calibration = round(altitude), self_calibration
        self._running_since: float | None = None

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak12037:
        """The module in a slot: nothing but I2C is used (modules sheet 6.7)."""
        return cls(
            wires.i2c,
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """The chip needs two seconds after power-up: the first sampling waits for it."""
        self._running_since = None

    def sample(self, group: Group) -> Sampling:
        """The newest measurement; sooner than every two seconds it waits for one. Raises BusError,
        ChecksumMismatch, NotReady, UnexpectedValue."""
        yield from self._set_up()
        air = yield from self._next()
        return [
            judged(CO2, air.co2 or 0.0, CO2_PPM),
            judged(TEMPERATURE, air.temperature, TEMPERATURES),
            judged(HUMIDITY, air.humidity * 100, EVERY_HUMIDITY),
        ]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Tell the chip what it breathes. Raises OutputRefused before it did so for two minutes,
        BusError, ChecksumMismatch."""
        since = yield from self._set_up()
        left = since + SETTLES_S - self._clock.monotonic()
        if left > 0:
            raise OutputRefused(
                f"rak12037 must stand in that air for two minutes first: try again in {left:.0f} s"
            )
        self._scd30.recalibrate(int(str(arguments["reference"])))
        yield self._scd30.ask(Command.RECALIBRATION)
        return {"reference": self._scd30.answer()}

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak12037", channel)

    def close(self) -> None:
        """It goes on measuring: its zero drifts less when it is never off."""

    def _set_up(self) -> Generator[float, None, float]:
        """Once after `open`: what it is set to, and that it measures. Returns since when."""
        if self._running_since is not None:
            return self._running_since
        yield Scd30.BOOT
        yield self._scd30.ask(Command.FIRMWARE)
        self._scd30.answer()  # its checksum tells an SCD30 from most others
        for command, wanted, tell in (
            (Command.INTERVAL, MEASURES_EVERY_S, self._scd30.set_interval),
            (Command.ALTITUDE, self._altitude, self._scd30.set_altitude),
            (Command.SELF_CALIBRATION, int(self._self_calibration), self._calibrate_itself),
        ):
            wait = self._scd30.ask(command)
            yield wait
            if self._scd30.answer() != wanted:
                tell(wanted)
                yield wait
        self._scd30.start()
        self._running_since = self._clock.monotonic()
        return self._running_since

    def _calibrate_itself(self, on: int) -> None:
        self._scd30.set_self_calibration(bool(on))

    def _next(self) -> Generator[float, None, Air]:
        """The measurement that waits, or the next; one without CO2 does not count."""
        for _ in range(POLLS):
            yield self._scd30.ask(Command.READY)
            if self._scd30.answer():
                yield self._scd30.ask_reading()
                air = self._scd30.reading()
                if air.co2 is not None:
                    return air
            yield POLL
        raise NotReady("0x61: the SCD30 gives no measurement; take its supply away for a moment")
