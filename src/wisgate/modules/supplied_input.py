"""What analog modules share: an input of the slot ADC behind electronics that a line supplies."""

from __future__ import annotations

from collections.abc import Generator

from ..bus.lines import Line, LineAt, Output
from ..core.clock import Clock
from ..core.errors import NotReady, UnexpectedValue
from ..core.points import Hold, Release, Step
from ..core.units import Seconds, Volts
from .wires import SlotAdc

SETTLE_S = 0.05  # boost converter and two filters of 1 ms; modules sheet 4.1, 4.3


class SuppliedInput:
    """One input. `supply` is what the line enables, in words; `warm_up` what is behind it needs
    after it came on, at least the electronics' 50 ms. Threads: lane only."""

    def __init__(
        self,
        adc: SlotAdc,
        channel: int,
        enable: LineAt,
        clock: Clock,
        *,
        supply: str,
        warm_up: Seconds,
    ) -> None:
        self._adc, self._channel, self._enable_at, self._clock = adc, channel, enable, clock
        self._supply, self._warm_up = supply, warm_up
        self._enable: Line | None = None
        self._identified = False
        self._warm_at = 0.0

    def open(self) -> None:
        """Switch the supply on. The ADC may be converting for the other slot: it is looked at by
        the first conversion, when it is ours. Raises BusError."""
        self.close()
        self._identified = False
        self._enable = self._enable_at.request(Output(True))
        self._warm_at = self._clock.monotonic() + max(self._warm_up, SETTLE_S)

    def warm(self) -> Generator[Step, None, None]:
        """Wait for what is left of the warm-up."""
        if (wait := self._warm_at - self._clock.monotonic()) > 0:
            yield wait

    def converted(self, count: int) -> Generator[Step, None, list[Volts]]:
        """`count` conversions, one after the other. Raises as `convert`."""
        found: list[Volts] = []
        for _ in range(count):
            found.append((yield from self.convert()))
        return found

    def convert(self) -> Generator[Step, None, Volts]:
        """One conversion, as volts at the ADC, which is ours until it is done. Raises BusError,
        ChipError."""
        yield Hold(self._adc)
        if not self._identified:
            self._adc.identify()
            self._identified = True
        yield (yield from self._start())
        volts = yield from self._collect()
        yield Release(self._adc)
        return volts

    def _start(self) -> Generator[Step, None, Seconds]:
        """Start our conversion. One that another slot gave up on may still run."""
        for _ in range(self._adc.RETRIES):
            try:
                return self._adc.trigger(self._channel)
            except NotReady:
                yield self._adc.RETRY
        return self._adc.trigger(self._channel)

    def _collect(self) -> Generator[Step, None, Volts]:
        try:
            return self._adc.collect()
        except NotReady:
            yield self._adc.RETRY
            return self._adc.collect()

    def check_supply(self) -> None:
        """Raises UnexpectedValue when the supply is off, which the voltage cannot tell: without it
        an input may read like an open wire, and on the weak pull-up of a reset expander like a
        good one. Raises BusError."""
        if self._enable is None or not self._enable.get():
            raise UnexpectedValue(f"the {self._supply} supply is off: the expander was reset")

    def close(self) -> None:
        """Switch the supply off and let go of the line. Raises BusError."""
        if self._enable is not None:
            line, self._enable = self._enable, None
            try:
                line.set(False)
            finally:
                line.release()
