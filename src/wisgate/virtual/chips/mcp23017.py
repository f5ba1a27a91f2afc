"""MCP23017 twin, from Microchip DS20001952; written without looking at the driver.

World inputs: `drive(line, level)` for each of the 16 pins, `reset(held)` for the RESET pin.
`level`, `driven` and `interrupt` are what is seen at the pins from outside. An input that nobody
drives and nothing pulls up reads low here, where the real one floats. Not modelled: drive strength,
levels between high and low, what a change at GPA7 or GPB7 does to SDA, what polarity does to INTCAP
and DEFVAL, registers beyond the last one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ...registers.mcp23017 import (
    LINES,
    DefvalA,
    GpintenA,
    GpioA,
    GppuA,
    IntcapA,
    IntconA,
    IntfA,
    Iocon,
    IodirA,
    IpolA,
    OlatA,
)

ALL = 0xFFFF
IOCON_MASK = 0xFE
LAST, LAST_OF_BANK_1 = 0x15, 0x1A
READ_ONLY = (IntfA.address, IntcapA.address)


class Mcp23017Twin:
    """Sixteen lines in two ports. Threads: lane only."""

    def __init__(self, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.interrupt_changed: Callable[[], None] = lambda: None
        """Called when INTA or INTB may have another level."""
        self.look: Callable[[], None] = lambda: None
        """Called before the chip is read: what drives its pins may have changed."""
        self._high = self._low = 0
        self._held = False
        self._watchers: dict[int, list[Callable[[bool], None]]] = defaultdict(list)
        self._clear()

    # The wire.

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses and not self._held

    def write(self, data: bytes) -> int:
        if data:
            self._pointer = data[0]
            for value in data[1:]:
                self._store(self._pointer, value)
                self._advance()
        return len(data)

    def read(self, count: int) -> bytes:
        self.look()
        answer = bytearray()
        for _ in range(count):
            answer.append(self._load(self._pointer))
            self._advance()
        return bytes(answer)

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to sixteen inputs without pull-ups, at once."""
        before, inputs = self._levels(), self._pair(IodirA.address)
        self._clear()
        self._tell(before, inputs ^ ALL)

    # The pins.

    def reset(self, held: bool) -> None:
        """Hold the RESET pin low, or let it go: a chip in reset acknowledges nothing."""
        self._held = held
        if held:
            self.power_cycle()

    def drive(self, line: int, level: bool | None) -> None:
        """Put a level on a pin from outside, or let go of it (None)."""
        before, mask = self._levels(), 1 << _checked(line)
        self._high = self._high | mask if level else self._high & ~mask
        self._low = self._low | mask if level is False else self._low & ~mask
        self._tell(before)

    def level(self, line: int) -> bool:
        """The level at a pin, whoever makes it."""
        return bool(self._levels() >> _checked(line) & 1)

    def driven(self, line: int) -> bool | None:
        """The level that the chip itself drives, None for an input."""
        mask = 1 << _checked(line)
        if self._pair(IodirA.address) & mask:
            return None
        return bool(self._pair(OlatA.address) & mask)

    def watch(self, line: int, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell(level)` at every change of level or direction of a pin; returns what ends
        it."""
        self._watchers[_checked(line)].append(tell)
        return lambda: self._watchers[line].remove(tell)

    def interrupt(self, port: int) -> bool | None:
        """The level at INTA (0) or INTB (1), None while an open drain is idle."""
        flags = [self._file[IntfA.address], self._file[IntfA.address + 1]]
        raised = bool(any(flags) if self._iocon.mirror else flags[port])
        if self._iocon.open_drain:
            return False if raised else None
        return raised == self._iocon.active_high

    # Inside.

    def _clear(self) -> None:
        """The reset values. Registers of BANK 0, whichever bank is selected."""
        self._file = defaultdict[int, int](int)
        self._file[IodirA.address] = self._file[IodirA.address + 1] = IodirA.reset
        self._pointer = 0
        self._before = [0, 0]

    @property
    def _iocon(self) -> Iocon:
        return Iocon.decode(self._file[Iocon.address])

    def _pair(self, register: int) -> int:
        return self._file[register] | self._file[register + 1] << 8

    def _levels(self) -> int:
        inputs = self._pair(IodirA.address)
        outside = self._high | self._pair(GppuA.address) & ~self._low
        return (self._pair(OlatA.address) & ~inputs | outside & inputs) & ALL

    def _find(self, address: int) -> int | None:
        """The number of a register in BANK 0, None where there is none."""
        if self._iocon.bank:
            port, kind = divmod(address, 0x10)
            if port > 1:
                return None
            address = kind * 2 + port
        if address > LAST:
            return None
        return Iocon.address if address & ~1 == Iocon.address else address

    def _advance(self) -> None:
        iocon = self._iocon
        if iocon.byte_mode:
            self._pointer ^= 0 if iocon.bank else 1
        else:
            last = LAST_OF_BANK_1 if iocon.bank else LAST
            self._pointer = 0 if self._pointer >= last else self._pointer + 1

    def _load(self, address: int) -> int:
        register = self._find(address)
        if register is None:
            return 0
        port, kind = register & 1, register & ~1
        value = self._file[register]
        if kind == GpioA.address:
            value = self._levels() >> 8 * port & 0xFF ^ self._file[IpolA.address + port]
        if kind in (GpioA.address, IntcapA.address) and self._file[IntfA.address + port]:
            self._file[IntfA.address + port] = 0
            self._before[port] = self._levels() >> 8 * port & 0xFF
            self._notice()
            self.interrupt_changed()
        return value

    def _store(self, address: int, value: int) -> None:
        register = self._find(address)
        if register is None or register & ~1 in READ_ONLY:
            return
        before, inputs = self._levels(), self._pair(IodirA.address)
        if register & ~1 == GpioA.address:
            register += OlatA.address - GpioA.address
        self._file[register] = value & IOCON_MASK if register == Iocon.address else value
        self._tell(before, inputs ^ self._pair(IodirA.address))

    def _notice(self) -> None:
        """Raise the interrupt of a port whose enabled inputs differ from what they should be; the
        first event is kept until it is read. DS20001952, 3.6.5."""
        levels = self._levels()
        for port in (0, 1):
            flag = IntfA.address + port
            if self._file[flag]:
                continue
            now = levels >> 8 * port & 0xFF
            fixed = self._file[IntconA.address + port]
            normal = self._file[DefvalA.address + port] & fixed | self._before[port] & ~fixed
            enabled = self._file[GpintenA.address + port] & self._file[IodirA.address + port]
            self._file[flag] = (now ^ normal) & enabled
            if self._file[flag]:
                self._file[IntcapA.address + port] = now
            self._before[port] = now

    def _tell(self, before: int, turned: int = 0) -> None:
        self._notice()
        self.interrupt_changed()
        levels = self._levels()
        changed = levels ^ before | turned
        for line in range(LINES):
            if changed >> line & 1:
                for tell in tuple(self._watchers[line]):
                    tell(bool(levels >> line & 1))


def _checked(line: int) -> int:
    if line not in range(LINES):
        raise ValueError(f"no line {line}; the expander has lines 0 to {LINES - 1}")
    return line
