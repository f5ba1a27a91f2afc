"""GPIO lines on Linux, through the kernel's character device and the official binding `gpiod`.

A chip is found by the I2C address of its parent or by its label, never by its number: the numbers
of the RAK7391's expanders changed between two releases of its system.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import gpiod
from gpiod.line import Bias as KernelBias
from gpiod.line import Direction, Value
from gpiod.line import Edge as KernelEdge

from ...core.clock import Clock, SystemClock
from ...core.errors import BusError, BusUnavailable
from ..lines import Bias, Edge, Input, Output
from .faults import bus_error
from .gpiochips import FAILURES, GpioRequest, OpenChip, has_interrupt, opened, os_error, places

T = TypeVar("T")

EVENTS_KEPT = 256
"""Edges that the kernel remembers between two calls of `edges`; older ones are dropped first."""

NO_EDGES = frozenset({errno.ENXIO, errno.EINVAL, errno.EOPNOTSUPP})
"""How a chip without interrupt refuses edges (ENXIO in gpiolib-cdev, the others by drivers)."""

_BIAS = {
    Bias.AS_IS: KernelBias.AS_IS,
    Bias.PULL_UP: KernelBias.PULL_UP,
    Bias.PULL_DOWN: KernelBias.PULL_DOWN,
    Bias.DISABLED: KernelBias.DISABLED,
}


class LinuxLine:
    """One requested line. Threads: lane only."""

    def __init__(
        self, lines: LinuxLines, request: GpioRequest, offset: int, *, clock: Clock, caught: bool
    ) -> None:
        self._lines = lines
        self._request = request
        self._offset = offset
        self._clock = clock
        self._caught = caught
        self._last: bool | None = None
        self._released = False

    def get(self) -> bool:
        """See `Line.get`."""
        return self._ask(lambda: self._request.get_value(self._offset)) is Value.ACTIVE

    def set(self, value: bool) -> None:
        """See `Line.set`."""
        self._ask(lambda: self._request.set_value(self._offset, _value(value)))

    def edges(self) -> list[Edge]:
        """See `Line.edges`."""
        return self._caught_edges() if self._caught else self._compared_edges()

    def release(self) -> None:
        """See `Line.release`. Idempotent."""
        if not self._released:
            self._released = True
            self._request.release()
            self._lines.forget(self)

    def remember(self) -> None:
        """Start comparing from the present value; a line that cannot be read is released."""
        try:
            self._last = self.get()
        except BusError:
            self.release()
            raise

    def _caught_edges(self) -> list[Edge]:
        edges: list[Edge] = []
        while self._ask(lambda: self._request.wait_edge_events(0)):
            edges += [_edge(event) for event in self._ask(self._request.read_edge_events)]
        return edges

    def _compared_edges(self) -> list[Edge]:
        value = self.get()
        before, self._last = self._last, value
        if before is None or before is value:
            return []
        return [Edge(value, self._clock.monotonic())]

    def _ask(self, call: Callable[[], T]) -> T:
        if self._released:
            raise BusUnavailable(f"{self._lines.name} line {self._offset} was released")
        try:
            return call()
        except FAILURES as error:
            raise self._lines.fault(self._offset, os_error(error)) from error


class LinuxLines:
    """The lines of one GPIO chip. Threads: lane only.

    `interrupts` is what the device tree says of the chip, until the kernel refuses a request with
    edges: then the line, and from then on every line, is compared instead. So it is with both
    expanders of the RAK7391, whose interrupt outputs go nowhere.
    """

    def __init__(
        self,
        node: Path,
        name: str,
        *,
        address: int | None = None,
        interrupts: bool = True,
        open_chip: OpenChip = gpiod.Chip,
        clock: Clock | None = None,
    ) -> None:
        """Open the chip behind `node`; use `at_i2c` or `by_label` to find it. `address` is the
        I2C address of an expander. Raises BusUnavailable."""
        self.name = name
        self._address = address
        self._interrupts = interrupts
        self._clock: Clock = clock or SystemClock()
        self._held: list[LinuxLine] = []
        self._closed = False
        self._chip = opened(open_chip, node, name)
        self._count = self._chip.get_info().num_lines

    @classmethod
    def at_i2c(
        cls,
        bus: int,
        address: int,
        *,
        root: Path = Path("/"),
        open_chip: OpenChip = gpiod.Chip,
        clock: Clock | None = None,
    ) -> LinuxLines:
        """The expander that the kernel drives at `address` of `bus`. Raises BusUnavailable."""
        parent = f"{bus}-{address:04x}"
        for chip in places(root):
            if chip.parent.name == parent:
                return cls(
                    root / "dev" / chip.name,
                    f"expander {address:#04x} on i2c-{bus}",
                    address=address,
                    interrupts=has_interrupt(chip),
                    open_chip=open_chip,
                    clock=clock,
                )
        raise BusUnavailable(
            f"no GPIO chip at {address:#04x} on i2c-{bus}: the kernel drives none there; add"
            f" dtoverlay=pca953x,addr={address:#04x},pca9555 to /boot/firmware/config.txt"
        )

    @classmethod
    def drives(cls, bus: int, address: int, *, root: Path = Path("/")) -> bool:
        """Whether the kernel has an expander at `address` of `bus`, so that nobody else may."""
        return any(chip.parent.name == f"{bus}-{address:04x}" for chip in places(root))

    @classmethod
    def by_label(
        cls,
        label: str,
        *,
        root: Path = Path("/"),
        open_chip: OpenChip = gpiod.Chip,
        clock: Clock | None = None,
    ) -> LinuxLines:
        """The chip with this label ("pinctrl-bcm2711"). Raises BusUnavailable."""
        seen = []
        for chip in places(root):
            node = root / "dev" / chip.name
            lines = cls(
                node, label, interrupts=has_interrupt(chip), open_chip=open_chip, clock=clock
            )
            found = lines.label
            if found == label:
                return lines
            lines.close()
            seen.append(found)
        raise BusUnavailable(
            f"no GPIO chip is labelled {label}; there are: {', '.join(sorted(seen)) or 'none'}"
        )

    def __enter__(self) -> LinuxLines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def label(self) -> str:
        """What the kernel calls the chip."""
        return self._chip.get_info().label

    @property
    def interrupts(self) -> bool:
        """See `Lines.interrupts`."""
        return self._interrupts

    def request(self, offset: int, settings: Input | Output, consumer: str) -> LinuxLine:
        """See `Lines.request`. The kernel shows the consumer as `wisgate:<consumer>`."""
        if self._closed:
            raise BusUnavailable(f"{self.name} is closed")
        if not 0 <= offset < self._count:
            raise ValueError(f"{self.name} has the lines 0 to {self._count - 1}, not {offset}")
        edges = isinstance(settings, Input) and settings.edges
        try:
            if (
                edges
                and self._interrupts
                and (line := self._take_caught(offset, settings, consumer))
            ):
                return line
            line = self._take(offset, _kernel_settings(settings, edges=False), consumer, False)
        except FAILURES as error:
            raise self._refusal(offset, os_error(error)) from error
        if edges:
            self._interrupts = False
            line.remember()
        return line

    def close(self) -> None:
        """Release every line and close the chip. Idempotent."""
        for line in list(self._held):
            line.release()
        if not self._closed:
            self._closed = True
            self._chip.close()

    def forget(self, line: LinuxLine) -> None:
        """A line was released."""
        self._held.remove(line)

    def fault(self, offset: int, error: OSError) -> Exception:
        """The error to raise for a failed access to a line."""
        return bus_error(f"{self.name} line {offset}", self._address, error)

    def _take(
        self, offset: int, settings: gpiod.LineSettings, consumer: str, caught: bool
    ) -> LinuxLine:
        request = self._chip.request_lines({offset: settings}, f"wisgate:{consumer}", EVENTS_KEPT)
        line = LinuxLine(self, request, offset, clock=self._clock, caught=caught)
        self._held.append(line)
        return line

    def _take_caught(
        self, offset: int, settings: Input | Output, consumer: str
    ) -> LinuxLine | None:
        try:
            return self._take(offset, _kernel_settings(settings, edges=True), consumer, True)
        except FAILURES as error:
            if os_error(error).errno in NO_EDGES:
                return None
            raise

    def _refusal(self, offset: int, error: OSError) -> Exception:
        if error.errno != errno.EBUSY:
            return self.fault(offset, error)
        holder = self._chip.get_line_info(offset).consumer or "somebody without a name"
        return BusUnavailable(
            f"{self.name} line {offset} is held by {holder}; stop it, or free the line: gpioinfo"
        )


def _kernel_settings(settings: Input | Output, *, edges: bool) -> gpiod.LineSettings:
    if isinstance(settings, Output):
        return gpiod.LineSettings(
            direction=Direction.OUTPUT,
            active_low=settings.active_low,
            output_value=_value(settings.value),
        )
    return gpiod.LineSettings(
        direction=Direction.INPUT,
        active_low=settings.active_low,
        bias=_BIAS[settings.bias],
        edge_detection=KernelEdge.BOTH if edges else KernelEdge.NONE,
    )


def _value(active: bool) -> Value:
    return Value.ACTIVE if active else Value.INACTIVE


def _edge(event: gpiod.EdgeEvent) -> Edge:
    # The kernel's edges are logical, and dated by the monotonic clock unless asked otherwise.
    return Edge(event.event_type is event.Type.RISING_EDGE, event.timestamp_ns / 1e9)
