"""LTR-390UV-01 light and ultraviolet (Lite-On DS86-2015-0004 Ver. 1.1), one conversion at a time.

One of the two channels is converted at a time. The flag of a new result falls when the state is
read, so a start reads it first: what is ready afterwards belongs to that start. After a brown-out
the chip is in standby with its own settings and nothing ready. 13 bit is not used: its integration
time is disputed (modules sheet C-31).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import NotReady, WrongIdentity
from ..core.units import Lux, Seconds
from ..registers.ltr_390uv import (
    BITS,
    CODES_PER_UVI,
    CONVERSION_S,
    GAINS,
    LUX_FACTOR,
    LUX_TIME,
    Amplification,
    Control,
    Gain,
    Light,
    Measurement,
    PartId,
    Rate,
    Resolution,
    State,
    Ultraviolet,
)
from .registers8 import Registers8

TOLERANCE = 1.2  # of the oscillator, and the way out of standby
RESULT_BYTES = 3
UV_RESOLUTION, UV_GAIN = Resolution.BITS20, Gain.X18  # those of the sensitivity; section 6
LIGHT_RESOLUTION = Resolution.BITS18
STANDBY = Control.decode(Control.reset)
PART = PartId.decode(PartId.reset).part


@dataclass(frozen=True)
class Brightness:
    """`clipped`: it is at least that bright."""

    lux: Lux
    clipped: bool


class Ltr390uv:
    """One LTR-390UV; its address is fixed. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x53) -> None:
        self._bus, self._address = bus, address
        self._registers = Registers8(bus, address)
        self._gain = Gain.X3

    def identify(self) -> None:
        """Raises WrongIdentity, BusError."""
        found = self._registers.read_raw(PartId)
        if PartId.decode(found).part != PART:
            raise WrongIdentity(
                f"{self._address:#04x}: the part id reads {found:#04x}, that of an LTR-390UV"
                f" {PartId.reset:#04x}; check which module is fitted"
            )

    def trigger_light(self, gain: Gain = Gain.X3) -> Seconds:
        """Convert visible light once, 18 bit; return what to wait. Full scale is 157 klx divided by
        the gain. Raises BusError."""
        self._gain = gain
        return self._start(LIGHT_RESOLUTION, Rate.MS100, gain, ultraviolet=False)

    def collect_light(self) -> Brightness:
        """Read what `trigger_light` started, and go to standby. Raises NotReady, BusError."""
        code = Light.decode(self._finish(Light.address)).code
        scale = GAINS[self._gain] * LUX_TIME[LIGHT_RESOLUTION]
        top = (1 << BITS[LIGHT_RESOLUTION]) - 1
        return Brightness(Lux(LUX_FACTOR * code / scale), clipped=code >= top)

    def trigger_ultraviolet(self) -> Seconds:
        """Convert ultraviolet once, 20 bit, gain 18; return what to wait. Raises BusError."""
        return self._start(UV_RESOLUTION, Rate.MS100, UV_GAIN, ultraviolet=True)

    def collect_ultraviolet(self) -> float:
        """The UV index of what `trigger_ultraviolet` started, and go to standby. Its full scale is
        far beyond the sun. Raises NotReady, BusError."""
        return Ultraviolet.decode(self._finish(Ultraviolet.address)).code / CODES_PER_UVI

    def standby(self) -> None:
        """Convert nothing. Raises BusError."""
        self._registers.write(STANDBY)

    def _start(
        self, resolution: Resolution, rate: Rate, gain: Gain, *, ultraviolet: bool
    ) -> Seconds:
        self._registers.read_raw(State)
        self._registers.write(Measurement(resolution=resolution, rate=rate))
        self._registers.write(Amplification(gain=gain))
        self._registers.write(Control(reset_all=False, ultraviolet=ultraviolet, enabled=True))
        return Seconds(CONVERSION_S[resolution] * TOLERANCE)

    def _finish(self, register: int) -> int:
        if not self._registers.read(State).ready:
            raise NotReady(f"{self._address:#04x}: the conversion is still running; wait for it")
        answer = self._bus.transfer(self._address, bytes([register]), RESULT_BYTES)
        self.standby()
        return int.from_bytes(answer, "little")
