"""What gas modules share: a heated film behind a load resistor, its supply switched by a line, and
an ADC whose reference is that supply.

The film's resistance says how much of a gas there is only by a curve that the user chooses. Its
scale is the resistance in clean air, which differs from film to film: `calibrate` measures it. R0
is not that resistance, but what the curve takes for ratio 1: it follows from the former by the
ratio that the same source has in clean air, so that a wrong pair of the two is not possible.
Sources: modules sheet 5.0 to 5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log10
from statistics import fmean

from ..bus.i2c import I2c
from ..bus.lines import Line, LineAt, Output
from ..bus.memory import Memory
from ..chips.adc121c021 import Adc121c021
from ..core.clock import Clock
from ..core.errors import OutputRefused, UnexpectedValue
from ..core.points import (
    Channel,
    Commanding,
    Group,
    Kind,
    Reading,
    Sampling,
    Status,
    Value,
)
from ..core.units import Ohms, Seconds
from .outputs import not_writable

LOAD_OHM = Ohms(10e3)  # R12; modules sheet 5.1
ADC_READY_S = 0.02  # the step-up and the ADC after EN: about 10 ms; modules sheet 5.1
OPEN_CODE, SHORTED_CODE = 10, 4080  # modules sheet 5.1, faults
PAUSE_S = 0.1
"""Between two samples of a calibration."""

RATIO = Channel("ratio", decimals=3)
WARMING = Channel("warming", kind=Kind.BOOL, decimals=0)


@dataclass(frozen=True)
class Curve:
    """log10(ratio) = slope * log10(ppm) + offset, where ratio is that to R0; in clean air the ratio
    is `clean`."""

    clean: float
    slope: float
    offset: float

    def ppm(self, ratio: float) -> float:
        """Parts per million. Raises OverflowError for a ratio beyond reason."""
        return float(10 ** ((log10(ratio) - self.offset) / self.slope))


@dataclass(frozen=True)
class Range:
    """Parts per million in which the film is specified; a curve is not drawn on beyond a third of
    the least and twice the most."""

    least: float
    most: float

    def clamped(self, ppm: float) -> tuple[float, bool]:
        """The value, and whether it is inside the specified range."""
        return min(2 * self.most, max(self.least / 3, ppm)), self.least <= ppm <= self.most


class GasModule:
    """Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        enable: LineAt,
        clock: Clock,
        memory: Memory,
        gas: Channel,
        curve: Curve,
        limits: Range,
        *,
        address: int,
        air: Ohms,
        load: Ohms,
        warm_up: Seconds,
        interval: Seconds,
    ) -> None:
        """`air` is the resistance of the film in clean air, until it is calibrated."""
        self.groups = (Group("gas", (gas, RATIO, WARMING), interval),)
        self._adc = Adc121c021(i2c, address)
        self._enable_at, self._clock, self._memory = enable, clock, memory
        self._gas, self._curve, self._limits = gas, curve, limits
        self._given = self._air = air
        self._load, self._warm_up = load, warm_up
        self._enable: Line | None = None
        self._identified = False
        self._on_since = 0.0

    def open(self) -> None:
        """Switch heater and ADC on; a calibration that was kept counts from here on. Raises
        BusError."""
        self.close()
        self._identified = False
        self._enable = self._enable_at.request(Output(True))
        self._on_since = self._clock.monotonic()
        air = self._memory.load().get("air")
        if isinstance(air, float) and air > 0:
            self._air = Ohms(air)

    def sample(self, group: Group) -> Sampling:
        """One conversion. Uncertain while the film warms up, and outside its range. Raises
        BusError, WrongIdentity, UnexpectedValue when the supply is off or the film is broken."""
        yield from self._ready()
        resistance = self._resistance()
        ratio = resistance / self._r0
        try:
            ppm, inside = self._limits.clamped(self._curve.ppm(ratio))
        except OverflowError as error:
            raise UnexpectedValue(f"a ratio of {ratio:g} is beyond any curve") from error
        warming = self._warming > 0
        certain = Status.UNCERTAIN if warming else Status.GOOD
        return [
            Reading(self._gas.name, ppm, certain if inside else Status.UNCERTAIN),
            Reading(RATIO.name, ratio, certain),
            Reading(WARMING.name, warming),
        ]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """`calibrate`: what is measured now is clean air; `forget`: the option counts again.
        Raises OutputRefused while the film warms up, BusError, ChipError."""
        if name == "forget":
            yield from ()
            self._memory.keep({})
            self._air = self._given
            return {}
        if self._warming > 0 and not arguments["force"]:
            raise OutputRefused(
                f"the film still warms up, for {self._warming:.0f} s; wait, or say force=true"
            )
        yield from self._ready()
        seen: list[float] = []
        for _ in range(int(arguments["samples"] or 1)):
            seen.append(self._resistance())
            yield PAUSE_S
        air = fmean(seen)
        now = datetime.fromtimestamp(self._clock.utc_ns() / 1e9, UTC)
        self._memory.keep({"air": air, "time": now.isoformat(timespec="seconds")})
        self._air = Ohms(air)
        return {"r0": round(self._r0, 1), "air": round(air, 1), "samples": len(seen)}

    def write(self, channel: str, value: Value) -> None:
        not_writable(type(self).__name__.lower(), channel)

    def close(self) -> None:
        """Switch heater and ADC off and let go of the line. Raises BusError."""
        if self._enable is not None:
            line, self._enable = self._enable, None
            try:
                line.set(False)
            finally:
                line.release()

    @property
    def _r0(self) -> float:
        return self._air / self._curve.clean

    @property
    def _warming(self) -> float:
        """Seconds that are left of the warm-up."""
        return self._on_since + self._warm_up - self._clock.monotonic()

    def _ready(self) -> Sampling:
        """Wait until the ADC answers, and look whether it is one."""
        left = self._on_since + ADC_READY_S - self._clock.monotonic()
        if left > 0:
            yield left
        if self._enable is None or not self._enable.get():
            raise UnexpectedValue("the supply of heater and ADC is off: the expander was reset")
        if not self._identified:
            self._adc.identify()
            self._adc.mark()
            self._identified = True
        return []

    def _resistance(self) -> float:
        """Of the film, in ohms. Raises UnexpectedValue when no film can have it."""
        code = self._adc.read()
        if not OPEN_CODE <= code <= SHORTED_CODE:
            what = "open, or cold" if code < OPEN_CODE else "shorted, or without its load resistor"
            raise UnexpectedValue(f"code {code} of {Adc121c021.CODES}: the film is {what}")
        return self._load * (Adc121c021.CODES - code) / code
