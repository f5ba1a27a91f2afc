"""How long a radio may send: the sub-bands of each region, and a ledger of what was sent.

The numbers are those of the modules sheet 5.5, defaults and no legal advice. A share counts over
any hour. The ledger adds up whole minutes and forgets a minute an hour after its end, so that it
errs on the side of silence; it is kept over restarts, and goes by UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..bus.memory import Memory
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Value
from ..core.units import Seconds

HOUR_S, MINUTE_S = 3600, 60
DWELL = Seconds(0.4)  # the longest packet where dwell time is limited


@dataclass(frozen=True)
class SubBand:
    """From `low` to `high` MHz. `share` of an hour that one radio may send, None for all of it;
    `power` in dBm; `dwell` how long one packet may be; `listen`: only after it was listened."""

    low: float
    high: float
    power: int
    share: float | None = None
    dwell: Seconds | None = None
    listen: bool = False

    def __str__(self) -> str:
        return f"{self.low:g}-{self.high:g} MHz"


REGIONS: Mapping[str, tuple[SubBand, ...]] = {
    "eu868": (
        SubBand(863.0, 865.0, 14, 0.001),
        SubBand(865.0, 868.0, 14, 0.01),
        SubBand(868.0, 868.6, 14, 0.01),
        SubBand(868.7, 869.2, 14, 0.001),
        SubBand(869.4, 869.65, 27, 0.1),
        SubBand(869.7, 870.0, 14, 0.01),
    ),
    "eu433": (SubBand(433.05, 434.79, 10, 0.1),),
    "us915": (SubBand(902.0, 928.0, 30, dwell=DWELL),),
    "au915": (SubBand(915.0, 928.0, 30, dwell=DWELL),),
    "as923": (SubBand(915.0, 928.0, 16, 0.01, DWELL),),
    "kr920": (SubBand(920.9, 923.3, 14, listen=True),),
    "in865": (SubBand(865.0, 867.0, 30),),
    "ru864": (SubBand(864.0, 870.0, 16, 0.001),),
    "cn470": (SubBand(470.0, 510.0, 17),),
}


def sub_band(region: str, frequency: float, bandwidth: float, power: int) -> SubBand:
    """Where a carrier with its bandwidth (Hz) lies, whole. Raises ValueError when that is nowhere,
    or too loud."""
    low, high = (frequency - bandwidth / 2) / 1e6, (frequency + bandwidth / 2) / 1e6
    bands = REGIONS[region]
    band = next((b for b in bands if b.low <= low and high <= b.high), None)
    if band is None:
        raise ValueError(
            f"frequency: {frequency / 1e6:g} MHz with {bandwidth / 1e3:g} kHz lies in no sub-band"
            f" of {region}: {', '.join(map(str, bands))}"
        )
    if power > band.power:
        raise ValueError(f"power: {power} dBm, and {band} of {region} allows {band.power} dBm")
    return band


class Ledger:
    """What was sent in one sub-band. Threads: lane only."""

    def __init__(self, band: SubBand, memory: Memory, clock: Clock) -> None:
        self._band, self._memory, self._clock = band, memory, clock
        self._minutes: dict[str, Value] | None = None
        """Of every sub-band that was ever used within the hour: "868-868.6 MHz 29453760", band and
        minute since 1970, to seconds."""

    def used(self) -> Seconds:
        """On the air within the last hour."""
        return Seconds(float(sum(self._mine().values())))

    def left(self) -> Seconds | None:
        """What may still be sent now; None where nothing limits it."""
        budget = self._budget()
        return None if budget is None else Seconds(max(0.0, budget - self.used()))

    def check(self, airtime: Seconds) -> None:
        """Raises OutputRefused for a packet that may not be sent now, with when it may be."""
        band = self._band
        if band.dwell is not None and airtime > band.dwell:
            raise OutputRefused(
                f"{band}: a packet of {airtime:.2f} s, and none may be longer than"
                f" {band.dwell:g} s; send less, or with a lower spreading factor"
            )
        budget = self._budget()
        if budget is None:
            return
        if airtime > budget:
            raise OutputRefused(
                f"{band}: a packet of {airtime:.2f} s, and {budget:g} s is all that may be sent in"
                " an hour; send less, or with a lower spreading factor"
            )
        used = self.used()
        if used + airtime > budget:
            raise OutputRefused(
                f"{band}: {used:.2f} s of {budget:g} s in an hour are used, and this takes"
                f" {airtime:.2f} s; again at {self._free_at(budget - airtime)} UTC"
            )

    def enter(self, airtime: Seconds) -> None:
        """Count a packet, before it is sent. Raises Unavailable when that cannot be kept."""
        now = self._now()
        minutes = {
            key: value
            for key, value in self._loaded().items()
            if _free(int(key.rpartition(" ")[2])) > now
        }
        key = f"{self._band} {int(now // MINUTE_S)}"
        minutes[key] = _seconds(minutes.get(key)) + airtime
        self._memory.keep(minutes)
        self._minutes = minutes

    def _budget(self) -> Seconds | None:
        share = self._band.share
        return None if share is None else Seconds(share * HOUR_S)

    def _free_at(self, room: float) -> str:
        """When no more than `room` seconds of what was sent still count."""
        mine = sorted(self._mine().items())
        used = sum(seconds for _minute, seconds in mine)
        free = self._now()
        for minute, seconds in mine:
            if used <= room:
                break
            used -= seconds
            free = _free(minute)
        return datetime.fromtimestamp(free, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def _mine(self) -> dict[int, float]:
        """Seconds by minute, of this sub-band, as far as they still count."""
        now, mine = self._now(), {}
        for key, value in self._loaded().items():
            band, _, minute = key.rpartition(" ")
            if band == str(self._band) and _free(int(minute)) > now:
                mine[int(minute)] = _seconds(value)
        return mine

    def _loaded(self) -> dict[str, Value]:
        if self._minutes is None:
            self._minutes = {
                key: value for key, value in self._memory.load().items() if _is_entry(key, value)
            }
        return self._minutes

    def _now(self) -> float:
        return self._clock.utc_ns() / 1e9


def _free(minute: int) -> int:
    """When a minute does not count any more, in seconds since 1970."""
    return (minute + 1) * MINUTE_S + HOUR_S


def _is_entry(key: str, value: Value) -> bool:
    return key.rpartition(" ")[2].isdecimal() and isinstance(value, int | float)


def _seconds(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
