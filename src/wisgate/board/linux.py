"""The ends of the board's wires on real Linux."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import RLock
from typing import TypeVar

from ..bus.i2c import I2c
from ..bus.lines import Lines
from ..bus.linux import usb
from ..bus.linux.host import LinuxHost
from ..bus.linux.i2c import LinuxI2c
from ..bus.linux.keys import KeyLines
from ..bus.linux.lines import LinuxLines
from ..bus.linux.pwm import LinuxPwm
from ..bus.linux.spi import LinuxSpi
from ..bus.linux.uart import LinuxUart
from ..bus.spi import Spi
from ..bus.trace import TracedI2c, TracedUart
from ..bus.uart import Uart
from ..catalog.facts import Fitted
from ..chips.tpt29555 import Tpt29555
from ..core.clock import Clock
from ..core.errors import BusUnavailable
from ..plan.plan import Plan
from .board import LED_EXPANDER, SLOT_EXPANDER, Ends
from .broken import BrokenI2c, BrokenLines, BrokenUart
from .locked import LockedLines
from .memory import Memories
from .peers import real_peers

CH340 = (0x1A86, 0x7523)
HOST_LABELS = ("pinctrl-bcm2711", "pinctrl-rp1")
DEFAULT_BAUD = 9600
POWER_FAIL, POWER_FAIL_KEY = 16, 148
"""GPIO16, and KEY_PROG1, which newer RAKPiOS makes of it (rak-board-detect)."""
BUZZER_CHANNEL = 1
"""GPIO13 is PWM0_1."""
HEADER, HEADER_NODE = "uart-0", "/dev/serial0"
"""The UART on pins 8 and 10 of the 40-pin header, and the link that Raspberry Pi OS keeps to it."""


def open_ends(plan: Plan, clock: Clock, memory: Memories, *, lenient: bool = False) -> Ends:
    """Open every bus that `plan` uses. Raises BusUnavailable with the cure; with `lenient` the wire
    raises it when it is used."""
    with ExitStack() as stack:
        wire = _opened(partial(LinuxI2c, 1), BrokenI2c, lenient)
        stack.callback(wire.close)
        i2c = TracedI2c(wire, clock, name="i2c-1")
        lock = RLock()
        expanders: dict[str, Lines] = {
            ref: LockedLines(_expander(chip, i2c, stack.callback), lock)
            for ref in (SLOT_EXPANDER, LED_EXPANDER)
            if (chip := plan.board.chip(ref)) is not None
        }
        own_lines = _opened(_host_lines, BrokenLines, lenient)
        stack.callback(own_lines.close)
        host_lines = KeyLines(own_lines, {POWER_FAIL: POWER_FAIL_KEY})
        uarts = _uarts(plan, clock, lenient)
        for uart in uarts.values():
            stack.callback(uart.close)
        traced: dict[str, Uart] = {
            name: TracedUart(uart, clock, name=name) for name, uart in uarts.items()
        }
        selects = _Selects(plan)
        stack.callback(selects.close)
        return Ends(
            clock,
            LinuxHost(),
            i2c,
            expanders,
            host_lines,
            traced,
            stack.pop_all().close,
            selects.by_slot(),
            memory,
            {"BUZZER": LinuxPwm(BUZZER_CHANNEL)},
            real_peers(plan.config.modbus, clock),
        )


W = TypeVar("W")
B = TypeVar("B")


def _opened(
    open_it: Callable[[], W], broken: Callable[[BusUnavailable], B], lenient: bool
) -> W | B:
    """A wire; with `lenient` one that could not be opened, in its place."""
    try:
        return open_it()
    except BusUnavailable as error:
        if not lenient:
            raise
        return broken(error)


def _expander(chip: Fitted, i2c: I2c, at_close: Callable[[Callable[[], None]], object]) -> Lines:
    """Through the kernel where it owns the chip (as on RAKPiOS), by our own driver otherwise."""
    if chip.address is None:
        raise BusUnavailable(f"the expander {chip.ref} has no I2C address")
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


def _uarts(plan: Plan, clock: Clock, lenient: bool = False) -> dict[str, LinuxUart | BrokenUart]:
    """The port of each slot that uses one: that of the header, or a CH340 on the carrier."""
    wanted = {p.slot.name: plan.wiring.signal(p.slot, "UART1") for p in plan.driven if p.serial}
    own = [name for name, signal in wanted.items() if signal is not None and signal.uart == HEADER]
    return {
        name: LinuxUart.at(HEADER_NODE, DEFAULT_BAUD, clock=clock)
        if name in own
        else _opened(partial(_bridge, plan, name, clock), BrokenUart, lenient)
        for name in wanted
    }


def _bridge(plan: Plan, name: str, clock: Clock) -> LinuxUart:
    """The CH340 of a slot. Their USB paths are sorted: slot 1 is on the lower port (boards sheet
    F14, an assumption)."""
    found = usb.paths(*CH340)
    place = [s.name for s in plan.board.slots].index(name)
    if place >= len(found):
        raise BusUnavailable(
            f"{name}: its serial adapter (USB {CH340[0]:04x}:{CH340[1]:04x}) is not there; a"
            " cable in the Type-C socket switches the whole USB2 hub off"
        )
    return LinuxUart.at_usb(found[place], DEFAULT_BAUD, clock=clock)


class _Selects:
    """The chip selects of the slots, opened when a module asks for its own."""

    def __init__(self, plan: Plan) -> None:
        signals = {p.slot.name: plan.wiring.signal(p.slot, "SPI") for p in plan.driven}
        self._buses = {name: s.bus for name, s in signals.items() if s is not None and s.bus}
        self._open: list[LinuxSpi] = []

    def by_slot(self) -> dict[str, Callable[[int, int], Spi]]:
        return {name: partial(self._select, bus) for name, bus in self._buses.items()}

    def _select(self, bus: str, hertz: int, mode: int) -> Spi:
        spi = LinuxSpi(bus.removeprefix("spi-"), hertz, mode)
        self._open.append(spi)
        return spi

    def close(self) -> None:
        for spi in self._open:
            spi.close()
