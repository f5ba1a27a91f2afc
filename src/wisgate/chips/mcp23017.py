"""MCP23017 GPIO expander of 16 lines (Microchip DS20001952).

After a brown-out every line is an input and nothing is left of the configuration, and the chip has
no flag that tells. So `configure` sets a bit that does no harm (MIRROR, which joins two interrupt
pins that nobody uses) and every reading looks whether it is still there. The registers from IOCON
to OLAT follow each other, so that one reading is one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bus.i2c import I2c
from ..core.errors import UnexpectedValue, WrongIdentity
from ..registers.mcp23017 import (
    LINES,
    GpintenA,
    GpioA,
    GppuA,
    IntcapA,
    IntfA,
    Iocon,
    IodirA,
    IpolA,
    OlatA,
)
from ..registers.word import Word

IOCON_OF_BANK_1 = 0x05  # table 3-3; of BANK 0 it is GPINTENB, which is cleared as well
IOCON_AGAIN = Iocon.address + 1  # 3.5.6: one register, two addresses
PLAIN = Iocon.decode(Iocon.reset)
MARKED = replace(PLAIN, mirror=True)
ALL_INPUTS = (1 << LINES) - 1
AFTER_RESET = bytes([IodirA.reset] * 2 + [IpolA.reset] * 12)  # 0x00 to 0x0D; table 3-5


@dataclass(frozen=True)
class Lines:
    """A bit for each line. `changed` of the watched ones are those that moved first since the last
    reading, and `captured` all levels at that moment, port by port; without a change of a port its
    `captured` says nothing."""

    levels: int
    latches: int
    changed: int
    captured: int


class Mcp23017:
    """One MCP23017; line n is GPAn, line 8 + n GPBn. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x20) -> None:
        self._bus, self._address = bus, address

    def identify(self) -> None:
        """Take every line and every register back to its reset value, inputs first, and check that
        this is what stands there: there is no identity register. Raises WrongIdentity, BusError."""
        self._bus.transfer(self._address, bytes([IOCON_OF_BANK_1, 0]))
        self._bus.transfer(self._address, bytes([Iocon.address, PLAIN.encode()]))
        self._bus.transfer(self._address, bytes([IodirA.address]) + AFTER_RESET)
        self._pair(OlatA, 0)
        found = self._bus.transfer(self._address, bytes([IodirA.address]), len(AFTER_RESET))
        if found != AFTER_RESET:
            raise WrongIdentity(
                f"{self._address:#04x}: after a reset the registers read {found.hex(' ')}, those of"
                f" an MCP23017 {AFTER_RESET.hex(' ')}; check which module is fitted"
            )

    def configure(self, *, pulled_up: int = 0, watched: int = 0) -> None:
        """Pull these lines up while they are inputs, and keep the first change of those. Raises
        BusError."""
        self._pair(GppuA, pulled_up)
        self._pair(GpintenA, watched)
        self._bus.transfer(self._address, bytes([Iocon.address, MARKED.encode()]))

    def latch(self, levels: int) -> None:
        """What every output drives, or will drive when it becomes one. Raises BusError."""
        self._pair(OlatA, levels)

    def drive(self, outputs: int) -> None:
        """Make these lines outputs and all others inputs; `latch` comes first. Raises BusError."""
        self._pair(IodirA, ALL_INPUTS & ~outputs)

    def read(self) -> Lines:
        """Everything, in one transaction; what was captured is forgotten with it. Raises
        UnexpectedValue when the chip was reset since `configure`, BusError."""
        first, count = IOCON_AGAIN, OlatA.address + 2 - IOCON_AGAIN
        answer = self._bus.transfer(self._address, bytes([first]), count)
        if answer[0] != MARKED.encode():
            raise UnexpectedValue(
                f"{self._address:#04x}: the configuration reads {answer[0]:#04x}, written was"
                f" {MARKED.encode():#04x}; the expander was reset, and every line is an input"
            )

        def lines(word: type[Word]) -> int:
            at = word.address - first
            return int.from_bytes(answer[at : at + 2], "little")

        return Lines(lines(GpioA), lines(OlatA), lines(IntfA), lines(IntcapA))

    def release(self) -> None:
        """Make every line an input without pull-up, as after power-on. Raises BusError."""
        self.drive(0)
        self._pair(GppuA, 0)

    def _pair(self, word: type[Word], lines: int) -> None:
        """Both ports of a register."""
        content = lines.to_bytes(2, "little")
        self._bus.transfer(self._address, bytes([word.address]) + content)
