"""EMC2301 fan controller (SMSC EMC2301, revision 1.1).

The drive is set directly; the chip's own speed control is not used, because a curve over the
temperature is more to the point than a speed. With the watchdog the chip drives the fan at 100 % by
itself when nobody talks to it for four seconds (4.8.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bus.i2c import I2c
from ..core.errors import WrongIdentity
from ..registers.emc2301 import (
    COUNT_SHIFT,
    STOPPED,
    TACH_HZ,
    Configuration,
    Edges,
    FanConfiguration1,
    FanSetting,
    FanStatus,
    ManufacturerId,
    ProductId,
    Range,
    SpinStatus,
    StallStatus,
    TachReadingHigh,
    TachReadingLow,
)
from .registers8 import Registers8

FULL_DRIVE = 255  # 5.7
EDGES_OF_POLES = {1: Edges.EDGES3, 2: Edges.EDGES5, 3: Edges.EDGES7, 4: Edges.EDGES9}  # 5.9
SLOWEST = Range.RPM500  # 5.9: counts are not multiplied; what turns slower counts as standing


@dataclass(frozen=True)
class FanState:
    """`speed` in revolutions per minute, 0 when it stands still; `drive` is what the fan gets, 0 to
    1. `stalled`: too slow for a fan that is driven; `spin_failed`: it did not start; `unattended`:
    the watchdog had to drive it at 100 %. What happened since the last time counts, too."""

    speed: float
    drive: float
    stalled: bool
    spin_failed: bool
    unattended: bool


class Emc2301:
    """One EMC2301 with one fan of 1 to 4 `poles` (two in almost every fan). Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x2F, *, poles: int = 2) -> None:
        """Raises ValueError for a number of poles that the chip cannot count."""
        if poles not in EDGES_OF_POLES:
            raise ValueError(f"no fan of {poles} poles; the chip counts 1 to {len(EDGES_OF_POLES)}")
        self._address = address
        self._registers = Registers8(bus, address)
        self._fan = replace(
            FanConfiguration1.decode(FanConfiguration1.reset),
            automatic=False,
            range=SLOWEST,
            edges=EDGES_OF_POLES[poles],
        )

    def identify(self) -> None:
        """Raises WrongIdentity, BusError."""
        found = self._registers.read_raw(ProductId), self._registers.read_raw(ManufacturerId)
        if found != (ProductId.reset, ManufacturerId.reset):
            raise WrongIdentity(
                f"{self._address:#04x}: product and manufacturer read {found[0]:#04x} and"
                f" {found[1]:#04x}, those of an EMC2301 {ProductId.reset:#04x} and"
                f" {ManufacturerId.reset:#04x}; another chip is at this address"
            )

    def configure(self, *, watchdog: bool) -> None:
        """Direct drive, the slowest range, the edges of the fan; with `watchdog` the fan is driven
        at 100 % after four seconds in which nobody talks to the chip. Raises BusError."""
        self._registers.write(replace(Configuration.decode(Configuration.reset), watchdog=watchdog))
        self._registers.write(self._fan)

    def configured(self) -> bool:
        """Whether the chip still has what `configure` wrote: a brown-out takes it away. Raises
        BusError."""
        return self._registers.read_raw(FanConfiguration1) == self._fan.encode()

    def drive(self, ratio: float) -> None:
        """Drive the fan with 0 to 1. From standing still it gets 100 % for a moment (5.12). Raises
        ValueError, BusError."""
        if not 0 <= ratio <= 1:
            raise ValueError(f"a drive of {ratio}; 0 to 1 is possible")
        self._registers.write(FanSetting(drive=round(ratio * FULL_DRIVE)))

    def read(self) -> FanState:
        """Raises BusError."""
        summary = self._registers.read(FanStatus)
        stalled = self._registers.read(StallStatus).stalled
        spin_failed = self._registers.read(SpinStatus).spin_fail
        high = self._registers.read(TachReadingHigh).high  # first: it keeps the low byte (5.18)
        low = self._registers.read(TachReadingLow).low
        drive = self._registers.read(FanSetting).drive / FULL_DRIVE
        return FanState(
            speed=speed(high << 8 - COUNT_SHIFT | low),
            drive=drive,
            stalled=stalled,
            spin_failed=spin_failed,
            unattended=summary.watchdog,
        )


def speed(count: int) -> float:
    """Revolutions per minute of a tachometer count, with the edges that belong to the poles: these
    are two per pole, so that every fan counts alike. 5.18, equation 2."""
    if count >= STOPPED or count == 0:
        return 0.0
    return 2 * TACH_HZ * 60 / count
