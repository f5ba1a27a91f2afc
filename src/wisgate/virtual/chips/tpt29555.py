"""TPT29555 twin, from 3PEAK TPT29555 Rev A.1.2 and the PCA9555 behaviour it copies.

World inputs: `drive(line, level)` for each of the 16 pins; `level` and `driven` are what is seen
at a pin from outside; `look` is called before the levels are read. Not modelled: INT# (not
connected on the RAK7391), drive strength, levels between high and low, general call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ...registers.tpt29555 import (
    COMMAND_MASK,
    Configuration0,
    InputPort0,
    OutputPort0,
    Polarity0,
)

ALL = 0xFFFF
LINES = range(16)


class Tpt29555Twin:
    """Sixteen lines, each with a weak pull-up. Threads: lane only."""

    def __init__(self, *, addresses: Sequence[int]) -> None:
        self.addresses = tuple(addresses)
        self.look: Callable[[], None] = lambda: None
        self._low = 0
        self._watchers: dict[int, list[Callable[[bool], None]]] = defaultdict(list)
        self._reset()

    # The wire.

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses

    def write(self, data: bytes) -> int:
        if data:
            self._command = data[0] & COMMAND_MASK
            for index, value in enumerate(data[1:]):
                self._store(self._command ^ (index & 1), value)
        return len(data)

    def read(self, count: int) -> bytes:
        if self._command & ~1 == InputPort0.address:
            self.look()
        return bytes(self._load(self._command ^ (index & 1)) for index in range(count))

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Back to sixteen inputs, at once."""
        before, inputs = self._levels(), self._inputs
        self._reset()
        self._tell(before, inputs ^ self._inputs)

    # The pins.

    def drive(self, line: int, level: bool | None) -> None:
        """Put a level on a pin from outside, or let go of it (None): the pull-up then wins, so
        that the chip sees no more of it than of True."""
        before = self._levels()
        mask = 1 << _checked(line)
        self._low = self._low | mask if level is False else self._low & ~mask
        self._tell(before)

    def level(self, line: int) -> bool:
        """The level at a pin, whoever makes it."""
        return bool(self._levels() >> _checked(line) & 1)

    def driven(self, line: int) -> bool:
        """Whether the chip itself drives the pin high: an output, more than the weak pull-up."""
        return bool(self._latch & ~self._inputs & 1 << _checked(line))

    def watch(self, line: int, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call `tell(level)` at every change of level or direction of a pin; returns what ends
        it."""
        self._watchers[_checked(line)].append(tell)
        return lambda: self._watchers[line].remove(tell)

    # Inside.

    def _reset(self) -> None:
        self._latch, self._polarity, self._inputs = (
            word.reset * 0x101 for word in (OutputPort0, Polarity0, Configuration0)
        )
        self._command = 0

    def _levels(self) -> int:
        return (self._latch & ~self._inputs | ~self._low & self._inputs) & ALL

    def _load(self, register: int) -> int:
        shift = 8 * (register & 1)
        pair = register & ~1
        if pair == InputPort0.address:
            return (self._levels() ^ self._polarity) >> shift & 0xFF
        if pair == OutputPort0.address:
            return self._latch >> shift & 0xFF
        if pair == Polarity0.address:
            return self._polarity >> shift & 0xFF
        return self._inputs >> shift & 0xFF

    def _store(self, register: int, value: int) -> None:
        shift = 8 * (register & 1)
        pair = register & ~1
        kept, new = 0xFF00 >> shift, value << shift
        before, inputs = self._levels(), self._inputs
        if pair == OutputPort0.address:
            self._latch = self._latch & kept | new
        elif pair == Polarity0.address:
            self._polarity = self._polarity & kept | new
        elif pair == Configuration0.address:
            self._inputs = self._inputs & kept | new
        self._tell(before, inputs ^ self._inputs)

    def _tell(self, before: int, turned: int = 0) -> None:
        levels = self._levels()
        changed = levels ^ before | turned
        if changed:
            for line in LINES:
                if changed >> line & 1:
                    for tell in tuple(self._watchers[line]):
                        tell(bool(levels >> line & 1))


def _checked(line: int) -> int:
    if line not in LINES:
        raise ValueError(f"no line {line}; the expander has lines 0 to 15")
    return line
