"""RAK5801 4-20 mA input: a 49.9 Ω shunt, an amplifier of 3.004 and the slot ADC.

The status of the loop follows NAMUR NE 43. A module that was pulled cannot be told from an open
loop: it has no identity, and both read 0 mA.
"""

from __future__ import annotations

from statistics import fmean

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Ohms, Seconds
from .outputs import not_writable
from .supplied_input import SuppliedInput
from .wires import SlotAdc, Wires

FAILURE_LOW_MA = 3.6  # NE 43: open loop or broken sensor below
UNCERTAIN_LOW_MA = 3.8
UNCERTAIN_HIGH_MA = 20.5
FAILURE_HIGH_MA = 21.0  # NE 43: sensor failure or short
CLIP_V = 3.28  # the ADC clips near its 3.3 V supply; modules sheet 4.1

A1 = Channel("a1", unit="mA")


def loop_status(milliamperes: float) -> Status:
    """NAMUR NE 43: 3.8 to 20.5 mA is good, below 3.6 and from 21 mA on the loop is faulty."""
    if not FAILURE_LOW_MA <= milliamperes < FAILURE_HIGH_MA:
        return Status.FAULT
    if not UNCERTAIN_LOW_MA <= milliamperes <= UNCERTAIN_HIGH_MA:
        return Status.UNCERTAIN
    return Status.GOOD


class Rak5801:
    """Channel A1, the mean of `average` conversions. `transfer` is the voltage at the ADC per
    ampere, `warm_up` what the transmitter needs after its supply came on. Threads: lane only."""

    def __init__(
        self,
        adc: SlotAdc,
        channel: int,
        enable: LineAt,
        clock: Clock,
        *,
        interval: Seconds = Seconds(1.0),
        transfer: Ohms = Ohms(149.9),
        warm_up: Seconds = Seconds(0.5),
        average: int = 1,
    ) -> None:
        self.groups = (Group("loop", (A1,), interval),)
        self._transfer, self._average = transfer, average
        self._input = SuppliedInput(adc, channel, enable, clock, supply="loop", warm_up=warm_up)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak5801:
        """The module in a slot: enable on IO1, A1 on AIN1 (modules sheet 4.1)."""
        return cls(
            wires.adc,
            wires.inputs["AIN1"],
            wires.lines["IO1"],
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Switch the loop supply on. Raises BusError."""
        self._input.open()

    def sample(self, group: Group) -> Sampling:
        """One conversion, or several; between them the other slot may use the ADC. Raises BusError,
        ChipError, above all UnexpectedValue when the loop has lost its supply."""
        yield from self._input.warm()
        converted = yield from self._input.converted(self._average)
        self._input.check_supply()
        if max(converted) >= CLIP_V:  # one that is clipped spoils the mean
            return [Reading(A1.name, None, Status.SATURATED)]
        milliamperes = fmean(converted) / self._transfer * 1e3
        status = loop_status(milliamperes)
        return [Reading(A1.name, milliamperes if status.carries_value else None, status)]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak5801", channel)

    def close(self) -> None:
        """Switch the loop supply off and let go of the line. Raises BusError."""
        self._input.close()
