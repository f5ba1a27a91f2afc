"""TPT29555 GPIO expander of 16 lines (3PEAK TPT29555 Rev A.1.2; the PCA9555's registers).

After a brown-out every line is an input with a weak pull-up and every latch is 1, and the chip has
no flag that tells. So nothing is remembered that the chip can be asked for: a driven line is read
together with its direction, and `get` says so when it is no longer driven. `set` writes the latch,
then looks at the direction and takes it back when it was lost: the level it was asked for is the
only one that is known to be right. Lines that nobody sets stay inputs, and say so when read. How
often a direction was taken back is counted in `restored`.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..bus.lines import Bias, Edge, Input, Line, Output
from ..core.clock import Clock, SystemClock
from ..core.errors import BusUnavailable, UnexpectedValue, WrongIdentity
from ..registers.tpt29555 import (
    COMMAND_MASK,
    Configuration0,
    Configuration1,
    InputPort0,
    InputPort1,
    OutputPort0,
    OutputPort1,
    Polarity0,
    Polarity1,
)
from ..registers.word import Word

Ports = tuple[type[Word], type[Word]]
INPUTS: Ports = (InputPort0, InputPort1)
LATCHES: Ports = (OutputPort0, OutputPort1)
DIRECTIONS: Ports = (Configuration0, Configuration1)

LINES = 16
PORT_LINES = 8
UPRIGHT = bytes([Polarity0.address, Polarity0.reset, Polarity1.reset])  # nothing inverted
IGNORED = COMMAND_MASK + 1  # the lowest bit of the command that does not count


class Tpt29555:
    """The lines of one expander, offset 8 * port + bit. Threads: lane only."""

    interrupts = False

    def __init__(self, bus: I2c, address: int = 0x20, *, clock: Clock | None = None) -> None:
        self.restored = 0
        self._bus, self._address = bus, address
        self._clock = clock or SystemClock()
        self._taken: dict[int, str] = {}
        self._upright = False

    def identify(self) -> None:
        """Check what a PCA9555 does and most others do not: pairs take turns, bit 3 of the command
        does not count, the polarity can be cleared. There is no identity register, and clones
        pass. Changes no pin. Raises WrongIdentity, BusError."""
        pair = self._read(Configuration0.address, 3)
        alias = self._read(Configuration0.address | IGNORED, 2)
        if pair != alias + alias[:1]:
            raise self._stranger(f"the configuration reads {pair.hex(' ')} and {alias.hex(' ')}")
        self._clear_polarity()
        polarity = self._read(Polarity0.address, 2)
        if polarity != UPRIGHT[1:]:
            raise self._stranger(f"the polarity reads {polarity.hex(' ')} after it was cleared")

    def inputs(self) -> int:
        """Which lines are inputs now, a bit for each: 0xFFFF after power-on. Changes nothing.
        Raises BusError."""
        return int.from_bytes(self._read(Configuration0.address, 2), "little")

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        """Take a line. An output gets its level before its direction. Raises BusUnavailable,
        BusError, ValueError for an offset or a bias that the chip does not have."""
        self._check(offset, settings)
        if not self._upright:
            self._clear_polarity()
        line = _Line(self, offset, settings)
        self._taken[offset] = consumer
        return line

    def _check(self, offset: int, settings: Input | Output) -> None:
        where = self._where(offset)
        if offset not in range(LINES):
            raise ValueError(f"{where}: a TPT29555 has lines 0 to {LINES - 1}")
        if isinstance(settings, Input) and settings.bias in (Bias.PULL_DOWN, Bias.DISABLED):
            raise ValueError(f"{where}: the pull-up of a TPT29555 is fixed; use as-is or pull-up")
        if offset in self._taken:
            raise BusUnavailable(f"{where} is taken by {self._taken[offset]}")

    def _where(self, offset: int) -> str:
        return f"{self._address:#04x} line {offset}"

    def _stranger(self, found: str) -> WrongIdentity:
        return WrongIdentity(f"{self._address:#04x}: {found}; this is no TPT29555 or PCA9555")

    def _clear_polarity(self) -> None:
        self._bus.transfer(self._address, UPRIGHT)
        self._upright = True

    def _read(self, command: int, count: int) -> bytes:
        return self._bus.transfer(self._address, bytes([command]), count)

    def _bit(self, ports: Ports, offset: int) -> bool:
        port, bit = divmod(offset, PORT_LINES)
        return bool(self._read(ports[port].address, 1)[0] >> bit & 1)

    def _change(self, ports: Ports, offset: int, level: bool) -> None:
        """Read, change one bit, write: other lines keep theirs, whoever set them."""
        port, bit = divmod(offset, PORT_LINES)
        command = ports[port].address
        rest = self._read(command, 1)[0] & ~(1 << bit)
        self._bus.transfer(self._address, bytes([command, rest | level << bit]))


class _Line:
    """One requested line. Threads: lane only."""

    def __init__(self, chip: Tpt29555, offset: int, settings: Input | Output) -> None:
        self._chip, self._offset, self._settings = chip, offset, settings
        self._held = True
        self._last: bool | None = None  # of a line with edges
        if isinstance(settings, Output):
            chip._change(LATCHES, offset, settings.value != settings.active_low)
            chip._change(DIRECTIONS, offset, False)
            return
        chip._change(DIRECTIONS, offset, True)
        if settings.edges:
            self._last = self.get()

    def get(self) -> bool:
        """The logical value at the pin. Raises BusError, UnexpectedValue for an output that is
        none any more: the expander lost its power, and the load its level."""
        self._check_held()
        if isinstance(self._settings, Output) and self._chip._bit(DIRECTIONS, self._offset):
            raise UnexpectedValue(
                f"{self._chip._where(self._offset)} is an input and should be an output: the"
                " expander was reset; set the line to drive it again"
            )
        return self._chip._bit(INPUTS, self._offset) != self._settings.active_low

    def set(self, value: bool) -> None:
        """Drive an output. A direction that was lost in a brown-out is taken back after the latch
        holds `value`, and counted. Raises BusError, BusUnavailable for an input."""
        self._check_held()
        if not isinstance(self._settings, Output):
            raise BusUnavailable(f"{self._chip._where(self._offset)} was requested as an input")
        self._chip._change(LATCHES, self._offset, value != self._settings.active_low)
        if self._chip._bit(DIRECTIONS, self._offset):
            self._chip._change(DIRECTIONS, self._offset, False)
            self._chip.restored += 1

    def edges(self) -> list[Edge]:
        """The change since the last call, if any: the chip's interrupt is not wired, so the pin is
        compared. Empty for a line requested without edges. Raises BusError."""
        self._check_held()
        if self._last is None:
            return []
        last, self._last = self._last, self.get()
        return [] if self._last == last else [Edge(self._last, self._chip._clock.monotonic())]

    def release(self) -> None:
        """Let go; the pin keeps its direction and level. Idempotent."""
        if self._held:
            self._held = False
            del self._chip._taken[self._offset]

    def _check_held(self) -> None:
        if not self._held:
            raise BusUnavailable(
                f"{self._chip._where(self._offset)} was released; request it again"
            )
