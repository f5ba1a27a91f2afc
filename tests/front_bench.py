"""A virtual module in a slot, looked at from the board: levels through the expander, no driver."""

from __future__ import annotations

from wisgate.bus.lines import Input, Output
from wisgate.core.clock import VirtualClock
from wisgate.virtual.board import VirtualRak7391

EXPANDER = 0x26
FIRST_LINE = {1: 0, 2: 8}


class FrontBench:
    """One module in slot 1 or 2. `set` and `get` are IO1 to IO6, through the expander's registers;
    `set` makes an output of it, latch first."""

    def __init__(self, module: str, number: int = 1, **options: object) -> None:
        self.clock = VirtualClock()
        self.slot = f"wisblock-{number}"
        self.board = VirtualRak7391(
            self.clock, modules={self.slot: module}, options={self.slot: options}
        )
        self.world, self.faults, self.i2c = self.board.world, self.board.faults, self.board.i2c
        self._first = FIRST_LINE[number]

    def set(self, io: int, level: bool) -> None:
        port, mask = self._place(io)
        for register, on in ((2, level), (6, False)):
            (value,) = self.i2c.transfer(EXPANDER, bytes([register + port]), 1)
            value = value | mask if on else value & ~mask
            self.i2c.transfer(EXPANDER, bytes([register + port, value]))

    def get(self, io: int) -> bool:
        port, mask = self._place(io)
        return bool(self.i2c.transfer(EXPANDER, bytes([port]), 1)[0] & mask)

    def host_line(self, offset: int, value: bool = False) -> None:
        """Drive a line of the processor."""
        line = self.board.lines.request(offset, Output(value), "bench")
        line.release()

    def host_input(self, offset: int) -> None:
        """Let go of a line of the processor."""
        self.board.lines.request(offset, Input(), "bench").release()

    def pull(self) -> None:
        self.faults.inject("module-pulled", self.slot)

    def plug(self) -> None:
        self.faults.clear("module-pulled", self.slot)

    def _place(self, io: int) -> tuple[int, int]:
        line = self._first + io
        return line // 8, 1 << line % 8
