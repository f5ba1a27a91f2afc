"""The ends of the board's wires on real Linux."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from ..bus.i2c import I2c
from ..bus.lines import Lines
from ..bus.linux import usb
from ..bus.linux.host import LinuxHost
from ..bus.linux.i2c import LinuxI2c
from ..bus.linux.lines import LinuxLines
from ..bus.linux.uart import LinuxUart
from ..bus.trace import TracedI2c, TracedUart
from ..bus.uart import Uart
from ..catalog.facts import Fitted
from ..chips.tpt29555 import Tpt29555
from ..core.clock import Clock
from ..core.errors import BusUnavailable
from ..plan.plan import Plan
from .board import LED_EXPANDER, SLOT_EXPANDER, Ends

CH340 = (0x1A86, 0x7523)
HOST_LABELS = ("pinctrl-bcm2711", "pinctrl-rp1")
DEFAULT_BAUD = 9600


def open_ends(plan: Plan, clock: Clock) -> Ends:
    """Open every bus that `plan` uses. Raises BusUnavailable with the cure."""
    with ExitStack() as stack:
        wire = LinuxI2c(1)
        stack.callback(wire.close)
        i2c = TracedI2c(wire, clock, name="i2c-1")
        expanders = {
            ref: _expander(plan.board.chip(ref), i2c, stack.callback)
            for ref in (SLOT_EXPANDER, LED_EXPANDER)
        }
        host_lines = _host_lines()
        stack.callback(host_lines.close)
        uarts = _uarts(plan, clock)
        for uart in uarts.values():
            stack.callback(uart.close)
        traced: dict[str, Uart] = {
            name: TracedUart(uart, clock, name=name) for name, uart in uarts.items()
        }
        return Ends(clock, LinuxHost(), i2c, expanders, host_lines, traced, stack.pop_all().close)


def _expander(
    chip: Fitted | None, i2c: I2c, at_close: Callable[[Callable[[], None]], object]
) -> Lines:
    """Through the kernel where it owns the chip (as on RAKPiOS), by our own driver otherwise."""
    if chip is None or chip.address is None:
        raise BusUnavailable("the board has no expander at an I2C address")
    if not LinuxLines.drives(1, chip.address):
        return Tpt29555(i2c, chip.address)
    lines = LinuxLines.at_i2c(1, chip.address)
    at_close(lines.close)
    return lines


def _host_lines() -> LinuxLines:
    faults = []
    for label in HOST_LABELS:
        try:
            return LinuxLines.by_label(label)
        except BusUnavailable as error:
            faults.append(str(error))
    raise BusUnavailable("; ".join(faults))


def _uarts(plan: Plan, clock: Clock) -> dict[str, LinuxUart]:
    """The CH340 of each slot that uses one. Their USB paths are sorted: slot 1 is on the lower port
    (boards sheet F14, an assumption)."""
    wanted = [p.slot.name for p in plan.driven if p.module.units]
    if not wanted:
        return {}
    found = usb.paths(*CH340)
    slots = [s.name for s in plan.board.slots]
    uarts = {}
    for name in wanted:
        place = slots.index(name)
        if place >= len(found):
            raise BusUnavailable(
                f"{name}: its serial adapter (USB {CH340[0]:04x}:{CH340[1]:04x}) is not there; a"
                " cable in the Type-C socket switches the whole USB2 hub off"
            )
        uarts[name] = LinuxUart.at_usb(found[place], DEFAULT_BAUD, clock=clock)
    return uarts
