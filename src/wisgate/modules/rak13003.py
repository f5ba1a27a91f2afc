"""RAK13003: sixteen digital lines of an MCP23017, each an input, an output or a counter.

Every line is an input until its output is written for the first time, and again after close: that
is the safe state. A sample is one transaction, whatever the lines are; a second one follows when an
input moved and has to prove that it stays where it is.
"""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.mcp23017 import Lines, Mcp23017
from ..config.model import SlotConfig
from ..core.errors import UnexpectedValue
from ..core.points import Channel, Group, Kind, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .outputs import as_switch, not_writable
from .pulses import PulseCounter
from .reset_line import ResetLine
from .wires import Wires

LINES = range(16)
BOTH_WAYS = tuple(n for n in LINES if n % 8 != 7)  # 7 and 15 are outputs only; modules sheet 4.5
INPUTS = tuple(Channel(f"in{n}", kind=Kind.BOOL, decimals=0) for n in BOTH_WAYS)
OUTPUTS = tuple(
    Channel(f"out{n}", kind=Kind.BOOL, decimals=0, writable=True, safe=False) for n in LINES
)
COUNTERS = tuple(Channel(f"count{n}", kind=Kind.INT, decimals=0) for n in BOTH_WAYS)
BY_NAME = {c.name: c for c in (*INPUTS, *OUTPUTS, *COUNTERS)}
PREFIX = {"input": "in", "output": "out", "counter": "count"}


class Rak13003:
    """Channels `in0`, `out0` or `count0` and so on, as option `io0` says; lines 7 and 15 are
    outputs or nothing, because as inputs they can disturb the bus. An output reads what was
    commanded, a counter the rising edges since the gateway started: at most two in a sample.
    Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        reset_at: ResetLine | None,
        *,
        interval: Seconds = Seconds(1.0),
        address: int = 0x20,
        reset: str = "none",
        pull_up: bool = True,
        debounce: Seconds = Seconds(0.0),
        io0: str = "input",
        io1: str = "input",
        io2: str = "input",
        io3: str = "input",
        io4: str = "input",
        io5: str = "input",
        io6: str = "input",
        io7: str = "off",
        io8: str = "input",
        io9: str = "input",
        io10: str = "input",
        io11: str = "input",
        io12: str = "input",
        io13: str = "input",
        io14: str = "input",
        io15: str = "off",
    ) -> None:
        uses = (io0, io1, io2, io3, io4, io5, io6, io7, io8, io9, io10, io11, io12, io13, io14)
        self._uses = dict(enumerate((*uses, io15)))
        self._channels = {
            n: BY_NAME[f"{PREFIX[u]}{n}"] for n, u in self._uses.items() if u != "off"
        }
        self.groups = (Group("lines", tuple(self._channels.values()), interval),)
        self._chip, self._reset = Mcp23017(i2c, address), reset_at
        self._inputs, self._counted = self._those("input"), self._those("counter")
        self._pulled_up = self._inputs | self._counted if pull_up else 0
        self._debounce = debounce
        self._counter = PulseCounter(n for n, use in self._uses.items() if use == "counter")
        self._driven = self._levels = self._steady = 0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13003:
        """The module in a slot: nobody knows where its reset ends on a RAK7391, so that no line is
        used unless option `reset` names one (modules sheet C-09)."""
        options = dict(config.options)
        name = str(options.get("reset", "none"))
        return cls(
            wires.i2c,
            None if name == "none" else ResetLine(wires.lines[name]),
            interval=Seconds(config.interval),
            **options,  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Every line an input, with or without pull-up. Raises BusError, WrongIdentity."""
        if self._reset is not None:
            self._reset.pulse()
        self._driven = self._levels = 0
        self._chip.identify()
        self._chip.configure(pulled_up=self._pulled_up, watched=self._counted)
        self._steady = self._chip.read().levels
        self._counter.begin(self._steady)

    def sample(self, group: Group) -> Sampling:
        """Look at everything; an input that moved is looked at again after `debounce`, and keeps
        its value when it did not stay. Raises BusError, UnexpectedValue when the chip was reset or
        somebody else set its outputs."""
        yield from ()
        found = self._look()
        moved = (found.levels ^ self._steady) & self._inputs
        if moved and self._debounce:
            yield self._debounce
            again = self._look()
            moved &= ~(again.levels ^ found.levels)
            found = again
        self._steady ^= moved
        if (found.latches ^ self._levels) & self._driven:
            raise UnexpectedValue(
                f"the outputs are set to {found.latches & self._driven:#06x}, commanded was"
                f" {self._levels:#06x}: somebody else writes to the expander"
            )
        return [self._reading(n, channel, found) for n, channel in self._channels.items()]

    def write(self, channel: str, value: Value) -> None:
        """Drive an output; its level comes before its direction. Raises OutputRefused, BusError."""
        line = next(
            (n for n, c in self._channels.items() if c.name == channel and c.writable), None
        )
        if line is None:
            not_writable("rak13003", channel)
        bit = 1 << line
        levels = self._levels | bit if as_switch(channel, value) else self._levels & ~bit
        self._chip.latch(levels)
        self._chip.drive(self._driven | bit)
        self._levels, self._driven = levels, self._driven | bit

    def close(self) -> None:
        """Every line an input without pull-up. Raises BusError."""
        self._driven = self._levels = 0
        try:
            self._chip.release()
        finally:
            if self._reset is not None:
                self._reset.release()

    def _those(self, use: str) -> int:
        return sum(1 << n for n, found in self._uses.items() if found == use)

    def _look(self) -> Lines:
        found = self._chip.read()
        self._counter.see(found.levels, found.changed, found.captured)
        return found

    def _reading(self, line: int, channel: Channel, found: Lines) -> Reading:
        bit = 1 << line
        if channel.kind is Kind.INT:
            return Reading(channel.name, self._counter.counts[line])
        if not channel.writable:
            return Reading(channel.name, bool(self._steady & bit))
        if (found.levels ^ self._levels) & self._driven & bit:  # shorted, or overloaded
            return Reading(channel.name, None, Status.FAULT)
        return Reading(channel.name, bool(self._levels & bit))
