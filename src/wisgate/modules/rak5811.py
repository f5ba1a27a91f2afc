"""RAK5811 0-5 V input: a divider of 0.6, a buffer and the slot ADC.

An open wire reads 0 V, as a true 0 V does, and so does a module that was pulled: a sensor of 0.5 to
4.5 V and limits of 0.25 V and 4.75 V at its point can tell.
"""

from __future__ import annotations

from statistics import fmean

from ..bus.lines import LineAt
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Seconds, Volts
from .outputs import not_writable
from .supplied_input import SuppliedInput
from .wires import SlotAdc, Wires

DIVIDER = 0.6  # 1.5 MΩ of 1 MΩ + 1.5 MΩ; modules sheet 4.3
OVER_V = 3.0  # at the ADC: 5.0 V at the terminal, the end of the range; modules sheet 4.3
CLIP_V = 3.18  # at the ADC: 5.3 V at the terminal, the limit of the input; modules sheet 4.3

A1 = Channel("a1", unit="V")


class Rak5811:
    """Channel A1, the mean of `average` conversions. `warm_up` is what the sensor needs after its
    supply came on. `a0` is where terminal A0 ends, which matters to the plan: A0 is not read.
    Threads: lane only."""

    def __init__(
        self,
        adc: SlotAdc,
        channel: int,
        enable: LineAt,
        clock: Clock,
        *,
        interval: Seconds = Seconds(1.0),
        warm_up: Seconds = Seconds(0.5),
        average: int = 1,
        a0: str = "IO4",
    ) -> None:
        self.groups = (Group("voltage", (A1,), interval),)
        self._average = average
        self._input = SuppliedInput(adc, channel, enable, clock, supply="sensor", warm_up=warm_up)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak5811:
        """The module in a slot: enable on IO1, A1 on AIN1 (modules sheet 4.3)."""
        return cls(
            wires.adc,
            wires.inputs["AIN1"],
            wires.lines["IO1"],
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Switch the sensor supply on. Raises BusError."""
        self._input.open()

    def sample(self, group: Group) -> Sampling:
        """One conversion, or several; between them the other slot may use the ADC. Raises BusError,
        ChipError, above all UnexpectedValue when the supply is off."""
        yield from self._input.warm()
        converted = yield from self._input.converted(self._average)
        self._input.check_supply()
        return [_judged(converted)]

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak5811", channel)

    def close(self) -> None:
        """Switch the sensor supply off and let go of the line. Raises BusError."""
        self._input.close()


def _judged(converted: list[Volts]) -> Reading:
    """One conversion that is clipped spoils the mean: what it would have been is not known."""
    if max(converted) > CLIP_V:
        return Reading(A1.name, None, Status.SATURATED)
    mean = fmean(converted)
    status = Status.UNCERTAIN if mean > OVER_V else Status.GOOD
    return Reading(A1.name, mean / DIVIDER, status)
